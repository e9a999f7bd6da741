r"""A pytest plugin: puts Lambda under the frameworks' test clients, and writes down what happens.

    LAMBDA_SUITES_FRONT=http-api LAMBDA_SUITES_RECORD=out.jsonl \
      python -m pytest -p compliance.frameworks.pytest_plugin

It is loaded before the suite's own modules, which then import what it has put in place.
"""

import importlib.util
from collections.abc import Generator
from typing import Any

import pytest
from _pytest import compat, monkeypatch

from compliance.frameworks.lambda_transport import LambdaTransport, transport_from_environment
from compliance.frameworks.outcomes import Recorder, recorder

_transport: LambdaTransport | None = transport_from_environment()


def _under_starlette(transport: LambdaTransport) -> None:
    from starlette import testclient

    from compliance.frameworks.asgi_transport import AsgiTransport

    client: Any = testclient._TestClientTransport
    plain = client.__init__

    def init(self: Any, app: Any, portal_factory: Any, *rest: Any, **options: Any) -> None:
        plain(self, AsgiTransport(app, transport), portal_factory, *rest, **options)

    client.__init__ = init


def _under_werkzeug(transport: LambdaTransport) -> None:
    from werkzeug import test

    from compliance.frameworks.wsgi_transport import WsgiTransport

    plain: Any = test.run_wsgi_app

    def run_wsgi_app(app: Any, environ: Any, buffered: bool = False) -> Any:
        return plain(WsgiTransport(app, transport), environ, buffered)

    test.run_wsgi_app = run_wsgi_app


if _transport is not None:
    if importlib.util.find_spec("starlette"):
        _under_starlette(_transport)
    if importlib.util.find_spec("werkzeug"):
        _under_werkzeug(_transport)

# Flask 3.1's conftest asks for it by the name that it had before pytest 9.1.
if not hasattr(monkeypatch, "notset"):
    monkeypatch.notset = compat.NOTSET  # type: ignore[attr-defined]

_recorder: Recorder = recorder()


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """The adapter is for asyncio; on trio there is nothing to compare."""
    trio = [item for item in items if _runs_on_trio(item)]
    if trio:
        config.hook.pytest_deselected(items=trio)
        items[:] = [item for item in items if not _runs_on_trio(item)]


def _runs_on_trio(item: pytest.Item) -> bool:
    callspec = getattr(item, "callspec", None)
    return callspec is not None and "trio" in callspec.id.split("-")


@pytest.hookimpl(wrapper=True)
def pytest_runtest_protocol(item: pytest.Item) -> Generator[None, object, object]:
    before = _transport.carried if _transport else 0
    _outcome.clear()
    try:
        return (yield)
    finally:
        carried = (_transport.carried if _transport else 0) - before
        _recorder.write(item.nodeid, _outcome.get("is", "error"), _outcome.get("why", ""), carried)


_outcome: dict[str, str] = {}


def pytest_runtest_logreport(report: pytest.TestReport) -> None:
    """The worst of set-up, call and tear-down is the test's outcome."""
    if report.failed:
        why = report.longreprtext.strip().splitlines()
        _outcome.update({"is": "failed", "why": _reason(why)})
    elif _outcome.get("is") != "failed":
        if report.skipped:
            _outcome["is"] = "skipped"
        elif report.when == "call":
            _outcome["is"] = "passed"


def _reason(lines: list[str]) -> str:
    told = [line[1:].strip() for line in lines if line.startswith("E ")]
    return " | ".join(told[:3]) if told else " ".join(lines[-1:])
