# Needs Python 3.11 or later and make; everything else is set up in .venv.
PYTHON ?= python3
PORT ?= 8000
FRONT ?= http-api
STAGE ?=
COVERAGE ?= yes
JOBS ?= auto
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip install --quiet --disable-pip-version-check
EXAMPLE := examples/fastapi_microservices
EXAMPLES := $(EXAMPLE) examples/many_in_one examples/flask_webhooks

.DEFAULT_GOAL := help
.PHONY: help serve test check test-dist test-extra bench parity suites long-life clean

help:  ## Say what there is to do
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 12

$(BIN)/.serve: pyproject.toml $(EXAMPLE)/requirements.txt $(EXAMPLE)/layer/requirements.txt
	@echo "Setting up $(VENV) to serve the example (once, about a minute) ..."
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@# ours first: the requirements name it too, and pip would look for it elsewhere
	@$(PIP) -e '.[fast,local]'
	@$(PIP) -r $(EXAMPLE)/requirements.txt
	@touch $@

$(BIN)/.dev: pyproject.toml
	@echo "Setting up $(VENV) to test (once, a few minutes) ..."
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@$(PIP) -e '.[dev]'
	@touch $@

serve: $(BIN)/.serve  ## Serve the two FastAPI services of the example on PORT (8000), each request a Lambda event
	@echo "Documentation pages: http://localhost:$(PORT)$(if $(STAGE),/$(STAGE))/api/v1/casts/docs and .../api/v1/movies/docs"
	@CAST_SERVICE_URL="http://localhost:$(PORT)$(if $(STAGE),/$(STAGE))/api/v1/casts" \
	$(BIN)/lambda-adapters serve --port $(PORT) --front $(FRONT) --stage "$(STAGE)" --app-dir $(EXAMPLE) \
	  '/api/v1/casts=cast_service.function:handler' '/api/v1/casts/{proxy+}=cast_service.function:handler' \
	  '/api/v1/movies=movie_service.function:handler' '/api/v1/movies/{proxy+}=movie_service.function:handler'

test: $(BIN)/.dev  ## Run the tests, and hold the coverage of what ships to Lambda at 100 %
	$(BIN)/python -m pytest --quiet --numprocesses $(JOBS) $(if $(filter yes,$(COVERAGE)),--cov)

check: $(BIN)/.dev  ## Lint, types, templates, and the examples of the documentation
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	set -e; for folder in $(EXAMPLES); do MYPYPATH=$$folder $(BIN)/mypy $$folder; done
	$(BIN)/cfn-lint --regions us-east-1 -t $(EXAMPLES:=/template.yaml)
	$(BIN)/python -m pytest --quiet tests/docs tests/shape tests/compliance/test_parity.py::test_the_page_is_as_measured
	rm -rf dist && $(BIN)/python -m build --outdir dist . >/dev/null && $(BIN)/twine check --strict dist/*

test-dist: $(BIN)/.dev  ## Build the source distribution, and run the tests in what it unpacks to
	rm -rf dist/unpacked && mkdir -p dist/unpacked
	$(BIN)/python -m build --sdist --outdir dist/unpacked . >/dev/null
	tar -xzf dist/unpacked/*.tar.gz -C dist/unpacked --strip-components 1
	cd dist/unpacked && $(CURDIR)/$(BIN)/python -m pytest --quiet --numprocesses $(JOBS)

$(BIN)/.extra: $(BIN)/.dev
	@# the wheel of AWS's SAM CLI holds its emulator of Lambda
	@$(BIN)/python -m pip download --quiet --disable-pip-version-check --no-deps --dest $(VENV)/extra 'aws-sam-cli==1.170.0'
	@$(BIN)/python -m zipfile -e $(VENV)/extra/aws_sam_cli-*.whl $(VENV)/extra
	@chmod +x $(VENV)/extra/samcli/local/rapid/aws-lambda-rie-*
	@touch $@

test-extra: $(BIN)/.extra  ## Run the tests that need more than Python: a browser, AWS's emulator, a load (Linux; chromium, wrk)
	$(BIN)/python -m pytest --quiet tests/extra

parity: $(BIN)/.dev  ## Print what apps see behind ours and behind real servers, field by field
	$(BIN)/python -m compliance.servers.run

suites: $(BIN)/.dev  ## Run the frameworks' own suites through Lambda (fetches from PyPI; about twenty minutes)
	$(BIN)/python -m compliance.frameworks.run

long-life: $(BIN)/.dev  ## Send 100,000 events through one environment; print what has grown
	$(BIN)/python -m benchmarks.long_life

bench: $(BIN)/.dev  ## Print how long we take, as ratios of what the peers take
	$(BIN)/python -m benchmarks.ratios
	$(BIN)/python -m benchmarks.imports
	$(BIN)/python -m benchmarks.routing

clean:  ## Remove what was set up, and the example's data
	rm -rf $(VENV) dist casts.db movies.db .coverage .pytest_cache .mypy_cache .ruff_cache .hypothesis
