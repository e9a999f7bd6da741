"""The shape of the packages: what imports what, how large a module is, what is public."""

import ast
import re
import subprocess
import sys
import tomllib
from importlib.metadata import version
from pathlib import Path

ROOT = Path(__file__).parents[2]
PACKAGES = ("lambda_adapters", "asgi_lambda", "wsgi_lambda")
MODULES = sorted(path for package in PACKAGES for path in (ROOT / package).rglob("*.py"))

# Each line may import itself and the lines above it; `invocation` and what is below it never import
# the Adapters, which never import each other.
ORDER = [
    {"lambda_adapters.errors", "lambda_adapters.lazy_names"},
    {"lambda_adapters.http"},
    {"lambda_adapters.protocols"},
    {"lambda_adapters.sources"},
    {"lambda_adapters.triggers"},
    {"lambda_adapters.invocation"},
    {"lambda_adapters.routing"},
    {"lambda_adapters.webhooks"},
    {"lambda_adapters"},  # the public names
    {"asgi_lambda", "wsgi_lambda"},
    {"lambda_adapters.local"},
]


def name_of(path: Path) -> str:
    parts = path.relative_to(ROOT).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def folder_of(name: str) -> str:
    """The part of a module's name that ORDER speaks of."""
    known = {folder for line in ORDER for folder in line}
    return max((f for f in known if f"{name}.".startswith(f"{f}.")), key=len)


def imports_of(path: Path) -> set[str]:
    """The project's modules that a module imports, at any depth of its code."""
    found = set()
    known = {name_of(module) for module in MODULES}
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            assert node.level == 0, f"{path}: imports are absolute"
            inner = {f"{node.module}.{alias.name}" for alias in node.names}
            found |= (inner & known) or {node.module}
    return found & known


def test_imports_point_one_way() -> None:
    rank = {folder: at for at, line in enumerate(ORDER) for folder in line}
    wrong = [
        f"{name_of(path)} imports {other}"
        for path in MODULES
        for other in imports_of(path)
        if rank[folder_of(other)] > rank[folder_of(name_of(path))]
    ]
    assert wrong == []


def test_the_adapters_do_not_import_each_other() -> None:
    seen = {
        (name_of(path).partition(".")[0], other.partition(".")[0])
        for path in MODULES
        for other in imports_of(path)
    }
    assert seen & {("asgi_lambda", "wsgi_lambda"), ("wsgi_lambda", "asgi_lambda")} == set()


def test_imports_do_not_go_in_a_circle() -> None:
    graph = {name_of(path): run_time_imports(path) - {name_of(path)} for path in MODULES}
    left = dict(graph)
    while left:
        free = [name for name, found in left.items() if not found & left.keys()]
        assert free, f"a circle among {sorted(left)}"
        for name in free:
            del left[name]


def run_time_imports(path: Path) -> set[str]:
    """Those that importing the module imports: not the ones in functions, or for type checkers."""
    tree = ast.parse(path.read_text())
    tree.body = [node for node in tree.body if isinstance(node, (ast.Import, ast.ImportFrom))]
    known = {name_of(module) for module in MODULES}
    found = set()
    for node in tree.body:
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            inner = {f"{node.module}.{alias.name}" for alias in node.names}
            found |= (inner & known) or {node.module}
    return found & known


def test_no_module_has_more_than_300_lines_and_half_of_them_under_100() -> None:
    sizes = {name_of(path): len(path.read_text().splitlines()) for path in MODULES}
    assert {name: size for name, size in sizes.items() if size > 300} == {}
    assert sorted(sizes.values())[len(sizes) // 2] < 100


def test_every_module_says_what_it_is_for() -> None:
    silent = [name_of(p) for p in MODULES if not ast.get_docstring(ast.parse(p.read_text()))]
    assert silent == []


def loaded_by(statement: str) -> set[str]:
    code = f"import sys; {statement}; print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    return set(done.stdout.split())


def test_wsgi_lambda_loads_no_asyncio() -> None:
    assert "asyncio" not in loaded_by("import wsgi_lambda")


def test_what_ships_loads_the_standard_library_only() -> None:
    loaded = {name.partition(".")[0] for name in loaded_by("import asgi_lambda, wsgi_lambda")}
    ours = {*PACKAGES, "pybase64", "__main__", "__mp_main__", "sitecustomize", "usercustomize"}
    foreign = loaded - set(sys.stdlib_module_names) - ours
    at_start = {name.partition(".")[0] for name in loaded_by("pass")}
    assert foreign - at_start == set()


def test_the_public_names_are_exactly_these() -> None:
    import asgi_lambda
    import lambda_adapters
    import lambda_adapters.local
    import lambda_adapters.webhooks
    import wsgi_lambda

    public = {
        asgi_lambda: {"Adapter", "Router"},
        wsgi_lambda: {"Adapter", "Router"},
        lambda_adapters: {
            "AppError", "BadRequest", "Caller", "ConfigurationError", "FailedStatus", "Front",
            "IncompleteReply", "LambdaAdaptersError", "Reply", "Request", "Router", "Source",
            "StartupFailed", "UnknownEvent", "caller_of", "partial_failures", "records",
            "source_of", "trigger_of",
        },
        lambda_adapters.webhooks: {
            "AsgiWebhooks", "Delivery", "GitHub", "Slack", "StandardWebhooks", "Stripe", "Svix",
            "Twilio", "Webhooks", "WsgiWebhooks", "cached", "delivery_of", "env", "later", "once",
        },
        lambda_adapters.local: {"AsyncClient", "Client"},
    }  # fmt: skip
    for package, names in public.items():
        assert package.__all__ == sorted(names)
        assert all(hasattr(package, name) for name in names)
        assert names <= set(dir(package))


def test_a_misspelt_public_name_fails_at_run_time_and_under_mypy(tmp_path: Path) -> None:
    program = "import {0}\nfrom {0} import {1}\n"
    wrong = [
        ("lambda_adapters", "recrods"),
        ("lambda_adapters.webhooks", "GitHbu"),
        ("lambda_adapters.local", "Cleint"),
        ("asgi_lambda", "Ruoter"),
    ]
    (tmp_path / "misspelt.py").write_text("".join(program.format(*names) for names in wrong))

    command = [sys.executable, "-m", "mypy", "--strict", "--no-error-summary"]
    command += ["--cache-dir", str(tmp_path / "cache"), "misspelt.py"]
    done = subprocess.run(
        command, cwd=tmp_path, env={"MYPYPATH": str(ROOT)}, capture_output=True, text=True,
        check=False,
    )  # fmt: skip

    assert [
        line.partition(";")[0] for line in done.stdout.splitlines() if "misspelt.py" in line
    ] == [
        f'misspelt.py:{2 * at + 2}: error: Module "{module}" has no attribute "{name}"'
        for at, (module, name) in enumerate(wrong)
    ]
    for module, name in wrong:
        tried = subprocess.run(
            [sys.executable, "-c", f"from {module} import {name}"],
            capture_output=True, text=True, check=False,
        )  # fmt: skip
        assert tried.stderr.splitlines()[-1].startswith(f"ImportError: cannot import name '{name}'")


def test_every_package_tells_type_checkers_that_it_is_typed() -> None:
    assert [package for package in PACKAGES if not (ROOT / package / "py.typed").exists()] == []


def test_the_version_is_in_the_changelog() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    newest = re.search(r"^## (\S+)", (ROOT / "CHANGELOG.md").read_text(), re.MULTILINE)
    assert newest
    assert project["version"] == newest[1] == version("lambda-adapters")


def test_the_changelog_is_in_the_form_that_it_names() -> None:
    text = (ROOT / "CHANGELOG.md").read_text()
    assert "keepachangelog.com/en/1.1.0" in text
    versions = re.findall(r"^## (.*)$", text, re.MULTILINE)
    matches = [
        re.fullmatch(r"(\d+)\.(\d+)\.(\d+) - (unreleased|\d{4}-\d\d-\d\d)", v) for v in versions
    ]
    assert None not in matches
    numbers = [tuple(map(int, match.groups()[:3])) for match in matches if match]
    assert numbers == sorted(set(numbers), reverse=True)
    kinds = {"Added", "Changed", "Deprecated", "Removed", "Fixed", "Security"}
    assert set(re.findall(r"^### (.*)$", text, re.MULTILINE)) <= kinds


def test_nothing_is_required_on_lambda() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    assert project["dependencies"] == []


def test_claimed_pythons_are_those_that_the_tests_can_run_on() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    claimed = [c.rpartition(" ")[2] for c in project["classifiers"] if "Python :: 3." in c]
    assert claimed == ["3.11", "3.12", "3.13"]
