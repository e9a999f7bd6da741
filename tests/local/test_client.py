"""Client: what a test sees of an app through every front, with and without a stage."""

import gzip

import pytest

from tests.local.playing import TEXT, MakeHandler, Pairs, Played, Seen, client_of, root_of


def test_odd_escapes_in_a_path_are_decoded_once(played: Played, make_handler: MakeHandler) -> None:
    asked: list[Seen] = []

    def answer(seen: Seen) -> tuple[int, Pairs, bytes]:
        asked.append(seen)
        return 200, TEXT, b""

    client_of(make_handler(answer), played).get("/a%20b/%C3%A9/c%2Fd/100%25/%2541/")

    root = root_of(played)
    # HTTP APIs decode the path before the function sees it, and it cannot tell what was a slash.
    decodes = played[0].startswith("http-api")
    raw_path = "/a%20b/%C3%A9/c/d/100%25/%2541/" if decodes else "/a%20b/%C3%A9/c%2Fd/100%25/%2541/"
    assert [(seen.root, seen.path, seen.raw_path) for seen in asked] == [
        (root, "/a b/é/c/d/100%/%41/", root + raw_path)
    ]


QUERIES = {
    "rest-api": "a=1&a=3&b=2&c=%2B%20x&d=",
    "http-api": "a=1&b=2&a=3&c=%2B+x&d",
    "http-api-v1": "a=1&a=3&b=2&c=%2B%20x&d=",
    "function-url": "a=1&b=2&a=3&c=%2B+x&d",
}


def test_a_query_arrives_as_the_front_passes_it_on(
    played: Played, make_handler: MakeHandler
) -> None:
    def answer(seen: Seen) -> tuple[int, Pairs, bytes]:
        return 200, TEXT, seen.query.encode()

    reply = client_of(make_handler(answer), played).get("/q?a=1&b=2&a=3&c=%2B+x&d")

    several = "a=1&a=3" if played[1] else "a=3"
    assert reply.text == QUERIES.get(played[0], f"{several}&b=2&c=%2B+x&d=")


def test_repeated_headers_arrive_both_ways(played: Played, make_handler: MakeHandler) -> None:
    def answer(seen: Seen) -> tuple[int, Pairs, bytes]:
        cookies = [("set-cookie", "a=1; Path=/"), ("set-cookie", "b=2; Path=/")]
        many = [("x-many", "one"), ("x-many", "two")]
        return 200, [*TEXT, *cookies, *many], seen.headers["x-many"].encode()

    reply = client_of(make_handler(answer), played).get(
        "/", headers=[("x-many", "1"), ("X-Many", "2")]
    )

    assert reply.text == ("2" if played == ("load-balancer", {}) else "1,2")
    assert reply.headers.get_list("set-cookie") == ["a=1; Path=/", "b=2; Path=/"]
    assert ", ".join(reply.headers.get_list("x-many")) == "one, two"


def test_cookies_come_back_with_the_next_request(played: Played, make_handler: MakeHandler) -> None:
    def answer(seen: Seen) -> tuple[int, Pairs, bytes]:
        if seen.path == "/login":
            cookies = [("set-cookie", "user=ann; Path=/; Secure"), ("set-cookie", "theme=dark")]
            return 204, cookies, b""
        return 200, TEXT, seen.headers["cookie"].encode()

    client = client_of(make_handler(answer), played)

    assert client.get("/login").status_code == 204
    assert sorted(client.get("/show").text.split("; ")) == ["theme=dark", "user=ann"]


def test_bytes_survive_upload_and_download(played: Played, make_handler: MakeHandler) -> None:
    def answer(seen: Seen) -> tuple[int, Pairs, bytes]:
        assert seen.headers["content-length"] == "2560"
        return 200, [("content-type", "application/octet-stream")], seen.body[::-1]

    sent = bytes(range(256)) * 10
    reply = client_of(make_handler(answer), played).put(
        "/f", content=sent, headers={"content-type": "application/octet-stream"}
    )

    assert reply.content == sent[::-1]
    assert reply.headers["content-length"] == "2560"


def test_a_body_that_is_sent_in_chunks_arrives_whole(
    played: Played, make_handler: MakeHandler
) -> None:
    def answer(seen: Seen) -> tuple[int, Pairs, bytes]:
        assert "transfer-encoding" not in seen.headers
        return 200, TEXT, seen.body

    reply = client_of(make_handler(answer), played).post("/", content=iter([b"one ", b"two"]))

    assert reply.content == b"one two"


def test_a_compressed_reply_is_decoded_by_the_client(
    played: Played, make_handler: MakeHandler
) -> None:
    def answer(seen: Seen) -> tuple[int, Pairs, bytes]:
        return 200, [*TEXT, ("content-encoding", "gzip")], gzip.compress(b"hello")

    assert client_of(make_handler(answer), played).get("/").text == "hello"


def test_a_head_has_headers_and_no_body(played: Played, make_handler: MakeHandler) -> None:
    def answer(seen: Seen) -> tuple[int, Pairs, bytes]:
        assert seen.method == "HEAD"
        return 200, [*TEXT, ("etag", '"1"')], b"the body of a GET"

    reply = client_of(make_handler(answer), played).head("/")

    assert reply.content == b""
    assert reply.headers["etag"] == '"1"'
    assert "content-length" not in reply.headers


@pytest.mark.parametrize("origin", ["", "https://testserver"])
def test_redirects_are_followed_below_the_stage(
    played: Played, make_handler: MakeHandler, origin: str
) -> None:
    def answer(seen: Seen) -> tuple[int, Pairs, bytes]:
        if seen.path == "/old":
            return 307, [("location", f"{origin}{seen.root}/new?x=1")], b""
        return 200, TEXT, f"{seen.method} {seen.path} {seen.query} {seen.body!r}".encode()

    client = client_of(make_handler(answer), played, follow_redirects=True)
    reply = client.post("/old", content=b"kept")

    assert reply.text == "POST /new x=1 b'kept'"
    assert reply.url == f"https://testserver{root_of(played)}/new?x=1"
