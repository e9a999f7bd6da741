"""The HTTP event sources, one module each, and which of them sent an event.

Lost with every source: hop-by-hop headers, the client's port, where one Cookie header ended and the
next began, where Cookie and Content-Length stood among the headers. Its address is added to
X-Forwarded-For. With API Gateway, Function URLs and load balancers, put in place of what the client
sent: X-Amzn-Trace-Id, X-Forwarded-Port and X-Forwarded-Proto. Of a reply: Content-Length, hop-by-
hop headers and whatever Connection names. What else a source decodes or loses is written at the top
of its module.
"""

from collections.abc import Sequence
from typing import Any

from lambda_events.sources import (
    cloudfront,
    function_url,
    http_api,
    http_api_v1,
    load_balancer,
    openwhisk,
    rest_api,
    vpc_lattice,
    vpc_lattice_v1,
)
from lambda_events.sources.front import Event, Front, Response, Source

SOURCES: tuple[Source, ...] = (
    http_api,
    rest_api,
    function_url,
    load_balancer,
    http_api_v1,
    vpc_lattice,
    vpc_lattice_v1,
    openwhisk,
    cloudfront,
)
"""What this version translates. None claims another's event, so the order is only for speed."""

BY_NAME = {source.name: source for source in SOURCES}


def find_source(event: Any, more: Sequence[Source] = ()) -> Source | None:
    """The source that sent the event, `more` asked first; None where it is not HTTP."""
    for source in more:
        if source.sent(event):
            return source
    last = _last[0]
    if last.sent(event):
        return last
    for source in SOURCES:
        if source.sent(event):
            _last[0] = source
            return source
    return None


_last: list[Source] = [http_api]
"""The source of the last event: a function has seldom more than one in front of it."""


__all__ = ["BY_NAME", "SOURCES", "Event", "Front", "Response", "Source", "find_source"]
