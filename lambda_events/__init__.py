"""What a Lambda event means, and who gets it."""

from lambda_events.callers import Caller, caller_of
from lambda_events.errors import (
    AppError,
    BadRequest,
    ConfigurationError,
    FailedStatus,
    LambdaAdaptersError,
    StartupFailed,
    UnknownEvent,
)
from lambda_events.messages import Reply, Request
from lambda_events.recognition import source_of, trigger_of
from lambda_events.records import partial_failures, records
from lambda_events.router import Router
from lambda_events.sources.front import Front, Source

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
