"""LocalFront: a source with the settings of the local client or gateway."""

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any, Literal, get_args

from lambda_adapters.errors import ConfigurationError
from lambda_adapters.http.messages import Request
from lambda_adapters.http.urls import clean_query, clean_raw_path, path_from_raw, raw_path_below
from lambda_adapters.local.front_rules import FrontRules, rules_of
from lambda_adapters.local.routes import DEFAULT
from lambda_adapters.sources.front import Front
from lambda_adapters.sources.registry import SOURCE_NAMES, source_by_name
from lambda_adapters.sources.source import Source

FRONTS = tuple(sorted(name.replace("_", "-") for name in SOURCE_NAMES))
"""The names of the built-in sources on the command line."""

EVERY_FRONT: dict[str, dict[str, Any]] = {
    "rest-api": {"front": "rest-api"},
    "rest-api-stage": {"front": "rest-api", "stage": "prod"},
    "rest-api-text": {"front": "rest-api", "binary_media_types": ()},
    "http-api": {"front": "http-api"},
    "http-api-stage": {"front": "http-api", "stage": "prod"},
    "http-api-v1": {"front": "http-api-v1"},
    "http-api-v1-stage": {"front": "http-api-v1", "stage": "prod"},
    "function-url": {"front": "function-url"},
    "load-balancer": {"front": "load-balancer"},
    "load-balancer-multi": {"front": "load-balancer", "multi_value": True},
    "cloudfront": {"front": "cloudfront"},
    "cloudfront-viewer": {"front": "cloudfront", "event_type": "viewer-request"},
    "vpc-lattice": {"front": "vpc-lattice"},
    "vpc-lattice-v1": {"front": "vpc-lattice-v1"},
    "openwhisk": {"front": "openwhisk"},
}
"""The options of a Client for every front, in each setting that changes what an app sees. For
tests that send the same requests to an app through all of them."""

EventType = Literal["origin-request", "viewer-request"]
EVENT_TYPES: tuple[EventType, ...] = get_args(EventType)
"""CloudFront's request triggers."""

# API_CreateStage.html: "Stage names can only contain alphanumeric characters, hyphens, and
# underscores." The $default stage of an HTTP API is not part of the path: "".
_stage = re.compile("[A-Za-z0-9_-]*").fullmatch


@dataclass(slots=True, frozen=True)
class LocalFront:
    """A source and its settings. `local_front` checks them."""

    source: Source
    front: Front

    @property
    def name(self) -> str:
        """The source's name on the command line."""
        return self.source.name.replace("_", "-")

    @property
    def rules(self) -> FrontRules:
        """The limits and own replies of the front."""
        return rules_of(self.source)

    @property
    def root(self) -> str:
        """The stage as the start of a path, such as `/prod`; "" without a stage."""
        return f"/{self.front.stage}" if self.front.stage else ""

    def strip_stage(self, request: Request) -> Request | None:
        """Return the request with the stage as its root path, or None if it has another path."""
        raw_path = clean_raw_path(request.raw_path)
        if not raw_path.startswith("/"):
            raw_path = "/" + raw_path  # OPTIONS *
        below = raw_path_below(raw_path, self.root) if self.root else raw_path
        if below is None:
            return None
        return request.replace(
            root_path=self.root,
            path=path_from_raw(below),
            raw_path=below,
            query=clean_query(request.query),
        )

    def with_route(self, pattern: str, parameters: Iterable[tuple[str, str]]) -> "LocalFront":
        """Return the front for a request that matches `pattern`. Parameters are percent-encoded.

        For the pattern that matches every path, return the front unchanged: each source has its
        own form of that pattern.
        """
        if pattern in (DEFAULT, self.front.route):
            return self
        front = replace(self.front, route=pattern, parameters=tuple(parameters))
        return replace(self, front=front)


def local_front(
    front: str | Source,
    *,
    stage: str = "",
    multi_value: bool = False,
    binary_media_types: Iterable[str] = ("*/*",),
    event_type: EventType = "origin-request",
) -> LocalFront:
    """Return a LocalFront. Raises ConfigurationError for an unknown front or a wrong setting."""
    source = _source_of(front)
    if not isinstance(stage, str) or _stage(stage) is None:
        raise ConfigurationError(
            'stage must be letters, digits, "-" and "_", or empty (also for the $default of an '
            f"HTTP API), not {stage!r}."
        )
    if stage and not rules_of(source).has_stages:
        name = source.name.replace("_", "-")
        raise ConfigurationError(
            f"stage must be empty for {name}, which has no stages, not {stage!r}."
        )
    if isinstance(binary_media_types, str):
        raise ConfigurationError(
            'binary_media_types must be media types such as ("image/*",), '
            f"not {binary_media_types!r}."
        )
    if event_type not in EVENT_TYPES:
        raise ConfigurationError(
            f"event_type must be one of {', '.join(EVENT_TYPES)}, not {event_type!r}."
        )
    settings = Front(
        stage=stage,
        multi_value=bool(multi_value),
        binary_media_types=tuple(binary_media_types),
        event_type=event_type,
    )
    return LocalFront(source, settings)


def _source_of(front: str | Source) -> Source:
    if not isinstance(front, str):
        if callable(getattr(front, "event_from_request", None)):
            return front
        raise ConfigurationError(
            f"front must be one of {', '.join(FRONTS)} or your own source, not {front!r}."
        )
    name = front.replace("-", "_")
    if name not in SOURCE_NAMES:
        raise ConfigurationError(f"front must be one of {', '.join(FRONTS)}, not {front!r}.")
    return source_by_name(name)


def check_timeout(timeout: float) -> float:
    """Return the timeout in seconds. Raises ConfigurationError for a wrong value."""
    if isinstance(timeout, bool) or not isinstance(timeout, (int, float)) or not timeout > 0:
        raise ConfigurationError(
            f"timeout must be a number of seconds, more than 0, not {timeout!r}."
        )
    return float(timeout)
