"""Convert a Request and a Reply to WSGI's environ and start_response, and back.

Source: peps.python.org/pep-3333; where it leaves a choice, this does what gunicorn does.
"""

import re
import sys
from collections.abc import Callable, Iterable
from io import BytesIO
from types import TracebackType
from typing import Any
from wsgiref.util import FileWrapper

from lambda_adapters.errors import AppError
from lambda_adapters.http.caches import ListCache, TextCache
from lambda_adapters.http.headers import list_map
from lambda_adapters.http.messages import Headers, Reply, Request, phrase_of
from lambda_adapters.http.urls import path_bytes_from_raw, raw_path_below, raw_path_from_bytes

Environ = dict[str, Any]
ExcInfo = tuple[type[BaseException], BaseException, TracebackType] | tuple[None, None, None]
Write = Callable[[bytes], object]
StartResponse = Callable[..., Write]
App = Callable[[Environ, StartResponse], Iterable[bytes]]

_find_invalid_in_reason = re.compile("[^\t\x20-\x7e\x80-\xff]").search  # RFC 9112 §4
_CONTENT = ("CONTENT_TYPE", "CONTENT_LENGTH")


def environ_from_request(request: Request) -> Environ:
    """Return the environ; it passes wsgiref.validate."""
    raw_path, root, query = request.raw_path, request.root_path, request.query
    uri = request.public_raw_path if root else raw_path
    host, port = request.server
    names, values = request.columns
    template, variables = _template_for[names]
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
    if request.client:
        environ["REMOTE_ADDR"], remote_port = request.client
        if remote_port:
            environ["REMOTE_PORT"] = str(remote_port)
    if variables is None:
        environ.update(_variables_from_headers(request.headers))
    else:
        environ.update(zip(variables, values))  # noqa: B905 - strict takes time
    return environ


# The keys of every environ. A copy costs less than a new dict, so there is a template for each
# list of header names.
_BASE_ENVIRON: Environ = {
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


def _build_template(names: tuple[str, ...]) -> tuple[Environ, list[str] | None]:
    """Return an environ without values, and the headers' variables; None instead of these if two
    headers share a variable, or if a header must not have one."""
    variables = [_variable[name] for name in names]
    if "" in variables or len({*variables}) < len(variables):
        return _BASE_ENVIRON, None
    return _BASE_ENVIRON | dict.fromkeys(variables), variables


def _variables_from_headers(headers: Headers) -> Environ:
    """Return the headers as variables; repeats are joined, but of CONTENT_* the first counts."""
    lists = list_map((_variable[name], value) for name, value in headers)
    lists.pop("", None)
    return {
        variable: ",".join(values) if variable.startswith("HTTP_") else values[0]
        for variable, values in lists.items()
    }


def _variable_of(name: str) -> str:
    """Return the header's variable; "" for headers that must not have one. X_User would set the
    variable of X-User, and Proxy the proxy of the app's own HTTP client (httpoxy.org)."""
    if "_" in name or name == "proxy":
        return ""
    variable = name.upper().replace("-", "_")
    return variable if variable in _CONTENT else "HTTP_" + variable


_variable: TextCache[str, str] = TextCache(_variable_of)
_template_for: ListCache[tuple[Environ, list[str] | None]] = ListCache(_build_template)


def request_from_environ(environ: Environ, body: bytes = b"") -> Request:
    """Return the request of a server's environ. The raw path is the client's, if the environ has
    it (RAW_URI, REQUEST_URI); the path is decoded as UTF-8."""
    root, path = (_bytes_of(environ.get(name, "")) for name in ("SCRIPT_NAME", "PATH_INFO"))
    target = environ.get("RAW_URI") or environ.get("REQUEST_URI") or ""
    target, mark, query = target.partition("?")
    root_path = root.decode("utf-8", "replace")
    # A target may be a whole URL, or have a prefix that a proxy removed.
    as_sent = path_bytes_from_raw(target) == root + path
    raw_path = raw_path_below(target, root_path) if as_sent else None
    scheme: str = environ["wsgi.url_scheme"]
    address, protocol = environ.get("REMOTE_ADDR"), environ.get("SERVER_PROTOCOL", "HTTP/1.1")
    return Request(
        method=environ["REQUEST_METHOD"],
        scheme=scheme,
        root_path=root_path,
        path=path.decode("utf-8", "replace"),
        raw_path=raw_path_from_bytes(path) if raw_path is None else raw_path,
        query=query if as_sent and mark else environ.get("QUERY_STRING", ""),
        headers=[
            (key.removeprefix("HTTP_").replace("_", "-").lower(), value)
            for key, value in environ.items()
            if key.startswith("HTTP_") or (key in _CONTENT and value)
        ],
        body=body,
        client=(address, int(environ.get("REMOTE_PORT") or 0)) if address else None,
        server=(environ["SERVER_NAME"], int(environ["SERVER_PORT"])),
        http_version=protocol.partition("/")[2],
    )


def _bytes_of(text: str) -> bytes:
    """Return the bytes of a PEP 3333 string."""
    return text.encode("latin-1")


def head_from_start_response(status: object, headers: Any) -> tuple[int, Headers, str]:
    """Return the status code, the headers with lower-case names, and the reason phrase. Raises
    AppError for wrong types, and for a status that is not valid."""
    if not isinstance(status, str):
        raise AppError(f'Expected a status such as "200 OK", got {type(status).__name__}.')
    code, reason = _status[status]
    try:
        # RFC 9110 §5.5: white space around a value is not part of it (Django 5 writes some).
        pairs = [(_lower(name), _strip(value, " \t")) for name, value in headers]
    except (TypeError, ValueError):
        raise AppError(
            "Expected headers as a list of (name, value), both str, got something else."
        ) from None
    return code, pairs, reason


_lower, _strip = str.lower, str.strip  # they raise TypeError for other types


def _parse_status(status: str) -> tuple[int, str]:
    code, _, reason = status.partition(" ")
    if not (code.isascii() and code.isdigit() and len(code) == 3):
        raise AppError('Expected a status such as "200 OK", got one without a three-digit code.')
    if _find_invalid_in_reason(reason):
        raise AppError("The status holds a character that no status line can have, such as CR.")
    return int(code), reason


_status: TextCache[str, tuple[int, str]] = TextCache(_parse_status)


def send_reply(reply: Reply, start_response: StartResponse) -> list[bytes]:
    """Call start_response for a whole reply, and return its iterable."""
    reason = reply.reason or phrase_of(reply.status)
    start_response(f"{reply.status} {reason}", list(reply.headers))
    return [reply.body] if reply.body else []
