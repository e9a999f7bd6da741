"""What senders and forgers may send, on every source, to an app of either kind and a function."""

import logging
from collections.abc import Callable, Iterator
from dataclasses import replace
from time import time
from typing import Any

import httpx
import pytest

from lambda_adapters.local import Client
from lambda_adapters.webhooks import Twilio, once
from lambda_adapters.webhooks.stores import Leased, MemoryStore
from tests.webhooks.webhook_senders import (
    BASE64_SECRET,
    CASES,
    IDS,
    OTHER_SECRET,
    Case,
    body_query,
    by_twilio_json,
)
from tests.webhooks.webhook_targets import TARGETS, TEXT, Target, digest

FRONTS: dict[str, dict[str, Any]] = {
    "rest-api": {"stage": "prod"},
    "http-api": {"stage": "prod"},
    "http-api-v1": {},
    "function-url": {},
    "load-balancer": {},
    "load-balancer-multi": {"multi_value": True},
    "vpc-lattice": {},
    "vpc-lattice-v1": {},
    "cloudfront": {},
    "openwhisk": {},
}
LIMIT = 20_000  # CloudFront's viewers send no more than 40 KB

Sent = tuple[bytes, dict[str, str]]


def client_of(front: str, target: Target) -> Client:
    return Client(
        target.handler, front.removesuffix("-multi"), raise_exceptions=False, **FRONTS[front]
    )


def signed(case: Case, client: Client, *, secret: str = "", at: float | None = None) -> Sent:
    url = str(client.base_url.join(path_of(case).removeprefix("/")))
    moment = time() if at is None else at
    return case.body, case.sign(case.body, secret or case.secret, url, moment)


def path_of(case: Case) -> str:
    return f"/hooks/{case.name}"


def post(client: Client, case: Case, sent: Sent) -> httpx.Response:
    body, headers = sent
    headers = {"content-type": case.content_type, **headers}
    return client.post(path_of(case).removeprefix("/"), content=body, headers=headers)


def senders() -> dict[str, object]:
    return {path_of(case): case.sender() for case in CASES.values()}


@pytest.fixture(params=TARGETS)
def make(request: pytest.FixtureRequest) -> Callable[..., Target]:
    return TARGETS[request.param]


@pytest.fixture(params=FRONTS)
def front(request: pytest.FixtureRequest) -> str:
    return str(request.param)


def test_what_each_sender_signed_reaches_the_app_as_it_was(
    make: Callable[..., Target], front: str
) -> None:
    target = make(senders())
    with client_of(front, target) as client:
        for case in CASES.values():
            reply = post(client, case, signed(case, client))
            assert (reply.status_code, reply.text[3:]) == (200, digest(case.body)), case.name
            delivery = target.seen[-1]
            assert (delivery.sender, delivery.id) == (case.name, IDS[case.name])
            assert delivery.path.endswith(path_of(case))
            assert delivery.body == target.bodies[-1] == case.body
            assert delivery.url == str(reply.request.url)
            assert delivery.headers["content-type"] == case.content_type


def no_signature(case: Case, client: Client) -> Iterator[Sent]:
    yield case.body, {}


def a_wrong_one(case: Case, client: Client) -> Iterator[Sent]:
    yield signed(case, client, secret=OTHER_SECRET)


def one_that_is_none(case: Case, client: Client) -> Iterator[Sent]:
    body, headers = signed(case, client)
    for name in headers:
        if "delivery" not in name.lower() and "token" not in name.lower():
            for value in ("=", "v1,", "t=,v1=", "sha256=", "\xe9\xff", "t=1e9,v1=\xb2", "9" * 400):
                if not (name.endswith("-id") or value == headers[name]):
                    yield body, {**headers, name: value.encode("latin-1")}  # type: ignore[dict-item]


def a_stale_one(case: Case, client: Client) -> Iterator[Sent]:
    if case.signs_time:
        yield signed(case, client, at=time() - 310)


def an_early_one(case: Case, client: Client) -> Iterator[Sent]:
    if case.signs_time:
        yield signed(case, client, at=time() + 330)


def another_body(case: Case, client: Client) -> Iterator[Sent]:
    body, headers = signed(case, client)
    yield body + b"&more=1", headers
    yield body[:-2], headers
    yield b"", headers


def bytes_that_are_not_utf_8(case: Case, client: Client) -> Iterator[Sent]:
    body, headers = signed(case, client)
    yield b"\xff\xfe" + body, headers
    yield body.replace(b"e", b"\xe9"), headers


BAD = [
    no_signature,
    a_wrong_one,
    one_that_is_none,
    a_stale_one,
    an_early_one,
    another_body,
    bytes_that_are_not_utf_8,
]


@pytest.mark.parametrize("bad", BAD, ids=lambda bad: bad.__name__)
def test_a_bad_delivery_is_a_401_and_one_line_in_the_log(
    make: Callable[..., Target],
    front: str,
    bad: Callable[[Case, Client], Iterator[Sent]],
    caplog: pytest.LogCaptureFixture,
) -> None:
    target = make(senders())
    count = 0
    with client_of(front, target) as client:
        for case in CASES.values():
            for sent in bad(case, client):
                caplog.clear()
                reply = post(client, case, sent)
                assert (reply.status_code, reply.text) == (401, "Unauthorized"), (case.name, sent)
                (line,) = [r for r in caplog.records if r.name.startswith("lambda")]
                assert (line.levelno, line.exc_info) == (logging.WARNING, None)
                assert line.getMessage().startswith(f"Refused POST {path_of(case)}, {case.name}'s")
                for value in sent[1].values():
                    assert len(value) < 9 or str(value) not in line.getMessage()
                count += 1
    assert target.seen == []
    assert count >= 4


def test_a_body_over_the_limit_is_a_413_and_one_at_the_limit_is_not(
    make: Callable[..., Target], front: str, caplog: pytest.LogCaptureFixture
) -> None:
    case = CASES["github"]
    target = make(senders(), limit=LIMIT)
    with client_of(front, target) as client:
        for size, status in ((LIMIT, 200), (LIMIT + 1, 413)):
            body = b"x" * size
            headers = case.sign(body, case.secret, "", 0)
            assert post(client, case, (body, headers)).status_code == status
    assert len(target.seen) == 1
    assert [r.getMessage() for r in caplog.records if r.name == "lambda_adapters"] == [
        "Refused POST /hooks/github, github's, with 413: its body has over 20000 bytes"
    ]


def test_a_delivery_that_comes_again_has_its_answer_without_the_app(
    make: Callable[..., Target], front: str
) -> None:
    target = make(senders(), once=once(MemoryStore()))
    target.statuses = [201] * len(CASES)
    with client_of(front, target) as client:
        for case in CASES.values():
            replies = [post(client, case, signed(case, client)) for _ in range(3)]
            answers = [(r.status_code, r.text, r.headers["content-type"]) for r in replies]
            assert answers == [(201, replies[0].text, TEXT)] * 3
    assert len(target.seen) == len(CASES)


@pytest.mark.parametrize("status", [0, 500, 503, 404, 308])
def test_a_failure_is_not_remembered(make: Callable[..., Target], front: str, status: int) -> None:
    case = CASES["stripe"]
    target = make(senders(), once=once(MemoryStore()))
    target.statuses = [status, 202]
    with client_of(front, target) as client:
        first, *others = [post(client, case, signed(case, client)) for _ in range(3)]
    assert first.status_code == status or (status == 0 and first.status_code >= 400)
    assert [reply.status_code for reply in others] == [202, 202]
    assert len(target.seen) == 2


def test_a_delivery_under_way_is_a_409_that_says_when_to_come_again(
    make: Callable[..., Target], front: str
) -> None:
    case = CASES["github"]
    store = MemoryStore()
    target = make(senders(), once=once(store))
    with client_of(front, target) as client:
        post(client, case, signed(case, client))
        (key,) = store._entries
        store._entries.clear()
        target.seen.clear()
        lease = store.acquire(key, 40)
        assert isinstance(lease, Leased)
        reply = post(client, case, signed(case, client))
        assert (reply.status_code, target.seen) == (409, [])
        assert 38 <= int(reply.headers["retry-after"]) <= 40
        store.release(key, lease.token)
        assert post(client, case, signed(case, client)).status_code == 200


class Flaky(MemoryStore):
    """A store that is down for as many calls as it is told."""

    down = 0

    def acquire(self, key: str, lease: float) -> Any:
        if self.down:
            self.down -= 1
            raise ConnectionError("no route to the table with-its-name")
        return super().acquire(key, lease)


def test_nobody_can_send_one_delivery_in_place_of_another(
    make: Callable[..., Target], front: str
) -> None:
    target = make(senders(), once=once(MemoryStore()))
    with client_of(front, target) as client:
        for case in (CASES["github"], CASES["twilio"]):  # the others sign the id as well
            genuine = signed(case, client)
            old = signed(replace(case, body=case.body.replace(b"e", b"E")), client)
            unsigned = {n: v for n, v in genuine[1].items() if "Delivery" in n or "Token" in n}
            assert post(client, case, (old[0], old[1] | unsigned)).status_code == 200
            assert post(client, case, genuine).status_code == 200
            assert [d.body for d in target.seen[-2:]] == [old[0], genuine[0]]


def test_while_the_store_is_down_the_sender_is_told_to_try_again_and_nothing_is_lost(
    make: Callable[..., Target], front: str
) -> None:
    case = CASES["slack"]
    store = Flaky()
    store.down = 2
    target = make(senders(), once=once(store))
    with client_of(front, target) as client:
        statuses = [post(client, case, signed(case, client)).status_code for _ in range(4)]
    assert statuses == [503, 503, 200, 200]
    assert len(target.seen) == 1


def test_twilios_json_is_verified_by_its_hash_in_the_url(
    make: Callable[..., Target], front: str
) -> None:
    case = CASES["twilio"]
    target = make({"/hooks/twilio": Twilio(BASE64_SECRET)})
    body = b'{"tea": "\xc3\xa9"}'
    with client_of(front, target) as client:
        path = f"hooks/twilio?{body_query(body)}"
        url = str(client.base_url.join(path))
        headers = {
            "content-type": "application/json",
            **by_twilio_json(body, case.secret, url, 0),
        }
        sent = [body, body + b" ", b""]
        statuses = [client.post(path, content=b, headers=headers).status_code for b in sent]
        bare = client.base_url.join("hooks/twilio")
        headers |= by_twilio_json(body, case.secret, str(bare), 0)
        statuses.append(client.post("hooks/twilio", content=body, headers=headers).status_code)
    assert statuses == [200, 401, 401, 401]
