# Needs Python 3.11 or later and make. Everything else is installed into .venv.
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

help:  ## Show this help
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 12

$(BIN)/.serve: pyproject.toml $(EXAMPLE)/requirements.txt $(EXAMPLE)/layer/requirements.txt
	@echo "Setting up $(VENV) to serve the example (once, about a minute) ..."
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@# This project first: it is also in the requirements, and pip would look for it on PyPI.
	@$(PIP) -e '.[fast,local]'
	@$(PIP) -r $(EXAMPLE)/requirements.txt
	@touch $@

$(BIN)/.dev: pyproject.toml
	@echo "Setting up $(VENV) to test (once, a few minutes) ..."
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@$(PIP) -e '.[dev]'
	@touch $@

serve: $(BIN)/.serve  ## Serve the FastAPI example on PORT (8000); each request becomes a Lambda event
	@echo "Documentation pages: http://localhost:$(PORT)$(if $(STAGE),/$(STAGE))/api/v1/casts/docs and .../api/v1/movies/docs"
	@CAST_SERVICE_URL="http://localhost:$(PORT)$(if $(STAGE),/$(STAGE))/api/v1/casts" \
	$(BIN)/lambda-adapters serve --port $(PORT) --front $(FRONT) --stage "$(STAGE)" --app-dir $(EXAMPLE) \
	  '/api/v1/casts=cast_service.function:handler' '/api/v1/casts/{proxy+}=cast_service.function:handler' \
	  '/api/v1/movies=movie_service.function:handler' '/api/v1/movies/{proxy+}=movie_service.function:handler'

test: $(BIN)/.dev  ## Run the tests; the code that runs on Lambda must have 100 % coverage
	$(BIN)/python -m pytest --quiet --numprocesses $(JOBS) $(if $(filter yes,$(COVERAGE)),--cov)

check: $(BIN)/.dev  ## Check style, types, templates, documentation and packages
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	set -e; for folder in $(EXAMPLES); do MYPYPATH=$$folder:$$folder/tests $(BIN)/mypy $$folder; done
	$(BIN)/cfn-lint --regions us-east-1 -t $(EXAMPLES:=/template.yaml)
	$(BIN)/python -m pytest --quiet tests/docs tests/shape tests/compliance/test_parity.py::test_the_page_is_up_to_date
	rm -rf dist && $(BIN)/python -m build --outdir dist . >/dev/null && $(BIN)/twine check --strict dist/*

test-dist: $(BIN)/.dev  ## Build the source distribution, unpack it and run its tests
	rm -rf dist/unpacked && mkdir -p dist/unpacked
	$(BIN)/python -m build --sdist --outdir dist/unpacked . >/dev/null
	tar -xzf dist/unpacked/*.tar.gz -C dist/unpacked --strip-components 1
	cd dist/unpacked && $(CURDIR)/$(BIN)/python -m pytest --quiet --numprocesses $(JOBS)

$(BIN)/.extra: $(BIN)/.dev
	@# The wheel of AWS's SAM CLI contains the Lambda emulator.
	@$(BIN)/python -m pip download --quiet --disable-pip-version-check --no-deps --dest $(VENV)/extra 'aws-sam-cli==1.170.0'
	@$(BIN)/python -m zipfile -e $(VENV)/extra/aws_sam_cli-*.whl $(VENV)/extra
	@chmod +x $(VENV)/extra/samcli/local/rapid/aws-lambda-rie-*
	@touch $@

test-extra: $(BIN)/.extra  ## Run the tests with a browser, AWS's Lambda emulator and load (Linux; needs chromium, wrk)
	$(BIN)/python -m pytest --quiet tests/extra

parity: $(BIN)/.dev  ## Compare what apps see on Lambda and behind real servers, field by field
	$(BIN)/python -m compliance.servers.run

suites: $(BIN)/.dev  ## Run the frameworks' own test suites through Lambda (needs PyPI; about 20 minutes)
	$(BIN)/python -m compliance.frameworks.run

long-life: $(BIN)/.dev  ## Send 100,000 events through one environment and print what has grown (Linux)
	$(BIN)/python -m benchmarks.long_life

bench: $(BIN)/.dev  ## Measure events, imports and routing, as ratios to other adapters
	$(BIN)/python -m benchmarks.ratios
	$(BIN)/python -m benchmarks.imports
	$(BIN)/python -m benchmarks.routing

clean:  ## Remove .venv, build results, caches and the example's databases
	rm -rf $(VENV) dist casts.db movies.db .coverage .pytest_cache .mypy_cache .ruff_cache .hypothesis
