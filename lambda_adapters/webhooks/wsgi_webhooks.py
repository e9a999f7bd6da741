"""Webhooks: a WSGI app that gets verified deliveries only, on Lambda or on any WSGI server."""

from collections.abc import Iterable, Mapping
from io import BytesIO

from lambda_adapters.errors import AppError
from lambda_adapters.http.messages import PHRASES, Reply
from lambda_adapters.http.urls import path_bytes_from_raw, raw_path_from_bytes
from lambda_adapters.protocols.wsgi import App, Environ, StartResponse
from lambda_adapters.webhooks.delivery import KEY, Delivery
from lambda_adapters.webhooks.guards import check_app, check_not_nested
from lambda_adapters.webhooks.once import Lease, Once
from lambda_adapters.webhooks.senders.sender import Sender
from lambda_adapters.webhooks.verifier import LIMIT, Incoming, Verifier
from lambda_adapters.webhooks.wsgi_collector import collect_reply

_MOST_DIGITS = 15
_CONTENT = ("CONTENT_TYPE", "CONTENT_LENGTH")


class Webhooks:
    """A WSGI app behind the senders of its paths: `app.wsgi_app = Webhooks(app.wsgi_app, {...})`.

    `senders`: API Gateway's path patterns, below SCRIPT_NAME, each with a sender. The app finds
    the delivery with `delivery_of(environ)`; other paths reach it as they came. `limit`: bytes
    of a body; `once`: what `once(store)` gives. Raises ConfigurationError for what cannot be.
    """

    def __init__(
        self,
        app: App,
        senders: Mapping[str, object],
        *,
        limit: int = LIMIT,
        once: Once | None = None,
    ) -> None:
        check_app(app, "wsgi_lambda")
        self.app = app
        self._gate = Verifier(senders, limit, once)
        self.paths = self._gate.paths

    def __call__(self, environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
        if "REQUEST_METHOD" not in environ:  # an event, which would pass as a request for no path
            raise AppError(
                "Expected a WSGI environ, got something else: this Webhooks is for a WSGI app. "
                "Next: Webhooks around the app, then handler = Adapter(app)."
            )
        check_not_nested(environ, self)
        path = _decoded(environ.get("PATH_INFO", ""))
        sender = self._gate.sender(path)
        if sender is None:
            return self.app(environ, start_response)
        delivery = self._judged(sender, path, environ)
        if isinstance(delivery, Reply):
            return _sent(delivery, environ, start_response)
        environ[KEY] = delivery
        once = self._gate.once
        if once is None:
            return self.app(environ, start_response)
        return _sent(self._answer_once(once, delivery, environ), environ, start_response)

    def _judged(self, sender: Sender, path: str, environ: Environ) -> Delivery | Reply:
        method = environ["REQUEST_METHOD"]
        body = _body(environ, self._gate.limit)
        if body is None:
            return self._gate.too_large(sender, method, path)
        environ["wsgi.input"] = BytesIO(body)
        environ["wsgi.input_terminated"] = True
        environ["CONTENT_LENGTH"] = str(len(body))
        environ.pop("HTTP_TRANSFER_ENCODING", None)  # the body is whole now
        context = environ.get("aws.context")
        root = _decoded(environ.get("SCRIPT_NAME", ""))
        sent = Incoming(method, root, path, body, _headers(environ), url_of(environ), context)
        return self._gate.verify(sender, sent)

    def _answer_once(self, once: Once, delivery: Delivery, environ: Environ) -> Reply:
        lease = once.begin(delivery)
        if not isinstance(lease, Lease):
            return lease
        try:
            reply = collect_reply(self.app, environ)
        except BaseException:
            once.give_back(lease)
            raise
        once.end(lease, reply)
        return reply


def _decoded(path: str) -> str:
    """A path out of PEP 3333's bytes-in-str."""
    return path.encode("latin-1").decode("utf-8", "replace")


def _body(environ: Environ, limit: int) -> bytes | None:
    """The whole body; None where it has more than `limit` bytes, which are not read."""
    length = environ.get("CONTENT_LENGTH") or ""
    if length.isascii() and length.isdigit():
        # A number of thousands of digits could not even be read.
        too_large = len(length) > _MOST_DIGITS or int(length) > limit
        return None if too_large else _read(environ, int(length))
    if not environ.get("wsgi.input_terminated"):
        return b""  # PEP 3333: without a length, reading might never end
    body = _read(environ, limit + 1)
    return None if len(body) > limit else body


def _read(environ: Environ, size: int) -> bytes:
    """Up to `size` bytes, however few the server gives at a time."""
    chunks = []
    while size > 0:
        chunk = environ["wsgi.input"].read(size)
        if not chunk:
            break
        chunks.append(chunk)
        size -= len(chunk)
    return b"".join(chunks)


def _headers(environ: Environ) -> dict[str, str]:
    return {
        key.removeprefix("HTTP_").replace("_", "-").lower(): value
        for key, value in environ.items()
        if key.startswith("HTTP_") or (key in _CONTENT and value)
    }


def url_of(environ: Environ) -> str:
    """The public URL that was asked for, as it was sent where the server tells
    (peps.python.org/pep-3333/#url-reconstruction)."""
    host = environ.get("HTTP_HOST") or environ["SERVER_NAME"]
    target = environ.get("RAW_URI") or environ.get("REQUEST_URI") or ""
    path = (environ.get("SCRIPT_NAME", "") + environ.get("PATH_INFO", "")).encode("latin-1")
    if (
        path_bytes_from_raw(target.partition("?")[0]) != path
    ):  # a whole URL, a prefix that a proxy hid
        query = environ.get("QUERY_STRING")
        target = raw_path_from_bytes(path) + (f"?{query}" if query else "")
    return f"{environ['wsgi.url_scheme']}://{host}{target}"


def _sent(reply: Reply, environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
    headers = list(reply.headers)
    if reply.status not in (204, 304) and "content-length" not in dict(headers):
        headers.append(("content-length", str(len(reply.body))))
    reason = reply.reason or PHRASES.get(reply.status, "")
    start_response(f"{reply.status} {reason}", headers)
    return [] if environ["REQUEST_METHOD"] == "HEAD" else [reply.body]
