"""Measures what a Router adds to an event, with few routes, many routes and a nested Router.

    make bench

The cases alternate in each round, and the best round of each is printed: microseconds per event,
and the ratio to the same app without a Router.
"""

import logging
import time
from collections.abc import Callable
from typing import Any

from lambda_adapters import Front, Request, Router
from lambda_adapters.sources.api_gateway import http_api
from wsgi_lambda import Adapter

ROUNDS, SECONDS = 9, 0.05


def app(environ: Any, start_response: Any) -> list[bytes]:
    start_response("200 OK", [("Content-Type", "text/plain")])
    return [b"ok"]


def build_router(count: int) -> Router:
    """A Router with `count` routes, two for each resource, as API Gateway has them."""
    adapter, router = Adapter(app), Router()
    for number in range(count // 2):
        router.route(f"/resource{number}", adapter)
        router.route(f"/resource{number}/{{proxy+}}", adapter)
    return router


def build_nested_router(count: int) -> Router:
    outer = Router()
    outer.mount("/api", build_router(count))
    return outer


def measure_best_times(cases: dict[str, tuple[Callable[[Any, Any], Any], Any]]) -> dict[str, float]:
    """Microseconds per event, in the best round of each case."""
    best = dict.fromkeys(cases, float("inf"))
    for _ in range(ROUNDS):
        for name, (handler, event) in cases.items():
            count, start = 0, time.perf_counter()
            while (passed := time.perf_counter() - start) < SECONDS:
                handler(event, None)
                count += 1
            best[name] = min(best[name], passed / count * 1e6)
    return best


def event_for_path(path: str) -> Any:
    return http_api.event_from_request(Request(path=path, raw_path=path), Front())


def main() -> None:
    logging.disable(logging.CRITICAL)
    few, many = event_for_path("/resource4/7/posts"), event_for_path("/resource499/7/posts")
    times = measure_best_times(
        {
            "no Router": (Adapter(app), many),
            "10 routes": (build_router(10), few),
            "1,000 routes": (build_router(1000), many),
            "1,000 routes in a Router": (
                build_nested_router(1000),
                event_for_path("/api/resource499/7/posts"),
            ),
        }
    )
    for name, microseconds in times.items():
        print(f"{name:26} {microseconds:6.1f} us, {microseconds / times['no Router']:.2f}")
    print(f"1,000 routes take {times['1,000 routes'] / times['10 routes']:.2f} of 10 routes' time")


if __name__ == "__main__":
    main()
