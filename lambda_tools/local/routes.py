"""API Gateway's path patterns: `/users`, `/users/{id}`, `/users/{proxy+}` and `$default`.

Source: docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-routes.html. A full
match comes before a greedy one, a greedy one before `$default`; among equals the first segment
that differs decides, static before parameter. A slash at the end does not matter for matching.
"""

import re
from dataclasses import dataclass
from typing import Generic, TypeVar

from lambda_events.errors import ConfigurationError
from lambda_events.url import path_from_raw

DEFAULT = "$default"
"""An HTTP API's word for whatever no other pattern matches."""

_STATIC, _PARAMETER, _GREEDY = range(3)
_parameter = re.compile(r"\{([A-Za-z0-9._:$-]+)(\+?)\}").fullmatch
_static = re.compile(r"[^{}?#\s]+").fullmatch

T = TypeVar("T")


@dataclass(slots=True, frozen=True)
class Pattern:
    """One pattern, checked. Raises ConfigurationError for what API Gateway would refuse."""

    text: str
    segments: tuple[tuple[int, str], ...] = ()

    def __post_init__(self) -> None:
        object.__setattr__(self, "segments", () if self.text == DEFAULT else _segments(self.text))

    @property
    def rank(self) -> tuple[bool, bool, tuple[int, ...]]:
        """What sorts patterns: the smallest that matches wins."""
        kinds = tuple(kind for kind, _ in self.segments)
        return self.text == DEFAULT, _GREEDY in kinds, kinds

    @property
    def shape(self) -> tuple[object, ...]:
        """What two patterns share that match the same paths: all but the parameters' names."""
        texts = (text if kind == _STATIC else "" for kind, text in self.segments)
        return self.rank, *texts

    def match(self, segments: list[str]) -> tuple[tuple[str, str], ...] | None:
        """The parameters, still percent-encoded; None where the pattern does not match."""
        if self.text == DEFAULT:
            return ()
        greedy = bool(self.segments) and self.segments[-1][0] == _GREEDY
        if len(segments) < len(self.segments) or (
            len(segments) > len(self.segments) and not greedy
        ):
            return None
        parameters = []
        for index, (kind, text) in enumerate(self.segments):
            if kind == _STATIC:
                if path_from_raw(segments[index]) != text:
                    return None
                continue
            # A greedy value has no slash at its end, although the path may.
            value = (
                segments[index] if kind == _PARAMETER else "/".join(segments[index:]).rstrip("/")
            )
            if not value:
                return None
            parameters.append((text, value))
        return tuple(parameters)


def _segments(pattern: str) -> tuple[tuple[int, str], ...]:
    if not pattern.startswith("/"):
        raise _wrong(pattern, "it does not begin with a slash")
    texts = pattern.strip("/").split("/") if pattern.strip("/") else []
    segments = []
    for text in texts:
        parameter = _parameter(text)
        if parameter is not None:
            segments.append((_GREEDY if parameter[2] else _PARAMETER, parameter[1]))
        elif _static(text) is not None:
            segments.append((_STATIC, text))
        else:
            raise _wrong(pattern, f"{text!r} is neither plain text nor one {{parameter}}")
    if any(kind == _GREEDY for kind, _ in segments[:-1]):
        raise _wrong(pattern, "only the last part may be greedy")
    names = [text for kind, text in segments if kind != _STATIC]
    if len(set(names)) != len(names):
        raise _wrong(pattern, "two parameters have one name")
    return tuple(segments)


def _wrong(pattern: str, reason: str) -> ConfigurationError:
    return ConfigurationError(
        f"Expected a path pattern such as /users, /users/{{id}}, /users/{{proxy+}} or {DEFAULT}, "
        f"got {pattern!r}: {reason}."
    )


class Routes(Generic[T]):
    """Patterns and what each stands for; a laptop has few, so a sorted list will do."""

    def __init__(self) -> None:
        self._routes: list[tuple[Pattern, T]] = []

    def add(self, text: str, target: T) -> None:
        """Raises ConfigurationError for a wrong pattern and for one that is there already."""
        pattern = Pattern(text)
        for other, _ in self._routes:
            if other.shape == pattern.shape:
                raise ConfigurationError(
                    f"Expected patterns that differ, got {other.text!r} and {text!r}, which match "
                    "the same paths. Give each path one function."
                )
        self._routes.append((pattern, target))
        self._routes.sort(key=lambda route: route[0].rank)

    def find(self, raw_path: str) -> tuple[T, str, tuple[tuple[str, str], ...]] | None:
        """The target, its pattern and the parameters' values, still percent-encoded.

        `raw_path` is the path below the stage as sent. Slashes in front count as one, as REST
        APIs have it, and one at the end as none.
        """
        path = raw_path.lstrip("/").removesuffix("/")
        segments = path.split("/") if path else []
        for pattern, target in self._routes:
            parameters = pattern.match(segments)
            if parameters is not None:
                return target, pattern.text, parameters
        return None
