"""The exceptions, grouped by what caused the error.

    LambdaAdaptersError
        UnknownEvent          the event: no source and no trigger matches it
        BadRequest            the client: it gets the error's status (400, 413)
        AppError              the app: the client gets the error's status (500, 504)
            IncompleteReply     the client already has the beginning of the reply
        FailedStatus          the app's reply: you chose that its status fails the invocation
        StartupFailed         the app: its lifespan did not start
        ConfigurationError    your code: an invalid option, or the wrong kind of app

Messages say what was expected, what came and what to do next. They name the keys of an event, and
the method and path of a request. They never show headers, query or body, which hold tokens and
cookies.
"""


class LambdaAdaptersError(Exception):
    """The base class of all errors that this library raises on purpose. One exception: calling a
    handler from inside its own request raises RuntimeError, as asyncio does in this case."""


class UnknownEvent(LambdaAdaptersError):
    """No source and no trigger matches the event. The app was not called."""


class BadRequest(LambdaAdaptersError):
    """The request cannot be passed to the app; the client gets `status`."""

    def __init__(self, message: str, status: int = 400) -> None:
        super().__init__(message)
        self.status = status


class AppError(LambdaAdaptersError):
    """The app raised, broke its protocol or ran out of time; the client gets `status`."""

    def __init__(self, message: str, status: int = 500) -> None:
        super().__init__(message)
        self.status = status


class IncompleteReply(AppError):
    """The app failed after a sink got the beginning of its reply. Close the connection, so that
    the client notices. Only `answer` and `answer_async` with a sink raise it."""


class FailedStatus(LambdaAdaptersError):
    """The reply's status fails the invocation, for retries, alarms and dead-letter queues."""

    def __init__(self, message: str, status: int) -> None:
        super().__init__(message)
        self.status = status


class StartupFailed(LambdaAdaptersError):
    """The app's lifespan did not start, so the app cannot serve requests."""


class ConfigurationError(LambdaAdaptersError, ValueError):
    """An option, an argument or an app is not valid."""
