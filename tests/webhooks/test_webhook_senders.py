"""Each sender's own rules, beside what holds for all of them."""

from time import time

import pytest
from twilio.request_validator import RequestValidator

from lambda_adapters import ConfigurationError
from lambda_adapters.webhooks import GitHub, Slack, StandardWebhooks, Stripe, Svix, Twilio
from lambda_adapters.webhooks.delivery import FORM
from lambda_adapters.webhooks.senders.ids import normalize_id
from lambda_adapters.webhooks.senders.sender import Refused, sender_of, unverifiable
from lambda_adapters.webhooks.senders.signed import Signed
from tests.webhooks.webhook_senders import (
    BASE64_SECRET,
    CASES,
    body_query,
    by_slack,
    by_stripe,
    by_twilio,
    by_twilio_json,
    standard,
)

URL = "https://hooks.example.com/prod/sms"


def lower(headers: dict[str, str], **more: str) -> dict[str, str]:
    named = {name.lower(): value for name, value in headers.items()}
    return named | {name.replace("_", "-"): value for name, value in more.items()}


def is_accepted(sender: Signed, body: bytes, headers: dict[str, str], url: str = "") -> bool:
    try:
        sender.verify(body, headers, url)
    except Exception:
        return False
    return True


def test_githubs_older_signature_does_not_count() -> None:
    import hashlib
    import hmac

    digest = hmac.new(b"s", b"{}", hashlib.sha1).hexdigest()
    for name in ("x-hub-signature", "x-hub-signature-256"):
        assert not is_accepted(GitHub("s"), b"{}", {name: f"sha1={digest}"})


def test_a_time_counts_in_both_directions_although_stripes_library_looks_back_only() -> None:
    for at, accepted in ((-290, True), (290, True), (310, False), (-310, False)):
        headers = lower(by_stripe(b"{}", "s", "", time() + at))
        assert is_accepted(Stripe("s"), b"{}", headers) is accepted


@pytest.mark.parametrize("text", ["", "t", "v1=abc", "t=,v1=a", "t=x,v1=a", "t=١٢٣,v1=a", ",,=,="])
def test_a_stripe_header_without_a_time_is_refused(text: str) -> None:
    with pytest.raises(Refused):
        Stripe("s").verify(b"{}", {"stripe-signature": text}, "")


def test_svix_takes_its_own_headers_and_those_of_the_standard() -> None:
    headers = standard(b"{}", BASE64_SECRET, "", time())
    assert is_accepted(Svix(BASE64_SECRET), b"{}", headers)
    own = {name.replace("webhook", "svix"): value for name, value in headers.items()}
    assert is_accepted(Svix(BASE64_SECRET), b"{}", own)
    assert not is_accepted(StandardWebhooks(BASE64_SECRET), b"{}", own)
    mixed = headers | {"svix-id": "msg_2"}
    assert not is_accepted(Svix(BASE64_SECRET), b"{}", mixed)


def test_one_of_several_signatures_of_the_standard_may_match() -> None:
    headers = standard(b"{}", BASE64_SECRET, "", time())
    headers["webhook-signature"] = "v1,bm90IHRoaXM= v2,eg== " + headers["webhook-signature"]
    assert is_accepted(StandardWebhooks(BASE64_SECRET), b"{}", headers)


@pytest.mark.parametrize(
    ("signed", "arrived"),
    [
        (f"{URL}?a=1&b=2", f"{URL}?a=1&b=2"),
        (f"{URL}?name=a%20b", f"{URL}?name=a b"),
        (f"{URL}?name=a+b", f"{URL}?name=a%20b"),
        (f"{URL}?name=%C3%A9%2F", f"{URL}?name=%c3%a9/"),
        (f"{URL}?empty=", f"{URL}?empty="),
    ],
)
def test_twilios_url_counts_in_its_canonical_spellings(signed: str, arrived: str) -> None:
    body = b"From=%2B44&Body=tea"
    headers = lower(by_twilio(body, "s", signed, 0), content_type=FORM)
    assert is_accepted(Twilio("s"), body, headers, arrived)
    assert not is_accepted(Twilio("s"), body, headers, arrived + "&more=1")
    assert not is_accepted(Twilio("s"), body + b"&x=1", headers, arrived)


def test_an_origin_stands_for_the_host_that_the_app_cannot_see() -> None:
    body = b"Body=tea"
    headers = lower(by_twilio(body, "s", f"{URL}?a=1", 0), content_type=FORM)
    arrived = "http://internal:8080/prod/sms?a=1"
    assert not is_accepted(Twilio("s"), body, headers, arrived)
    assert is_accepted(Twilio("s", origin="https://hooks.example.com"), body, headers, arrived)


@pytest.mark.parametrize(
    "origin", ["hooks.example.com", "https://a/b", "https://a?b", "ftp://a", ""]
)
def test_an_origin_that_is_none_is_refused(origin: str) -> None:
    with pytest.raises(ConfigurationError, match="Expected an origin such as"):
        Twilio("s", origin=origin)


def test_a_signed_body_cannot_be_emptied_by_calling_it_a_form() -> None:
    body = b'{"amount": 1}'
    url = f"{URL}?{body_query(body)}"
    for content_type, sent, accepted in (
        ("application/json", body, True),
        (FORM, body, False),  # it has a field by now, and the signature has none
        (FORM, b"", False),
        (FORM, b"=", False),  # nor one without a name, which the signature could not tell from none
        (FORM, b"=&=", False),
        ("", b"", False),
    ):
        headers = lower(by_twilio_json(body, "s", url, 0), content_type=content_type)
        assert is_accepted(Twilio("s"), sent, headers, url) is accepted


@pytest.mark.parametrize("field", [b"?a=1", b"%3Fa=1", b"&b", b"a%3Db=1", b"a%23=1", b"+=1"])
def test_a_field_cannot_stand_for_the_end_of_the_url(field: bytes) -> None:
    headers = lower(by_twilio(field, "s", URL, 0), content_type=FORM)
    accepted = field == b"&b"
    assert is_accepted(Twilio("s"), field, headers, URL) is accepted


def test_twilios_settings_header_is_believed_only_if_it_names_what_twilio_uses(
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
def test_a_form_that_is_none_is_refused(body: bytes) -> None:
    headers = lower(by_twilio(b"", "s", URL, 0), content_type=FORM)
    assert is_accepted(Twilio("s"), b"", headers, URL)
    assert not is_accepted(Twilio("s"), body, headers, URL)


def test_a_body_that_twilios_signature_does_not_cover_is_refused() -> None:
    headers = lower(by_twilio(b"", "s", URL, 0), content_type="application/json")
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
def test_a_deliverys_id_is_what_its_sender_keeps_when_it_tries_again(
    sender: Signed, body: bytes, headers: dict[str, str], expected: str | None
) -> None:
    assert sender.delivery_id(body, headers) == expected


HASH = "sha256-2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824"  # of "hello"


@pytest.mark.parametrize(
    ("given", "expected"),
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
def test_an_id_is_plain_and_short_in_a_key(given: str | None, expected: str) -> None:
    assert normalize_id(given, b"hello") == expected


def test_a_sender_may_have_a_name_of_its_own() -> None:
    names = [case.kind(case.secret, name="second").name for case in CASES.values()]
    assert names == ["second"] * len(CASES)
    assert [case.sender().name for case in CASES.values()] == list(CASES)


def test_a_function_is_a_sender_named_like_it() -> None:
    def acme(body: bytes, headers: object, url: str) -> None:
        assert (body, url) == (b"body", "url")

    sender = sender_of(acme)
    sender.verify(b"body", {}, "url")
    assert (sender.name, sender.delivery_id(b"body", {})) == ("acme", None)


class Half:
    def verify(self, body: bytes, headers: object, url: str) -> None: ...


def test_what_is_no_sender_is_refused() -> None:
    async def later(body: bytes, headers: object, url: str) -> None: ...

    for given, message in (
        (Stripe, r"Expected a sender such as Stripe\(secret\).*got Stripe"),
        ("secret", "got str"),
        (later, "got a coroutine function"),
        (Half(), r"got Half\. Next: give it name and delivery_id"),
        (lambda body, headers: None, r"\(body, headers, url\), got one with other parameters"),
    ):
        with pytest.raises(ConfigurationError, match=message):
            sender_of(given)


def test_a_verifier_that_gives_a_coroutine_is_told_apart_and_nothing_waits() -> None:
    async def verdict() -> None: ...

    told = unverifiable(GitHub("s"), verdict())
    assert "to return None and to raise where it refuses, got coroutine" in told


def test_slack_with_a_time_that_is_no_number_is_refused() -> None:
    headers = lower(by_slack(b"{}", "s", "", time()), x_slack_request_timestamp="1e9")
    with pytest.raises(Refused, match="is no number of seconds"):
        Slack("s").verify(b"{}", headers, "")
