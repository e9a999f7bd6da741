"""The tables of docs/moving: what apps get from another adapter and from ours for the same event.

Tests of another adapter are skipped if it is not installed (it is in the extra `bench`).
"""

import ast
import asyncio
import inspect
import re
from collections.abc import Callable
from typing import Any

import pytest

import asgi_lambda
import wsgi_lambda
from tests.docs.pages import DOCS, blocks_of, table_of

AppInput = dict[str, Any]

FILE_KEYS = {"wsgi.input", "wsgi.errors"}  # file objects are never equal


def asgi_app(app_input: AppInput) -> Any:
    async def app(scope: Any, receive: Any, send: Any) -> None:
        app_input.update(scope)
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": b"ok"})

    return app


def wsgi_app(app_input: AppInput) -> Any:
    def app(environ: Any, start_response: Any) -> list[bytes]:
        app_input.update(environ)
        start_response("200 OK", [("Content-Type", "text/plain")])
        return [b"ok"]

    return app


def call_mangum(package: Any, event: Any, app_input: AppInput) -> None:
    loop = asyncio.new_event_loop()
    asyncio.set_event_loop(loop)  # otherwise Mangum creates a loop and does not close it
    try:
        package.Mangum(asgi_app(app_input), lifespan="off")(event, None)
    finally:
        asyncio.set_event_loop(None)
        loop.close()


def call_serverless_wsgi(package: Any, event: Any, app_input: AppInput) -> None:
    package.handle_request(wsgi_app(app_input), event, None)


def call_apig_wsgi(package: Any, event: Any, app_input: AppInput) -> None:
    package.make_lambda_handler(wsgi_app(app_input))(event, None)


def call_awsgi(package: Any, event: Any, app_input: AppInput) -> None:
    package.response(wsgi_app(app_input), event, None)


# By module: the column in the table, how to call it, and the function that has its options.
OTHER_ADAPTERS: dict[str, tuple[str, Callable[[Any, Any, AppInput], None], str]] = {
    "mangum": ("Mangum", call_mangum, "Mangum"),
    "serverless_wsgi": ("serverless-wsgi", call_serverless_wsgi, "handle_request"),
    "apig_wsgi": ("apig-wsgi", call_apig_wsgi, "make_lambda_handler"),
    "awsgi": ("awsgi", call_awsgi, "response"),
}


@pytest.fixture(params=OTHER_ADAPTERS)
def module(request: pytest.FixtureRequest) -> str:
    name: str = request.param
    return name


def event_of(module: str) -> Any:
    """The event of the page. Its code block does not use earlier blocks."""
    [block] = [b for b in blocks_of(page_of(module)) if b.text.startswith("event = {")]
    namespace: dict[str, Any] = {}
    exec(block.text, namespace)
    return namespace["event"]


def page_of(module: str) -> Any:
    return DOCS / "moving" / f"from_{module}.md"


def rows_of(module: str) -> list[tuple[list[str], str, str]]:
    rows = table_of(page_of(module), "key", OTHER_ADAPTERS[module][0], "Adapter", "why")
    return [(re.findall(r"`([^`]+)`", keys), theirs, ours) for keys, theirs, ours, _ in rows]


def our_input(module: str, event: Any) -> AppInput:
    app_input: AppInput = {}
    if module == "mangum":
        asgi_lambda.Adapter(asgi_app(app_input), lifespan="off")(event, None)
    else:
        wsgi_lambda.Adapter(wsgi_app(app_input))(event, None)
    return app_input


def check_cell(app_input: AppInput, key: str, cell: str) -> None:
    """Compare a value with a cell: a literal in backticks, `none`, or a description."""
    if cell.startswith("none"):
        assert key not in app_input
        return
    assert key in app_input
    literal = re.fullmatch(r"`([^`]+)`", cell)
    if literal is not None:
        assert app_input[key] == ast.literal_eval(literal[1])


def test_the_column_of_our_adapter_matches_what_the_app_gets(module: str) -> None:
    app_input = our_input(module, event_of(module))
    rows = rows_of(module)
    for keys, _, ours in rows:
        for key in keys:
            check_cell(app_input, key, ours)
    assert app_input.keys() - {key for keys, _, _ in rows for key in keys} == set()


def test_the_column_of_the_other_adapter_matches_what_the_app_gets(module: str) -> None:
    package = pytest.importorskip(module)
    event = event_of(module)
    app_input: AppInput = {}
    OTHER_ADAPTERS[module][1](package, event, app_input)
    expected = our_input(module, event)
    rows = rows_of(module)
    for keys, theirs, ours in rows:
        for key in keys:
            check_cell(app_input, key, theirs)
            if ours == "the same":
                our_value = expected[key]
                assert app_input[key] == our_value or key in FILE_KEYS
    assert app_input.keys() - {key for keys, _, _ in rows for key in keys} == set()


def test_every_option_of_the_other_adapter_is_on_its_page(module: str) -> None:
    package = pytest.importorskip(module)
    options = inspect.signature(getattr(package, OTHER_ADAPTERS[module][2])).parameters
    text = page_of(module).read_text("utf-8")
    assert [name for name in options if name not in text] == []
