"""Verifier: the senders of paths, wrong arguments, refused requests, and log messages."""

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
from tests.webhooks.webhook_senders import CASES, sign_github
from tests.webhooks.webhook_targets import TARGETS


def request_for(path: str, body: bytes, headers: dict[str, str], root_path: str = "") -> Request:
    return Request("POST", root_path=root_path, path=path, headers=list(headers.items()), body=body)


def lower_case_headers(body: bytes) -> dict[str, str]:
    return {name.lower(): value for name, value in sign_github(body, "s", "", 0).items()}


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
def test_a_path_has_the_sender_whose_pattern_matches(path: str, name: str | None) -> None:
    senders = {
        "/github": GitHub("s", name="a"),
        "/hooks/{tenant}": GitHub("s", name="b"),
        "/all/{proxy+}": GitHub("s", name="c"),
    }
    sender = Verifier(senders).find_sender(path)
    assert (sender.name if sender else None) == name


def test_a_spelling_of_the_path_of_a_sender_is_not_a_parameter_of_another_sender() -> None:
    verifier = Verifier({"/stripe": GitHub("s", name="a"), "/{tenant}": GitHub("s", name="b")})
    names = {"/stripe": "a", "/stripe\n": "reject_all", "//stripe": "a", "/o\n": "b", "/": "b"}
    found_senders = {path: verifier.find_sender(path) for path in names}
    assert {path: sender.name for path, sender in found_senders.items() if sender} == names


def test_a_path_that_matches_several_senders_is_refused(caplog: pytest.LogCaptureFixture) -> None:
    verifier = Verifier({"/{a}/bank": GitHub("s", name="a"), "/{b}": GitHub("t", name="b")})
    sender = verifier.find_sender("/ /bank")
    assert sender is not None
    headers = lower_case_headers(b"{}")
    result = verifier.verify(sender, request_for("/ /bank", b"{}", headers))
    assert not isinstance(result, Delivery)
    assert result.status == 401
    assert "its path may belong to several senders" in caplog.text


def test_a_path_with_5000_slashes_is_refused_and_a_long_plain_path_has_no_sender() -> None:
    verifier = Verifier({"/github": GitHub("s")})
    sender = verifier.find_sender("/github" + "/" * 5000)
    assert sender is not None
    assert sender.name == "reject_all"
    assert verifier.find_sender("/github" + "/a" * 5000) is None


def test_the_root_can_have_a_sender() -> None:
    verifier = Verifier({"/": GitHub("s", name="a"), "/{id}": GitHub("s", name="b")})
    sender = verifier.find_sender("/")
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
def test_the_path_of_a_delivery_is_normalized_except_for_parameters(
    path: str, expected: str
) -> None:
    verifier = Verifier({"/github": GitHub("s"), "/t/{id}": GitHub("s", name="b")})
    sender = verifier.find_sender(path)
    assert sender is not None
    result = verifier.verify(
        sender, request_for(path, b"{}", lower_case_headers(b"{}"), root_path="/v1")
    )
    assert isinstance(result, Delivery)
    assert result.path == expected


@pytest.mark.parametrize("create_target", TARGETS.values(), ids=TARGETS)
@pytest.mark.parametrize("method", ["GET", "PUT", "OPTIONS", "DELETE"])
def test_a_method_that_the_sender_does_not_use_gives_405(
    create_target: Callable[..., Any], method: str
) -> None:
    twilio = CASES["twilio"].sender()
    target = create_target({"/github": GitHub("s"), "/twilio": twilio})
    with Client(target.handler, "http-api") as client:
        reply = client.request(method, "/github", headers=signed_headers(b""))
        assert (reply.status_code, reply.headers["allow"]) == (405, "POST")
        status = client.request(method, "/twilio").status_code
        assert status == (401 if method == "GET" else 405)
    assert target.deliveries == []


def signed_headers(body: bytes) -> dict[str, str]:
    return sign_github(body, "s", "", 0)


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
        ({"/<x>": GitHub("s")}, {}, "API Gateway path pattern"),
        ({"/hooks/:id": GitHub("s")}, {}, "API Gateway path pattern"),
        ({"/{rest:path}": GitHub("s")}, {}, "API Gateway path pattern"),
        ({"/caf%C3%A9": GitHub("s")}, {}, "a decoded API Gateway path pattern"),
        ({"/a\x7fb": GitHub("s")}, {}, "a decoded API Gateway path pattern"),
        (
            {"/a": GitHub("s"), "/b": GitHub("t")},
            {},
            r"the name of the sender of /b twice.*Next: Stripe\(secret, name=",
        ),
        ({"/github": GitHub("s")}, {"limit": 0}, "Expected a limit in bytes, at least 1, got 0"),
        (
            {"/github": GitHub("s")},
            {"limit": "1MB"},
            "in bytes, at least 1, got '1MB'",
        ),
        ({"/github": GitHub("s")}, {"limit": True}, "Expected a limit in bytes"),
        ({"/github": GitHub("s")}, {"once": object()}, r"Expected once\(store\), got object"),
    ],
)
def test_a_wrong_argument_is_refused(
    kind: Callable[..., object], senders: Any, options: dict[str, Any], message: str
) -> None:
    def app(event: Any, context: Any) -> None: ...

    async def asgi_app(scope: Any, receive: Any, send: Any) -> None: ...

    with pytest.raises(ConfigurationError, match=message):
        kind(asgi_app if kind is AsgiWebhooks else app, senders, **options)


@pytest.mark.parametrize("result", [True, False, {"id": 1}, 0])
@pytest.mark.parametrize("create_target", TARGETS.values(), ids=TARGETS)
def test_a_verifier_that_returns_a_value_gives_500(
    create_target: Callable[..., Any], result: object, caplog: pytest.LogCaptureFixture
) -> None:
    def acme(body: bytes, headers: object, url: str) -> object:
        return result

    target = create_target({"/acme": acme})
    with Client(target.handler, "http-api") as client:
        assert client.post("/acme", content=b"{}").status_code == 500
    assert target.deliveries == []
    assert caplog.messages[0] == (
        "Refused POST /acme from acme with 500: Expected the verifier of acme to return None, and "
        f"to raise an exception if it refuses, got {type(result).__name__}. The delivery was not "
        "passed to the app."
    )


@pytest.mark.parametrize("create_target", TARGETS.values(), ids=TARGETS)
def test_secrets_that_cannot_be_fetched_give_503(
    create_target: Callable[..., Any], caplog: pytest.LogCaptureFixture
) -> None:
    def fetch() -> str:
        raise ConnectionError("arn of the secret")

    target = create_target({"/github": GitHub(fetch)})
    with Client(target.handler, "http-api") as client:
        reply = client.post("/github", content=b"{}", headers=lower_case_headers(b"{}"))
    assert (reply.status_code, reply.text, target.deliveries) == (503, "Service Unavailable", [])
    assert [r.getMessage() for r in caplog.records if r.levelname == "WARNING"] == [
        "Refused POST /github from github with 503: its secrets could not be fetched: "
        "ConnectionError"
    ]


@pytest.mark.parametrize(
    "error",
    [
        UnicodeDecodeError("utf-8", b"x", 0, 1, "bad"),
        TypeError("t"),
        RecursionError(),
        AppError("an error with a status", 418),
    ],
)
def test_any_exception_of_a_verifier_gives_401_and_its_message_is_not_logged(
    error: Exception, caplog: pytest.LogCaptureFixture
) -> None:
    def acme(body: bytes, headers: object, url: str) -> None:
        raise error

    verifier = Verifier({"/acme": acme})
    sender = verifier.find_sender("/acme")
    assert sender is not None
    reply = verifier.verify(sender, request_for("/acme\n" + "x" * 500, b"", {}))
    assert not isinstance(reply, Delivery)
    assert (reply.status, reply.body) == (401, b"Unauthorized")
    logged_path = "/acme%0A" + "x" * 192
    (message,) = caplog.messages
    assert re.fullmatch(
        f"Refused POST {logged_path} from acme with 401: "
        rf"{type(error).__name__} at test_verifier\.py:\d+",
        message,
    )


def test_system_exit_in_a_verifier_is_raised() -> None:
    def acme(body: bytes, headers: object, url: str) -> None:
        raise SystemExit(1)

    verifier = Verifier({"/acme": acme})
    sender = verifier.find_sender("/acme")
    assert sender is not None
    with pytest.raises(SystemExit):
        verifier.verify(sender, request_for("/acme", b"", {}))


def test_delivery_of_raises_for_a_request_that_was_not_verified() -> None:
    for request in ({}, {"webhooks.delivery": "forged"}, {"webhooks.delivery": {"sender": "x"}}):
        with pytest.raises(AppError, match="got a request that no webhooks middleware has") as e:
            delivery_of(request)
        assert e.value.status == 500


@pytest.mark.parametrize("kind", ["wsgi", "asgi"])
def test_the_error_for_a_path_without_a_sender_lists_the_paths_with_senders(
    kind: str, caplog: pytest.LogCaptureFixture
) -> None:
    target = TARGETS[kind]({"/stripe": GitHub("s", name="a"), "/github": GitHub("s")})
    with Client(target.handler, "http-api") as client:
        assert client.post("/slack").status_code == 500
    assert (
        "got a request for a path other than /stripe, /github. Next: add the path, without the "
        "stage, to {path: sender} of the webhooks middleware." in caplog.text
    )


def test_delivery_of_names_the_type_of_a_wrong_argument() -> None:
    with pytest.raises(AppError, match=r"Expected request\.environ \(Flask\).*got Verifier"):
        delivery_of(Verifier({"/a": GitHub("s")}))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("value", "expected"), [(7, "7"), (True, None), (["a"], None), (7.5, None), (None, "sha256-")]
)
def test_a_delivery_id_of_a_wrong_type_gives_500(
    value: object, expected: str | None, caplog: pytest.LogCaptureFixture
) -> None:
    class Acme:
        name = "acme"

        def verify(self, body: bytes, headers: object, url: str) -> None: ...

        def delivery_id(self, body: bytes, headers: object) -> object:
            return value

    verifier = Verifier({"/acme": Acme()})
    sender = verifier.find_sender("/acme")
    assert sender is not None
    result = verifier.verify(sender, request_for("/acme", b"", {}))
    if expected is not None:
        assert isinstance(result, Delivery)
        assert result.id.startswith(expected)
    else:
        assert not isinstance(result, Delivery)
        assert result.status == 500
        assert "with 500: its id could not be read: TypeError at ids.py" in caplog.text


def test_a_client_cannot_put_a_delivery_into_its_event() -> None:
    target = TARGETS["function"]({"/github": GitHub("s")})
    event = source_by_name("http_api").event_from_request(Request("POST", path="/other"), Front())
    with pytest.raises(AppError):
        target.handler({**event, "webhooks.delivery": {"sender": "github"}}, None)


FORM = {"content-type": "application/x-www-form-urlencoded; charset=utf-8"}


def test_json_returns_the_parsed_body_or_raises_value_error() -> None:
    assert Delivery("s", "1", b'{"a": [1]}').json() == {"a": [1]}
    for body in (b"", b"\xff", b"[" * 100_000):
        with pytest.raises(ValueError, match="Expected JSON in the body of a delivery from s") as e:
            Delivery("s", "1", body).json()
        assert "form()" not in str(e.value)
    with pytest.raises(ValueError, match=r"For a form, call form\(\)"):
        Delivery("s", "1", b"payload=%7B%7D", FORM).json()


def test_form_returns_the_fields_or_raises_value_error() -> None:
    body = b"command=%2Ftea&text=&user=a&user=b&odd=%ff"
    assert Delivery("slack", "1", body, FORM).form() == {
        "command": ["/tea"],
        "text": [""],
        "user": ["a", "b"],
        "odd": ["\ufffd"],
    }
    with pytest.raises(ValueError, match=r"got something else\. Next: for JSON, call json\(\)"):
        Delivery("slack", "1", b"{}", {"content-type": "application/json"}).form()


def test_the_repr_of_a_delivery_has_no_body_headers_or_url() -> None:
    delivery = Delivery("github", "7c", b"token", {"x": "token"}, "https://a/?token=1")
    assert repr(delivery) == "Delivery(sender='github', id='7c', method='POST', path='/')"
    assert delivery.key == "github:/:7c"


def test_log_messages_do_not_contain_values_of_a_request(caplog: pytest.LogCaptureFixture) -> None:
    target = TARGETS["wsgi"]({f"/hooks/{case.name}": case.sender() for case in CASES.values()})
    with Client(target.handler, "function-url") as client:
        for case in CASES.values():
            headers = {"x-hub-signature-256": "sha256=token", "stripe-signature": "t=1,v1=token"}
            client.post(f"/hooks/{case.name}?q=token", content=b"token", headers=headers)
    lines = [record.getMessage() for record in caplog.records if record.name == "lambda_adapters"]
    assert len(lines) == len(CASES)
    assert "token" not in " ".join(lines)
