"""What a person does with a web app, as functions that take a client.

Every framework's app has the same routes, so each scenario runs for each app through each front.
"""

from urllib.parse import unquote

from lambda_adapters.local import Client
from tests.frameworks import contract
from tests.frameworks.fronts import Played
from tests.frameworks.scenario_files import a_static_file_that_has_not_changed_is_not_sent_again
from tests.frameworks.scenario_registry import Scenario, carries, scenario, scenarios

__all__ = ["Scenario", "a_static_file_that_has_not_changed_is_not_sent_again", "scenarios"]


@scenario
def a_session_is_read_back(client: Client, front: Played) -> None:
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
def a_session_ends(client: Client, front: Played) -> None:
    client.post("/login", data={"name": "Zoë"})

    assert client.post("/logout").status_code == 204

    assert client.get("/me").json() == {"name": None}


@scenario
def a_forged_session_is_none(client: Client, front: Played) -> None:
    client.post("/login", data={"name": "Zoë"})
    (cookie,) = client.cookies.jar
    assert cookie.value
    client.cookies.clear()

    forged = "A" + cookie.value[1:] if cookie.value[0] != "A" else "B" + cookie.value[1:]
    reply = client.get("/me", headers={"cookie": f"{cookie.name}={forged}"})
    assert reply.json() == {"name": None}
    reply = client.get("/me", headers={"cookie": f"{cookie.name}={cookie.value}"})
    assert reply.json() == {"name": "Zoë"}


@scenario
def a_relative_redirect_stays_below_the_root(client: Client, front: Played) -> None:
    reply = client.get("/go/relative")

    assert reply.is_redirect
    assert reply.headers["location"] == front.root + "/me"
    assert client.get("/go/relative", follow_redirects=True).json() == {"name": None}


@scenario
def an_absolute_redirect_leads_to_the_same_host(client: Client, front: Played) -> None:
    reply = client.get("/go/absolute")

    assert reply.is_redirect
    assert reply.headers["location"] == front.url("/me")
    assert client.get("/go/absolute", follow_redirects=True).json() == {"name": None}


@scenario
def a_static_file_is_linked_by_the_apps_own_url(client: Client, front: Played) -> None:
    reply = client.get("/go/asset", follow_redirects=True)

    assert str(reply.url) == front.url("/static/style.css")
    assert (reply.status_code, reply.text) == (200, 'p::before { content: "é"; }\n')


@scenario
def options_name_the_methods(client: Client, front: Played) -> None:
    reply = client.options("/query")

    assert reply.status_code in (200, 204, 405)  # frameworks differ
    assert "GET" in reply.headers["allow"].replace(" ", "").split(",")


def _without_slash(url: str) -> str:
    """Litestar takes `/sub` and `/sub/` for one path, and calls it by the first."""
    return url.removesuffix("/")


@scenario
def a_mounted_app_knows_its_urls(client: Client, front: Played) -> None:
    reply = client.get("/sub/")

    seen = reply.json()
    assert _without_slash(seen["url"]) == front.url("/sub")
    assert unquote(seen["link"]) in (front.url("/sub/hello/é"), front.root + "/sub/hello/é")
    followed = client.get(reply.url.join(seen["link"])).json()
    assert followed["hello"] == "é"
    assert unquote(followed["url"]) == front.url("/sub/hello/é")


@scenario
def a_mounted_app_redirects_within_itself(client: Client, front: Played) -> None:
    reply = client.get("/sub/up", follow_redirects=True)

    assert _without_slash(str(reply.url)) == front.url("/sub")
    assert (reply.status_code, reply.json()) == (200, client.get("/sub/").json())


@scenario
def a_missing_slash_leads_to_the_mounted_app(client: Client, front: Played) -> None:
    seen = client.get("/sub", follow_redirects=True).json()

    assert _without_slash(seen["url"]) == front.url("/sub")
    assert seen["link"] == client.get("/sub/").json()["link"]


@scenario
def a_form_is_read(client: Client, front: Played) -> None:
    reply = client.post("/form", data={"name": "Zoë & Co. +1%", "color": ["red", "blau"]})

    assert reply.json() == {"name": ["Zoë & Co. +1%"], "color": ["red", "blau"]}


@scenario
def json_is_read_and_answered(client: Client, front: Played) -> None:
    reply = client.post("/json", json={"name": "Zoë", "n": [1, None, True]})

    assert (reply.status_code, reply.json()) == (
        201,
        {"got": {"name": "Zoë", "n": [1, None, True]}},
    )
    assert reply.headers["content-type"].partition(";")[0] == "application/json"


@scenario
def a_path_is_decoded_once(client: Client, front: Played) -> None:
    seen = client.get("/path/a%20b/%C3%BC/100%25/%2541/+/~").json()

    assert seen["rest"] == "a b/ü/100%/%41/+/~"
    assert seen["raw_path"] == front.root + "/path/a%20b/%C3%BC/100%25/%2541/+/~"


@scenario
def an_encoded_slash_arrives_where_it_can(client: Client, front: Played) -> None:
    seen = client.get("/path/a%2Fb").json()

    kept = carries(front, "an encoded slash")
    assert seen["rest"] == "a/b"
    assert seen["raw_path"] == front.root + ("/path/a%2Fb" if kept else "/path/a/b")


@scenario
def a_query_is_decoded_once(client: Client, front: Played) -> None:
    reply = client.get("/query?b=%2B+%20&a=%C3%BC%26&c=&q=%2525")

    assert reply.json() == {"b": ["+  "], "a": ["ü&"], "c": [""], "q": ["%25"]}


@scenario
def repeated_query_keys_arrive_where_they_can(client: Client, front: Played) -> None:
    several = ["1", "3"] if carries(front, "repeated query keys") else ["3"]

    assert client.get("/query?a=1&b=2&a=3").json() == {"a": several, "b": ["2"]}


@scenario
def the_app_knows_the_url_that_was_asked_for(client: Client, front: Played) -> None:
    assert client.get("/url").json() == {"url": front.url("/url")}
    assert client.get("/url?a=1&b=x").json() == {"url": front.url("/url?a=1&b=x")}
    # Frameworks differ in how much they encode.
    seen = client.get("/path/a%20b/%C3%BC?q=1").json()["url"]
    assert unquote(seen) == front.url("/path/a b/ü?q=1")


@scenario
def several_cookies_are_set(client: Client, front: Played) -> None:
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
def cookies_arrive_where_they_can(client: Client, front: Played) -> None:
    one = client.get("/cookies", headers={"cookie": "a=1; b=x=y"})
    two = client.get("/cookies", headers=[("cookie", "a=1"), ("cookie", "b=2")])

    assert one.json() == {"a": "1", "b": "x=y"}
    both = carries(front, "a second Cookie header")
    assert two.json() == ({"a": "1", "b": "2"} if both else {"b": "2"})


@scenario
def an_unknown_page_is_the_apps_own_404(client: Client, front: Played) -> None:
    reply = client.get("/nothing/here")

    assert (reply.status_code, reply.text) == (404, contract.NOT_FOUND)


@scenario
def an_exception_is_a_500_that_tells_nothing(client: Client, front: Played) -> None:
    reply = client.get("/boom")

    assert reply.status_code == 500
    assert "secret" not in reply.text
    assert "Broken" not in reply.text
    assert client.get("/me").json() == {"name": None}
