"""What a Router adds to an event, with few routes, with many, and in a Router.

    make bench

All ways take turns, round after round, and the best round of each counts. Printed are microseconds
an event, and the ratio to the same app without a Router.
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


def router_of(count: int) -> Router:
    """`count` resources, each as API Gateway has them; the last one is asked for."""
    adapter, router = Adapter(app), Router()
    for number in range(count // 2):
        router.route(f"/resource{number}", adapter)
        router.route(f"/resource{number}/{{proxy+}}", adapter)
    return router


def nested(count: int) -> Router:
    outer = Router()
    outer.mount("/api", router_of(count))
    return outer


def best_times(ways: dict[str, tuple[Callable[[Any, Any], Any], Any]]) -> dict[str, float]:
    """Microseconds an event, the best of the rounds."""
    best = dict.fromkeys(ways, float("inf"))
    for _ in range(ROUNDS):
        for name, (handler, event) in ways.items():
            count, begun = 0, time.perf_counter()
            while (passed := time.perf_counter() - begun) < SECONDS:
                handler(event, None)
                count += 1
            best[name] = min(best[name], passed / count * 1e6)
    return best


def event_of(path: str) -> Any:
    return http_api.event_from_request(Request(path=path, raw_path=path), Front())


def main() -> None:
    logging.disable(logging.CRITICAL)
    few, many = event_of("/resource4/7/posts"), event_of("/resource499/7/posts")
    times = best_times(
        {
            "no Router": (Adapter(app), many),
            "10 routes": (router_of(10), few),
            "1,000 routes": (router_of(1000), many),
            "1,000 routes in a Router": (nested(1000), event_of("/api/resource499/7/posts")),
        }
    )
    for name, microseconds in times.items():
        print(f"{name:26} {microseconds:6.1f} us, {microseconds / times['no Router']:.2f}")
    print(f"1,000 routes take {times['1,000 routes'] / times['10 routes']:.2f} of 10 routes' time")


if __name__ == "__main__":
    main()
