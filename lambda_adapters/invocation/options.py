"""The options that both Adapters have, checked when an Adapter is built."""

from collections.abc import Callable, Collection, Sequence
from typing import TYPE_CHECKING, Any

from lambda_adapters.errors import ConfigurationError

if TYPE_CHECKING:
    from lambda_adapters.sources.source import Source


class Options:
    """Options of both Adapters; docs/adapters.md explains each one.

    Raises ConfigurationError with the option, what was expected and what was given.
    """

    __slots__ = (
        "deadline_margin",
        "events_path",
        "exclude_headers",
        "raise_on_statuses",
        "root_path",
        "sources",
        "text_types",
        "trusted_hops",
    )

    def __init__(
        self,
        *,
        root_path: str = "auto",
        text_types: Collection[str] = (),
        exclude_headers: Collection[str] = (),
        trusted_hops: int = 1,
        deadline_margin: float | None = 0.5,
        raise_on_statuses: Collection[int] = (),
        events_path: str | None = None,
        sources: Sequence["Source"] = (),
    ) -> None:
        given = locals()
        for name, (expected, is_valid) in _RULES.items():
            if not is_valid(given[name]):
                raise ConfigurationError(f"{name} must be {expected}, not {given[name]!r}.")
        # Normalized once here, not at each request.
        self.root_path = root_path
        self.text_types = frozenset(kind.lower() for kind in text_types)
        self.exclude_headers = frozenset(name.lower() for name in exclude_headers)
        self.trusted_hops = trusted_hops
        self.deadline_margin = deadline_margin
        self.raise_on_statuses = frozenset(raise_on_statuses)
        self.events_path = events_path
        self.sources = tuple(sources)


def _is_root(value: object) -> bool:
    return isinstance(value, str) and (
        value in ("auto", "") or (value.startswith("/") and not value.endswith("/"))
    )


def _is_path(value: object) -> bool:
    return isinstance(value, str) and value.startswith("/") and value.strip("/") != ""


def _is_collection_of(is_valid: Callable[[Any], bool]) -> Callable[[object], bool]:
    """Return a check for a collection, not a str or bytes, whose elements are all valid."""

    def check(values: object) -> bool:
        if isinstance(values, (str, bytes)) or not isinstance(values, Collection):
            return False
        return all(is_valid(value) for value in values)

    return check


def _is_int(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


def _is_number(value: object) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool)


def _is_source(value: object) -> bool:
    names = (
        "matches",
        "limit",
        "request_from_event",
        "event_from_request",
        "response_from_reply",
        "reply_from_response",
        "refusal",
    )
    return isinstance(getattr(value, "name", None), str) and all(
        callable(getattr(value, name, None)) for name in names
    )


# For each option: the expected value in words, and a check for it.
_RULES: dict[str, tuple[str, Callable[[Any], bool]]] = {
    "root_path": ('"auto", "" or a path such as "/api" without a trailing slash', _is_root),
    "text_types": (
        'media types such as ("application/geo+json",)',
        _is_collection_of(lambda kind: isinstance(kind, str) and "/" in kind),
    ),
    "exclude_headers": (
        'header names such as ("server",)',
        _is_collection_of(lambda name: isinstance(name, str) and name != ""),
    ),
    "trusted_hops": ("0 or more proxies, as an int", lambda hops: _is_int(hops) and hops >= 0),
    "deadline_margin": (
        "seconds (0 or more), or None for never",
        lambda margin: margin is None or (_is_number(margin) and 0 <= margin < float("inf")),
    ),
    "raise_on_statuses": (
        "statuses such as (500, 503)",
        _is_collection_of(lambda status: _is_int(status) and 100 <= status <= 999),
    ),
    "events_path": (
        'a path such as "/_events", or None',
        lambda path: path is None or _is_path(path),
    ),
    "sources": (
        "objects or modules with name, matches, limit, refusal and the four translations of "
        "lambda_adapters.Source",
        _is_collection_of(_is_source),
    ),
}
