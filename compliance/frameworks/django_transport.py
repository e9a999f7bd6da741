"""Django's test client over Lambda: the event is inserted between the client and its two handlers.

Django's test client returns the response object of the app, with the request, the templates and the
context that the tests read. It still does. Only the parts that HTTP carries (status, headers,
cookies, body) are replaced by what came back through Lambda.
"""

from collections.abc import Awaitable, Callable, Iterable
from typing import Any

from django.http import HttpResponse, SimpleCookie
from django.http.response import ResponseHeaders
from django.test import client

from asgi_lambda import Adapter
from compliance.frameworks import asgi_transport, wsgi_transport
from compliance.frameworks.lambda_transport import LambdaTransport, option_from_root_path
from lambda_adapters.http.messages import Reply


def install(transport: LambdaTransport) -> None:
    """Make every Django test client use the transport from now on."""
    sync_call = client.ClientHandler.__call__
    async_call = client.AsyncClientHandler.__call__

    def call(self: Any, environ: dict[str, Any]) -> Any:
        return _send_wsgi(lambda inner: sync_call(self, inner), environ, transport)

    async def acall(self: Any, scope: dict[str, Any]) -> Any:
        return await _send_asgi(lambda inner: async_call(self, inner), scope, transport)

    client.ClientHandler.__call__ = call
    client.AsyncClientHandler.__call__ = acall


def _send_wsgi(
    handle: Callable[[Any], Any], environ: dict[str, Any], transport: LambdaTransport
) -> Any:
    responses: list[Any] = []

    def app(inner: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        length = int(inner.get("CONTENT_LENGTH") or 0)
        inner["wsgi.input"] = client.FakePayload(inner["wsgi.input"].read(length))
        response = handle(inner)
        responses.append(response)
        status = f"{response.status_code} {response.reason_phrase}"
        start_response(status, _headers_from_response(response))
        return list(response)

    reply = wsgi_transport.send_through_lambda(app, environ, transport)
    return _apply_reply(responses, reply)


async def _send_asgi(
    handle: Callable[[Any], Awaitable[Any]], scope: dict[str, Any], transport: LambdaTransport
) -> Any:
    responses: list[Any] = []
    errors: list[Exception] = []

    async def app(inner: Any, receive: Any, send: Any) -> None:
        inner.update({key: value for key, value in scope.items() if key not in inner})
        inner["_body_file"] = client.FakePayload((await receive())["body"])
        try:
            response = await handle(inner)
            responses.append(response)
            pairs = _headers_from_response(response)
            headers = [(k.encode("latin-1"), v.encode("latin-1")) for k, v in pairs]
            status = response.status_code
            await send({"type": "http.response.start", "status": status, "headers": headers})
            body = b"".join([part async for part in response]) if response.streaming else None
            await send(
                {"type": "http.response.body", "body": response.content if body is None else body}
            )
        except Exception as error:
            errors.append(error)
            raise

    file = scope.pop("_body_file", None)
    body = file.read() if file is not None else b""
    request = asgi_transport.request_from_client_scope(scope, body)
    root_path = option_from_root_path(scope.get("root_path", ""))
    adapter = Adapter(app, lifespan="off", root_path=root_path)
    invocation = transport.accept(request)
    if isinstance(invocation, Reply):
        return _apply_reply(responses, invocation)
    reply = invocation.reply(await adapter.handle(invocation.event(), transport.context()))
    if errors:
        raise errors[0]
    return _apply_reply(responses, reply)


def _headers_from_response(response: Any) -> list[tuple[str, str]]:
    cookies = [("Set-Cookie", morsel.OutputString()) for morsel in response.cookies.values()]
    return [*response.items(), *cookies]


def _apply_reply(responses: list[Any], reply: Reply) -> Any:
    """Write the reply into the app's response, or into a new one if the app was not called."""
    response = responses[0] if responses else HttpResponse()
    response.status_code = reply.status
    response.headers = ResponseHeaders({})
    response.cookies = SimpleCookie()
    for name, value in reply.headers:
        if name == "set-cookie":
            _add_cookie(response.cookies, value)
        else:
            response.headers[name] = value
    if response.streaming:
        response.streaming_content = [reply.body]
    else:
        response.content = reply.body
    return response


def _add_cookie(cookies: SimpleCookie, text: str) -> None:
    cookies.load(text)
    name = text.partition("=")[0]
    if name in cookies and cookies[name]["max-age"]:
        cookies[name]["max-age"] = int(cookies[name]["max-age"])  # Django stores a number
