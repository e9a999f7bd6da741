"""How long an event takes, as a ratio of what other adapters take, all in this one process.

    make bench

The handlers take turns, round after round, each with the same events, no two of which are equal in
any value; the best round of each counts, so that a busy machine harms all alike. A ratio of 0.5
means half of the other's time. `bar` is what this project wants to hold. Where valgrind is
installed, the ratio of the instructions stands beside it, which no other load on the machine
changes.
"""

import gc
import logging
import sys
import time
import tracemalloc
from collections.abc import Callable
from importlib.metadata import version
from typing import Any, NamedTuple

from benchmarks import workloads
from benchmarks.instructions import instruction_ratio
from benchmarks.workloads import Context, Handler
from lambda_adapters import Front
from lambda_adapters.sources.registry import source_by_name

ROUNDS = 100
BODY = bytes(range(256)) * 4096 * 4  # 4 MiB
PEERS = ("mangum", "apig-wsgi", "serverless-wsgi")


class Case(NamedTuple):
    """One row: what is sent to which handlers, and the highest ratio by peer."""

    name: str
    source: str
    handlers: Callable[[], dict[str, Handler]]
    bars: dict[str, float]
    body: Callable[[int], bytes] = lambda number: b""


def asgi(lifespan: str) -> Callable[[], dict[str, Handler]]:
    return lambda: workloads.asgi_handlers(workloads.asgi_app(), lifespan)


def wsgi() -> dict[str, Handler]:
    return workloads.wsgi_handlers(workloads.wsgi_app())


def fastapi() -> dict[str, Handler]:
    return workloads.asgi_handlers(workloads.fastapi_app(), "off")


def flask() -> dict[str, Handler]:
    handlers = workloads.wsgi_handlers(workloads.flask_app())
    del handlers["serverless-wsgi"]
    return handlers


CASES = {
    case.name: case
    for case in [
        Case("asgi http_api", "http_api", asgi("off"), {"mangum": 0.70}),
        Case("asgi rest_api", "rest_api", asgi("off"), {"mangum": 0.80}),
        Case("asgi load_balancer", "load_balancer", asgi("off"), {"mangum": 0.48}),
        Case("asgi http_api, lifespan", "http_api", asgi("on"), {"mangum": 0.28}),
        Case("asgi rest_api, lifespan", "rest_api", asgi("on"), {"mangum": 0.33}),
        Case("asgi load_balancer, lifespan", "load_balancer", asgi("on"), {"mangum": 0.26}),
        Case("FastAPI http_api", "http_api", fastapi, {"mangum": 0.92}, workloads.item),
        Case("wsgi http_api", "http_api", wsgi, {"apig-wsgi": 1.6, "serverless-wsgi": 0.35}),
        Case("wsgi rest_api", "rest_api", wsgi, {"apig-wsgi": 1.6, "serverless-wsgi": 0.45}),
        Case(
            "wsgi load_balancer", "load_balancer", wsgi, {"apig-wsgi": 1.7, "serverless-wsgi": 0.45}
        ),
        Case("Flask http_api", "http_api", flask, {"apig-wsgi": 1.10}, workloads.item),
    ]
}


def answers(handler: Handler, event: Any) -> bool:
    """Whether a handler serves this event at all; what fails is not timed."""
    try:
        response = handler(event, Context())
    except Exception:
        return False
    return bool(response["statusCode"] in (200, "200"))


def best_times(handlers: dict[str, Handler], events: list[Any]) -> dict[str, float]:
    """Microseconds an event, the best of the rounds."""
    context = Context()
    best = dict.fromkeys(handlers, float("inf"))
    for _ in range(ROUNDS):
        for name, handler in handlers.items():
            begun = time.perf_counter()
            for event in events:
                handler(event, context)
            passed = time.perf_counter() - begun
            best[name] = min(best[name], passed / len(events) * 1e6)
    return best


def row(case: Case) -> str:
    events = workloads.events(case.source, case.body)
    handlers = {n: h for n, h in case.handlers().items() if answers(h, events[0])}
    times = best_times(handlers, events)
    ours = times.pop("lambda-adapters")
    cells = []
    for peer, microseconds in times.items():
        bar = case.bars[peer]
        ratio = ours / microseconds
        counted = instruction_ratio(case.name, peer)
        beside = f", instructions {counted:.2f}" if counted is not None else ""
        cells.append(f"{ratio:.2f} of {peer}'s (bar {bar:.2f}{beside})")
    return f"{case.name:30} {ours:6.1f} us  {'; '.join(cells)}"


def peak_memory(handler: Handler, event: Any) -> float:
    """The peak beyond the event, in bodies."""
    handler(event, Context())
    gc.collect()
    tracemalloc.start()
    handler(event, Context())
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    return peak / len(BODY)


def memory() -> list[str]:
    """A body of 4 MiB in and out again: what is held at once, in bodies beyond the event."""
    import asgi_lambda
    import wsgi_lambda

    async def asgi_echo(scope: Any, receive: Any, send: Any) -> None:
        body = (await receive())["body"]
        head = [(b"content-type", b"image/png")]
        await send({"type": "http.response.start", "status": 200, "headers": head})
        await send({"type": "http.response.body", "body": body})

    def wsgi_echo(environ: Any, start_response: Any) -> list[bytes]:
        body = environ["wsgi.input"].read()
        start_response("200 OK", [("Content-Type", "image/png")])
        return [body]

    request = workloads.request(1, BODY)
    request.headers = [*request.headers[:-1], ("content-type", "image/png")]
    event = source_by_name("http_api").event_from_request(request, Front())
    rows = []
    for name, handler in {
        "asgi": asgi_lambda.Adapter(asgi_echo, lifespan="off"),
        "wsgi": wsgi_lambda.Adapter(wsgi_echo),
    }.items():
        peak = peak_memory(handler, event)
        rows.append(f"{name + ', 4 MiB body':30} {peak:6.1f} bodies beyond the event (bar 2.4)")
    return rows


def main() -> None:
    logging.disable(logging.CRITICAL)
    print("   ".join(f"{name} {version(name)}" for name in (*PEERS, "lambda-adapters")))
    print(f"Python {sys.version.split()[0]}, {workloads.EVENTS} events, best of {ROUNDS} rounds")
    for case in CASES.values():
        print(row(case), flush=True)
    print("\n".join(memory()))


if __name__ == "__main__":
    main()
