"""The documentation is correct: its code runs, its links work, and its tables match the code."""

import ast
import asyncio
import contextlib
import inspect
import json
import re
import shlex
import sys
import tomllib
from pathlib import Path
from types import ModuleType
from typing import Any

import click
import pytest
import yaml  # type: ignore[import-untyped]

import asgi_lambda
import wsgi_lambda
from lambda_adapters import Front, Request, UnknownEvent, trigger_of
from lambda_adapters.local import AsyncClient, Client
from lambda_adapters.local.cli import main as command_line
from lambda_adapters.sources.registry import all_sources
from lambda_adapters.sources.target_group import load_balancer
from tests.docs.pages import (
    DOCS,
    PAGES,
    PAGES_AND_README,
    ROOT,
    Block,
    anchors_of,
    blocks_of,
    links_of,
    name_of,
    table_of,
)

SHIPPED = ("lambda_adapters", "asgi_lambda", "wsgi_lambda")
SHELL = {"<", ">", "|", "&", "&&", ";"}
LANGUAGES = {"python", "console", "yaml", "json", "text"}


def filter_by_language(blocks: list[Block], language: str) -> list[Block]:
    return [block for block in blocks if block.language == language]


@pytest.mark.parametrize("page", PAGES_AND_README, ids=name_of)
def test_the_python_code_of_a_page_runs(page: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The blocks run in order and in one namespace, which is also the module that the page tells
    the reader to write. Test functions are called. Variables that a console block exports are set.
    """
    module = ModuleType("page")
    namespace = vars(module)
    for name in re.findall(r"[Ww]rite `(\w+)\.py`:", page.read_text()):
        monkeypatch.setitem(sys.modules, name, module)
    try:
        for block in blocks_of(page):
            if block.language == "python":
                run(block, page, namespace)
            for name, value in re.findall(r"(?m)^\$ export (\w+)=(\S+)$", block.text):
                monkeypatch.setenv(name, value)
    finally:
        for value in list(namespace.values()):
            if isinstance(value, asgi_lambda.Adapter):
                value.stop()


def run(block: Block, page: Path, namespace: dict[str, Any]) -> None:
    """Run a block and the tests in it. Tracebacks have the line numbers of the page."""
    before = dict(namespace)
    exec(compile("\n" * (block.line - 1) + block.text, str(page), "exec"), namespace)
    for name, value in list(namespace.items()):
        if name.startswith("test_") and before.get(name) is not value:
            result = value()
            if inspect.iscoroutine(result):
                asyncio.run(result)


def test_the_design_page_lists_every_module() -> None:
    [modules_block, *_] = filter_by_language(blocks_of(DOCS / "design.md"), "text")
    modules = {
        module.name
        for folder in SHIPPED
        for module in (ROOT / folder).rglob("*.py")
        if "local" not in module.parts
    }
    assert set(re.findall(r"\b\w+\.py\b", modules_block.text)) == modules - {"__init__.py"}


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_every_code_block_has_a_known_language(page: Path) -> None:
    """No test here checks a block in another language or without one."""
    unknown = [
        f"line {b.line}: {b.language!r}" for b in blocks_of(page) if b.language not in LANGUAGES
    ]
    assert unknown == []


@pytest.mark.parametrize("page", PAGES_AND_README, ids=name_of)
def test_every_link_has_an_existing_target(page: Path) -> None:
    broken = []
    for link in links_of(page):
        if re.match(r"[a-z]+:", link):
            continue
        path, _, anchor = link.partition("#")
        target = (page.parent / path).resolve() if path else page
        exists = target.exists() and (not anchor or anchor in anchors_of(target))
        if not exists:
            broken.append(link)
    assert broken == []


def test_every_page_is_linked_from_the_index() -> None:
    index = DOCS / "index.md"
    linked = {(DOCS / link.partition("#")[0]).resolve() for link in links_of(index)}
    assert [name_of(page) for page in PAGES if page not in linked | {index}] == []


def test_the_options_table_matches_both_adapters() -> None:
    options: dict[str, tuple[str, Any]] = {}
    for name, parameter in inspect.signature(asgi_lambda.Adapter).parameters.items():
        options[name] = ("ASGI", parameter.default)
    for name, parameter in inspect.signature(wsgi_lambda.Adapter).parameters.items():
        of_asgi = options.get(name, (None, parameter.default))
        assert of_asgi[1] == parameter.default, f"{name} differs between the Adapters"
        options[name] = ("both" if of_asgi[0] else "WSGI", parameter.default)
    del options["app"]
    rows = table_of(DOCS / "adapters.md", "option", "for", "default", "meaning")
    documented = {
        option.strip("`"): (kind, ast.literal_eval(default.strip("`")))
        for option, kind, default, _ in rows
    }
    assert documented == options


def keys_of(page: Path, *header: str) -> set[str]:
    return {key for cells in table_of(page, *header) for key in re.findall(r"`([^`]+)`", cells[0])}


def test_the_tables_of_scope_and_environ_list_every_key() -> None:
    request = Request(body=b"{}", client=("203.0.113.7", 4711))
    event = load_balancer.event_from_request(request, Front())
    event["headers"] |= {"x-forwarded-for": "203.0.113.7:4711", "content-type": "text/plain"}
    scope: dict[str, Any] = {}
    environ: dict[str, Any] = {}

    async def asgi_app(app_scope: Any, receive: Any, send: Any) -> None:
        scope.update(app_scope)

    def wsgi_app(app_environ: Any, start_response: Any) -> list[bytes]:
        environ.update(app_environ)
        return []

    asgi_lambda.Adapter(asgi_app, lifespan="off")(event)
    wsgi_lambda.Adapter(wsgi_app)(event)
    environ_keys = {"HTTP_*" if key.startswith("HTTP_") else key for key in environ}
    assert keys_of(DOCS / "adapters.md", "key of the scope", "value") == scope.keys()
    assert keys_of(DOCS / "adapters.md", "key of the environ", "value") == environ_keys


@pytest.mark.parametrize("client", [Client, AsyncClient])
def test_the_options_table_matches_both_clients(client: type[Client] | type[AsyncClient]) -> None:
    options = {
        name: parameter.default
        for name, parameter in inspect.signature(client).parameters.items()
        if name not in ("handler", "options")
    }
    rows = table_of(DOCS / "testing.md", "option", "default", "meaning")
    documented = {
        name.strip("`"): ast.literal_eval(default.strip("`")) for name, default, _ in rows
    }
    assert documented == options


def test_every_trigger_is_on_the_adapters_page() -> None:
    page = (DOCS / "adapters.md").read_text("utf-8")
    triggers = set()
    for file in (ROOT / "tests" / "events" / "not_http").glob("*.json"):
        with contextlib.suppress(UnknownEvent):
            triggers.add(trigger_of(json.loads(file.read_text("utf-8"))))
    assert [name for name in sorted(triggers) if f"`{name}`" not in page] == []


def test_every_source_has_a_page_and_a_row() -> None:
    index = (DOCS / "sources" / "index.md").read_text("utf-8")
    for source in all_sources():
        page = DOCS / "sources" / f"{source.name}.md"
        assert page in PAGES
        assert f"`{source.name}`" in page.read_text("utf-8")
        assert f"| `{source.name}` |" in index


class AnyTag(yaml.SafeLoader):  # type: ignore[misc]
    """Loads the YAML of CloudFormation: tags such as `!Ref` are replaced by their values."""


def _construct_value(loader: Any, suffix: str, node: Any) -> Any:
    if isinstance(node, yaml.ScalarNode):
        return loader.construct_scalar(node)
    if isinstance(node, yaml.SequenceNode):
        return loader.construct_sequence(node, deep=True)
    return loader.construct_mapping(node, deep=True)


AnyTag.add_multi_constructor("!", _construct_value)


@pytest.mark.parametrize("page", PAGES_AND_README, ids=name_of)
def test_yaml_and_json_blocks_are_valid(page: Path) -> None:
    for block in filter_by_language(blocks_of(page), "yaml"):
        assert isinstance(yaml.load(block.text, AnyTag), dict), f"line {block.line}"
    for block in filter_by_language(blocks_of(page), "json"):
        json.loads(block.text)


def command_lines(page: Path) -> list[list[str]]:
    """The arguments of each `lambda-adapters` command in the page's console blocks."""
    commands = []
    for block in blocks_of(page):
        if block.language not in ("console", "sh", "bash", "shell"):
            continue
        for line in block.text.replace("\\\n", " ").splitlines():
            command = re.sub(r"^\$ +", "", line.strip())
            if re.match(r"(\w+=\S* +)*lambda-adapters ", command):
                arguments = shlex.split(command, comments=True)
                arguments = arguments[arguments.index("lambda-adapters") + 1 :]
                end = next((i for i, word in enumerate(arguments) if word in SHELL), None)
                commands.append(arguments[:end])
    return commands


@pytest.mark.parametrize("page", PAGES_AND_README, ids=name_of)
def test_the_command_line_accepts_the_commands_on_the_page(page: Path) -> None:
    for arguments in command_lines(page):
        if arguments in (["--help"], ["--version"]):
            continue
        command = command_line.commands[arguments[0]]
        try:
            with command.make_context(arguments[0], arguments[1:]):
                pass
        except click.UsageError as error:
            pytest.fail(f"lambda-adapters {shlex.join(arguments)}: {error.format_message()}")


def test_every_command_is_in_the_documentation() -> None:
    documented = {arguments[0] for page in PAGES for arguments in command_lines(page)}
    assert documented == set(command_line.commands)


@pytest.mark.parametrize("page", PAGES_AND_README, ids=name_of)
def test_every_extra_that_a_page_installs_exists(page: Path) -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    text = page.read_text("utf-8")
    extras = {
        extra.strip()
        for listed in re.findall(r"lambda-adapters\[([\w, ]+)\]", text)
        for extra in listed.split(",")
    }
    assert extras - project["optional-dependencies"].keys() == set()
