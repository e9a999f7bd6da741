"""WsgiCycle: one request through a WSGI app, by the rules of PEP 3333 for servers.

Source: peps.python.org/pep-3333; where it leaves a choice, gunicorn's.
"""

import logging
from contextvars import copy_context

from lambda_adapters.errors import AppError
from lambda_adapters.http.headers import to_latin_1
from lambda_adapters.http.messages import Headers
from lambda_adapters.invocation.cycle import Cycle
from lambda_adapters.protocols.wsgi import (
    Environ,
    ExcInfo,
    Write,
    environ_from_request,
    head_from_start_response,
)
from lambda_adapters.triggers.callers import caller_of

logger = logging.getLogger("lambda_adapters")


class WsgiCycle(Cycle):
    """Calls the app, takes its reply, closes its iterable."""

    _head: tuple[int, Headers, str] | None = None

    def run(self, remote_user: bool) -> None:
        """Call the app. Raises AppError for what it does wrong and for what it raises; an exception
        behind the end of its reply is logged and changes nothing."""
        invocation = self.invocation
        environ = environ_from_request(self.request)
        environ["aws.event"] = invocation.event
        environ["aws.context"] = invocation.context
        environ["aws.path_parameters"] = invocation.path_parameters
        environ["aws.caller"] = caller = None if invocation.trigger else caller_of(invocation.event)
        if remote_user and caller is not None and caller.principal is not None:
            environ["REMOTE_USER"] = to_latin_1(caller.principal)
        # The call, the iteration and close() share one context, which is not the caller's.
        copy_context().run(self._serve, environ)

    def _serve(self, environ: Environ) -> None:
        try:
            chunks = self.server.app(environ, self.start_response)
            is_list = type(chunks) is list  # most are: a list needs no check and no close()
            if not (is_list or hasattr(chunks, "__iter__") or hasattr(chunks, "__getitem__")):
                raise AppError(
                    "Expected the app to return an iterable of bytes, got "
                    f"{type(chunks).__name__}. Is a return missing?"
                )
            try:
                for chunk in chunks:
                    self.take(chunk)
                if not self.started:
                    self._send_head("The app returned without a call of start_response.")
                self.end()
            finally:
                close = None if is_list else getattr(chunks, "close", None)
                if close is not None:
                    close()
        except Exception as error:
            if not self.complete:
                if isinstance(error, AppError):
                    raise
                raise AppError("The app raised an exception.") from error
            logger.exception("The app raised an exception after its reply, in close().")

    def start_response(
        self, status: str, headers: list[tuple[str, str]], exc_info: ExcInfo | None = None
    ) -> Write:
        """What the app is given. A second call is an error page's: it needs exc_info, and replaces
        the head unless that was sent, in which case the exception is raised again."""
        if exc_info is not None and exc_info[1] is not None:
            try:
                if self.started:
                    raise exc_info[1].with_traceback(exc_info[2])
            finally:
                exc_info = None  # the traceback holds this frame
        elif self._head is not None:
            raise AppError("The app called start_response twice without exc_info.")
        self._head = head_from_start_response(status, headers)
        return self.take

    def take(self, data: bytes) -> None:
        """A piece of the body; the first one that is not empty sends the head."""
        if not isinstance(data, bytes):
            raise AppError(f"Expected bytes as body, got {type(data).__name__}.")
        if data:
            if not self.started:
                self._send_head("The app sent a body before it called start_response.")
            self.write(data)

    def _send_head(self, missing: str) -> None:
        if self._head is None:
            raise AppError(missing)
        self.start(*self._head)
