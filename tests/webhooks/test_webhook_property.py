"""Any body that a sender signs is verified through every source, as text and as base64."""

from base64 import b64encode
from time import time
from typing import Any
from urllib.parse import urlencode

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lambda_adapters import Front, Request
from lambda_adapters.sources.registry import all_sources
from lambda_adapters.sources.source import Source
from tests.webhooks.webhook_senders import CASES, Case
from tests.webhooks.webhook_targets import TARGETS

ANY_TEXT = st.text(st.characters(codec="utf-8"), max_size=60)
# Names like those of Twilio. Without characters that could continue the URL.
NAMES = st.from_regex(r"[A-Za-z][A-Za-z0-9_.-]{0,9}", fullmatch=True) | st.just("é")
FIELDS = st.lists(st.tuples(NAMES, ANY_TEXT), max_size=5)
# Some platforms convert the query to a map, which loses repeated and empty names.
QUERIES = st.dictionaries(ANY_TEXT.filter(bool), ANY_TEXT, max_size=4).map(urlencode)
TYPES = st.sampled_from(
    ["application/json", "text/plain", "application/octet-stream", "application/xml; charset=x", ""]
)


@st.composite
def deliveries(draw: st.DrawFn, case: Case) -> tuple[bytes, str, str]:
    """A body that the sender can sign, its content type, and a query."""
    query = draw(QUERIES)
    if not case.signs_body:
        return urlencode(draw(FIELDS)).encode(), case.content_type, query
    body = draw(st.binary(max_size=200)) if case.signs_bytes else draw(ANY_TEXT).encode()
    return body, draw(TYPES), query


def signed_request(case: Case, body: bytes, content_type: str, query: str) -> Request:
    request = Request("POST", path="/hooks", raw_path="/hooks", query=query, body=body)
    request.headers = [("host", "hooks.example.com"), ("content-type", content_type)]
    if not content_type:
        request.headers.pop()
    url = request.url
    headers = case.sign(body, case.secret, url, time())
    request.headers += [(name.lower(), value) for name, value in headers.items()]
    return request


def events_for(source: Source, request: Request, front: Front) -> list[dict[str, Any]]:
    """The event of the platform, and the same event with its body as base64."""
    event = source.event_from_request(request, front)
    if source.name in ("cloudfront", "openwhisk"):  # always base64; no flag
        return [] if is_corrupted(event, request) else [event]
    flag = "is_base64_encoded" if source.name == "vpc_lattice_v1" else "isBase64Encoded"
    encoded = {**event, "body": b64encode(request.body).decode(), flag: True}
    return [encoded] if is_corrupted(event, request) else [event, encoded]


def is_corrupted(event: dict[str, Any], request: Request) -> bool:
    """Whether the platform decoded bytes that are not UTF-8 before it created the event."""
    return "\ufffd" in str(event.get("body", event.get("__ow_body"))) and not is_utf_8(request.body)


def is_utf_8(body: bytes) -> bool:
    return body.decode("utf-8", "replace").encode() == body


@pytest.mark.parametrize("source", all_sources(), ids=lambda source: source.name)
@pytest.mark.parametrize("case", CASES.values(), ids=lambda case: case.name)
def test_any_body_that_a_sender_signs_is_verified(case: Case, source: Source) -> None:
    targets = [create_target({"/hooks": case.sender()}) for create_target in TARGETS.values()]

    @settings(max_examples=25)
    @given(delivery=deliveries(case), multi_value=st.booleans())
    def check(delivery: tuple[bytes, str, str], multi_value: bool) -> None:
        request = signed_request(case, *delivery)
        front = Front(multi_value=multi_value)
        for event in events_for(source, request, front):
            for target in targets:
                response = target.handler(event, None)
                assert source.reply_from_response(response, request, front).status == 200
                assert target.bodies[-1] == target.deliveries[-1].body == request.body

    check()
