"""WsgiWebhooks: WSGI middleware that verifies deliveries, on Lambda and on any WSGI server."""

from collections.abc import Iterable, Mapping
from io import BytesIO

from lambda_adapters.errors import AppError
from lambda_adapters.http.messages import Headers, Reply
from lambda_adapters.http.wire import wire_reply
from lambda_adapters.protocols.wsgi import (
    App,
    Environ,
    ExcInfo,
    StartResponse,
    Write,
    head_from_start_response,
    request_from_environ,
    send_reply,
)
from lambda_adapters.webhooks.delivery import KEY, Delivery
from lambda_adapters.webhooks.guards import check_app, check_not_nested
from lambda_adapters.webhooks.idempotency import Lease, Once
from lambda_adapters.webhooks.verifier import LIMIT, Verifier

_MAX_DIGITS = 15  # of a Content-Length: int() refuses thousands of digits


class WsgiWebhooks:
    """Verifies the requests for the senders' paths, then calls the app:
    `app.wsgi_app = WsgiWebhooks(app.wsgi_app, {...})`.

    `senders`: API Gateway path patterns, relative to SCRIPT_NAME, each with a sender. The app gets
    the delivery with `delivery_of(environ)`; requests for other paths are passed on unchanged.
    `limit`: the maximum size of a body in bytes; `once`: the result of `once(store)`. Raises
    ConfigurationError for a wrong app, sender or option.
    """

    def __init__(
        self,
        app: App,
        senders: Mapping[str, object],
        *,
        limit: int = LIMIT,
        once: Once | None = None,
    ) -> None:
        check_app(app, "WsgiWebhooks")
        self.app = app
        self._verifier = Verifier(senders, limit, once)
        self.paths = self._verifier.paths

    def __call__(self, environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
        if "REQUEST_METHOD" not in environ:  # an event would count as a request without a path
            raise AppError(
                "Expected a WSGI environ, got something else: WsgiWebhooks wraps WSGI apps only. "
                "Next: wrap the app in WsgiWebhooks, then handler = Adapter(app)."
            )
        check_not_nested(environ, self)
        request = request_from_environ(environ)
        sender = self._verifier.find_sender(request.path)
        if sender is None:
            return self.app(environ, start_response)
        body = _read_body(environ, self._verifier.limit)
        if body is None:
            delivery: Delivery | Reply = self._verifier.refuse_large_body(sender, request)
        else:
            request.body = body
            delivery = self._verifier.verify(sender, request, environ.get("aws.context"))
        if isinstance(delivery, Reply):
            return send_reply(wire_reply(delivery, request.method), start_response)
        environ[KEY] = delivery
        once = self._verifier.once
        if once is None:
            return self.app(environ, start_response)
        reply = self._reply_once(once, delivery, environ)
        return send_reply(wire_reply(reply, request.method), start_response)

    def _reply_once(self, once: Once, delivery: Delivery, environ: Environ) -> Reply:
        lease = once.acquire(delivery)
        if not isinstance(lease, Lease):
            return lease
        try:
            reply = collect_reply(self.app, environ)
        except BaseException:
            once.release(lease)
            raise
        once.finish(lease, reply)
        return reply


def _read_body(environ: Environ, limit: int) -> bytes | None:
    """Return the whole body and keep it readable for the app. Return None, without reading the
    rest, if it has more than `limit` bytes."""
    length = environ.get("CONTENT_LENGTH") or ""
    if length.isascii() and length.isdigit():
        if len(length) > _MAX_DIGITS or int(length) > limit:
            return None
        body = _read(environ, int(length))
    elif environ.get("wsgi.input_terminated"):
        body = _read(environ, limit + 1)
    else:
        body = b""  # PEP 3333: without a length, reading could block forever
    if len(body) > limit:
        return None
    environ["wsgi.input"] = BytesIO(body)
    environ["wsgi.input_terminated"] = True
    environ["CONTENT_LENGTH"] = str(len(body))
    environ.pop("HTTP_TRANSFER_ENCODING", None)  # the body now has a length
    return body


def _read(environ: Environ, size: int) -> bytes:
    """Read up to `size` bytes. The server may return fewer bytes per read."""
    chunks = []
    while size > 0:
        chunk = environ["wsgi.input"].read(size)
        if not chunk:
            break
        chunks.append(chunk)
        size -= len(chunk)
    return b"".join(chunks)


def collect_reply(app: App, environ: Environ) -> Reply:
    """Return an app's whole reply. Raises AppError if the app violates PEP 3333."""
    head: list[tuple[int, Headers, str]] = []
    chunks: list[bytes] = []

    def start_response(
        status: str, headers: list[tuple[str, str]], exc_info: ExcInfo | None = None
    ) -> Write:
        if exc_info is not None and exc_info[1] is not None:
            if any(chunks):
                raise exc_info[1].with_traceback(exc_info[2])
        elif head:
            raise AppError("The app called start_response twice without exc_info.")
        head[:] = [head_from_start_response(status, headers)]
        return chunks.append

    iterable = app(environ, start_response)
    try:
        for chunk in iterable:
            if not isinstance(chunk, bytes):
                raise AppError(f"Expected bytes as body, got {type(chunk).__name__}.")
            if chunk and not head:
                raise AppError("The app sent a body before it called start_response.")
            chunks.append(chunk)
    finally:
        close = getattr(iterable, "close", None)
        if close is not None:
            close()
    if not head:
        raise AppError("The app returned without a call of start_response.")
    status, headers, reason = head[0]
    return Reply(status, headers, b"".join(chunks), reason=reason)
