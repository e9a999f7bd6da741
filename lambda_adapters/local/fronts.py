"""LocalFront: a source and its settings, as the client and the gateway play it."""

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Literal, get_args

from lambda_adapters.errors import ConfigurationError
from lambda_adapters.http.messages import Request
from lambda_adapters.http.urls import clean_query, clean_raw_path, path_from_raw, raw_path_below
from lambda_adapters.local.front_rules import FrontRules, rules_of
from lambda_adapters.local.routes import DEFAULT
from lambda_adapters.sources.front import Front
from lambda_adapters.sources.registry import SOURCE_NAMES, source_by_name
from lambda_adapters.sources.source import Source

FRONTS = tuple(sorted(name.replace("_", "-") for name in SOURCE_NAMES))
"""The built-in sources by the names that the command line uses."""

EventType = Literal["origin-request", "viewer-request"]
EVENT_TYPES: tuple[EventType, ...] = get_args(EventType)
"""CloudFront's request triggers."""

# API_CreateStage.html: "Stage names can only contain alphanumeric characters, hyphens, and
# underscores." HTTP APIs' $default is the absence of one.
_stage = re.compile("[A-Za-z0-9_-]*").fullmatch


@dataclass(slots=True, frozen=True)
class LocalFront:
    """One source and its settings, checked."""

    source: Source
    front: Front

    @property
    def name(self) -> str:
        """The source's name as the command line spells it."""
        return self.source.name.replace("_", "-")

    @property
    def rules(self) -> FrontRules:
        """What the front does by itself."""
        return rules_of(self.source)

    @property
    def root(self) -> str:
        """The stage's part of the public path, `/prod`; "" without a stage."""
        return f"/{self.front.stage}" if self.front.stage else ""

    def strip_stage(self, request: Request) -> Request | None:
        """The request with its root path split off; None where it is not below the stage."""
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
        """The front as the function behind one pattern sees it. Parameters are percent-encoded.

        A pattern for every path is the default of `Front`, which each source spells in its way.
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
    """Raises ConfigurationError for an unknown front, and for a setting that it cannot have."""
    source = _source_of(front)
    if not isinstance(stage, str) or _stage(stage) is None:
        raise ConfigurationError(
            'stage must be letters, digits, "-" and "_" (nothing for none, or for an HTTP API\'s '
            f"$default), not {stage!r}."
        )
    if stage and not rules_of(source).has_stages:
        name = source.name.replace("_", "-")
        raise ConfigurationError(f"stage must be empty for {name}, which has none, not {stage!r}.")
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
            f"front must be one of {', '.join(FRONTS)} or a source of your own, not {front!r}."
        )
    name = front.replace("-", "_")
    if name not in SOURCE_NAMES:
        raise ConfigurationError(f"front must be one of {', '.join(FRONTS)}, not {front!r}.")
    return source_by_name(name)


def check_timeout(timeout: float) -> float:
    """The timeout in seconds. Raises ConfigurationError for another value."""
    if isinstance(timeout, bool) or not isinstance(timeout, (int, float)) or not timeout > 0:
        raise ConfigurationError(f"timeout must be seconds, more than 0, not {timeout!r}.")
    return float(timeout)
