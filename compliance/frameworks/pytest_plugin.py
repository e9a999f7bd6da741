r"""A pytest plugin: it puts Lambda below the frameworks' test clients and records each outcome.

    LAMBDA_SUITES_FRONT=http-api LAMBDA_SUITES_RECORD=out.jsonl \
      python -m pytest -p compliance.frameworks.pytest_plugin

It is loaded before the modules of the suite, so that they import the patched classes.
"""

import importlib.util
from collections.abc import Generator
from typing import Any

import pytest
from _pytest import compat, monkeypatch

from compliance.frameworks.lambda_transport import LambdaTransport, transport_from_environment
from compliance.frameworks.outcomes import Recorder, recorder_from_environment

_transport: LambdaTransport | None = transport_from_environment()


def _patch_starlette(transport: LambdaTransport) -> None:
    from starlette import testclient

    from compliance.frameworks.asgi_transport import AsgiTransport

    client: Any = testclient._TestClientTransport
    original = client.__init__

    def init(self: Any, app: Any, portal_factory: Any, *rest: Any, **options: Any) -> None:
        original(self, AsgiTransport(app, transport), portal_factory, *rest, **options)

    client.__init__ = init


def _patch_werkzeug(transport: LambdaTransport) -> None:
    from werkzeug import test

    from compliance.frameworks.wsgi_transport import WsgiTransport

    original: Any = test.run_wsgi_app

    def run_wsgi_app(app: Any, environ: Any, buffered: bool = False) -> Any:
        return original(WsgiTransport(app, transport), environ, buffered)

    test.run_wsgi_app = run_wsgi_app


if _transport is not None:
    if importlib.util.find_spec("starlette"):
        _patch_starlette(_transport)
    if importlib.util.find_spec("werkzeug"):
        _patch_werkzeug(_transport)

# Flask 3.1's conftest uses the name from before pytest 9.1.
if not hasattr(monkeypatch, "notset"):
    monkeypatch.notset = compat.NOTSET  # type: ignore[attr-defined]

_recorder: Recorder = recorder_from_environment()


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave out the tests on trio, because the adapter only supports asyncio."""
    trio = [item for item in items if _runs_on_trio(item)]
    if trio:
        config.hook.pytest_deselected(items=trio)
        items[:] = [item for item in items if not _runs_on_trio(item)]


def _runs_on_trio(item: pytest.Item) -> bool:
    callspec = getattr(item, "callspec", None)
    return callspec is not None and "trio" in callspec.id.split("-")


@pytest.hookimpl(wrapper=True)
def pytest_runtest_protocol(item: pytest.Item) -> Generator[None, object, object]:
    before = _transport.requests if _transport else 0
    _outcome.clear()
    try:
        return (yield)
    finally:
        requests = (_transport.requests if _transport else 0) - before
        result, message = _outcome.get("result", "error"), _outcome.get("message", "")
        _recorder.write(item.nodeid, result, message, requests)


_outcome: dict[str, str] = {}


def pytest_runtest_logreport(report: pytest.TestReport) -> None:
    """A test has failed if its set-up, its call or its tear-down has failed."""
    if report.failed:
        lines = report.longreprtext.strip().splitlines()
        _outcome.update({"result": "failed", "message": _find_message(lines)})
    elif _outcome.get("result") != "failed":
        if report.skipped:
            _outcome["result"] = "skipped"
        elif report.when == "call":
            _outcome["result"] = "passed"


def _find_message(lines: list[str]) -> str:
    errors = [line[1:].strip() for line in lines if line.startswith("E ")]
    return " | ".join(errors[:3]) if errors else " ".join(lines[-1:])
