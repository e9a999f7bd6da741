"""The page and the JSON: their content, the password, and the escaping of text."""

from typing import Any

import pytest
from hooks.database import PAGE_SIZE, Database, database_url, url_from_environment
from hooks.kinds import find_challenge, kind_of
from hooks_helpers import BY_NAME, MakeHandler, list_stored, send_message
from simulation.session import Secrets

from lambda_adapters.local import Client
from lambda_adapters.webhooks import Delivery

URLS = {
    "sqlite:///hooks.db": "sqlite:///hooks.db",
    "sqlite:////tmp/hooks.db": "sqlite:////tmp/hooks.db",
    "postgres://me:p%40ss@host/db": "postgresql+psycopg://me:p%40ss@host/db",
    "postgresql://me@host:5433/db": "postgresql+psycopg://me@host:5433/db",
    "postgresql://me@h/db?sslmode=require": "postgresql+psycopg://me@h/db?sslmode=require",
    "postgresql+psycopg2://me@host/db": "postgresql+psycopg2://me@host/db",
}
KINDS = [
    (Delivery("stripe", "1", b'{"type": "invoice.paid"}'), "invoice.paid"),
    (Delivery("stripe", "1", b'{"type": "\\ud800"}'), "unknown"),
    (Delivery("stripe", "1", b'{"type": "a\\u0000"}'), "unknown"),
    (Delivery("stripe", "1", b'{"type": ["a"]}'), "unknown"),
    (Delivery("stripe", "1", b'{"type": ""}'), "unknown"),
    (Delivery("stripe", "1", b'{"type": "%s"}' % (b"a" * 101)), "unknown"),
    (Delivery("stripe", "1", b"[" * 100_000), "unknown"),
    (Delivery("stripe", "1", b"[]"), "unknown"),
    (Delivery("github", "1", b'{"type": "no"}', {"x-github-event": "push"}), "push"),
    (Delivery("github", "1", b"\xff"), "unknown"),
    (Delivery("slack", "1", b'{"type": "event_callback", "event": {"type": "a"}}'), "a"),
    (Delivery("slack", "1", b'{"type": "app_rate_limited"}'), "app_rate_limited"),
    (Delivery("slack", "1", b"command=%2Fweather"), "unknown"),
]


@pytest.mark.parametrize(("given", "used"), URLS.items())
def test_a_postgresql_url_gets_psycopg(given: str, used: str) -> None:
    assert database_url(given).render_as_string(hide_password=False) == used


@pytest.mark.parametrize(("delivery", "kind"), KINDS)
def test_a_kind_is_the_senders_name_for_it_or_unknown(delivery: Delivery, kind: str) -> None:
    assert kind_of(delivery) == kind


def test_only_slacks_verification_has_a_challenge() -> None:
    bodies = [b'{"type": "url_verification", "challenge": "a"}', b'{"challenge": "a"}']
    bodies += [b'{"type": "url_verification", "challenge": {}}', b"challenge=a", b"\xff"]
    challenges = [find_challenge(Delivery("slack", "1", body)) for body in bodies]
    assert challenges == ["a", None, None, None, None]


def test_an_empty_list_has_a_message(make_handler: MakeHandler) -> None:
    with Client(make_handler(), "http-api") as client:
        page = client.get("/")
        assert (page.status_code, page.headers["content-type"]) == (200, "text/html; charset=utf-8")
        assert "Nothing yet." in page.text
        assert client.get("/deliveries").json() == {"deliveries": [], "older": None}


def test_links_contain_the_stage(make_handler: MakeHandler) -> None:
    database = Database(url_from_environment())
    for number in range(PAGE_SIZE + 1):
        database.add(Delivery("stripe", f"evt_{number}", b"{}"))
    database.close()
    with Client(make_handler(), "rest-api", stage="prod") as client:
        page = client.get("/").text
        assert 'href="/prod/deliveries"' in page
        assert 'href="/prod/?before=2"' in page
        listed = client.get("/deliveries").json()
        assert len(listed["deliveries"]) == PAGE_SIZE
        assert listed["older"] == "/prod/deliveries?before=2"
        rest = client.get("https://testserver" + listed["older"]).json()
        assert [delivery["id"] for delivery in rest["deliveries"]] == ["evt_0"]
        assert rest["older"] is None


@pytest.mark.parametrize("before", ["0", "-1", "one", "9" * 40])
def test_a_number_without_a_delivery_is_ignored(before: str, make_handler: MakeHandler) -> None:
    with Client(make_handler(), "http-api") as client:
        reply = client.get("/deliveries", params={"before": before})
    assert (reply.status_code, reply.json()) == (200, {"deliveries": [], "older": None})


def test_text_of_a_delivery_is_escaped(
    make_handler: MakeHandler, secrets: dict[str, Secrets]
) -> None:
    stripe = BY_NAME["stripe"]
    with Client(make_handler(), "load-balancer") as client:
        assert send_message(client, stripe, stripe.create_message(), secrets["stripe"]) == 202
        page = client.get("/")
    assert "三船 paid 5 € &lt;script&gt;alert(&#39;not me&#39;)&lt;/script&gt;" in page.text
    assert "<script" not in page.text
    assert "script-src" not in page.headers["content-security-policy"]
    assert page.headers["content-security-policy"].startswith("default-src 'none'")


@pytest.mark.parametrize("path", ["/", "/deliveries"])
def test_the_password_protects_the_lists_but_not_the_webhooks(
    path: str,
    make_handler: MakeHandler,
    secrets: dict[str, Secrets],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("PAGE_PASSWORD", "ö-open")
    stripe = BY_NAME["stripe"]
    with Client(make_handler(), "http-api") as client:
        credentials: list[Any] = [None, ("", "wrong"), ("", "ö-open")]
        assert [client.get(path, auth=auth).status_code for auth in credentials] == [401, 401, 200]
        bearer = client.get(path, headers={"authorization": "Bearer open"})
        assert (bearer.status_code, bearer.headers["www-authenticate"]) == (
            401,
            'Basic realm="webhooks"',
        )
        assert send_message(client, stripe, stripe.create_message(), secrets["stripe"]) == 202


def test_the_json_lists_each_delivery(
    make_handler: MakeHandler, secrets: dict[str, Secrets]
) -> None:
    with Client(make_handler(), "http-api") as client:
        messages = {name: sender.create_message() for name, sender in BY_NAME.items()}
        for name, message in messages.items():
            assert send_message(client, BY_NAME[name], message, secrets[name]) == 202
        listed = client.get("/deliveries").json()["deliveries"]
        newest = [(name, message.id) for name, message in reversed(messages.items())]
        assert list_stored(client) == newest
    kinds = ["app_mention", "issues", "charge.succeeded"]
    assert [delivery["kind"] for delivery in listed] == kinds
    assert listed[0].keys() == {"sender", "id", "kind", "received", "size"}
    assert listed[0]["size"] == len(messages["slack"].body)
    assert listed[0]["received"].endswith("+00:00")
