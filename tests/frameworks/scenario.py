"""Scenarios: functions that use a web app through a client.

Every framework's app has the same routes, so each scenario runs for each app through each front.
"""

from urllib.parse import unquote

from lambda_adapters.local import Client
from tests.frameworks import contract
from tests.frameworks.fronts import FrontCase
from tests.frameworks.scenario_files import an_unchanged_static_file_gives_304
from tests.frameworks.scenario_registry import Scenario, for_every_scenario, keeps, scenario

__all__ = ["Scenario", "an_unchanged_static_file_gives_304", "for_every_scenario"]


@scenario
def a_session_is_kept(client: Client, front: FrontCase) -> None:
    assert client.get("/me").json() == {"name": None}

    reply = client.post("/login", data={"name": "Zoë"})

    assert (reply.status_code, reply.headers["location"]) in [
        (303, front.url("/me")),
        (303, front.root + "/me"),
    ]
    assert client.get("/me").json() == {"name": "Zoë"}
    assert client.post("/login", data={"name": "Ida"}, follow_redirects=True).json() == {
        "name": "Ida"
    }


@scenario
def logout_ends_the_session(client: Client, front: FrontCase) -> None:
    client.post("/login", data={"name": "Zoë"})

    assert client.post("/logout").status_code == 204

    assert client.get("/me").json() == {"name": None}


@scenario
def a_forged_session_cookie_is_ignored(client: Client, front: FrontCase) -> None:
    client.post("/login", data={"name": "Zoë"})
    (cookie,) = client.cookies.jar
    assert cookie.value
    client.cookies.clear()

    forged_value = "A" + cookie.value[1:] if cookie.value[0] != "A" else "B" + cookie.value[1:]
    reply = client.get("/me", headers={"cookie": f"{cookie.name}={forged_value}"})
    assert reply.json() == {"name": None}
    reply = client.get("/me", headers={"cookie": f"{cookie.name}={cookie.value}"})
    assert reply.json() == {"name": "Zoë"}


@scenario
def a_relative_redirect_contains_the_root_path(client: Client, front: FrontCase) -> None:
    reply = client.get("/go/relative")

    assert reply.is_redirect
    assert reply.headers["location"] == front.root + "/me"
    assert client.get("/go/relative", follow_redirects=True).json() == {"name": None}


@scenario
def an_absolute_redirect_contains_the_host(client: Client, front: FrontCase) -> None:
    reply = client.get("/go/absolute")

    assert reply.is_redirect
    assert reply.headers["location"] == front.url("/me")
    assert client.get("/go/absolute", follow_redirects=True).json() == {"name": None}


@scenario
def the_url_of_a_static_file_is_correct(client: Client, front: FrontCase) -> None:
    reply = client.get("/go/asset", follow_redirects=True)

    assert str(reply.url) == front.url("/static/style.css")
    assert (reply.status_code, reply.text) == (200, 'p::before { content: "é"; }\n')


@scenario
def options_returns_the_allowed_methods(client: Client, front: FrontCase) -> None:
    reply = client.options("/query")

    assert reply.status_code in (200, 204, 405)  # frameworks differ
    assert "GET" in reply.headers["allow"].replace(" ", "").split(",")


def _without_slash(url: str) -> str:
    """Litestar treats `/sub` and `/sub/` as one path and writes it without the slash."""
    return url.removesuffix("/")


@scenario
def a_mounted_app_builds_correct_urls(client: Client, front: FrontCase) -> None:
    reply = client.get("/sub/")

    data = reply.json()
    assert _without_slash(data["url"]) == front.url("/sub")
    assert unquote(data["link"]) in (front.url("/sub/hello/é"), front.root + "/sub/hello/é")
    linked = client.get(reply.url.join(data["link"])).json()
    assert linked["hello"] == "é"
    assert unquote(linked["url"]) == front.url("/sub/hello/é")


@scenario
def a_mounted_app_redirects_to_its_own_root(client: Client, front: FrontCase) -> None:
    reply = client.get("/sub/up", follow_redirects=True)

    assert _without_slash(str(reply.url)) == front.url("/sub")
    assert (reply.status_code, reply.json()) == (200, client.get("/sub/").json())


@scenario
def a_mounted_app_is_reached_without_a_trailing_slash(client: Client, front: FrontCase) -> None:
    data = client.get("/sub", follow_redirects=True).json()

    assert _without_slash(data["url"]) == front.url("/sub")
    assert data["link"] == client.get("/sub/").json()["link"]


@scenario
def form_data_is_parsed(client: Client, front: FrontCase) -> None:
    reply = client.post("/form", data={"name": "Zoë & Co. +1%", "color": ["red", "blau"]})

    assert reply.json() == {"name": ["Zoë & Co. +1%"], "color": ["red", "blau"]}


@scenario
def json_is_parsed_and_returned(client: Client, front: FrontCase) -> None:
    reply = client.post("/json", json={"name": "Zoë", "n": [1, None, True]})

    assert (reply.status_code, reply.json()) == (
        201,
        {"got": {"name": "Zoë", "n": [1, None, True]}},
    )
    assert reply.headers["content-type"].partition(";")[0] == "application/json"


@scenario
def a_path_is_decoded_once(client: Client, front: FrontCase) -> None:
    data = client.get("/path/a%20b/%C3%BC/100%25/%2541/+/~").json()

    assert data["rest"] == "a b/ü/100%/%41/+/~"
    assert data["raw_path"] == front.root + "/path/a%20b/%C3%BC/100%25/%2541/+/~"


@scenario
def an_encoded_slash_is_kept_except_by_http_apis(client: Client, front: FrontCase) -> None:
    data = client.get("/path/a%2Fb").json()

    slash_is_kept = keeps(front, "an encoded slash")
    assert data["rest"] == "a/b"
    assert data["raw_path"] == front.root + ("/path/a%2Fb" if slash_is_kept else "/path/a/b")


@scenario
def a_query_is_decoded_once(client: Client, front: FrontCase) -> None:
    reply = client.get("/query?b=%2B+%20&a=%C3%BC%26&c=&q=%2525")

    assert reply.json() == {"b": ["+  "], "a": ["ü&"], "c": [""], "q": ["%25"]}


@scenario
def repeated_query_keys_are_kept_except_in_single_mode(client: Client, front: FrontCase) -> None:
    expected = ["1", "3"] if keeps(front, "repeated query keys") else ["3"]

    assert client.get("/query?a=1&b=2&a=3").json() == {"a": expected, "b": ["2"]}


@scenario
def the_app_gets_the_url_of_the_request(client: Client, front: FrontCase) -> None:
    assert client.get("/url").json() == {"url": front.url("/url")}
    assert client.get("/url?a=1&b=x").json() == {"url": front.url("/url?a=1&b=x")}
    # Frameworks differ in how much they encode.
    url = client.get("/path/a%20b/%C3%BC?q=1").json()["url"]
    assert unquote(url) == front.url("/path/a b/ü?q=1")


@scenario
def several_cookies_are_set(client: Client, front: FrontCase) -> None:
    reply = client.get("/set-cookies")

    lines = reply.headers.get_list("set-cookie")
    assert sorted(line.partition(";")[0] for line in lines) == [
        "guarded=3",
        "long_lived=two",
        "plain=1",
    ]
    (guarded,) = (line for line in lines if line.startswith("guarded"))
    assert {"httponly", "secure", "samesite=lax"} <= set(guarded.lower().split("; "))
    assert client.get("/cookies").json() == {"plain": "1", "long_lived": "two", "guarded": "3"}


@scenario
def a_second_cookie_header_is_kept_except_in_single_mode(client: Client, front: FrontCase) -> None:
    one_header = client.get("/cookies", headers={"cookie": "a=1; b=x=y"})
    two_headers = client.get("/cookies", headers=[("cookie", "a=1"), ("cookie", "b=2")])

    assert one_header.json() == {"a": "1", "b": "x=y"}
    second_is_kept = keeps(front, "a second Cookie header")
    assert two_headers.json() == ({"a": "1", "b": "2"} if second_is_kept else {"b": "2"})


@scenario
def an_unknown_path_gives_the_404_page_of_the_app(client: Client, front: FrontCase) -> None:
    reply = client.get("/nothing/here")

    assert (reply.status_code, reply.text) == (404, contract.NOT_FOUND)


@scenario
def an_exception_gives_500_without_details(client: Client, front: FrontCase) -> None:
    reply = client.get("/boom")

    assert reply.status_code == 500
    assert "secret" not in reply.text
    assert "ViewError" not in reply.text
    assert client.get("/me").json() == {"name": None}
