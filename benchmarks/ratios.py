"""How long an event takes, as a ratio of what the peers take, all in this one process.

    make bench

Each row is one workload; the peers and we take turns, round after round, and the best round of
each counts, so that a busy machine harms all alike. A ratio of 0.5 means half of the peer's time.
The app does nothing: what is measured is the adapter. Memory is the peak beyond the event itself,
divided by the body's size.
"""

import gc
import json
import logging
import time
import tracemalloc
from collections.abc import Callable
from importlib.metadata import version
from typing import Any

import apig_wsgi
import awsgi
import mangum
import serverless_wsgi

import asgi_lambda
import wsgi_lambda
from lambda_adapters import Front, Request
from lambda_adapters.sources.registry import source_by_name

Handler = Callable[[Any, Any], Any]

ROUNDS, SECONDS = 9, 0.05
BROWSER = [
    ("host", "example.com"),
    ("accept", "text/html,application/xhtml+xml,application/xml;q=0.9,image/webp,*/*;q=0.8"),
    ("accept-encoding", "gzip, deflate, br, zstd"),
    ("accept-language", "en-GB,en;q=0.9"),
    ("cache-control", "max-age=0"),
    ("cookie", "session=eyJ1c2VyIjogMX0.aBcDeF; theme=dark; consent=yes"),
    ("priority", "u=0, i"),
    ("referer", "https://example.com/api/v1/casts/"),
    ("sec-ch-ua", '"Chromium";v="140", "Not=A?Brand";v="24"'),
    ("sec-ch-ua-mobile", "?0"),
    ("sec-ch-ua-platform", '"Linux"'),
    ("sec-fetch-dest", "document"),
    ("sec-fetch-mode", "navigate"),
    ("sec-fetch-site", "same-origin"),
    ("sec-fetch-user", "?1"),
    ("upgrade-insecure-requests", "1"),
    ("user-agent", "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko)"),
]
BLOB = bytes(range(256)) * 4096  # 1 MiB


class Context:
    """As Lambda passes it: a deadline and an id."""

    aws_request_id = "5f2c8e0a-3f0b-4b60-9a52-0d4f3a1c7e11"
    function_name = "bench"
    log_stream_name = "bench"

    def get_remaining_time_in_millis(self) -> int:
        return 30_000


def asgi_app(media_type: bytes, body: bytes) -> Any:
    async def app(scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] == "lifespan":
            await receive()
            await send({"type": "lifespan.startup.complete"})
            await receive()
            await send({"type": "lifespan.shutdown.complete"})
            return
        await receive()
        head = [(b"content-type", media_type)]
        await send({"type": "http.response.start", "status": 200, "headers": head})
        await send({"type": "http.response.body", "body": body})

    return app


def wsgi_app(media_type: bytes, body: bytes) -> Any:
    head = [("Content-Type", media_type.decode()), ("Content-Length", str(len(body)))]

    def app(environ: Any, start_response: Any) -> Any:
        environ["wsgi.input"].read()
        start_response("200 OK", head)
        return [body]

    return app


def workloads() -> dict[str, tuple[Request, bytes, bytes]]:
    """Name: the request, and the reply's media type and body."""
    client, server = ("203.0.113.9", 0), ("example.com", 443)
    curl = [("host", "example.com"), ("user-agent", "curl/8.5.0"), ("accept", "*/*")]
    form = [*curl, ("content-type", "application/octet-stream")]

    def get(headers: list[tuple[str, str]], query: str = "") -> Request:
        return Request(
            path="/api/v1/casts/", raw_path="/api/v1/casts/", query=query, headers=headers,
            client=client, server=server,
        )  # fmt: skip

    def post(body: bytes) -> Request:
        return Request(
            "POST", path="/upload", raw_path="/upload", headers=form, body=body,
            client=client, server=server,
        )  # fmt: skip

    data = json.dumps({"items": [{"id": i, "name": "Zo\u00eb"} for i in range(40)]}).encode()
    return {
        "curl, 2 bytes back": (get(curl), b"text/plain", b"ok"),
        "browser, 2 KB of JSON back": (get(BROWSER, "page=2&q=a+b"), b"application/json", data),
        "1 MiB up": (post(BLOB), b"text/plain", b"ok"),
        "1 MiB of bytes down": (get(BROWSER), b"image/png", BLOB[: 700 * 1024]),
    }


def contestants(media_type: bytes, body: bytes) -> dict[str, dict[str, Handler]]:
    """Kind: ours first, then the peers."""
    asgi, wsgi = asgi_app(media_type, body), wsgi_app(media_type, body)
    types = ["image/png"]
    return {
        "asgi": {
            "lambda-adapters": asgi_lambda.Adapter(asgi),
            "mangum, lifespan off": mangum.Mangum(asgi, lifespan="off"),
            "mangum, lifespan on": mangum.Mangum(asgi, lifespan="on"),
        },
        "wsgi": {
            "lambda-adapters": wsgi_lambda.Adapter(wsgi),
            "apig-wsgi": apig_wsgi.make_lambda_handler(wsgi, binary_support=True),
            "serverless-wsgi": lambda e, c: serverless_wsgi.handle_request(wsgi, e, c),
            "awsgi": lambda e, c: awsgi.response(wsgi, e, c, base64_content_types=types),
        },
    }


def answers(handler: Handler, event: Any, body: bytes) -> bool:
    """Whether a contestant serves this event at all; what fails is not timed."""
    try:
        response = handler(event, Context())
    except Exception:
        return False
    return bool(response["statusCode"] in (200, "200"))


def best_times(handlers: dict[str, Handler], event: Any) -> dict[str, float]:
    """Microseconds an event, the best of the rounds."""
    context = Context()
    best = dict.fromkeys(handlers, float("inf"))
    for _ in range(ROUNDS):
        for name, handler in handlers.items():
            count, begun = 0, time.perf_counter()
            while (passed := time.perf_counter() - begun) < SECONDS:
                handler(event, context)
                count += 1
            best[name] = min(best[name], passed / count * 1e6)
    return best


def peak_memory(handler: Handler, event: Any, size: int) -> float:
    """The peak beyond the event, in bodies."""
    handler(event, Context())
    gc.collect()
    tracemalloc.start()
    handler(event, Context())
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    return peak / size


def main() -> None:
    logging.disable(logging.CRITICAL)
    names = ("mangum", "apig-wsgi", "serverless-wsgi", "aws-wsgi", "lambda-adapters")
    print("   ".join(f"{name} {version(name)}" for name in names))
    for source_name in ("http_api", "rest_api", "load_balancer"):
        source = source_by_name(source_name)
        for workload, (request, media_type, body) in workloads().items():
            event = json.loads(json.dumps(source.event_from_request(request, Front())))
            for kind, everyone in contestants(media_type, body).items():
                handlers = {n: h for n, h in everyone.items() if answers(h, event, body)}
                times = best_times(handlers, event)
                ours = times.pop("lambda-adapters")
                ratios = ", ".join(f"{ours / t:.2f} of {n}'s" for n, t in times.items())
                print(f"{source_name:14} {workload:27} {kind}: {ours:7.1f} us, {ratios}")
                size = max(len(request.body), len(body))
                if size > 100_000:
                    peak = peak_memory(everyone["lambda-adapters"], event, size)
                    print(f"{'':14} {'':27} peak memory: {peak:.1f} bodies beyond the event")


if __name__ == "__main__":
    main()
