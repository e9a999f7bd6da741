"""The shape of the house: what may import what, how large a room may be, what is public."""

import ast
import re
import subprocess
import sys
import tomllib
from importlib.metadata import version
from pathlib import Path

ROOT = Path(__file__).parents[2]
SHIPPED = ("lambda_adapters", "asgi_lambda", "wsgi_lambda")
MODULES = sorted(
    p for package in (*SHIPPED, "lambda_adapters.local") for p in (ROOT / package).rglob("*.py")
)

# errors, messages -> body -> sources, triggers -> handler -> adapters: a module imports only from
# its own line or from those above it. Within `sources`, the formats come before the sources.
ORDER = [
    {"errors", "url"},
    {"pattern"},
    {"path_tree"},
    {"messages", "names"},
    {"headers"},
    {"forwarded", "body"},
    {"sources.front"},
    {"sources.reading", "sources.payload_v1", "sources.payload_v2", "sources.pekko_http"},
    {"sources.target_group", "sources.lattice", "sources.action_result", "sources.edge_headers"},
    {"sources.rest_api", "sources.http_api", "sources.http_api_v1", "sources.function_url",
     "sources.load_balancer", "sources.vpc_lattice", "sources.vpc_lattice_v1",
     "sources.openwhisk", "sources.cloudfront"},
    {"sources"},
    {"triggers", "callers", "authorizers"},
    {"recognition", "posted", "deadline", "records", "commands"},
    {"options", "call", "sink", "size"},
    {"exchange", "handler"},
    {"adapter"},
    {"targets"},
    {"trigger_table"},
    {"router"},
    {"webhooks.delivery"},
    {"webhooks.secrets", "webhooks.message", "webhooks.stores.store"},
    {"webhooks.fetched"},
    {"webhooks.senders.sender", "webhooks.senders.ids", "webhooks.later", "webhooks.around",
     "webhooks.remembered"},
    {"webhooks.senders.signed"},
    {"webhooks.senders.standard", "webhooks.senders.stripe", "webhooks.senders.slack",
     "webhooks.senders.github", "webhooks.senders.twilio"},
    {"webhooks.senders", "webhooks.paths"},
    {"webhooks.stores.memory", "webhooks.stores.sqlite", "webhooks.stores.dynamodb",
     "webhooks.stores.powertools"},
    {"webhooks.stores"},
    {"webhooks.once"},
    {"webhooks.gate"},
    {"webhooks.function"},
    {"webhooks"},
]  # fmt: skip


def name_of(path: Path) -> str:
    parts = path.relative_to(ROOT).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def imports_of(path: Path) -> set[str]:
    """The project's modules that a module imports, at whatever depth of its code."""
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
    allowed = {
        "lambda_adapters": {"lambda_adapters"},
        "asgi_lambda": {"lambda_adapters", "asgi_lambda"},
        "wsgi_lambda": {"lambda_adapters", "wsgi_lambda"},
        "lambda_adapters.local": {
            "lambda_adapters",
            "asgi_lambda",
            "wsgi_lambda",
            "lambda_adapters.local",
        },
    }
    wrong = [
        (name_of(path), name)
        for path in MODULES
        for name in imports_of(path)
        if name.partition(".")[0] not in allowed[name_of(path).partition(".")[0]]
    ]
    assert wrong == []


def test_the_rooms_of_lambda_events_stand_in_one_line() -> None:
    rank = {f"lambda_adapters.{name}": i for i, names in enumerate(ORDER) for name in names}
    rooms = {name_of(path): imports_of(path) for path in MODULES}
    rooms = {name: found for name, found in rooms.items() if name.startswith("lambda_adapters.")}
    assert set(rank) == set(rooms)
    wrong = [
        (name, other)
        for name, found in rooms.items()
        for other in found - {name}
        if rank[other] > rank[name]
    ]
    assert wrong == []


def test_no_imports_go_in_a_circle() -> None:
    graph = {name_of(path): imports_of(path) - {name_of(path)} for path in MODULES}
    left = dict(graph)
    while left:
        free = [name for name, found in left.items() if not found & left.keys()]
        assert free, f"a circle among {sorted(left)}"
        for name in free:
            del left[name]


def test_no_room_is_larger_than_300_lines() -> None:
    sizes = {name_of(path): len(path.read_text().splitlines()) for path in MODULES}
    assert {name: size for name, size in sizes.items() if size > 300} == {}


def test_half_of_the_rooms_are_under_100_lines() -> None:
    sizes = sorted(len(path.read_text().splitlines()) for path in MODULES)
    assert sizes[len(sizes) // 2] < 100


def test_every_room_says_what_it_is_for() -> None:
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
    ours = {*SHIPPED, "pybase64", "__main__", "__mp_main__", "sitecustomize", "usercustomize"}
    foreign = loaded - set(sys.stdlib_module_names) - ours
    at_start = {name.partition(".")[0] for name in loaded_by("pass")}
    assert foreign - at_start == set()


def test_the_public_names_are_exactly_these() -> None:
    import asgi_lambda
    import lambda_adapters
    import wsgi_lambda

    assert asgi_lambda.__all__ == ["Adapter", "Router"]
    assert wsgi_lambda.__all__ == ["Adapter", "Router"]
    assert lambda_adapters.__all__ == sorted(lambda_adapters.__all__)
    assert set(lambda_adapters.__all__) == {
        "AppError", "BadRequest", "Caller", "ConfigurationError", "FailedStatus", "Front",
        "LambdaAdaptersError", "Reply", "Request", "Router", "Source", "StartupFailed",
        "UnknownEvent", "caller_of", "partial_failures", "records", "source_of", "trigger_of",
    }  # fmt: skip


def test_every_package_tells_type_checkers_that_it_is_typed() -> None:
    for package in (*SHIPPED, "lambda_adapters.local"):
        assert (ROOT / package / "py.typed").exists()


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
