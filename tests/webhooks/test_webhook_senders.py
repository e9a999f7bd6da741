"""The rules of single senders. The rules for all senders are tested in test_webhook_matrix."""

from time import time

import pytest
from twilio.request_validator import RequestValidator

from lambda_adapters import ConfigurationError
from lambda_adapters.webhooks import GitHub, Slack, StandardWebhooks, Stripe, Svix, Twilio
from lambda_adapters.webhooks.delivery import FORM
from lambda_adapters.webhooks.senders.ids import normalize_id
from lambda_adapters.webhooks.senders.sender import Refused, reason_for_result, sender_of
from lambda_adapters.webhooks.senders.signed import SharedSecretSender
from tests.webhooks.webhook_senders import (
    BASE64_SECRET,
    CASES,
    body_query,
    sign_slack,
    sign_standard,
    sign_stripe,
    sign_twilio,
    sign_twilio_json,
)

URL = "https://hooks.example.com/prod/sms"


def lower_case(headers: dict[str, str], **more: str) -> dict[str, str]:
    result = {name.lower(): value for name, value in headers.items()}
    return result | {name.replace("_", "-"): value for name, value in more.items()}


def is_accepted(
    sender: SharedSecretSender, body: bytes, headers: dict[str, str], url: str = ""
) -> bool:
    try:
        sender.verify(body, headers, url)
    except Exception:
        return False
    return True


def test_the_sha1_signature_of_github_is_not_accepted() -> None:
    import hashlib
    import hmac

    digest = hmac.new(b"s", b"{}", hashlib.sha1).hexdigest()
    for name in ("x-hub-signature", "x-hub-signature-256"):
        assert not is_accepted(GitHub("s"), b"{}", {name: f"sha1={digest}"})


def test_a_stripe_timestamp_can_be_neither_too_old_nor_too_far_in_the_future() -> None:
    for offset, accepted in ((-290, True), (290, True), (310, False), (-310, False)):
        headers = lower_case(sign_stripe(b"{}", "s", "", time() + offset))
        assert is_accepted(Stripe("s"), b"{}", headers) is accepted


@pytest.mark.parametrize("text", ["", "t", "v1=abc", "t=,v1=a", "t=x,v1=a", "t=١٢٣,v1=a", ",,=,="])
def test_a_stripe_header_without_a_timestamp_is_refused(text: str) -> None:
    with pytest.raises(Refused):
        Stripe("s").verify(b"{}", {"stripe-signature": text}, "")


def test_svix_accepts_its_own_headers_and_those_of_standard_webhooks() -> None:
    headers = sign_standard(b"{}", BASE64_SECRET, "", time())
    assert is_accepted(Svix(BASE64_SECRET), b"{}", headers)
    svix_headers = {name.replace("webhook", "svix"): value for name, value in headers.items()}
    assert is_accepted(Svix(BASE64_SECRET), b"{}", svix_headers)
    assert not is_accepted(StandardWebhooks(BASE64_SECRET), b"{}", svix_headers)
    mixed_headers = headers | {"svix-id": "msg_2"}
    assert not is_accepted(Svix(BASE64_SECRET), b"{}", mixed_headers)


def test_any_of_several_standard_webhooks_signatures_can_match() -> None:
    headers = sign_standard(b"{}", BASE64_SECRET, "", time())
    headers["webhook-signature"] = "v1,bm90IHRoaXM= v2,eg== " + headers["webhook-signature"]
    assert is_accepted(StandardWebhooks(BASE64_SECRET), b"{}", headers)


@pytest.mark.parametrize(
    ("signed_url", "received_url"),
    [
        (f"{URL}?a=1&b=2", f"{URL}?a=1&b=2"),
        (f"{URL}?name=a%20b", f"{URL}?name=a b"),
        (f"{URL}?name=a+b", f"{URL}?name=a%20b"),
        (f"{URL}?name=%C3%A9%2F", f"{URL}?name=%c3%a9/"),
        (f"{URL}?empty=", f"{URL}?empty="),
    ],
)
def test_twilio_accepts_other_percent_encodings_of_the_same_url(
    signed_url: str, received_url: str
) -> None:
    body = b"From=%2B44&Body=tea"
    headers = lower_case(sign_twilio(body, "s", signed_url, 0), content_type=FORM)
    assert is_accepted(Twilio("s"), body, headers, received_url)
    assert not is_accepted(Twilio("s"), body, headers, received_url + "&more=1")
    assert not is_accepted(Twilio("s"), body + b"&x=1", headers, received_url)


def test_origin_replaces_the_host_that_the_app_gets() -> None:
    body = b"Body=tea"
    headers = lower_case(sign_twilio(body, "s", f"{URL}?a=1", 0), content_type=FORM)
    received_url = "http://internal:8080/prod/sms?a=1"
    assert not is_accepted(Twilio("s"), body, headers, received_url)
    assert is_accepted(Twilio("s", origin="https://hooks.example.com"), body, headers, received_url)


@pytest.mark.parametrize(
    "origin", ["hooks.example.com", "https://a/b", "https://a?b", "ftp://a", ""]
)
def test_a_wrong_origin_is_refused(origin: str) -> None:
    with pytest.raises(ConfigurationError, match="Expected an origin such as"):
        Twilio("s", origin=origin)


def test_a_signed_json_body_cannot_be_replaced_by_a_form() -> None:
    body = b'{"amount": 1}'
    url = f"{URL}?{body_query(body)}"
    for content_type, request_body, accepted in (
        ("application/json", body, True),
        (FORM, body, False),  # as a form it has a field, and the signature has none
        (FORM, b"", False),
        (FORM, b"=", False),  # a field without a name, which has the signature of no field
        (FORM, b"=&=", False),
        ("", b"", False),
    ):
        headers = lower_case(sign_twilio_json(body, "s", url, 0), content_type=content_type)
        assert is_accepted(Twilio("s"), request_body, headers, url) is accepted


@pytest.mark.parametrize("field", [b"?a=1", b"%3Fa=1", b"&b", b"a%3Db=1", b"a%23=1", b"+=1"])
def test_a_form_field_cannot_replace_the_end_of_the_url(field: bytes) -> None:
    headers = lower_case(sign_twilio(field, "s", URL, 0), content_type=FORM)
    accepted = field == b"&b"
    assert is_accepted(Twilio("s"), field, headers, URL) is accepted


def test_the_settings_header_of_twilio_can_only_name_sha256(
    caplog: pytest.LogCaptureFixture,
) -> None:
    signature = RequestValidator("s").compute_signature(URL, {}, "HMAC_SHA256")
    for algorithm, accepted in (("HMAC_SHA256", True), ("HMAC_SHA1", False), ("secret", False)):
        settings = f"key=k,algorithm={algorithm}"
        headers = {
            "x-twilio-signature": signature,
            "x-twilio-webhooks-signature-settings": settings,
        }
        assert is_accepted(Twilio("s"), b"", headers, URL) is accepted
    assert caplog.messages == []


@pytest.mark.parametrize("body", [b"&&", b"\xff=1", b"a=%ff", b"a=1&" * 1001])
def test_a_malformed_form_is_refused(body: bytes) -> None:
    headers = lower_case(sign_twilio(b"", "s", URL, 0), content_type=FORM)
    assert is_accepted(Twilio("s"), b"", headers, URL)
    assert not is_accepted(Twilio("s"), body, headers, URL)


def test_a_body_that_twilios_signature_does_not_cover_is_refused() -> None:
    headers = lower_case(sign_twilio(b"", "s", URL, 0), content_type="application/json")
    assert is_accepted(Twilio("s"), b"", headers, URL)
    with pytest.raises(Refused, match="and its URL has no bodySHA256"):
        Twilio("s").verify(b"{}", headers, URL)


@pytest.mark.parametrize(
    ("sender", "body", "headers", "expected"),
    [
        (Stripe("s"), b'{"id": "evt_1"}', {}, "evt_1"),
        (Stripe("s"), b'{"id": 1}', {}, None),
        (Stripe("s"), b"[]", {}, None),
        (Stripe("s"), b"\xff", {}, None),
        (Stripe("s"), b"[" * 100_000, {}, None),
        (Slack("s"), b'{"event_id": "Ev1"}', {"x-slack-signature": "v0=1"}, "Ev1"),
        (Slack("s"), b"command=%2Ftea", {"x-slack-signature": "v0=1"}, "v0=1"),
        (GitHub("s"), b"{}", {"x-github-delivery": "7c"}, "7c"),
        (GitHub("s"), b"{}", {}, None),
        (Twilio("s"), b"", {"i-twilio-idempotency-token": "t"}, "t"),
        (Twilio("s"), b"", {}, None),
    ],
)
def test_the_id_of_a_delivery_is_read_from_its_body_or_headers(
    sender: SharedSecretSender, body: bytes, headers: dict[str, str], expected: str | None
) -> None:
    assert sender.delivery_id(body, headers) == expected


HASH = "sha256-2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824"  # of "hello"


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (" evt_1 ", "evt_1"),
        ("x" * 200, "x" * 200),
        ("x" * 201, normalize_id(None, b"x" * 201)),
        ("two words", normalize_id(None, b"two words")),
        ("", HASH),
        (None, HASH),
        ("\ud800", normalize_id(None, b"\xed\xa0\x80")),
    ],
)
def test_an_id_that_is_long_or_not_plain_is_replaced_by_a_hash(
    value: str | None, expected: str
) -> None:
    assert normalize_id(value, b"hello") == expected


def test_a_sender_can_have_a_custom_name() -> None:
    names = [case.kind(case.secret, name="second").name for case in CASES.values()]
    assert names == ["second"] * len(CASES)
    assert [case.sender().name for case in CASES.values()] == list(CASES)


def test_a_function_is_a_sender_with_its_name() -> None:
    def acme(body: bytes, headers: object, url: str) -> None:
        assert (body, url) == (b"body", "url")

    sender = sender_of(acme)
    sender.verify(b"body", {}, "url")
    assert (sender.name, sender.delivery_id(b"body", {})) == ("acme", None)


class WithoutName:
    def verify(self, body: bytes, headers: object, url: str) -> None: ...


def test_what_is_not_a_sender_is_refused() -> None:
    async def later(body: bytes, headers: object, url: str) -> None: ...

    for value, message in (
        (Stripe, r"Expected a sender such as Stripe\(secret\).*got Stripe"),
        ("secret", "got str"),
        (later, "that is not a coroutine function, got one"),
        (WithoutName(), r"got WithoutName\. Next: add name and delivery_id"),
        (lambda body, headers: None, r"\(body, headers, url\), got one with other parameters"),
    ):
        with pytest.raises(ConfigurationError, match=message):
            sender_of(value)


def test_a_verifier_that_returns_a_coroutine_is_an_error() -> None:
    async def verdict() -> None: ...

    reason = reason_for_result(GitHub("s"), verdict())
    assert "to return None, and to raise an exception if it refuses, got coroutine" in reason


def test_a_slack_timestamp_that_is_not_a_number_is_refused() -> None:
    headers = lower_case(sign_slack(b"{}", "s", "", time()), x_slack_request_timestamp="1e9")
    with pytest.raises(Refused, match="is not a number of seconds"):
        Slack("s").verify(b"{}", headers, "")
