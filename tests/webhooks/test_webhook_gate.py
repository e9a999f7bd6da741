"""The gate: which path belongs to whom, what is refused when it is built, and what is logged."""

import re
from collections.abc import Callable
from typing import Any

import pytest

from lambda_adapters import AppError, ConfigurationError, Request
from lambda_adapters.local import Client
from lambda_adapters.sources.front import Front
from lambda_adapters.sources.registry import source_by_name
from lambda_adapters.webhooks import (
    AsgiWebhooks,
    Delivery,
    GitHub,
    Webhooks,
    WsgiWebhooks,
    delivery_of,
)
from lambda_adapters.webhooks.verifier import Verifier
from tests.webhooks.webhook_senders import CASES, by_github
from tests.webhooks.webhook_targets import TARGETS


def request_for(path: str, body: bytes, headers: dict[str, str], root_path: str = "") -> Request:
    return Request("POST", root_path=root_path, path=path, headers=list(headers.items()), body=body)


def headers_of(body: bytes) -> dict[str, str]:
    return {name.lower(): value for name, value in by_github(body, "s", "", 0).items()}


@pytest.mark.parametrize(
    ("path", "name"),
    [
        ("/github", "a"),
        ("/github/", "a"),
        ("/hooks/42", "b"),
        ("/hooks/42/deep", None),
        ("/all/of/it", "c"),
        ("/all", None),
        ("/all/", "c"),  # Starlette's greedy part may be empty
        ("/hooks/", "b"),
        ("/", None),
        ("/hooks/a b", "b"),
        ("/hooks/\\", "b"),
        ("/GitHub", None),
        ("//github", "a"),
        ("http://h/github", "a"),
        ("/github\n", "a"),
        ("", None),
    ],
)
def test_a_path_belongs_to_the_sender_whose_pattern_matches_it(path: str, name: str | None) -> None:
    senders = {
        "/github": GitHub("s", name="a"),
        "/hooks/{tenant}": GitHub("s", name="b"),
        "/all/{proxy+}": GitHub("s", name="c"),
    }
    sender = Verifier(senders).sender(path)
    assert (sender.name if sender else None) == name


def test_a_spelling_of_one_senders_path_is_not_anothers_parameter() -> None:
    gate = Verifier({"/stripe": GitHub("s", name="a"), "/{tenant}": GitHub("s", name="b")})
    names = {"/stripe": "a", "/stripe\n": "reject_all", "//stripe": "a", "/o\n": "b", "/": "b"}
    found = {path: gate.sender(path) for path in names}
    assert {path: sender.name for path, sender in found.items() if sender} == names


def test_a_path_that_might_be_several_senders_is_nobodys(caplog: pytest.LogCaptureFixture) -> None:
    gate = Verifier({"/{a}/bank": GitHub("s", name="a"), "/{b}": GitHub("t", name="b")})
    sender = gate.sender("/ /bank")
    assert sender is not None
    headers = headers_of(b"{}")
    told = gate.verify(sender, request_for("/ /bank", b"{}", headers))
    assert not isinstance(told, Delivery)
    assert told.status == 401
    assert "a way that might lead to views of several senders" in caplog.text


def test_a_path_of_a_thousand_slashes_is_nobodys_and_a_long_plain_one_no_senders() -> None:
    gate = Verifier({"/github": GitHub("s")})
    sender = gate.sender("/github" + "/" * 5000)
    assert sender is not None
    assert sender.name == "reject_all"
    assert gate.sender("/github" + "/a" * 5000) is None


def test_the_root_is_its_own_senders() -> None:
    gate = Verifier({"/": GitHub("s", name="a"), "/{id}": GitHub("s", name="b")})
    sender = gate.sender("/")
    assert sender is not None
    assert sender.name == "a"


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("/github", "/v1/github"),
        ("/github/", "/v1/github"),
        ("//github", "/v1/github"),
        ("/github\n", "/v1/github"),
        ("/t/ab", "/v1/t/ab"),
        ("/t/a b", "/v1/t/a b"),
    ],
)
def test_a_delivery_has_one_path_for_all_spellings_of_it_and_parameters_as_they_are(
    path: str, expected: str
) -> None:
    gate = Verifier({"/github": GitHub("s"), "/t/{id}": GitHub("s", name="b")})
    sender = gate.sender(path)
    assert sender is not None
    told = gate.verify(sender, request_for(path, b"{}", headers_of(b"{}"), root_path="/v1"))
    assert isinstance(told, Delivery)
    assert told.path == expected


@pytest.mark.parametrize("make", TARGETS.values(), ids=TARGETS)
@pytest.mark.parametrize("method", ["GET", "PUT", "OPTIONS", "DELETE"])
def test_a_method_that_the_sender_does_not_use_is_a_405(
    make: Callable[..., Any], method: str
) -> None:
    twilio = CASES["twilio"].sender()
    target = make({"/github": GitHub("s"), "/twilio": twilio})
    with Client(target.handler, "http-api") as client:
        reply = client.request(method, "/github", headers=signed_headers(b""))
        assert (reply.status_code, reply.headers["allow"]) == (405, "POST")
        status = client.request(method, "/twilio").status_code
        assert status == (401 if method == "GET" else 405)
    assert target.seen == []


def signed_headers(body: bytes) -> dict[str, str]:
    return by_github(body, "s", "", 0)


@pytest.mark.parametrize("kind", [Webhooks, AsgiWebhooks, WsgiWebhooks])
@pytest.mark.parametrize(
    ("senders", "options", "message"),
    [
        ({}, {}, r'Expected senders by path, such as \{"/stripe".*got none'),
        (["/github"], {}, "Expected senders by path.*got list"),
        ({"github": GitHub("s")}, {}, "Expected a path pattern"),
        (
            {"/a/{x}": GitHub("s"), "/a/{y}": GitHub("s", name="b")},
            {},
            "which match the same paths",
        ),
        ({"/github": GitHub}, {}, "Expected a sender such as"),
        ({"/hooks/*": GitHub("s")}, {}, r"such as /hooks/\{id\} or /hooks/\{proxy\+\}, got '/ho"),
        ({"/<x>": GitHub("s")}, {}, "in API Gateway's patterns"),
        ({"/hooks/:id": GitHub("s")}, {}, "in API Gateway's patterns"),
        ({"/{rest:path}": GitHub("s")}, {}, "in API Gateway's patterns"),
        ({"/caf%C3%A9": GitHub("s")}, {}, "in API Gateway's patterns, decoded"),
        ({"/a\x7fb": GitHub("s")}, {}, "in API Gateway's patterns, decoded"),
        (
            {"/a": GitHub("s"), "/b": GitHub("t")},
            {},
            r"got two at /b and before it that are named alike.*Next: Stripe\(secret, name=",
        ),
        ({"/github": GitHub("s")}, {"limit": 0}, "Expected a limit in bytes, got 0"),
        ({"/github": GitHub("s")}, {"limit": "1MB"}, "Expected a limit in bytes, got '1MB'"),
        ({"/github": GitHub("s")}, {"limit": True}, "Expected a limit in bytes"),
        ({"/github": GitHub("s")}, {"once": object()}, r"Expected once\(store\), got object"),
    ],
)
def test_what_cannot_be_is_refused_when_built(
    kind: Callable[..., object], senders: Any, options: dict[str, Any], message: str
) -> None:
    def app(event: Any, context: Any) -> None: ...

    async def asgi_app(scope: Any, receive: Any, send: Any) -> None: ...

    with pytest.raises(ConfigurationError, match=message):
        kind(asgi_app if kind is AsgiWebhooks else app, senders, **options)


@pytest.mark.parametrize("result", [True, False, {"id": 1}, 0])
@pytest.mark.parametrize("make", TARGETS.values(), ids=TARGETS)
def test_a_verifier_that_answers_instead_of_raising_is_a_500(
    make: Callable[..., Any], result: object, caplog: pytest.LogCaptureFixture
) -> None:
    def acme(body: bytes, headers: object, url: str) -> object:
        return result

    target = make({"/acme": acme})
    with Client(target.handler, "http-api") as client:
        assert client.post("/acme", content=b"{}").status_code == 500
    assert target.seen == []
    assert caplog.messages[0] == (
        "Refused POST /acme, acme's, with 500: Expected the verifier of acme to return None and to "
        f"raise where it refuses, got {type(result).__name__}. The delivery was not given to the "
        "app."
    )


@pytest.mark.parametrize("make", TARGETS.values(), ids=TARGETS)
def test_without_secrets_nothing_reaches_the_app_and_the_sender_is_to_try_again(
    make: Callable[..., Any], caplog: pytest.LogCaptureFixture
) -> None:
    def fetch() -> str:
        raise ConnectionError("arn of the secret")

    target = make({"/github": GitHub(fetch)})
    with Client(target.handler, "http-api") as client:
        reply = client.post("/github", content=b"{}", headers=headers_of(b"{}"))
    assert (reply.status_code, reply.text, target.seen) == (503, "Service Unavailable", [])
    assert [r.getMessage() for r in caplog.records if r.levelname == "WARNING"] == [
        "Refused POST /github, github's, with 503: its secrets could not be had: ConnectionError"
    ]


@pytest.mark.parametrize(
    "error",
    [
        UnicodeDecodeError("utf-8", b"x", 0, 1, "bad"),
        TypeError("t"),
        RecursionError(),
        AppError("with a status of its own", 418),
    ],
)
def test_whatever_a_verifier_raises_is_a_401_and_its_words_stay_here(
    error: Exception, caplog: pytest.LogCaptureFixture
) -> None:
    def acme(body: bytes, headers: object, url: str) -> None:
        raise error

    gate = Verifier({"/acme": acme})
    sender = gate.sender("/acme")
    assert sender is not None
    reply = gate.verify(sender, request_for("/acme\n" + "x" * 500, b"", {}))
    assert not isinstance(reply, Delivery)
    assert (reply.status, reply.body) == (401, b"Unauthorized")
    shown = "/acme%0A" + "x" * 192
    (message,) = caplog.messages
    assert re.fullmatch(
        f"Refused POST {shown}, acme's, with 401: "
        rf"{type(error).__name__} at test_webhook_gate\.py:\d+",
        message,
    )


def test_a_verifiers_exit_is_not_a_refusal() -> None:
    def acme(body: bytes, headers: object, url: str) -> None:
        raise SystemExit(1)

    gate = Verifier({"/acme": acme})
    sender = gate.sender("/acme")
    assert sender is not None
    with pytest.raises(SystemExit):
        gate.verify(sender, request_for("/acme", b"", {}))


def test_a_view_that_asks_for_its_delivery_cannot_be_reached_around_the_verifier() -> None:
    for holder in ({}, {"webhooks.delivery": "forged"}, {"webhooks.delivery": {"sender": "x"}}):
        with pytest.raises(AppError, match="got a request that no Webhooks has let through") as e:
            delivery_of(holder)
        assert e.value.status == 500


@pytest.mark.parametrize("kind", ["wsgi", "asgi"])
def test_a_view_at_a_forgotten_path_is_told_which_paths_there_are(
    kind: str, caplog: pytest.LogCaptureFixture
) -> None:
    target = TARGETS[kind]({"/stripe": GitHub("s", name="a"), "/github": GitHub("s")})
    with Client(target.handler, "http-api") as client:
        assert client.post("/slack").status_code == 500
    assert (
        "got a request whose path is none of /stripe, /github. Next: name it in "
        "Webhooks(app, {path: sender}), without the stage." in caplog.text
    )


def test_what_holds_no_delivery_is_named() -> None:
    with pytest.raises(AppError, match=r"Expected request\.environ \(Flask\).*got Verifier"):
        delivery_of(Verifier({"/a": GitHub("s")}))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("given", "expected"), [(7, "7"), (True, None), (["a"], None), (7.5, None), (None, "sha256-")]
)
def test_an_id_that_is_none_is_a_500_and_no_exception(
    given: object, expected: str | None, caplog: pytest.LogCaptureFixture
) -> None:
    class Acme:
        name = "acme"

        def verify(self, body: bytes, headers: object, url: str) -> None: ...

        def delivery_id(self, body: bytes, headers: object) -> object:
            return given

    gate = Verifier({"/acme": Acme()})
    sender = gate.sender("/acme")
    assert sender is not None
    told = gate.verify(sender, request_for("/acme", b"", {}))
    if expected is not None:
        assert isinstance(told, Delivery)
        assert told.id.startswith(expected)
    else:
        assert not isinstance(told, Delivery)
        assert told.status == 500
        assert "with 500: its id could not be told: TypeError at ids.py" in caplog.text


def test_a_client_cannot_say_that_it_was_verified() -> None:
    target = TARGETS["function"]({"/github": GitHub("s")})
    event = source_by_name("http_api").event_from_request(Request("POST", path="/other"), Front())
    with pytest.raises(AppError):
        target.handler({**event, "webhooks.delivery": {"sender": "github"}}, None)


FORM = {"content-type": "application/x-www-form-urlencoded; charset=utf-8"}


def test_a_deliverys_body_is_json_or_a_value_error() -> None:
    assert Delivery("s", "1", b'{"a": [1]}').json() == {"a": [1]}
    for body in (b"", b"\xff", b"[" * 100_000):
        with pytest.raises(ValueError, match="Expected JSON as body of a delivery of s, got") as e:
            Delivery("s", "1", body).json()
        assert "form()" not in str(e.value)
    with pytest.raises(ValueError, match=r"A form's fields are in form\(\)"):
        Delivery("s", "1", b"payload=%7B%7D", FORM).json()


def test_a_deliverys_form_has_its_fields_or_is_a_value_error() -> None:
    body = b"command=%2Ftea&text=&user=a&user=b&odd=%ff"
    assert Delivery("slack", "1", body, FORM).form() == {
        "command": ["/tea"],
        "text": [""],
        "user": ["a", "b"],
        "odd": ["\ufffd"],
    }
    with pytest.raises(ValueError, match=r"got something else\. JSON is in json\(\)"):
        Delivery("slack", "1", b"{}", {"content-type": "application/json"}).form()


def test_a_delivery_shows_nothing_that_it_holds() -> None:
    delivery = Delivery("github", "7c", b"token", {"x": "token"}, "https://a/?token=1")
    assert repr(delivery) == "Delivery(sender='github', id='7c', method='POST', path='/')"
    assert delivery.key == "github:/:7c"


def test_the_log_does_not_tell_what_was_sent(caplog: pytest.LogCaptureFixture) -> None:
    target = TARGETS["wsgi"]({f"/hooks/{case.name}": case.sender() for case in CASES.values()})
    with Client(target.handler, "function-url") as client:
        for case in CASES.values():
            headers = {"x-hub-signature-256": "sha256=token", "stripe-signature": "t=1,v1=token"}
            client.post(f"/hooks/{case.name}?q=token", content=b"token", headers=headers)
    lines = [record.getMessage() for record in caplog.records if record.name == "lambda_adapters"]
    assert len(lines) == len(CASES)
    assert "token" not in " ".join(lines)
