"""The options of an Adapter that do not depend on the kind of app, checked when it is built."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from lambda_events.errors import ConfigurationError
from lambda_events.sources import Source


@dataclass(slots=True, frozen=True)
class Options:
    """What every Adapter can be told; the meaning of each is on the documentation's options page.

    Raises ConfigurationError, naming the option, what was expected and what came.
    """

    root_path: str = "auto"
    text_types: Collection[str] = ()
    exclude_headers: Collection[str] = ()
    trusted_hops: int = 1
    deadline_margin: float | None = 0.5
    raise_on_statuses: Collection[int] = ()
    events_path: str | None = None
    sources: Sequence[Source] = ()

    def __post_init__(self) -> None:
        root = self.root_path
        _check(
            "root_path",
            root,
            '"auto", "" or a path such as "/api" without a slash at its end',
            isinstance(root, str)
            and (root in ("auto", "") or (root.startswith("/") and not root.endswith("/"))),
        )
        _check(
            "text_types",
            self.text_types,
            'media types such as ("application/geo+json",)',
            _all(self.text_types, str, lambda kind: "/" in kind),
        )
        _check(
            "exclude_headers",
            self.exclude_headers,
            'header names such as ("server",)',
            _all(self.exclude_headers, str, bool),
        )
        _check(
            "trusted_hops",
            self.trusted_hops,
            "0 or more proxies, as an int",
            _is_int(self.trusted_hops) and self.trusted_hops >= 0,
        )
        margin = self.deadline_margin
        _check(
            "deadline_margin",
            margin,
            "seconds (0 or more), or None for never",
            margin is None or (_is_number(margin) and 0 <= margin < float("inf")),
        )
        _check(
            "raise_on_statuses",
            self.raise_on_statuses,
            "statuses such as (500, 503)",
            _all(self.raise_on_statuses, int, lambda status: 100 <= status <= 999),
        )
        path = self.events_path
        _check(
            "events_path",
            path,
            'a path such as "/events", or None',
            path is None
            or (isinstance(path, str) and path.startswith("/") and path.strip("/") != ""),
        )
        _check(
            "sources",
            self.sources,
            "objects or modules with name, sent, and the four "
            "translations of lambda_events.sources.Source",
            _all(self.sources, object, _is_source),
        )
        # Normal once built, so that a request does not have to.
        normal = object.__setattr__
        normal(self, "text_types", frozenset(kind.lower() for kind in self.text_types))
        normal(self, "exclude_headers", frozenset(name.lower() for name in self.exclude_headers))
        normal(self, "raise_on_statuses", frozenset(self.raise_on_statuses))
        normal(self, "sources", tuple(self.sources))


def _check(name: str, value: object, expected: str, right: bool) -> None:
    if not right:
        raise ConfigurationError(f"{name} must be {expected}, not {value!r}.")


def _all(values: object, kind: type, right: object) -> bool:
    if isinstance(values, (str, bytes)) or not isinstance(values, Collection):
        return False
    assert callable(right)
    return all(isinstance(value, kind) and right(value) for value in values)


def _is_int(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


def _is_number(value: object) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool)


def _is_source(value: object) -> bool:
    names = (
        "sent",
        "request_from_event",
        "event_from_request",
        "response_from_reply",
        "reply_from_response",
        "refusal",
    )
    return (
        isinstance(getattr(value, "name", None), str)
        and all(callable(getattr(value, name, None)) for name in names)
        and _is_int(getattr(value, "LIMIT", None))
    )
