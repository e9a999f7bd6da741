"""Request headers out of an event's maps: lower-case names, cookies joined, the length counted."""

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
    text_from_value,
    without_controls,
)
from lambda_adapters.http.messages import Columns, Headers

# Not passed on as they are: the first end at the gateway, the others are written anew.
_SPECIAL = HOP_BY_HOP | {"content-length", "cookie", ""}

Called = tuple[str | None, str | None, str | None]
"""The last Host, X-Forwarded-Proto and X-Forwarded-Port, which tell the address that was called."""


def headers_from_pairs(sent: Iterable[tuple[str, object]], cookies: object, body: bytes) -> Headers:
    """The headers that the app sees, from what the event holds.

    `cookies` is payload 2.0's list, which stands for any Cookie header. A Content-Length appears
    where there is a body, or where the client sent one. Names that are not tokens are dropped;
    control characters become spaces.
    """
    headers: Headers = []
    special: Headers = []
    for name, value in sent:
        if type(value) is not str:
            if value is None:
                continue
            value = text_from_value(value)
        normal = normal_name[name]
        (special if normal in _SPECIAL else headers).append((normal, value))
    cookie = _cookie(special, cookies)
    if cookie:
        headers.append(("cookie", "; ".join(cookie)))
    if body or "content-length" in dict(special):
        headers.append(("content-length", str(len(body))))
    if not are_safe_values(headers):
        headers = [(name, without_controls(value)) for name, value in headers]
    return headers


def headers_from_map(single: object, cookies: object, body: bytes) -> tuple[Columns, Called]:
    """`headers_from_pairs` of a map of name to value, and the address that was called."""
    if isinstance(single, dict):
        plan = _plan_for[tuple(single)]
        if plan is not None:
            result = plan.apply([*single.values()], cookies, body)
            if result is not None:
                return result
    return _columns(headers_from_pairs(pairs_from_map(single), cookies, body))


def headers_from_lists(multi: object, body: bytes) -> tuple[Columns, Called]:
    """`headers_from_pairs` of a map of name to list of values, and the address that was called."""
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
    return _columns(headers_from_pairs(pairs_from_lists(multi), None, body))


def _cookie(special: Headers, cookies: object) -> list[str]:
    if isinstance(cookies, list) and cookies:
        return [text_from_value(cookie) for cookie in cookies if cookie is not None]
    return [value for name, value in special if name == "cookie"]


def _columns(headers: Headers) -> tuple[Columns, Called]:
    last = dict(headers).get
    columns = tuple([name for name, _ in headers]), [value for _, value in headers]
    return columns, (last("host"), last("x-forwarded-proto"), last("x-forwarded-port"))


class _Plan:
    """What `headers_from_pairs` does with a list of names, worked out once.

    Most events of a function have the same header names, so only the values are looked at. It is
    for names that differ once they are in lower case, and for values that are safe texts.
    """

    __slots__ = ("_called", "_cookie", "_counted", "_kept", "_names")

    def __init__(self, normal: list[str], kept: list[int]) -> None:
        position = {name: at for at, name in enumerate(normal)}
        names = tuple([normal[at] for at in kept])
        # By whether there is a cookie, and whether there is a length.
        self._names = {
            (False, False): names,
            (True, False): (*names, "cookie"),
            (False, True): (*names, "content-length"),
            (True, True): (*names, "cookie", "content-length"),
        }
        self._kept = itemgetter(*kept)
        # -1 for a name that is missing: `apply` appends None to the values.
        self._cookie = position.get("cookie", -1)
        self._counted = "content-length" in position
        self._called = itemgetter(
            position.get("host", -1),
            position.get("x-forwarded-proto", -1),
            position.get("x-forwarded-port", -1),
        )

    def apply(
        self, values: list[Any], cookies: object, body: bytes
    ) -> tuple[Columns, Called] | None:
        """None where a value is not a safe text."""
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
        counted = self._counted or body != b""
        if counted:
            kept.append(str(len(body)))
        return (self._names[cookie is not None, counted], kept), self._called(values)


def _plan(names: tuple[str, ...]) -> _Plan | None:
    """None where two names are the same in lower case, and where fewer than two are kept
    (`itemgetter` would give a bare value)."""
    normal = [normal_name[name] for name in names]
    kept = [at for at, name in enumerate(normal) if name not in _SPECIAL]
    return _Plan(normal, kept) if len({*normal}) == len(normal) and len(kept) > 1 else None


_plan_for = ListCache(_plan)
