"""Headers from the maps of an event and into the maps of a response."""

import pytest

from lambda_adapters.http import headers, request_headers
from lambda_adapters.http.messages import Headers


@pytest.mark.parametrize(
    ("value", "single", "lists"),
    [
        ({"a": "1", "b": None}, [("a", "1"), ("b", None)], [("a", "1"), ("b", None)]),
        ({"a": ["1", 2], "b": []}, [("a", ["1", 2]), ("b", [])], [("a", "1"), ("a", 2)]),
        (None, [], []),
        (["a"], [], []),
        ("a", [], []),
    ],
)
def test_pairs_come_from_maps_only(
    value: object, single: list[tuple[str, object]], lists: list[tuple[str, object]]
) -> None:
    assert headers.pairs_from_map(value) == single
    assert headers.pairs_from_lists(value) == lists


REQUESTS: dict[str, tuple[list[tuple[str, object]], object, bytes, Headers]] = {
    "names become lower case, order and repeats are kept": (
        [("X-B", "2"), ("a", "1"), ("x-b", "3")],
        None,
        b"",
        [("x-b", "2"), ("a", "1"), ("x-b", "3")],
    ),
    "values that are not text": (
        [("a", 1), ("b", True), ("c", False), ("d", None), ("e", 1.5)],
        None,
        b"",
        [("a", "1"), ("b", "true"), ("c", "false"), ("e", "1.5")],
    ),
    "names that are not tokens": (
        [("", "1"), ("a b", "2"), ("é", "3"), ("c:", "4")],
        None,
        b"",
        [],
    ),
    "hop-by-hop headers": (
        [(name, "x") for name in sorted(headers.HOP_BY_HOP)],
        None,
        b"",
        [],
    ),
    "control characters become spaces, tabs are kept": (
        [("a", "b\r\nc\0d\te\x7f")],
        None,
        b"",
        [("a", "b  c d\te ")],
    ),
    "values outside latin-1 become UTF-8": (
        [("a", "é"), ("b", "玉"), ("c", "\ud800")],
        None,
        b"",
        [("a", "é"), ("b", "\xe7\x8e\x89"), ("c", "?")],
    ),
    "the length comes from the body": (
        [("Content-Length", "99"), ("a", "1")],
        None,
        b"four",
        [("a", "1"), ("content-length", "4")],
    ),
    "a length without a body": ([("content-length", "9")], None, b"", [("content-length", "0")]),
    "a body without a length": ([], None, b"a", [("content-length", "1")]),
    "cookies in several headers": (
        [("Cookie", "a=1; b=2"), ("x", "1"), ("cookie", "c=3")],
        None,
        b"",
        [("x", "1"), ("cookie", "a=1; b=2; c=3")],
    ),
    "a cookies list replaces the header": (
        [("cookie", "a=1")],
        ["b=2", None, 3],
        b"",
        [("cookie", "b=2; 3")],
    ),
    "an empty cookies list does not replace the header": (
        [("cookie", "a=1")],
        [],
        b"",
        [("cookie", "a=1")],
    ),
    "a cookies list with only null": ([], [None], b"", []),
    "cookies that are not a list": ([], "a=1", b"", []),
}


@pytest.mark.parametrize(("pairs", "cookies", "body", "expected"), REQUESTS.values(), ids=REQUESTS)
def test_request_headers_are_normalized(
    pairs: list[tuple[str, object]], cookies: object, body: bytes, expected: Headers
) -> None:
    assert request_headers.headers_from_pairs(pairs, cookies, body) == expected


@pytest.mark.parametrize(
    ("pair", "valid"),
    [
        (("a", "b\té \xff"), True),
        (("a!#$%&'*+-.^_`|~9Z", ""), True),
        (("a", "b\r"), False),
        (("a", "b\n"), False),
        (("a", "\0"), False),
        (("a", "\x7f"), False),
        (("a", "玉"), False),
        (("", "b"), False),
        (("a b", "b"), False),
        (("a\n", "b"), False),
        (("é", "b"), False),
    ],
)
def test_valid_headers_have_tokens_as_names_and_safe_values(
    pair: tuple[str, str], valid: bool
) -> None:
    assert headers.are_valid([("x", "1"), pair]) is valid


def test_joined_map_and_list_map_group_by_name() -> None:
    pairs = [("a", "1"), ("b", "2"), ("a", "3")]

    assert headers.joined_map(pairs, ", ") == {"a": "1, 3", "b": "2"}
    assert headers.list_map(pairs) == {"a": ["1", "3"], "b": ["2"]}
    assert (headers.joined_map([], ","), headers.list_map([])) == ({}, {})


def test_hop_by_hop_headers_and_headers_named_in_connection_are_removed() -> None:
    end_to_end = [("a", "1"), ("set-cookie", "b")]
    hops = [("connection", "close, X-Hop"), ("x-hop", "1"), ("te", "a"), ("content-length", "3")]

    assert headers.remove_hop_by_hop(end_to_end + hops) == end_to_end
    assert headers.remove_hop_by_hop(end_to_end) == end_to_end


@pytest.mark.parametrize(
    ("content_type", "kind"),
    [("Text/HTML; charset=utf-8", "text/html"), (" a/b ;c", "a/b"), ("", "")],
)
def test_a_media_type_has_no_parameters(content_type: str, kind: str) -> None:
    assert headers.media_type(content_type) == kind
