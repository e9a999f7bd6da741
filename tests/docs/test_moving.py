"""The tables of docs/moving: what a peer gives and what ours gives for the page's own event.

A peer that is not installed (the `bench` extra has them) is left out, our side never is.
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

Seen = dict[str, Any]

FILES = {"wsgi.input", "wsgi.errors"}  # two of them are never equal


def asgi_app(seen: Seen) -> Any:
    async def app(scope: Any, receive: Any, send: Any) -> None:
        seen.update(scope)
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": b"ok"})

    return app


def wsgi_app(seen: Seen) -> Any:
    def app(environ: Any, start_response: Any) -> list[bytes]:
        seen.update(environ)
        start_response("200 OK", [("Content-Type", "text/plain")])
        return [b"ok"]

    return app


def by_mangum(peer: Any, event: Any, seen: Seen) -> None:
    loop = asyncio.new_event_loop()
    asyncio.set_event_loop(loop)  # it makes one of its own otherwise, and never closes it
    try:
        peer.Mangum(asgi_app(seen), lifespan="off")(event, None)
    finally:
        asyncio.set_event_loop(None)
        loop.close()


def by_serverless_wsgi(peer: Any, event: Any, seen: Seen) -> None:
    peer.handle_request(wsgi_app(seen), event, None)


def by_apig_wsgi(peer: Any, event: Any, seen: Seen) -> None:
    peer.make_lambda_handler(wsgi_app(seen))(event, None)


def by_awsgi(peer: Any, event: Any, seen: Seen) -> None:
    peer.response(wsgi_app(seen), event, None)


# module, its name in the table, how it is called, the callable that has its options
PEERS: dict[str, tuple[str, Callable[[Any, Any, Seen], None], str]] = {
    "mangum": ("Mangum", by_mangum, "Mangum"),
    "serverless_wsgi": ("serverless-wsgi", by_serverless_wsgi, "handle_request"),
    "apig_wsgi": ("apig-wsgi", by_apig_wsgi, "make_lambda_handler"),
    "awsgi": ("awsgi", by_awsgi, "response"),
}


@pytest.fixture(params=PEERS)
def module(request: pytest.FixtureRequest) -> str:
    name: str = request.param
    return name


def event_of(module: str) -> Any:
    """The event of the page: its block is data and uses nothing that comes before."""
    [block] = [b for b in blocks_of(page_of(module)) if b.text.startswith("event = {")]
    namespace: dict[str, Any] = {}
    exec(block.text, namespace)
    return namespace["event"]


def page_of(module: str) -> Any:
    return DOCS / "moving" / f"from_{module}.md"


def rows_of(module: str) -> list[tuple[list[str], str, str]]:
    rows = table_of(page_of(module), "key", PEERS[module][0], "Adapter", "why")
    return [(re.findall(r"`([^`]+)`", keys), peer, ours) for keys, peer, ours, _ in rows]


def ours_for(module: str, event: Any) -> Seen:
    seen: Seen = {}
    if module == "mangum":
        asgi_lambda.Adapter(asgi_app(seen), lifespan="off")(event, None)
    else:
        wsgi_lambda.Adapter(wsgi_app(seen))(event, None)
    return seen


def check(seen: Seen, key: str, cell: str) -> None:
    """A cell is a literal in backticks, or `none` for a key that is not there, or prose."""
    if cell.startswith("none"):
        assert key not in seen
        return
    assert key in seen
    literal = re.fullmatch(r"`([^`]+)`", cell)
    if literal is not None:
        assert seen[key] == ast.literal_eval(literal[1])


def test_our_column_of_a_table_is_what_the_app_sees(module: str) -> None:
    seen = ours_for(module, event_of(module))
    rows = rows_of(module)
    for keys, _, ours in rows:
        for key in keys:
            check(seen, key, ours)
    assert seen.keys() - {key for keys, _, _ in rows for key in keys} == set()


def test_the_peers_column_of_a_table_is_what_the_app_saw(module: str) -> None:
    peer = pytest.importorskip(module)
    event = event_of(module)
    seen: Seen = {}
    PEERS[module][1](peer, event, seen)
    adapters = ours_for(module, event)
    rows = rows_of(module)
    for keys, theirs, ours in rows:
        for key in keys:
            check(seen, key, theirs)
            if ours == "the same":
                mine = adapters[key]
                assert seen[key] == mine or key in FILES
    assert seen.keys() - {key for keys, _, _ in rows for key in keys} == set()


def test_every_option_of_a_peer_is_on_its_page(module: str) -> None:
    peer = pytest.importorskip(module)
    options = inspect.signature(getattr(peer, PEERS[module][2])).parameters
    text = page_of(module).read_text("utf-8")
    assert [name for name in options if name not in text] == []
