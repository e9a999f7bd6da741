"""WsgiCycle: one request through a WSGI app, by the rules of PEP 3333 for servers.

Source: peps.python.org/pep-3333; where it leaves a choice, this does what gunicorn does.
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
    """Calls the app, sends its reply, closes its iterable."""

    _head: tuple[int, Headers, str] | None = None

    def run(self, remote_user: bool) -> None:
        """Call the app. Raises AppError if the app breaks the protocol or raises an exception. An
        exception after the end of the reply is only logged."""
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
            chunks = self.handler.app(environ, self.start_response)
            is_list = type(chunks) is list  # the usual case: needs no check and no close()
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
        """The callable that the app gets. A second call, for an error page, needs exc_info: it
        replaces the head, or raises the exception again if the head has been sent. Raises AppError
        for a second call without exc_info."""
        if exc_info is not None and exc_info[1] is not None:
            try:
                if self.started:
                    raise exc_info[1].with_traceback(exc_info[2])
            finally:
                exc_info = None  # avoid a cycle: the traceback references this frame
        elif self._head is not None:
            raise AppError("The app called start_response twice without exc_info.")
        self._head = head_from_start_response(status, headers)
        return self.take

    def take(self, data: bytes) -> None:
        """Send a chunk of the body; the first one that is not empty sends the head. Raises AppError
        for a chunk that is not bytes."""
        if not isinstance(data, bytes):
            raise AppError(f"Expected bytes as body, got {type(data).__name__}.")
        if data:
            if not self.started:
                self._send_head("The app sent a body before it called start_response.")
            self.write(data)

    def _send_head(self, message: str) -> None:
        if self._head is None:
            raise AppError(message)
        self.start(*self._head)
