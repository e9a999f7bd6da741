"""The structure of the packages: imports, size of modules, public names and metadata."""

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

# The layers. A module may import from its own line and from the lines above it.
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
    """The entry of ORDER that a module belongs to."""
    modules = {folder for line in ORDER for folder in line}
    return max((f for f in modules if f"{name}.".startswith(f"{f}.")), key=len)


def imports_of(path: Path) -> set[str]:
    """The project's modules that a module imports, at import time or later."""
    imports = set()
    modules = {name_of(module) for module in MODULES}
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            imports |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            assert node.level == 0, f"{path}: imports are absolute"
            inner = {f"{node.module}.{alias.name}" for alias in node.names}
            imports |= (inner & modules) or {node.module}
    return imports & modules


def test_imports_follow_the_order_of_the_layers() -> None:
    position = {folder: at for at, line in enumerate(ORDER) for folder in line}
    violations = [
        f"{name_of(path)} imports {other}"
        for path in MODULES
        for other in imports_of(path)
        if position[folder_of(other)] > position[folder_of(name_of(path))]
    ]
    assert violations == []


def test_the_adapters_do_not_import_each_other() -> None:
    pairs = {
        (name_of(path).partition(".")[0], other.partition(".")[0])
        for path in MODULES
        for other in imports_of(path)
    }
    assert pairs & {("asgi_lambda", "wsgi_lambda"), ("wsgi_lambda", "asgi_lambda")} == set()


def test_there_are_no_import_cycles() -> None:
    graph = {name_of(path): run_time_imports(path) - {name_of(path)} for path in MODULES}
    remaining = dict(graph)
    while remaining:
        importable = [name for name, imports in remaining.items() if not imports & remaining.keys()]
        assert importable, f"an import cycle among {sorted(remaining)}"
        for name in importable:
            del remaining[name]


def run_time_imports(path: Path) -> set[str]:
    """The project's modules that are imported at import time: not those in functions or under
    TYPE_CHECKING."""
    tree = ast.parse(path.read_text())
    tree.body = [node for node in tree.body if isinstance(node, (ast.Import, ast.ImportFrom))]
    modules = {name_of(module) for module in MODULES}
    imports = set()
    for node in tree.body:
        if isinstance(node, ast.Import):
            imports |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            inner = {f"{node.module}.{alias.name}" for alias in node.names}
            imports |= (inner & modules) or {node.module}
    return imports & modules


def test_no_module_has_more_than_300_lines_and_the_median_is_under_100() -> None:
    sizes = {name_of(path): len(path.read_text().splitlines()) for path in MODULES}
    assert {name: size for name, size in sizes.items() if size > 300} == {}
    assert sorted(sizes.values())[len(sizes) // 2] < 100


def test_every_module_has_a_docstring() -> None:
    without_docstring = [
        name_of(p) for p in MODULES if not ast.get_docstring(ast.parse(p.read_text()))
    ]
    assert without_docstring == []


def modules_loaded_by(statement: str) -> set[str]:
    code = f"import sys; {statement}; print(*sys.modules)"
    result = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    )
    return set(result.stdout.split())


def test_wsgi_lambda_loads_no_asyncio() -> None:
    assert "asyncio" not in modules_loaded_by("import wsgi_lambda")


def test_the_adapters_load_only_the_standard_library() -> None:
    loaded = {
        name.partition(".")[0] for name in modules_loaded_by("import asgi_lambda, wsgi_lambda")
    }
    own = {*PACKAGES, "pybase64", "__main__", "__mp_main__", "sitecustomize", "usercustomize"}
    foreign = loaded - set(sys.stdlib_module_names) - own
    preloaded = {name.partition(".")[0] for name in modules_loaded_by("pass")}
    assert foreign - preloaded == set()


def test_the_public_names() -> None:
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
        lambda_adapters.local: {"EVERY_FRONT", "AsyncClient", "Client"},
    }  # fmt: skip
    for package, names in public.items():
        assert (set(package.__all__), len(package.__all__)) == (names, len(names))
        assert all(hasattr(package, name) for name in names)
        assert names <= set(dir(package))


def test_a_misspelt_public_name_fails_at_run_time_and_under_mypy(tmp_path: Path) -> None:
    program = "import {0}\nfrom {0} import {1}\n"
    misspelt = [
        ("lambda_adapters", "recrods"),
        ("lambda_adapters.webhooks", "GitHbu"),
        ("lambda_adapters.local", "Cleint"),
        ("asgi_lambda", "Ruoter"),
    ]
    (tmp_path / "misspelt.py").write_text("".join(program.format(*names) for names in misspelt))

    command = [sys.executable, "-m", "mypy", "--strict", "--no-error-summary"]
    command += ["--cache-dir", str(tmp_path / "cache"), "misspelt.py"]
    result = subprocess.run(
        command, cwd=tmp_path, env={"MYPYPATH": str(ROOT)}, capture_output=True, text=True,
        check=False,
    )  # fmt: skip

    assert [
        line.partition(";")[0] for line in result.stdout.splitlines() if "misspelt.py" in line
    ] == [
        f'misspelt.py:{2 * at + 2}: error: Module "{module}" has no attribute "{name}"'
        for at, (module, name) in enumerate(misspelt)
    ]
    for module, name in misspelt:
        result = subprocess.run(
            [sys.executable, "-c", f"from {module} import {name}"],
            capture_output=True, text=True, check=False,
        )  # fmt: skip
        assert result.stderr.splitlines()[-1].startswith(
            f"ImportError: cannot import name '{name}'"
        )


def test_every_package_has_a_py_typed_file() -> None:
    assert [package for package in PACKAGES if not (ROOT / package / "py.typed").exists()] == []


def test_the_version_is_in_the_changelog() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    newest = re.search(r"^## (\S+)", (ROOT / "CHANGELOG.md").read_text(), re.MULTILINE)
    assert newest
    assert project["version"] == newest[1] == version("lambda-adapters")


def test_the_changelog_follows_keep_a_changelog() -> None:
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


def test_the_package_has_no_dependencies() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    assert project["dependencies"] == []


def test_the_python_classifiers() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    classifiers = [c.rpartition(" ")[2] for c in project["classifiers"] if "Python :: 3." in c]
    assert classifiers == ["3.11", "3.12", "3.13"]
