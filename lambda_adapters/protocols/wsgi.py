"""A PEP 3333 server for one request: the environ, start_response, and the app's iterable.

Source: peps.python.org/pep-3333; where it leaves a choice, gunicorn's.
"""

import logging
import re
import sys
from collections.abc import Callable, Iterable
from io import BytesIO
from types import TracebackType
from typing import Any
from wsgiref.util import FileWrapper

from lambda_adapters.errors import AppError
from lambda_adapters.http.caches import NamesCache, TextCache
from lambda_adapters.http.headers import list_map
from lambda_adapters.http.messages import Headers, Request
from lambda_adapters.http.urls import path_bytes_from_raw

_not_reason = re.compile("[^\t\x20-\x7e\x80-\xff]").search  # RFC 9112 §4
logger = logging.getLogger("lambda_adapters")

Environ = dict[str, Any]
ExcInfo = tuple[type[BaseException], BaseException, TracebackType] | tuple[None, None, None]
Write = Callable[[bytes], object]
StartResponse = Callable[..., Write]
App = Callable[[Environ, StartResponse], Iterable[bytes]]


def environ_from_request(request: Request) -> Environ:
    """The environ; valid under wsgiref.validate."""
    raw_path, root, query = request.raw_path, request.root_path, request.query
    uri = request.public_raw_path if root else raw_path
    host, port = request.server
    client = request.client
    names, values = request.columns()
    template, keys = _template_of[names]
    environ = template.copy()
    environ["REQUEST_METHOD"] = request.method
    if root:
        environ["SCRIPT_NAME"] = root.encode("utf-8", "replace").decode("latin-1")
    environ["PATH_INFO"] = (
        path_bytes_from_raw(raw_path).decode("latin-1") if "%" in raw_path else raw_path
    )
    environ["QUERY_STRING"] = query
    environ["REQUEST_URI"] = environ["RAW_URI"] = f"{uri}?{query}" if query else uri
    environ["SERVER_NAME"] = host
    environ["SERVER_PORT"] = str(port)
    environ["SERVER_PROTOCOL"] = f"HTTP/{request.http_version}"
    environ["wsgi.url_scheme"] = request.scheme
    environ["wsgi.input"] = BytesIO(request.body)
    environ["wsgi.errors"] = sys.stderr
    if client:
        environ["REMOTE_ADDR"], remote_port = client
        if remote_port:
            environ["REMOTE_PORT"] = str(remote_port)
    # Not strict, which takes time: both are of one length.
    environ.update(_variables(request.headers) if keys is None else zip(keys, values))  # noqa: B905
    return environ


def _variables(headers: Headers) -> dict[str, str]:
    """The headers as variables: repeats are joined, but a content has one length and one type."""
    variables = {_key_of[name]: value for name, value in headers}
    if len(variables) < len(headers):
        lists = list_map((_key_of[name], value) for name, value in headers)
        for key, values in lists.items():
            variables[key] = ",".join(values) if key.startswith("HTTP_") else values[0]
    variables.pop("", None)
    return variables


def _key(name: str) -> str:
    """The header's variable; "" for those that must not have one."""
    if "_" in name or name == "proxy":
        # X_User would become X-User's variable, and Proxy the proxy of the app's own client
        # (httpoxy.org).
        return ""
    key = name.upper().replace("-", "_")
    return key if key in ("CONTENT_LENGTH", "CONTENT_TYPE") else "HTTP_" + key


_key_of = TextCache(_key)


# What every environ has, and what all have that come with the same headers: a copy of a dict costs
# less than a new one.
_ALWAYS: Environ = {
    "REQUEST_METHOD": "GET",
    "SCRIPT_NAME": "",
    "PATH_INFO": "",
    "QUERY_STRING": "",
    "REQUEST_URI": "",
    "RAW_URI": "",
    "SERVER_NAME": "",
    "SERVER_PORT": "",
    "SERVER_PROTOCOL": "",
    "REMOTE_ADDR": "",
    "wsgi.version": (1, 0),
    "wsgi.url_scheme": "",
    "wsgi.input": None,
    "wsgi.input_terminated": True,
    "wsgi.errors": None,
    "wsgi.multithread": False,
    "wsgi.multiprocess": False,
    "wsgi.run_once": False,
    "wsgi.file_wrapper": FileWrapper,
}


def _template(names: tuple[str, ...]) -> tuple[Environ, list[str] | None]:
    """An environ without values, and the headers' variables; None where one is repeated, or must
    not be there."""
    keys = [_key_of[name] for name in names]
    if len({*keys, ""}) <= len(keys):
        return _ALWAYS, None
    return _ALWAYS | dict.fromkeys(keys), keys


_template_of = NamesCache(_template)


class Conversation:
    """What the app says through start_response and write, passed on when PEP 3333 allows to the
    `start`, `write` and `end` of the class that derives from it."""

    __slots__ = ()

    _head: tuple[int, Headers, str] | None
    started: bool
    complete: bool

    def start(self, status: int, headers: Headers, reason: str = "") -> None:
        raise NotImplementedError

    def write(self, data: bytes) -> None:
        raise NotImplementedError

    def end(self) -> None:
        raise NotImplementedError

    def converse(self, app: App, environ: Environ) -> None:
        """Call the app, take its whole reply, close its iterable. Raises AppError for what it does
        wrong; an exception behind the end of the reply is logged and costs nothing."""
        try:
            chunks = app(environ, self.start_response)
            is_list = type(chunks) is list
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
        """A second call is an error page's: it needs exc_info, and replaces the head unless that
        was sent, in which case the exception is raised again."""
        if exc_info is not None and exc_info[1] is not None:
            try:
                if self.started:
                    raise exc_info[1].with_traceback(exc_info[2])
            finally:
                exc_info = None  # the traceback holds this frame
        elif self._head is not None:
            raise AppError("The app called start_response twice without exc_info.")
        if not isinstance(status, str):
            raise AppError(f'Expected a status such as "200 OK", got {type(status).__name__}.')
        code, reason = _status_of[status]
        try:
            # RFC 9110 §5.5: white space around a value is not part of it (Django 5 writes some).
            pairs = [(lower(name), strip(value, " \t")) for name, value in headers]
        except (TypeError, ValueError):
            raise AppError(
                "Expected headers as a list of (name, value), both str, got something else."
            ) from None
        self._head = code, pairs, reason
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


lower, strip = str.lower, str.strip  # of what is no str, they raise a TypeError


def _status(status: str) -> tuple[int, str]:
    code, _, reason = status.partition(" ")
    if not (code.isascii() and code.isdigit() and len(code) == 3):
        raise AppError('Expected a status such as "200 OK", got one without a three-digit code.')
    if _not_reason(reason):
        raise AppError("The status holds a character that no status line can have, such as CR.")
    return int(code), reason


_status_of = TextCache(_status)
