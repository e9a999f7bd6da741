"""Encoding and decoding of paths and queries, and removal of a root path."""

import pytest

from lambda_adapters.http import urls as url


@pytest.mark.parametrize(
    ("path", "cleaned", "encoded"),
    [
        ("/a/b", "/a/b", "/a/b"),
        ("/a%2Fb", "/a%2Fb", "/a%252Fb"),
        ("/%zz", "/%zz", "/%25zz"),
        ("/a b", "/a%20b", "/a%20b"),
        ("/é", "/%C3%A9", "/%C3%A9"),
        ("/a?b#c", "/a%3Fb%23c", "/a%3Fb%23c"),
        ("/\r\n\x7f", "/%0D%0A%7F", "/%0D%0A%7F"),
        ("/\ud800", "/%3F", "/%3F"),
        ("/[|]\"<>^`{}\\+;=@:!$&'()*,~", "/[|]\"<>^`{}\\+;=@:!$&'()*,~", None),
    ],
)
def test_only_characters_that_are_invalid_in_a_request_line_are_quoted(
    path: str, cleaned: str, encoded: str | None
) -> None:
    assert url.clean_raw_path(path) == cleaned
    assert url.raw_path_from_decoded(path) == (encoded or cleaned)


@pytest.mark.parametrize(
    ("raw_path", "path", "path_bytes"),
    [
        ("/a+b", "/a+b", b"/a+b"),
        ("/a%2Fb%20", "/a/b ", b"/a/b "),
        ("/%2525", "/%25", b"/%25"),
        ("/%C3%A9", "/é", b"/\xc3\xa9"),
        ("/%ff", "/\ufffd", b"/\xff"),
        ("/%F%", "/%F%", b"/%F%"),
    ],
)
def test_a_path_is_decoded_once(raw_path: str, path: str, path_bytes: bytes) -> None:
    assert url.path_from_raw(raw_path) == path
    assert url.path_bytes_from_raw(raw_path) == path_bytes


@pytest.mark.parametrize(
    ("query", "cleaned"),
    [
        ("a=%C3%A9+&&b?/[]", "a=%C3%A9+&&b?/[]"),
        ("a=é b#c", "a=%C3%A9%20b%23c"),
        ("a=\ud800\n", "a=?%0A"),
    ],
)
def test_only_invalid_characters_of_a_query_are_quoted(query: str, cleaned: str) -> None:
    assert url.clean_query(query) == cleaned


@pytest.mark.parametrize(
    ("pairs", "query"),
    [
        ([], ""),
        ([("a", "1"), ("a", "2")], "a=1&a=2"),
        ([("a b", "c+d"), ("é", "%")], "a%20b=c%2Bd&%C3%A9=%25"),
        ([("=", "="), ("&", "&;#")], "%3D==&%26=%26%3B%23"),
        ([("", "")], "="),
        ([("?", "?")], "?=?"),
    ],
)
def test_a_query_from_decoded_pairs_decodes_to_the_same_pairs(
    pairs: list[tuple[str, str]], query: str
) -> None:
    assert url.query_from_decoded(pairs) == query
    assert url.decoded_pairs(query) == pairs


@pytest.mark.parametrize(
    ("pairs", "query"),
    [
        ([("a%5B%5D", "1+%32"), ("b", "=")], "a%5B%5D=1+%32&b=="),
        ([("a=&", "b#&é")], "a%3D%26=b%23%26%C3%A9"),
        ([("\ud800", "\ud800")], "?=?"),
    ],
)
def test_a_query_from_encoded_pairs_is_not_encoded_again(
    pairs: list[tuple[str, str]], query: str
) -> None:
    assert url.query_from_encoded(pairs) == query


def test_a_query_splits_into_decoded_or_encoded_pairs() -> None:
    query = "a=%C3%A9+x&&b&=c&d=e=f&%ff="

    assert url.decoded_pairs(query) == [
        ("a", "é x"),
        ("b", ""),
        ("", "c"),
        ("d", "e=f"),
        ("\ufffd", ""),
    ]
    assert url.encoded_pairs(query) == [
        ("a", "%C3%A9+x"),
        ("b", ""),
        ("", "c"),
        ("d", "e=f"),
        ("%ff", ""),
    ]


@pytest.mark.parametrize(
    ("raw_path", "root", "path"),
    [
        ("/prod/a", "/prod", "/a"),
        ("/prod", "/prod", "/"),
        ("/prod/", "/prod", "/"),
        ("/prod//a", "/prod", "//a"),
        ("/production", "/prod", None),
        ("/a/prod", "/prod", None),
        ("/%70rod/a%2Fb", "/prod", "/a%2Fb"),
        ("/%C3%A9/b%20c/d", "/é/b c", "/d"),
        ("/%C3%A9/b%20c", "/é/b c", "/"),
        ("/a", "", "/a"),
        ("", "", "/"),
    ],
)
def test_a_root_path_matches_whole_segments_only(
    raw_path: str, root: str, path: str | None
) -> None:
    assert url.raw_path_below(raw_path, root) == path
