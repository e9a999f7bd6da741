"""once: a delivery's work is done one time, whoever crashes, and however often it comes."""

import functools
import re
import threading
from collections.abc import Callable
from dataclasses import replace
from time import monotonic
from typing import Any

import pytest

from lambda_adapters import AppError, ConfigurationError, Reply
from lambda_adapters.webhooks import Delivery, once
from lambda_adapters.webhooks.idempotency import Lease, UnderWay
from lambda_adapters.webhooks.reply_codec import MOST_BYTES, reply_from_text, text_from_reply
from lambda_adapters.webhooks.stores import Busy, Finished, Leased, MemoryStore

PING = Delivery("github", "7c6f-1", b"{}")
ANSWER = Reply(202, [("content-type", "text/plain"), ("x-a", "1"), ("x-a", "2")], b"\xff", True)


class Clock:
    now = 1_000_000.0

    def __call__(self) -> float:
        return self.now


def held(store: MemoryStore, key: str = "reply|POST|github:/:7c6f-1") -> Any:
    return store.acquire(key, 1)


def test_the_first_has_a_lease_the_next_a_409_and_the_last_the_answer() -> None:
    once_only = once(MemoryStore())
    lease = once_only.acquire(PING)
    assert isinstance(lease, Lease)
    under_way = once_only.acquire(PING)
    assert isinstance(under_way, Reply)
    assert under_way.status == 409
    assert dict(under_way.headers)["retry-after"] == "60"
    once_only.finish(lease, ANSWER)
    assert once_only.acquire(PING) == ANSWER


def test_a_crash_in_the_middle_loses_nothing() -> None:
    clock = Clock()
    once_only = once(MemoryStore(clock=clock), lease=30)
    assert isinstance(once_only.acquire(PING), Lease)  # and whoever has it is gone
    clock.now += 29
    assert isinstance(once_only.acquire(PING), Reply)
    clock.now += 1
    assert isinstance(once_only.acquire(PING), Lease)


def test_a_lease_lasts_no_shorter_than_the_invocation() -> None:
    clock = Clock()
    store = MemoryStore(clock=clock)
    long = replace(PING, deadline=monotonic() + 300)
    assert isinstance(once(store, lease=30).acquire(long), Lease)
    busy = held(store)
    assert isinstance(busy, Busy)
    assert 300 <= busy.seconds <= 301


def test_an_answer_is_forgotten_after_its_time() -> None:
    clock = Clock()
    once_only = once(MemoryStore(clock=clock), keep=100)
    lease = once_only.acquire(PING)
    assert isinstance(lease, Lease)
    once_only.finish(lease, ANSWER)
    clock.now += 99
    assert once_only.acquire(PING) == ANSWER
    clock.now += 1
    assert isinstance(once_only.acquire(PING), Lease)


@pytest.mark.parametrize("status", [301, 302, 308, 400, 404, 410, 429, 500, 503, 599])
def test_an_answer_that_says_that_nothing_was_done_is_not_remembered(status: int) -> None:
    once_only = once(MemoryStore())
    for _ in range(2):
        lease = once_only.acquire(PING)
        assert isinstance(lease, Lease)
        once_only.finish(lease, Reply(status))


@pytest.mark.parametrize("status", [200, 201, 202, 204])
def test_every_other_answer_is(status: int) -> None:
    once_only = once(MemoryStore())
    lease = once_only.acquire(PING)
    assert isinstance(lease, Lease)
    once_only.finish(lease, Reply(status))
    assert once_only.acquire(PING) == Reply(status)


def test_a_large_body_is_remembered_without_it_and_lengths_are_counted_anew() -> None:
    headers = [("content-length", "9"), ("content-encoding", "gzip"), ("x", "1")]
    fits = Reply(200, headers, b"x" * MOST_BYTES)
    assert reply_from_text(text_from_reply(fits)) == fits.replace(headers=headers[1:])
    over = Reply(200, headers, b"x" * (MOST_BYTES + 1))
    assert reply_from_text(text_from_reply(over)) == Reply(200, [("x", "1")])


@pytest.mark.parametrize(
    "key", ["x" * 501, "é", "\ud800"], ids=["long", "beyond ASCII", "no text at all"]
)
def test_a_key_of_ones_own_is_made_fit_for_any_store(key: str) -> None:
    store = MemoryStore()
    once_only = once(store, lambda delivery: key)
    assert isinstance(once_only.acquire(PING), Lease)
    (stored,) = store._entries
    assert stored.startswith("reply|POST|sha256-")
    assert len(stored) < 100


class Down(MemoryStore):
    """A store whose named steps fail."""

    def __init__(self, *steps: str) -> None:
        super().__init__()
        for step in steps:
            setattr(self, step, self._fail)

    def _fail(self, *_: object) -> Any:
        raise ConnectionError("no route")


def test_without_the_store_nothing_runs_and_the_sender_is_told_to_try_again(
    caplog: pytest.LogCaptureFixture,
) -> None:
    reply = once(Down("acquire")).acquire(PING)
    assert isinstance(reply, Reply)
    assert reply.status == 503
    assert caplog.messages == ["The store of deliveries failed; github was told to try again."]


def test_what_the_store_holds_and_is_no_answer_counts_as_the_store_being_down() -> None:
    store = MemoryStore()
    leased = held(store)
    store.finish("reply|POST|github:/:7c6f-1", leased.token, "not ours", 60)
    reply = once(store).acquire(PING)
    assert isinstance(reply, Reply)
    assert reply.status == 503


def test_a_store_that_fails_behind_the_work_costs_no_reply(
    caplog: pytest.LogCaptureFixture,
) -> None:
    once_only = once(Down("finish", "release"))
    lease = once_only.acquire(PING)
    assert isinstance(lease, Lease)
    once_only.finish(lease, ANSWER)
    once_only.release(lease)
    assert caplog.messages == [
        "The store of deliveries failed; a delivery may be worked on again.",
        "The store of deliveries failed; a lease stays until its end.",
    ]


def test_work_that_took_longer_than_its_lease_is_told(caplog: pytest.LogCaptureFixture) -> None:
    clock = Clock()
    store = MemoryStore(clock=clock)
    once_only = once(store, lease=30)
    late = once_only.acquire(PING)
    assert isinstance(late, Lease)
    clock.now += 31
    assert isinstance(once_only.acquire(PING), Lease)
    once_only.finish(late, ANSWER)
    assert len(caplog.messages) == 1
    assert "longer than its lease of 30 seconds" in caplog.messages[0]
    assert isinstance(held(store), Busy)  # the other one's


def test_a_worker_works_once_and_not_again() -> None:
    seen = []

    @once(MemoryStore())
    def work(delivery: Delivery) -> None:
        seen.append(delivery.id)

    for delivery in (PING, PING, replace(PING, id="2"), PING):
        work(delivery)
    assert seen == ["7c6f-1", "2"]


def test_a_worker_that_fails_works_again() -> None:
    troubles: list[BaseException] = [KeyError("a"), SystemExit(1)]
    seen = []

    @once(MemoryStore())
    def work(delivery: Delivery) -> None:
        if troubles:
            raise troubles.pop(0)
        seen.append(delivery.id)

    for trouble in (KeyError, SystemExit):
        with pytest.raises(trouble):
            work(PING)
    work(PING)
    work(PING)
    assert seen == ["7c6f-1"]


def test_of_workers_at_the_same_time_one_works_and_the_others_are_told() -> None:
    begun, release = threading.Event(), threading.Event()
    seen = []

    @once(MemoryStore())
    def work(delivery: Delivery) -> None:
        begun.set()
        assert release.wait(30)
        seen.append(delivery.id)

    first = threading.Thread(target=work, args=(PING,))
    first.start()
    assert begun.wait(30)
    with pytest.raises(UnderWay, match="A delivery of github is under way elsewhere"):
        work(PING)
    release.set()
    first.join(30)
    work(PING)
    assert seen == ["7c6f-1"]


def test_a_front_and_its_workers_do_not_take_each_others_deliveries_for_done() -> None:
    store = MemoryStore()
    once_only = once(store)
    seen = []

    @once_only
    def first(delivery: Delivery) -> None:
        seen.append("first")

    @once_only
    def second(delivery: Delivery) -> None:
        seen.append("second")

    lease = once_only.acquire(PING)
    assert isinstance(lease, Lease)
    once_only.finish(lease, ANSWER)
    first(PING)
    second(PING)
    assert seen == ["first", "second"]


def test_a_workers_lease_lasts_no_shorter_than_its_invocation() -> None:
    clock = Clock()
    store = MemoryStore(clock=clock)
    left = []

    @once(store, lease=30)
    def work(delivery: Delivery) -> None:
        (key,) = store._entries
        left.append(store._entries[key].until - clock.now)

    work(replace(PING, deadline=monotonic() + 600))
    assert 600 <= left[0] <= 601


def test_work_that_nobody_would_await_is_refused() -> None:
    async def coroutine(delivery: Delivery) -> None: ...

    with pytest.raises(ConfigurationError, match="got a coroutine function"):
        once(MemoryStore())(coroutine)
    store = MemoryStore()

    @once(store)
    def hidden(delivery: Delivery) -> Any:
        return coroutine(delivery)

    with pytest.raises(AppError, match="to do its work, got a coroutine"):
        hidden(PING)
    assert store._entries == {}  # given back: nothing was done


def test_work_without_a_name_is_refused() -> None:
    def work(to: str, delivery: Delivery) -> None: ...

    for nameless, kind in ((functools.partial(work, "x"), "partial"), (lambda _: 0, "function")):
        with pytest.raises(ConfigurationError, match=f"a function with a name, got {kind}"):
            once(MemoryStore())(nameless)


def test_two_workers_of_one_name_are_refused() -> None:
    once_only = once(MemoryStore())

    def made(to: str) -> Callable[[Delivery], None]:
        def work(delivery: Delivery) -> None: ...

        return once_only(work)

    made("a")
    with pytest.raises(ConfigurationError, match="workers with different names, got two of"):
        made("b")


def test_another_method_is_another_request() -> None:
    once_only = once(MemoryStore())
    options = once_only.acquire(replace(PING, method="OPTIONS"))
    assert isinstance(options, Lease)
    once_only.finish(options, Reply(200))
    assert isinstance(once_only.acquire(PING), Lease)


def test_another_path_is_another_delivery() -> None:
    once_only = once(MemoryStore())
    for path in ("/a", "/b"):
        assert isinstance(once_only.acquire(replace(PING, path=path)), Lease)


def test_a_key_that_cannot_be_told_is_not_the_stores_fault(
    caplog: pytest.LogCaptureFixture,
) -> None:
    def key(delivery: Delivery) -> str:
        raise KeyError("tok_SECRET")

    reply = once(MemoryStore(), key).acquire(PING)
    assert isinstance(reply, Reply)
    assert reply.status == 500
    assert re.fullmatch(
        r"The key of a delivery of github: KeyError at test_webhook_once\.py:\d+",
        caplog.messages[0],
    )
    assert caplog.records[0].exc_info is None


@pytest.mark.parametrize(
    ("build", "message"),
    [
        (lambda: once("deliveries.db"), "Expected a store such as SQLiteStore"),  # type: ignore[arg-type]
        (lambda: once(MemoryStore(), lease=0), "Expected lease in seconds, over 0, got 0"),
        (lambda: once(MemoryStore(), keep=-1), "Expected keep in seconds"),
        (lambda: once(MemoryStore(), lease=True), "Expected lease in seconds"),
        (lambda: once(MemoryStore(), lease=float("inf")), "Expected lease in seconds"),
        (lambda: once(MemoryStore(), keep=float("nan")), "Expected keep in seconds"),
        (lambda: once(MemoryStore(), "id"), "Expected a function of a delivery as key, got str"),  # type: ignore[arg-type]
    ],
)
def test_what_cannot_be_is_refused_when_built(build: Callable[[], Any], message: str) -> None:
    with pytest.raises(ConfigurationError, match=message):
        build()


def test_what_was_finished_elsewhere_is_answered_here() -> None:
    store = MemoryStore()
    leased = held(store)
    assert isinstance(leased, Leased)
    store.finish("reply|POST|github:/:7c6f-1", leased.token, text_from_reply(ANSWER), 60)
    assert isinstance(held(store), Finished)
    assert once(store).acquire(PING) == ANSWER
