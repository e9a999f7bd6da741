"""The responses that tests expect, in the form of each source."""

from collections.abc import Iterable
from typing import Any

PHRASES = {200: "OK", 204: "No Content", 304: "Not Modified", 500: "Internal Server Error"}


def response_for(
    name: str,
    status: int = 200,
    headers: Iterable[tuple[str, str]] = (),
    body: str = "",
    encoded: bool = False,
) -> dict[str, Any]:
    """The response to a source, by its name in `BUILDERS`. Headers must not repeat."""
    response: dict[str, Any] = {"statusCode": status, "body": body, "isBase64Encoded": encoded}
    if name.startswith("load_balancer") and status in PHRASES:
        response["statusDescription"] = f"{status} {PHRASES[status]}"
    if name == "load_balancer_multi":
        return response | {"multiValueHeaders": {key: [value] for key, value in headers}}
    return response | {"headers": dict(headers)}


def error_response_for(name: str, status: int = 500, text: str = "Internal Server Error") -> Any:
    """The library's own error response."""
    response = response_for(name, status, [("content-type", "text/plain; charset=utf-8")], text)
    if name.startswith("load_balancer"):
        response["statusDescription"] = f"{status} {text}"
    return response


def cookies_in(name: str, response: dict[str, Any]) -> list[str]:
    """The values of all Set-Cookie headers that the source sends to the client."""
    if name in ("http_api", "function_url"):
        cookies = list(response.get("cookies", ()))
    else:
        multi = response.get("multiValueHeaders") or {}
        cookies = [
            v for key, values in multi.items() if key.lower() == "set-cookie" for v in values
        ]
    single = response.get("headers") or {}
    return cookies + [value for key, value in single.items() if key.lower() == "set-cookie"]
