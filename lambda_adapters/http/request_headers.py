"""Request headers from an event's maps: names in lower case, cookies joined, length counted."""

from collections.abc import Iterable
from operator import itemgetter
from typing import Any

from lambda_adapters.http.caches import ListCache
from lambda_adapters.http.headers import (
    HOP_BY_HOP,
    are_safe_values,
    is_safe_value,
    normal_name,
    pairs_from_lists,
    pairs_from_map,
    replace_controls,
    text_from_value,
)
from lambda_adapters.http.messages import Columns, Headers

# Not copied: hop-by-hop headers and invalid names are dropped, the others are written anew.
_SPECIAL = HOP_BY_HOP | {"content-length", "cookie", ""}

EndpointHeaders = tuple[str | None, str | None, str | None]
"""The last Host, X-Forwarded-Proto and X-Forwarded-Port: the address that was called."""


def headers_from_pairs(
    pairs: Iterable[tuple[str, object]], cookies: object, body: bytes
) -> Headers:
    """Return the headers that the app sees, from the event's `pairs`.

    `cookies` is payload 2.0's list; it replaces the Cookie headers. Content-Length is set if there
    is a body, or if the client sent one. Names that are not tokens are dropped; control characters
    become spaces.
    """
    headers: Headers = []
    special: Headers = []
    for name, value in pairs:
        if type(value) is not str:
            if value is None:
                continue
            value = text_from_value(value)
        normal = normal_name[name]
        (special if normal in _SPECIAL else headers).append((normal, value))
    cookie_values = _cookie_values(special, cookies)
    if cookie_values:
        headers.append(("cookie", "; ".join(cookie_values)))
    if body or "content-length" in dict(special):
        headers.append(("content-length", str(len(body))))
    if not are_safe_values(headers):
        headers = [(name, replace_controls(value)) for name, value in headers]
    return headers


def headers_from_map(
    single: object, cookies: object, body: bytes
) -> tuple[Columns, EndpointHeaders]:
    """Return `headers_from_pairs` for a map of name to value, and the endpoint headers."""
    if isinstance(single, dict):
        plan = _plan_for[tuple(single)]
        if plan is not None:
            result = plan.apply([*single.values()], cookies, body)
            if result is not None:
                return result
    return _columns_from_headers(headers_from_pairs(pairs_from_map(single), cookies, body))


def headers_from_lists(multi: object, body: bytes) -> tuple[Columns, EndpointHeaders]:
    """Return `headers_from_pairs` for a map of name to values, and the endpoint headers."""
    if isinstance(multi, dict) and {*map(type, multi.values())} == {list}:
        plan = _plan_for[tuple(multi)]
        if plan is not None:
            try:
                values = [value for (value,) in multi.values()]
            except ValueError:
                pass  # a name has no value, or several
            else:
                result = plan.apply(values, None, body)
                if result is not None:
                    return result
    return _columns_from_headers(headers_from_pairs(pairs_from_lists(multi), None, body))


def _cookie_values(special: Headers, cookies: object) -> list[str]:
    if isinstance(cookies, list) and cookies:
        return [text_from_value(cookie) for cookie in cookies if cookie is not None]
    return [value for name, value in special if name == "cookie"]


def _columns_from_headers(headers: Headers) -> tuple[Columns, EndpointHeaders]:
    last = dict(headers).get
    columns = tuple([name for name, _ in headers]), [value for _, value in headers]
    return columns, (last("host"), last("x-forwarded-proto"), last("x-forwarded-port"))


class _Plan:
    """The steps of `headers_from_pairs` for one list of names, computed once.

    Most events of a function have the same header names, so only the values are looked at. Works
    only for names that differ in lower case, and for values that are safe text.
    """

    __slots__ = ("_cookie", "_endpoint", "_has_length", "_kept", "_names")

    def __init__(self, normal: list[str], kept: list[int]) -> None:
        position = {name: at for at, name in enumerate(normal)}
        names = tuple([normal[at] for at in kept])
        # By (has a Cookie, has a Content-Length).
        self._names = {
            (False, False): names,
            (True, False): (*names, "cookie"),
            (False, True): (*names, "content-length"),
            (True, True): (*names, "cookie", "content-length"),
        }
        self._kept = itemgetter(*kept)
        # -1 for a name that is missing: `apply` appends None to the values.
        self._cookie = position.get("cookie", -1)
        self._has_length = "content-length" in position
        self._endpoint = itemgetter(
            position.get("host", -1),
            position.get("x-forwarded-proto", -1),
            position.get("x-forwarded-port", -1),
        )

    def apply(
        self, values: list[Any], cookies: object, body: bytes
    ) -> tuple[Columns, EndpointHeaders] | None:
        """Return the headers and the endpoint headers; None if a value is not safe text."""
        try:
            cookie = "; ".join(cookies) if cookies and type(cookies) is list else None
            text = "".join(values if cookie is None else [*values, cookie])
        except TypeError:
            return None
        if not is_safe_value(text):
            return None
        values.append(None)
        if cookie is None:
            cookie = values[self._cookie]
        kept = [*self._kept(values)]
        if cookie is not None:
            kept.append(cookie)
        has_length = self._has_length or body != b""
        if has_length:
            kept.append(str(len(body)))
        return (self._names[cookie is not None, has_length], kept), self._endpoint(values)


def _build_plan(names: tuple[str, ...]) -> _Plan | None:
    """Return the plan; None if two names are the same in lower case, or fewer than two are kept
    (`itemgetter` would return a single value instead of a tuple)."""
    normal = [normal_name[name] for name in names]
    kept = [at for at, name in enumerate(normal) if name not in _SPECIAL]
    return _Plan(normal, kept) if len({*normal}) == len(normal) and len(kept) > 1 else None


_plan_for = ListCache(_build_plan)
