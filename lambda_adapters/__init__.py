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
    "IncompleteReply",
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
        IncompleteReply,
        LambdaAdaptersError,
        StartupFailed,
        UnknownEvent,
    )
    from lambda_adapters.http.messages import Reply, Request
    from lambda_adapters.invocation.recognition import source_of, trigger_of
    from lambda_adapters.routing.router import Router
    from lambda_adapters.sources.front import Front
    from lambda_adapters.sources.source import Source
    from lambda_adapters.triggers.callers import Caller, caller_of
    from lambda_adapters.triggers.records import partial_failures, records
else:
    from lambda_adapters.lazy_names import lazy_names

    __getattr__, __dir__ = lazy_names(
        __name__,
        {
            "lambda_adapters.errors": [
                "AppError",
                "BadRequest",
                "ConfigurationError",
                "FailedStatus",
                "IncompleteReply",
                "LambdaAdaptersError",
                "StartupFailed",
                "UnknownEvent",
            ],
            "lambda_adapters.http.messages": ["Reply", "Request"],
            "lambda_adapters.invocation.recognition": ["source_of", "trigger_of"],
            "lambda_adapters.routing.router": ["Router"],
            "lambda_adapters.sources.front": ["Front"],
            "lambda_adapters.sources.source": ["Source"],
            "lambda_adapters.triggers.callers": ["Caller", "caller_of"],
            "lambda_adapters.triggers.records": ["partial_failures", "records"],
        },
    )
