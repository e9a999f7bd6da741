"""Request headers out of an event's maps, and reply headers into a response's.

What is dropped is dropped for every source alike: hop-by-hop fields (RFC 9110 §7.6.1)
end at the gateway, and Content-Length is counted here, from the body.
"""

import re
from collections.abc import Iterable
from operator import itemgetter
from typing import Any

from lambda_adapters.errors import BadRequest
from lambda_adapters.http.caches import NamesCache, TextCache
from lambda_adapters.http.messages import Columns, Headers

HOP_BY_HOP = frozenset(
    {
        "connection",
        "keep-alive",
        "proxy-authenticate",
        "proxy-authorization",
        "proxy-connection",
        "te",
        "trailer",
        "transfer-encoding",
        "upgrade",
    }
)
_NOT_FOR_REPLIES = HOP_BY_HOP | {"content-length"}
_SPECIAL = HOP_BY_HOP | {"content-length", "cookie", ""}

# RFC 9110 §5.6.2: a field name is a token.
_token = re.compile(r"[!#$%&'*+\-.^_`|~0-9A-Za-z]+").fullmatch
# RFC 9110 §5.5: CR, LF and NUL in a value are "invalid and dangerous".
_not_value = re.compile("[^\t\x20-\x7e\x80-\xff]").search
_HARMLESS = b"\t" + bytes(range(0x20, 0x7F))
_value = itemgetter(1)
_CONTROLS = dict.fromkeys((*range(9), *range(10, 32), 127), " ")


def pairs_from_map(single: object) -> list[tuple[str, object]]:
    """Pairs of a map of name to value; of anything else, none."""
    return list(single.items()) if isinstance(single, dict) else []


def pairs_from_lists(multi: object) -> list[tuple[str, object]]:
    """Pairs of a map of name to list of values; a lone value counts as a list of one."""
    if not isinstance(multi, dict):
        return []
    return [
        (name, value)
        for name, values in multi.items()
        for value in (values if isinstance(values, list) else (values,))
    ]


normal_name = TextCache(lambda name: name.lower() if _token(name) else "")
"""A field name in lower case; "" where it is no token."""


def headers_from_pairs(sent: Iterable[tuple[str, object]], cookies: object, body: bytes) -> Headers:
    """The headers that the app sees, from what the event holds.

    `cookies` is payload 2.0's list, which stands for any Cookie header. A Content-Length
    appears where there is a body, or where the client had sent one. Names that are no tokens are
    dropped; control characters become spaces, as RFC 9110 §5.5 allows.
    """
    headers: Headers = []
    special: Headers = []
    for name, value in sent:
        if type(value) is not str:
            if value is None:
                continue
            value = text_of(value)
        normal = normal_name[name]
        (special if normal in _SPECIAL else headers).append((normal, value))
    if special or cookies:
        crumbs = _crumbs(special, cookies)
        if crumbs:
            headers.append(("cookie", "; ".join(crumbs)))
    if body or "content-length" in dict(special):
        headers.append(("content-length", str(len(body))))
    if not are_safe_values(headers):
        headers = [(name, latin(value).translate(_CONTROLS)) for name, value in headers]
    return headers


Forwarded = tuple[str | None, str | None, str | None]
"""The last Host, X-Forwarded-Proto and X-Forwarded-Port among the headers."""


def request_headers_from_map(
    single: object, cookies: object, body: bytes
) -> tuple[Headers | Columns, Forwarded]:
    """`request_headers` of a map of name to value, and those that say what was called."""
    if isinstance(single, dict):
        shape = _shape_of[tuple(single)]
        if shape is not None:
            headers = shape.headers([*single.values()], cookies, body)
            if headers is not None:
                return headers
    return _with_forwarded(headers_from_pairs(pairs_from_map(single), cookies, body))


def request_headers_from_lists(multi: object, body: bytes) -> tuple[Headers | Columns, Forwarded]:
    """`request_headers` of a map of name to list of values, and those that say what was called."""
    if isinstance(multi, dict) and {*map(type, multi.values())} == {list}:
        shape = _shape_of[tuple(multi)]
        if shape is not None:
            try:
                values = [value for (value,) in multi.values()]
            except ValueError:
                pass  # some name has several
            else:
                headers = shape.headers(values, None, body)
                if headers is not None:
                    return headers
    return _with_forwarded(headers_from_pairs(pairs_from_lists(multi), None, body))


def _with_forwarded(headers: Headers) -> tuple[Headers, Forwarded]:
    known = dict(headers).get
    return headers, (known("host"), known("x-forwarded-proto"), known("x-forwarded-port"))


class _Shape:
    """What the names of an event's headers come to, where each stands once.

    It does for the usual headers what `request_headers` does for all: one value a name, every one
    a harmless text.
    """

    __slots__ = ("_cookie", "_counted", "_forwarded", "_kept", "_names")

    def __init__(self, normal: list[str], kept: list[int]) -> None:
        places = {name: at for at, name in enumerate(normal)}
        names = tuple([normal[at] for at in kept])
        # by whether there is a Cookie, and whether a Content-Length
        self._names = {
            (False, False): names,
            (True, False): (*names, "cookie"),
            (False, True): (*names, "content-length"),
            (True, True): (*names, "cookie", "content-length"),
        }
        self._kept = itemgetter(*kept)
        self._cookie = places.get("cookie", -1)  # behind the last value stands None
        self._counted = "content-length" in places
        self._forwarded = itemgetter(
            places.get("host", -1),
            places.get("x-forwarded-proto", -1),
            places.get("x-forwarded-port", -1),
        )

    def headers(
        self, values: list[Any], cookies: object, body: bytes
    ) -> tuple[Columns, Forwarded] | None:
        """None where a value is none of the usual."""
        try:
            crumbs = "; ".join(cookies) if cookies and type(cookies) is list else None
            sent = "".join(values if crumbs is None else [*values, crumbs])
        except TypeError:
            return None
        if not is_safe_value(sent):
            return None
        values.append(None)
        if crumbs is None:
            crumbs = values[self._cookie]
        kept = [*self._kept(values)]
        if crumbs is not None:
            kept.append(crumbs)
        counted = self._counted or body != b""
        if counted:
            kept.append(str(len(body)))
        return (self._names[crumbs is not None, counted], kept), self._forwarded(values)


def _shape(names: tuple[str, ...]) -> _Shape | None:
    """None where a name is repeated in another spelling, and where next to nothing is there."""
    normal = [normal_name[name] for name in names]
    kept = [at for at, name in enumerate(normal) if name not in _SPECIAL]
    return _Shape(normal, kept) if len({*normal}) == len(normal) and len(kept) > 1 else None


_shape_of = NamesCache(_shape)


def _crumbs(special: Headers, cookies: object) -> list[str]:
    if isinstance(cookies, list) and cookies:
        return [text_of(cookie) for cookie in cookies if cookie is not None]
    return [value for name, value in special if name == "cookie"]


def clean(headers: Headers) -> bool:
    """Whether every name is a token and every value has one harmless character per byte."""
    return are_safe_values(headers) and "" not in [normal_name[name] for name, _ in headers]


def are_safe_values(headers: Headers) -> bool:
    """Whether every value has one harmless character per byte."""
    return is_safe_value("".join(map(_value, headers)))


def is_safe_value(value: str) -> bool:
    """Whether a value has one harmless character per byte."""
    if value.isascii():
        return not value.encode().translate(None, _HARMLESS)  # much faster than isprintable
    return _not_value(value) is None


_ROLES = dict.fromkeys(HOP_BY_HOP, 4) | {
    "content-length": 1,
    "content-type": 2,
    "content-encoding": 3,
}
reply_role = TextCache(lambda name: _ROLES.get(name, 0) if normal_name[name] else -1)
"""What a reply's header tells of its body: LENGTH, TYPE, CODING, or 0; HOP where it ends at the
gateway; -1 where the name is no token."""
LENGTH, TYPE, CODING, HOP = 1, 2, 3, 4


def latin(value: str) -> str:
    """One character per byte: what does not fit latin-1 can only have been UTF-8 on the wire."""
    try:
        value.encode("latin-1")
    except UnicodeEncodeError:
        return value.encode("utf-8", "replace").decode("latin-1")
    return value


def text_of(value: object) -> str:
    """A header value that may be no string, as hand-made events have it; booleans as JSON has
    them. BadRequest where it cannot be written."""
    if isinstance(value, bool):
        return "true" if value else "false"
    try:
        return str(value)
    except (RecursionError, ValueError):  # ValueError: an int of over 4,300 digits
        raise BadRequest(
            "The event has a value in place of a text, for a header, cookie or query key, that is "
            "too deep or too large to be written as one: the request was refused."
        ) from None


def single_map(headers: Headers, separator: str) -> dict[str, str]:
    """Name to value; repeats joined (RFC 9110 §5.3)."""
    single = dict(headers)
    if len(single) == len(headers):
        return single
    # Joined at once: adding one to the other takes the square of the time.
    return {name: separator.join(values) for name, values in list_map(headers).items()}


def list_map(pairs: Iterable[tuple[str, str]]) -> dict[str, list[str]]:
    """Name to the list of its values, in order."""
    lists: dict[str, list[str]] = {}
    for name, value in pairs:
        lists.setdefault(name, []).append(value)
    return lists


def remove_hop_by_hop(headers: Headers) -> Headers:
    """Reply headers without those that belong to the connection, which the platform owns."""
    names = dict(headers)
    if _NOT_FOR_REPLIES.isdisjoint(names):
        return headers
    gone = _NOT_FOR_REPLIES
    if "connection" in names:
        named = [value for name, value in headers if name == "connection"]
        gone = gone.union(name.strip().lower() for value in named for name in value.split(","))
    return [pair for pair in headers if pair[0] not in gone]


def media_type(content_type: str) -> str:
    """`text/html` of `Text/HTML; charset=utf-8`."""
    return content_type.partition(";")[0].strip().lower()
