"""Requests with good and bad signatures through every source, to all three middlewares."""

import logging
from collections.abc import Callable, Iterator
from dataclasses import replace
from time import time
from typing import Any

import httpx
import pytest

from lambda_adapters.local import EVERY_FRONT, Client
from lambda_adapters.webhooks import Twilio, once
from lambda_adapters.webhooks.stores import Leased, MemoryStore
from tests.webhooks.webhook_senders import (
    BASE64_SECRET,
    CASES,
    IDS,
    OTHER_SECRET,
    Case,
    body_query,
    sign_twilio_json,
)
from tests.webhooks.webhook_targets import TARGETS, TEXT, Target, digest

FRONTS = [name for name in EVERY_FRONT if name not in ("rest-api", "rest-api-text", "http-api")]
LIMIT = 20_000  # a viewer-request trigger of CloudFront gets at most 40 KB

SignedRequest = tuple[bytes, dict[str, str]]


def client_for(front: str, target: Target) -> Client:
    return Client(target.handler, raise_exceptions=False, **EVERY_FRONT[front])


def signed_request(
    case: Case, client: Client, *, secret: str = "", timestamp: float | None = None
) -> SignedRequest:
    url = str(client.base_url.join(path_of(case).removeprefix("/")))
    seconds = time() if timestamp is None else timestamp
    return case.body, case.sign(case.body, secret or case.secret, url, seconds)


def path_of(case: Case) -> str:
    return f"/hooks/{case.name}"


def post(client: Client, case: Case, request: SignedRequest) -> httpx.Response:
    body, headers = request
    headers = {"content-type": case.content_type, **headers}
    return client.post(path_of(case).removeprefix("/"), content=body, headers=headers)


def all_senders() -> dict[str, object]:
    return {path_of(case): case.sender() for case in CASES.values()}


@pytest.fixture(params=TARGETS)
def create_target(request: pytest.FixtureRequest) -> Callable[..., Target]:
    return TARGETS[request.param]


@pytest.fixture(params=FRONTS)
def front(request: pytest.FixtureRequest) -> str:
    return str(request.param)


def test_a_signed_request_of_each_sender_reaches_the_app_unchanged(
    create_target: Callable[..., Target], front: str
) -> None:
    target = create_target(all_senders())
    with client_for(front, target) as client:
        for case in CASES.values():
            reply = post(client, case, signed_request(case, client))
            assert (reply.status_code, reply.text[3:]) == (200, digest(case.body)), case.name
            delivery = target.deliveries[-1]
            assert (delivery.sender, delivery.id) == (case.name, IDS[case.name])
            assert delivery.path.endswith(path_of(case))
            assert delivery.body == target.bodies[-1] == case.body
            assert delivery.url == str(reply.request.url)
            assert delivery.headers["content-type"] == case.content_type


def no_signature(case: Case, client: Client) -> Iterator[SignedRequest]:
    yield case.body, {}


def wrong_signature(case: Case, client: Client) -> Iterator[SignedRequest]:
    yield signed_request(case, client, secret=OTHER_SECRET)


def malformed_signature(case: Case, client: Client) -> Iterator[SignedRequest]:
    body, headers = signed_request(case, client)
    for name in headers:
        if "delivery" not in name.lower() and "token" not in name.lower():
            for value in ("=", "v1,", "t=,v1=", "sha256=", "\xe9\xff", "t=1e9,v1=\xb2", "9" * 400):
                if not (name.endswith("-id") or value == headers[name]):
                    yield body, {**headers, name: value.encode("latin-1")}  # type: ignore[dict-item]


def stale_signature(case: Case, client: Client) -> Iterator[SignedRequest]:
    if case.signs_time:
        yield signed_request(case, client, timestamp=time() - 310)


def future_signature(case: Case, client: Client) -> Iterator[SignedRequest]:
    if case.signs_time:
        yield signed_request(case, client, timestamp=time() + 330)


def another_body(case: Case, client: Client) -> Iterator[SignedRequest]:
    body, headers = signed_request(case, client)
    yield body + b"&more=1", headers
    yield body[:-2], headers
    yield b"", headers


def body_that_is_not_utf_8(case: Case, client: Client) -> Iterator[SignedRequest]:
    body, headers = signed_request(case, client)
    yield b"\xff\xfe" + body, headers
    yield body.replace(b"e", b"\xe9"), headers


BAD_REQUESTS = [
    no_signature,
    wrong_signature,
    malformed_signature,
    stale_signature,
    future_signature,
    another_body,
    body_that_is_not_utf_8,
]


@pytest.mark.parametrize(
    "bad_requests", BAD_REQUESTS, ids=lambda bad_requests: bad_requests.__name__
)
def test_a_bad_request_gives_401_and_one_log_message(
    create_target: Callable[..., Target],
    front: str,
    bad_requests: Callable[[Case, Client], Iterator[SignedRequest]],
    caplog: pytest.LogCaptureFixture,
) -> None:
    target = create_target(all_senders())
    count = 0
    with client_for(front, target) as client:
        for case in CASES.values():
            for request in bad_requests(case, client):
                caplog.clear()
                reply = post(client, case, request)
                assert (reply.status_code, reply.text) == (401, "Unauthorized"), (
                    case.name,
                    request,
                )
                (record,) = [r for r in caplog.records if r.name.startswith("lambda")]
                assert (record.levelno, record.exc_info) == (logging.WARNING, None)
                assert record.getMessage().startswith(
                    f"Refused POST {path_of(case)} from {case.name}"
                )
                for value in request[1].values():
                    assert len(value) < 9 or str(value) not in record.getMessage()
                count += 1
    assert target.deliveries == []
    assert count >= 4


def test_a_body_over_the_limit_gives_413(
    create_target: Callable[..., Target], front: str, caplog: pytest.LogCaptureFixture
) -> None:
    case = CASES["github"]
    target = create_target(all_senders(), limit=LIMIT)
    with client_for(front, target) as client:
        for size, status in ((LIMIT, 200), (LIMIT + 1, 413)):
            body = b"x" * size
            headers = case.sign(body, case.secret, "", 0)
            assert post(client, case, (body, headers)).status_code == status
    assert len(target.deliveries) == 1
    assert [r.getMessage() for r in caplog.records if r.name == "lambda_adapters"] == [
        "Refused POST /hooks/github from github with 413: its body has more than 20000 bytes"
    ]


def test_a_repeated_delivery_gets_the_stored_reply_without_a_call_of_the_app(
    create_target: Callable[..., Target], front: str
) -> None:
    target = create_target(all_senders(), once=once(MemoryStore()))
    target.statuses = [201] * len(CASES)
    with client_for(front, target) as client:
        for case in CASES.values():
            replies = [post(client, case, signed_request(case, client)) for _ in range(3)]
            answers = [(r.status_code, r.text, r.headers["content-type"]) for r in replies]
            assert answers == [(201, replies[0].text, TEXT)] * 3
    assert len(target.deliveries) == len(CASES)


@pytest.mark.parametrize("status", [0, 500, 503, 404, 308])
def test_a_failure_is_not_stored(
    create_target: Callable[..., Target], front: str, status: int
) -> None:
    case = CASES["stripe"]
    target = create_target(all_senders(), once=once(MemoryStore()))
    target.statuses = [status, 202]
    with client_for(front, target) as client:
        first, *others = [post(client, case, signed_request(case, client)) for _ in range(3)]
    assert first.status_code == status or (status == 0 and first.status_code >= 400)
    assert [reply.status_code for reply in others] == [202, 202]
    assert len(target.deliveries) == 2


def test_a_delivery_in_progress_gives_409_with_retry_after(
    create_target: Callable[..., Target], front: str
) -> None:
    case = CASES["github"]
    store = MemoryStore()
    target = create_target(all_senders(), once=once(store))
    with client_for(front, target) as client:
        post(client, case, signed_request(case, client))
        (key,) = store._entries
        store._entries.clear()
        target.deliveries.clear()
        lease = store.acquire(key, 40)
        assert isinstance(lease, Leased)
        reply = post(client, case, signed_request(case, client))
        assert (reply.status_code, target.deliveries) == (409, [])
        assert 38 <= int(reply.headers["retry-after"]) <= 40
        store.release(key, lease.token)
        assert post(client, case, signed_request(case, client)).status_code == 200


class FailingStore(MemoryStore):
    """A store whose next `failures` calls of acquire fail."""

    failures = 0

    def acquire(self, key: str, lease: float) -> Any:
        if self.failures:
            self.failures -= 1
            raise ConnectionError("no route to the table with-its-name")
        return super().acquire(key, lease)


def test_a_delivery_with_the_id_of_another_one_does_not_replace_it(
    create_target: Callable[..., Target], front: str
) -> None:
    target = create_target(all_senders(), once=once(MemoryStore()))
    with client_for(front, target) as client:
        for case in (CASES["github"], CASES["twilio"]):  # the other senders sign the id
            second = signed_request(case, client)
            first = signed_request(replace(case, body=case.body.replace(b"e", b"E")), client)
            id_headers = {n: v for n, v in second[1].items() if "Delivery" in n or "Token" in n}
            assert post(client, case, (first[0], first[1] | id_headers)).status_code == 200
            assert post(client, case, second).status_code == 200
            assert [d.body for d in target.deliveries[-2:]] == [first[0], second[0]]


def test_a_failing_store_gives_503_and_a_retry_is_processed(
    create_target: Callable[..., Target], front: str
) -> None:
    case = CASES["slack"]
    store = FailingStore()
    store.failures = 2
    target = create_target(all_senders(), once=once(store))
    with client_for(front, target) as client:
        statuses = [post(client, case, signed_request(case, client)).status_code for _ in range(4)]
    assert statuses == [503, 503, 200, 200]
    assert len(target.deliveries) == 1


def test_the_json_of_twilio_is_verified_by_the_hash_in_the_url(
    create_target: Callable[..., Target], front: str
) -> None:
    case = CASES["twilio"]
    target = create_target({"/hooks/twilio": Twilio(BASE64_SECRET)})
    body = b'{"tea": "\xc3\xa9"}'
    with client_for(front, target) as client:
        path = f"hooks/twilio?{body_query(body)}"
        url = str(client.base_url.join(path))
        headers = {
            "content-type": "application/json",
            **sign_twilio_json(body, case.secret, url, 0),
        }
        bodies = [body, body + b" ", b""]
        statuses = [client.post(path, content=b, headers=headers).status_code for b in bodies]
        url_without_query = client.base_url.join("hooks/twilio")
        headers |= sign_twilio_json(body, case.secret, str(url_without_query), 0)
        statuses.append(client.post("hooks/twilio", content=body, headers=headers).status_code)
    assert statuses == [200, 401, 401, 401]
