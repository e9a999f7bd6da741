"""Measures how long an event takes, as a ratio to other adapters, all in one process.

    make bench

The handlers alternate in each round, with the same events. The best round of each counts, so that
other load on the machine affects all handlers alike. A ratio of 0.5 means half the time of the
other adapter. The limit is the highest ratio that this project accepts. If valgrind is installed,
the ratio of the instructions is printed too, which other load does not change.
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
from benchmarks.instructions import measure_instruction_ratio
from benchmarks.workloads import Context, Handler
from lambda_adapters import Front
from lambda_adapters.sources.registry import source_by_name

ROUNDS = 100
BODY = bytes(range(256)) * 4096 * 4  # 4 MiB
PEERS = ("mangum", "apig-wsgi", "serverless-wsgi")


class Case(NamedTuple):
    """One row: the source and body of the events, the handlers, and the limit for each peer."""

    name: str
    source: str
    handlers: Callable[[], dict[str, Handler]]
    limits: dict[str, float]
    body: Callable[[int], bytes] = lambda number: b""


def use_asgi_app(lifespan: str) -> Callable[[], dict[str, Handler]]:
    return lambda: workloads.build_asgi_handlers(workloads.build_asgi_app(), lifespan)


def build_wsgi_handlers() -> dict[str, Handler]:
    return workloads.build_wsgi_handlers(workloads.build_wsgi_app())


def build_fastapi_handlers() -> dict[str, Handler]:
    return workloads.build_asgi_handlers(workloads.build_fastapi_app(), "off")


def build_flask_handlers() -> dict[str, Handler]:
    handlers = workloads.build_wsgi_handlers(workloads.build_flask_app())
    del handlers["serverless-wsgi"]
    return handlers


CASES = {
    case.name: case
    for case in [
        Case("asgi http_api", "http_api", use_asgi_app("off"), {"mangum": 0.70}),
        Case("asgi rest_api", "rest_api", use_asgi_app("off"), {"mangum": 0.80}),
        Case("asgi load_balancer", "load_balancer", use_asgi_app("off"), {"mangum": 0.48}),
        Case("asgi http_api, lifespan", "http_api", use_asgi_app("on"), {"mangum": 0.28}),
        Case("asgi rest_api, lifespan", "rest_api", use_asgi_app("on"), {"mangum": 0.33}),
        Case("asgi load_balancer, lifespan", "load_balancer", use_asgi_app("on"), {"mangum": 0.26}),
        Case(
            "FastAPI http_api",
            "http_api",
            build_fastapi_handlers,
            {"mangum": 0.92},
            workloads.build_order_body,
        ),
        Case(
            "wsgi http_api",
            "http_api",
            build_wsgi_handlers,
            {"apig-wsgi": 1.6, "serverless-wsgi": 0.35},
        ),
        Case(
            "wsgi rest_api",
            "rest_api",
            build_wsgi_handlers,
            {"apig-wsgi": 1.6, "serverless-wsgi": 0.45},
        ),
        Case(
            "wsgi load_balancer",
            "load_balancer",
            build_wsgi_handlers,
            {"apig-wsgi": 1.7, "serverless-wsgi": 0.45},
        ),
        Case(
            "Flask http_api",
            "http_api",
            build_flask_handlers,
            {"apig-wsgi": 1.10},
            workloads.build_order_body,
        ),
    ]
}


def can_serve(handler: Handler, event: Any) -> bool:
    """Whether a handler answers this event with 200. Other handlers are not timed."""
    try:
        response = handler(event, Context())
    except Exception:
        return False
    return bool(response["statusCode"] in (200, "200"))


def measure_best_times(handlers: dict[str, Handler], events: list[Any]) -> dict[str, float]:
    """Microseconds per event, in the best round of each handler."""
    context = Context()
    best = dict.fromkeys(handlers, float("inf"))
    for _ in range(ROUNDS):
        for name, handler in handlers.items():
            start = time.perf_counter()
            for event in events:
                handler(event, context)
            passed = time.perf_counter() - start
            best[name] = min(best[name], passed / len(events) * 1e6)
    return best


def format_case(case: Case) -> str:
    events = workloads.build_events(case.source, case.body)
    handlers = {n: h for n, h in case.handlers().items() if can_serve(h, events[0])}
    times = measure_best_times(handlers, events)
    ours = times.pop("lambda-adapters")
    cells = []
    for peer, microseconds in times.items():
        limit = case.limits[peer]
        ratio = ours / microseconds
        counted = measure_instruction_ratio(case.name, peer)
        instructions = f", instructions {counted:.2f}" if counted is not None else ""
        cells.append(f"{ratio:.2f} of {peer}'s (limit {limit:.2f}{instructions})")
    return f"{case.name:30} {ours:6.1f} us  {'; '.join(cells)}"


def measure_peak(handler: Handler, event: Any) -> float:
    """The peak of the memory without the event, divided by the size of the body."""
    handler(event, Context())
    gc.collect()
    tracemalloc.start()
    handler(event, Context())
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    return peak / len(BODY)


def measure_memory() -> list[str]:
    """The memory peak of echoing a body of 4 MiB, as rows of text."""
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

    request = workloads.build_request(1, BODY)
    request.headers = [*request.headers[:-1], ("content-type", "image/png")]
    event = source_by_name("http_api").event_from_request(request, Front())
    rows = []
    for name, handler in {
        "asgi": asgi_lambda.Adapter(asgi_echo, lifespan="off"),
        "wsgi": wsgi_lambda.Adapter(wsgi_echo),
    }.items():
        peak = measure_peak(handler, event)
        rows.append(f"{name + ', 4 MiB body':30} {peak:6.1f} bodies besides the event (limit 2.4)")
    return rows


def main() -> None:
    logging.disable(logging.CRITICAL)
    print("   ".join(f"{name} {version(name)}" for name in (*PEERS, "lambda-adapters")))
    print(f"Python {sys.version.split()[0]}, {workloads.EVENTS} events, best of {ROUNDS} rounds")
    for case in CASES.values():
        print(format_case(case), flush=True)
    print("\n".join(measure_memory()))


if __name__ == "__main__":
    main()
