"""What a Lambda event means, and who gets it."""

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
from lambda_events.sources.front import Front, Source

__all__ = [
    "AppError",
    "BadRequest",
    "ConfigurationError",
    "FailedStatus",
    "Front",
    "LambdaAdaptersError",
    "Reply",
    "Request",
    "Source",
    "StartupFailed",
    "UnknownEvent",
    "source_of",
    "trigger_of",
]
