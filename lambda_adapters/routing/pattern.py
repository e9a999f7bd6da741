"""API Gateway's path patterns: `/users`, `/users/{id}`, `/users/{proxy+}` and `$default`.

Source: docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-routes.html.
"""

import re

from lambda_adapters.errors import ConfigurationError

DEFAULT = "$default"
"""An HTTP API's word for whatever no other pattern matches."""

STATIC, PARAMETER, GREEDY = range(3)
_parameter = re.compile(r"\{([A-Za-z0-9._:$-]+)(\+?)\}").fullmatch
_static = re.compile(r"[^{}?#\s]+").fullmatch


class Pattern:
    """One pattern, checked. Raises ConfigurationError for what API Gateway would refuse.

    `segments` holds its parts: (STATIC, text), (PARAMETER, name) or, last, (GREEDY, name).
    """

    __slots__ = ("segments", "text")

    def __init__(self, text: str) -> None:
        self.text = text
        self.segments = () if text == DEFAULT else _segments(text)

    def values(self, segments: list[str]) -> tuple[tuple[str, str], ...]:
        """The parameters that a path's segments give, once it is known to match. A greedy value
        has no slash at its end, although the path may."""
        return tuple(
            (name, segments[at] if kind == PARAMETER else "/".join(segments[at:]).rstrip("/"))
            for at, (kind, name) in enumerate(self.segments)
            if kind != STATIC
        )


def _segments(pattern: str) -> tuple[tuple[int, str], ...]:
    if not pattern.startswith("/"):
        raise _wrong(pattern, "it does not begin with a slash")
    texts = pattern.strip("/").split("/") if pattern.strip("/") else []
    segments = []
    for text in texts:
        parameter = _parameter(text)
        if parameter is not None:
            segments.append((GREEDY if parameter[2] else PARAMETER, parameter[1]))
        elif _static(text) is not None:
            segments.append((STATIC, text))
        else:
            raise _wrong(pattern, f"{text!r} is neither plain text nor one {{parameter}}")
    if any(kind == GREEDY for kind, _ in segments[:-1]):
        raise _wrong(pattern, "only the last part may be greedy")
    names = [text for kind, text in segments if kind != STATIC]
    if len(set(names)) != len(names):
        raise _wrong(pattern, "two parameters have one name")
    return tuple(segments)


def _wrong(pattern: str, reason: str) -> ConfigurationError:
    return ConfigurationError(
        f"Expected a path pattern such as /users, /users/{{id}}, /users/{{proxy+}} or {DEFAULT}, "
        f"got {pattern!r}: {reason}."
    )
