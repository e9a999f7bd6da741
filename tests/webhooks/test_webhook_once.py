"""once: each delivery is processed one time, in spite of retries, failures and crashes."""

import functools
import re
import threading
from collections.abc import Callable
from time import monotonic
from typing import Any

import pytest

from lambda_adapters import AppError, ConfigurationError, Reply
from lambda_adapters.webhooks import Delivery, once
from lambda_adapters.webhooks.idempotency import DeliveryInProgress, Lease
from lambda_adapters.webhooks.reply_codec import MAX_BODY_BYTES, reply_from_text, text_from_reply
from lambda_adapters.webhooks.stores import Busy, Finished, Leased, MemoryStore

PING = Delivery("github", "7c6f-1", b"{}")
REPLY = Reply(202, [("content-type", "text/plain"), ("x-a", "1"), ("x-a", "2")], b"\xff", True)


class Clock:
    now = 1_000_000.0

    def __call__(self) -> float:
        return self.now


def acquire_key(store: MemoryStore, key: str = "reply|POST|github:/:7c6f-1") -> Any:
    return store.acquire(key, 1)


def test_a_delivery_gets_a_lease_then_409_and_after_its_end_the_stored_reply() -> None:
    middleware_once = once(MemoryStore())
    lease = middleware_once.acquire(PING)
    assert isinstance(lease, Lease)
    reply = middleware_once.acquire(PING)
    assert isinstance(reply, Reply)
    assert reply.status == 409
    assert dict(reply.headers)["retry-after"] == "60"
    middleware_once.finish(lease, REPLY)
    assert middleware_once.acquire(PING) == REPLY


def test_a_lease_can_be_acquired_again_after_it_has_expired() -> None:
    clock = Clock()
    middleware_once = once(MemoryStore(clock=clock), lease=30)
    assert isinstance(middleware_once.acquire(PING), Lease)  # its process crashes
    clock.now += 29
    assert isinstance(middleware_once.acquire(PING), Reply)
    clock.now += 1
    assert isinstance(middleware_once.acquire(PING), Lease)


def test_a_lease_lasts_at_least_until_the_deadline_of_the_invocation() -> None:
    clock = Clock()
    store = MemoryStore(clock=clock)
    delivery = PING.replace(deadline=monotonic() + 300)
    assert isinstance(once(store, lease=30).acquire(delivery), Lease)
    busy = acquire_key(store)
    assert isinstance(busy, Busy)
    assert 300 <= busy.seconds <= 301


def test_a_stored_reply_expires_after_keep_seconds() -> None:
    clock = Clock()
    middleware_once = once(MemoryStore(clock=clock), keep=100)
    lease = middleware_once.acquire(PING)
    assert isinstance(lease, Lease)
    middleware_once.finish(lease, REPLY)
    clock.now += 99
    assert middleware_once.acquire(PING) == REPLY
    clock.now += 1
    assert isinstance(middleware_once.acquire(PING), Lease)


@pytest.mark.parametrize("status", [301, 302, 308, 400, 404, 410, 429, 500, 503, 599])
def test_a_redirect_or_an_error_is_not_stored(status: int) -> None:
    middleware_once = once(MemoryStore())
    for _ in range(2):
        lease = middleware_once.acquire(PING)
        assert isinstance(lease, Lease)
        middleware_once.finish(lease, Reply(status))


@pytest.mark.parametrize("status", [200, 201, 202, 204])
def test_a_2xx_reply_is_stored(status: int) -> None:
    middleware_once = once(MemoryStore())
    lease = middleware_once.acquire(PING)
    assert isinstance(lease, Lease)
    middleware_once.finish(lease, Reply(status))
    assert middleware_once.acquire(PING) == Reply(status)


def test_a_large_body_and_the_content_length_are_not_stored() -> None:
    headers = [("content-length", "9"), ("content-encoding", "gzip"), ("x", "1")]
    small_reply = Reply(200, headers, b"x" * MAX_BODY_BYTES)
    assert reply_from_text(text_from_reply(small_reply)) == small_reply.replace(headers=headers[1:])
    large_reply = Reply(200, headers, b"x" * (MAX_BODY_BYTES + 1))
    assert reply_from_text(text_from_reply(large_reply)) == Reply(200, [("x", "1")])


@pytest.mark.parametrize("key", ["x" * 501, "é", "\ud800"], ids=["long", "not ASCII", "not UTF-8"])
def test_a_custom_key_that_is_too_long_or_not_ascii_is_hashed(key: str) -> None:
    store = MemoryStore()
    middleware_once = once(store, lambda delivery: key)
    assert isinstance(middleware_once.acquire(PING), Lease)
    (stored,) = store._entries
    assert stored.startswith("reply|POST|sha256-")
    assert len(stored) < 100


class FailingStore(MemoryStore):
    """A store whose methods with these names fail."""

    def __init__(self, *methods: str) -> None:
        super().__init__()
        for method in methods:
            setattr(self, method, self._fail)

    def _fail(self, *_: object) -> Any:
        raise ConnectionError("no route")


def test_a_store_that_fails_to_acquire_gives_503(
    caplog: pytest.LogCaptureFixture,
) -> None:
    reply = once(FailingStore("acquire")).acquire(PING)
    assert isinstance(reply, Reply)
    assert reply.status == 503
    assert caplog.messages == [
        "The store of deliveries failed; github gets a 503 and should retry."
    ]


def test_a_stored_text_that_is_not_a_reply_gives_503() -> None:
    store = MemoryStore()
    lease = acquire_key(store)
    store.finish("reply|POST|github:/:7c6f-1", lease.token, "not a reply", 60)
    reply = once(store).acquire(PING)
    assert isinstance(reply, Reply)
    assert reply.status == 503


def test_a_store_that_fails_to_finish_or_release_is_logged(
    caplog: pytest.LogCaptureFixture,
) -> None:
    middleware_once = once(FailingStore("finish", "release"))
    lease = middleware_once.acquire(PING)
    assert isinstance(lease, Lease)
    middleware_once.finish(lease, REPLY)
    middleware_once.release(lease)
    assert caplog.messages == [
        "The store of deliveries failed; a delivery may be processed again.",
        "The store of deliveries failed; a lease stays until it expires.",
    ]


def test_work_that_takes_longer_than_its_lease_is_logged(caplog: pytest.LogCaptureFixture) -> None:
    clock = Clock()
    store = MemoryStore(clock=clock)
    middleware_once = once(store, lease=30)
    lease = middleware_once.acquire(PING)
    assert isinstance(lease, Lease)
    clock.now += 31
    assert isinstance(middleware_once.acquire(PING), Lease)
    middleware_once.finish(lease, REPLY)
    assert len(caplog.messages) == 1
    assert "longer than its lease of 30 seconds" in caplog.messages[0]
    assert isinstance(acquire_key(store), Busy)  # the second lease


def test_a_worker_processes_each_delivery_once() -> None:
    processed = []

    @once(MemoryStore())
    def work(delivery: Delivery) -> None:
        processed.append(delivery.id)

    for delivery in (PING, PING, PING.replace(id="2"), PING):
        work(delivery)
    assert processed == ["7c6f-1", "2"]


def test_a_worker_that_fails_processes_the_delivery_again() -> None:
    errors: list[BaseException] = [KeyError("a"), SystemExit(1)]
    processed = []

    @once(MemoryStore())
    def work(delivery: Delivery) -> None:
        if errors:
            raise errors.pop(0)
        processed.append(delivery.id)

    for error in (KeyError, SystemExit):
        with pytest.raises(error):
            work(PING)
    work(PING)
    work(PING)
    assert processed == ["7c6f-1"]


def test_a_worker_raises_delivery_in_progress_while_another_has_the_lease() -> None:
    started, release = threading.Event(), threading.Event()
    processed = []

    @once(MemoryStore())
    def work(delivery: Delivery) -> None:
        started.set()
        assert release.wait(30)
        processed.append(delivery.id)

    first = threading.Thread(target=work, args=(PING,))
    first.start()
    assert started.wait(30)
    with pytest.raises(DeliveryInProgress, match="A delivery from github is in progress in"):
        work(PING)
    release.set()
    first.join(30)
    work(PING)
    assert processed == ["7c6f-1"]


def test_the_middleware_and_each_worker_process_the_same_delivery() -> None:
    store = MemoryStore()
    middleware_once = once(store)
    processed = []

    @middleware_once
    def first(delivery: Delivery) -> None:
        processed.append("first")

    @middleware_once
    def second(delivery: Delivery) -> None:
        processed.append("second")

    lease = middleware_once.acquire(PING)
    assert isinstance(lease, Lease)
    middleware_once.finish(lease, REPLY)
    first(PING)
    second(PING)
    assert processed == ["first", "second"]


def test_the_lease_of_a_worker_lasts_at_least_until_the_deadline_of_the_invocation() -> None:
    clock = Clock()
    store = MemoryStore(clock=clock)
    seconds = []

    @once(store, lease=30)
    def work(delivery: Delivery) -> None:
        (key,) = store._entries
        seconds.append(store._entries[key].until - clock.now)

    work(PING.replace(deadline=monotonic() + 600))
    assert 600 <= seconds[0] <= 601


def test_a_coroutine_function_or_a_returned_coroutine_is_refused() -> None:
    async def coroutine(delivery: Delivery) -> None: ...

    with pytest.raises(ConfigurationError, match="that is not a coroutine function, got one"):
        once(MemoryStore())(coroutine)
    store = MemoryStore()

    @once(store)
    def return_coroutine(delivery: Delivery) -> Any:
        return coroutine(delivery)

    with pytest.raises(AppError, match="not to return a coroutine, got one"):
        return_coroutine(PING)
    assert store._entries == {}  # the lease was released


def test_a_worker_without_a_name_is_refused() -> None:
    def work(to: str, delivery: Delivery) -> None: ...

    for function, kind in ((functools.partial(work, "x"), "partial"), (lambda _: 0, "function")):
        with pytest.raises(ConfigurationError, match=f"a function with a name, got {kind}"):
            once(MemoryStore())(function)


def test_two_workers_with_the_same_name_are_refused() -> None:
    middleware_once = once(MemoryStore())

    def create_worker(to: str) -> Callable[[Delivery], None]:
        def work(delivery: Delivery) -> None: ...

        return middleware_once(work)

    create_worker("a")
    with pytest.raises(ConfigurationError, match="workers with different names, got two named"):
        create_worker("b")


def test_another_method_has_another_lease() -> None:
    middleware_once = once(MemoryStore())
    options = middleware_once.acquire(PING.replace(method="OPTIONS"))
    assert isinstance(options, Lease)
    middleware_once.finish(options, Reply(200))
    assert isinstance(middleware_once.acquire(PING), Lease)


def test_another_path_has_another_lease() -> None:
    middleware_once = once(MemoryStore())
    for path in ("/a", "/b"):
        assert isinstance(middleware_once.acquire(PING.replace(path=path)), Lease)


def test_an_exception_of_the_key_function_gives_500(
    caplog: pytest.LogCaptureFixture,
) -> None:
    def key(delivery: Delivery) -> str:
        raise KeyError("tok_SECRET")

    reply = once(MemoryStore(), key).acquire(PING)
    assert isinstance(reply, Reply)
    assert reply.status == 500
    assert re.fullmatch(
        r"The key function failed for a delivery from github: "
        r"KeyError at test_webhook_once\.py:\d+",
        caplog.messages[0],
    )
    assert caplog.records[0].exc_info is None


@pytest.mark.parametrize(
    ("build", "message"),
    [
        (lambda: once("deliveries.db"), "Expected a store such as SQLiteStore"),  # type: ignore[arg-type]
        (lambda: once(MemoryStore(), lease=0), "Expected lease in seconds, more than 0, got 0"),
        (lambda: once(MemoryStore(), keep=-1), "Expected keep in seconds"),
        (lambda: once(MemoryStore(), lease=True), "Expected lease in seconds"),
        (lambda: once(MemoryStore(), lease=float("inf")), "Expected lease in seconds"),
        (lambda: once(MemoryStore(), keep=float("nan")), "Expected keep in seconds"),
        (
            lambda: once(MemoryStore(), "id"),  # type: ignore[arg-type]
            "Expected key to be a function of",
        ),
    ],
)
def test_a_wrong_argument_is_refused(build: Callable[[], Any], message: str) -> None:
    with pytest.raises(ConfigurationError, match=message):
        build()


def test_a_delivery_that_another_process_finished_gets_the_stored_reply() -> None:
    store = MemoryStore()
    lease = acquire_key(store)
    assert isinstance(lease, Leased)
    store.finish("reply|POST|github:/:7c6f-1", lease.token, text_from_reply(REPLY), 60)
    assert isinstance(acquire_key(store), Finished)
    assert once(store).acquire(PING) == REPLY
