"""API Gateway's path patterns: `/users`, `/users/{id}`, `/users/{proxy+}` and `$default`.

Source: docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-routes.html.
"""

import re

from lambda_adapters.errors import ConfigurationError

DEFAULT = "$default"
"""An HTTP API's name for the route of all requests that no other pattern matches."""

STATIC, PARAMETER, GREEDY = range(3)
_match_parameter = re.compile(r"\{([A-Za-z0-9._:$-]+)(\+?)\}").fullmatch
_match_static = re.compile(r"[^{}?#\s]+").fullmatch


class Pattern:
    """A valid pattern. Raises ConfigurationError for a text that API Gateway would refuse.

    `segments` are (STATIC, text), (PARAMETER, name) or, at the end, (GREEDY, name).
    """

    __slots__ = ("segments", "text")

    def __init__(self, text: str) -> None:
        self.text = text
        self.segments = () if text == DEFAULT else _segments(text)

    def values(self, segments: list[str]) -> tuple[tuple[str, str], ...]:
        """Return (name, value) of each parameter, from the segments of a path that matches. A
        greedy value has no trailing slash, even if the path has one."""
        return tuple(
            (name, segments[at] if kind == PARAMETER else "/".join(segments[at:]).rstrip("/"))
            for at, (kind, name) in enumerate(self.segments)
            if kind != STATIC
        )


def _segments(pattern: str) -> tuple[tuple[int, str], ...]:
    if not pattern.startswith("/"):
        raise _pattern_error(pattern, "it does not begin with a slash")
    texts = pattern.strip("/").split("/") if pattern.strip("/") else []
    segments = []
    for text in texts:
        parameter = _match_parameter(text)
        if parameter is not None:
            segments.append((GREEDY if parameter[2] else PARAMETER, parameter[1]))
        elif _match_static(text) is not None:
            segments.append((STATIC, text))
        else:
            raise _pattern_error(pattern, f"{text!r} is neither plain text nor one {{parameter}}")
    if any(kind == GREEDY for kind, _ in segments[:-1]):
        raise _pattern_error(pattern, "only the last part may be greedy")
    names = [text for kind, text in segments if kind != STATIC]
    if len(set(names)) != len(names):
        raise _pattern_error(pattern, "two parameters have the same name")
    return tuple(segments)


def _pattern_error(pattern: str, reason: str) -> ConfigurationError:
    return ConfigurationError(
        f"Expected a path pattern such as /users, /users/{{id}}, /users/{{proxy+}} or {DEFAULT}, "
        f"got {pattern!r}: {reason}."
    )
