"""The exceptions, by whose fault it was.

    LambdaAdaptersError
        UnknownEvent          the event's: no source and no trigger claims it
        BadRequest            the caller's: the client gets its status (400, 413)
        AppError              the app's: the client gets its status (500, 504)
            IncompleteReply     the client has the beginning of the reply already
        FailedStatus          the app's reply, which by your choice fails the invocation
        StartupFailed         the app's: its lifespan did not start
        ConfigurationError    yours: an option, a wrong kind of app

Messages say expected, got, next step. They name an event's keys, and of a request its method
and path; never headers, query or body, because tokens and cookies travel in them.
"""


class LambdaAdaptersError(Exception):
    """The base of all errors that this library raises on purpose. One exception: a handler that is
    called from inside its own request gets a RuntimeError, as asyncio gives in such places."""


class UnknownEvent(LambdaAdaptersError):
    """No source and no trigger claims the event. The app was not called."""


class BadRequest(LambdaAdaptersError):
    """The request cannot be given to the app; the client gets `status`."""

    def __init__(self, message: str, status: int = 400) -> None:
        super().__init__(message)
        self.status = status


class AppError(LambdaAdaptersError):
    """The app raised, broke its protocol or ran out of time; the client gets `status`."""

    def __init__(self, message: str, status: int = 500) -> None:
        super().__init__(message)
        self.status = status


class IncompleteReply(AppError):
    """The app failed after a sink got the beginning of its reply: close the connection, so that
    the client notices. Only `answer` and `answer_async` with a sink raise it."""


class FailedStatus(LambdaAdaptersError):
    """The reply's status fails the invocation, for retries, alarms and dead-letter queues."""

    def __init__(self, message: str, status: int) -> None:
        super().__init__(message)
        self.status = status


class StartupFailed(LambdaAdaptersError):
    """The app's lifespan did not start, so nothing can serve a request."""


class ConfigurationError(LambdaAdaptersError, ValueError):
    """An option or an app that an Adapter cannot be built with."""
