"""Run Python web apps on AWS Lambda: events in, requests to the app, replies back as responses.

`asgi_lambda` and `wsgi_lambda` hold the Adapters. This package holds what both share, and what
is useful on its own. Its public names are loaded when they are asked for (PEP 562), so that a
function pays only for what it uses.
"""

from typing import TYPE_CHECKING

__all__ = [
    "AppError",
    "BadRequest",
    "Caller",
    "ConfigurationError",
    "FailedStatus",
    "Front",
    "LambdaAdaptersError",
    "Reply",
    "Request",
    "Router",
    "Source",
    "StartupFailed",
    "UnknownEvent",
    "caller_of",
    "partial_failures",
    "records",
    "source_of",
    "trigger_of",
]

if TYPE_CHECKING:
    from lambda_adapters.errors import (
        AppError,
        BadRequest,
        ConfigurationError,
        FailedStatus,
        LambdaAdaptersError,
        StartupFailed,
        UnknownEvent,
    )
    from lambda_adapters.http.messages import Reply, Request
    from lambda_adapters.invocation.recognition import source_of, trigger_of
    from lambda_adapters.routing.router import Router
    from lambda_adapters.sources.source import Front, Source
    from lambda_adapters.triggers.callers import Caller, caller_of
    from lambda_adapters.triggers.records import partial_failures, records
else:
    _HOMES = {
        "Caller": "triggers.callers",
        "Front": "sources.source",
        "Reply": "http.messages",
        "Request": "http.messages",
        "Router": "routing.router",
        "Source": "sources.source",
        "caller_of": "triggers.callers",
        "partial_failures": "triggers.records",
        "records": "triggers.records",
        "source_of": "invocation.recognition",
        "trigger_of": "invocation.recognition",
    }

    def __getattr__(name: str) -> object:
        if name not in __all__:
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
        from importlib import import_module

        module = import_module(f"{__name__}.{_HOMES.get(name, 'errors')}")
        value = globals()[name] = getattr(module, name)
        return value

    def __dir__() -> list[str]:
        return sorted({*globals(), *__all__})
