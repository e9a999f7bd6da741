"""Client: requests and replies of an app through every front, with and without a stage."""

import gzip

import pytest

from tests.local.local_fronts import (
    TEXT_HEADERS,
    AppRequest,
    FrontCase,
    MakeHandler,
    ViewReply,
    client_for,
)


def test_percent_escapes_in_a_path_are_decoded_once(
    front_case: FrontCase, make_handler: MakeHandler
) -> None:
    requests: list[AppRequest] = []

    def view(request: AppRequest) -> ViewReply:
        requests.append(request)
        return 200, TEXT_HEADERS, b""

    client_for(make_handler(view), front_case).get("/a%20b/%C3%A9/c%2Fd/100%25/%2541/")

    root = front_case.root_path
    # HTTP APIs decode the path, so an encoded slash becomes a slash.
    decodes = front_case.name.startswith("http-api")
    raw_path = "/a%20b/%C3%A9/c/d/100%25/%2541/" if decodes else "/a%20b/%C3%A9/c%2Fd/100%25/%2541/"
    assert [(request.root_path, request.path, request.raw_path) for request in requests] == [
        (root, "/a b/é/c/d/100%/%41/", root + raw_path)
    ]


QUERIES = {
    "rest-api": "a=1&a=3&b=2&c=%2B%20x&d=",
    "http-api": "a=1&b=2&a=3&c=%2B+x&d",
    "http-api-v1": "a=1&a=3&b=2&c=%2B%20x&d=",
    "function-url": "a=1&b=2&a=3&c=%2B+x&d",
}


def test_each_front_passes_the_query_in_its_own_form(
    front_case: FrontCase, make_handler: MakeHandler
) -> None:
    def view(request: AppRequest) -> ViewReply:
        return 200, TEXT_HEADERS, request.query.encode()

    reply = client_for(make_handler(view), front_case).get("/q?a=1&b=2&a=3&c=%2B+x&d")

    a_values = "a=1&a=3" if front_case.options else "a=3"
    assert reply.text == QUERIES.get(front_case.name, f"{a_values}&b=2&c=%2B+x&d=")


def test_repeated_headers_are_kept_in_requests_and_replies(
    front_case: FrontCase, make_handler: MakeHandler
) -> None:
    def view(request: AppRequest) -> ViewReply:
        cookies = [("set-cookie", "a=1; Path=/"), ("set-cookie", "b=2; Path=/")]
        many = [("x-many", "one"), ("x-many", "two")]
        return 200, [*TEXT_HEADERS, *cookies, *many], request.headers["x-many"].encode()

    reply = client_for(make_handler(view), front_case).get(
        "/", headers=[("x-many", "1"), ("X-Many", "2")]
    )

    assert reply.text == ("2" if front_case == ("load-balancer", {}) else "1,2")
    assert reply.headers.get_list("set-cookie") == ["a=1; Path=/", "b=2; Path=/"]
    assert ", ".join(reply.headers.get_list("x-many")) == "one, two"


def test_cookies_are_sent_with_the_next_request(
    front_case: FrontCase, make_handler: MakeHandler
) -> None:
    def view(request: AppRequest) -> ViewReply:
        if request.path == "/login":
            cookies = [("set-cookie", "user=ann; Path=/; Secure"), ("set-cookie", "theme=dark")]
            return 204, cookies, b""
        return 200, TEXT_HEADERS, request.headers["cookie"].encode()

    client = client_for(make_handler(view), front_case)

    assert client.get("/login").status_code == 204
    assert sorted(client.get("/show").text.split("; ")) == ["theme=dark", "user=ann"]


def test_uploads_and_downloads_keep_all_bytes(
    front_case: FrontCase, make_handler: MakeHandler
) -> None:
    def view(request: AppRequest) -> ViewReply:
        assert request.headers["content-length"] == "2560"
        return 200, [("content-type", "application/octet-stream")], request.body[::-1]

    body = bytes(range(256)) * 10
    reply = client_for(make_handler(view), front_case).put(
        "/f", content=body, headers={"content-type": "application/octet-stream"}
    )

    assert reply.content == body[::-1]
    assert reply.headers["content-length"] == "2560"


def test_the_chunks_of_a_request_body_are_joined(
    front_case: FrontCase, make_handler: MakeHandler
) -> None:
    def view(request: AppRequest) -> ViewReply:
        assert "transfer-encoding" not in request.headers
        return 200, TEXT_HEADERS, request.body

    reply = client_for(make_handler(view), front_case).post("/", content=iter([b"one ", b"two"]))

    assert reply.content == b"one two"


def test_a_compressed_reply_is_decompressed_by_the_client(
    front_case: FrontCase, make_handler: MakeHandler
) -> None:
    def view(request: AppRequest) -> ViewReply:
        return 200, [*TEXT_HEADERS, ("content-encoding", "gzip")], gzip.compress(b"hello")

    assert client_for(make_handler(view), front_case).get("/").text == "hello"


def test_a_reply_to_head_has_headers_and_no_body(
    front_case: FrontCase, make_handler: MakeHandler
) -> None:
    def view(request: AppRequest) -> ViewReply:
        assert request.method == "HEAD"
        return 200, [*TEXT_HEADERS, ("etag", '"1"')], b"the body of a GET"

    reply = client_for(make_handler(view), front_case).head("/")

    assert reply.content == b""
    assert reply.headers["etag"] == '"1"'
    assert "content-length" not in reply.headers


@pytest.mark.parametrize("origin", ["", "https://testserver"])
def test_redirects_are_followed_within_the_stage(
    front_case: FrontCase, make_handler: MakeHandler, origin: str
) -> None:
    def view(request: AppRequest) -> ViewReply:
        if request.path == "/old":
            return 307, [("location", f"{origin}{request.root_path}/new?x=1")], b""
        return (
            200,
            TEXT_HEADERS,
            f"{request.method} {request.path} {request.query} {request.body!r}".encode(),
        )

    client = client_for(make_handler(view), front_case, follow_redirects=True)
    reply = client.post("/old", content=b"kept")

    assert reply.text == "POST /new x=1 b'kept'"
    assert reply.url == f"https://testserver{front_case.root_path}/new?x=1"
