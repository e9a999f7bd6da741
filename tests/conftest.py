"""Fixtures for all tests: a clock that tests advance, Lambda contexts and log messages."""

import os
import time
from collections.abc import Callable

import pytest
from hypothesis import HealthCheck, settings

from asgi_lambda import cycle as asgi_cycle
from lambda_adapters.invocation import cycle as invocation_cycle
from lambda_adapters.invocation import deadline
from lambda_adapters.invocation import watchdog as watchdog_module
from lambda_adapters.invocation.watchdog import watchdog

# No time limit per example: a slow machine must not fail a test.
settings.register_profile(
    "project",
    deadline=None,
    derandomize="CI" in os.environ,
    max_examples=60,
    suppress_health_check=[HealthCheck.too_slow],
)
settings.load_profile("project")


SECONDS_LEFT = 0.4
"""Seconds before the deadline after `approach_deadline`. Adapters act 0.5 s before it."""


class Clock:
    """A monotonic clock that a test can advance."""

    def __init__(self) -> None:
        self._ahead = 0.0

    def __call__(self) -> float:
        return time.monotonic() + self._ahead

    def advance(self, seconds: float) -> None:
        """Advance the clock, and wake the watchdog, which sleeps on the real clock."""
        self._ahead += seconds
        watchdog._wake_by(self())


class Context:
    """Lambda's context: a request id and the remaining time."""

    def __init__(self, seconds: float, clock: Clock) -> None:
        self.aws_request_id = "5f2c8e0a-3f0b-4b60-9a52-0d4f3a1c7e11"
        self._clock = clock
        self._deadline = clock() + seconds

    def get_remaining_time_in_millis(self) -> int:
        return int((self._deadline - self._clock()) * 1000)

    def approach_deadline(self) -> None:
        """Advance the clock to just before the deadline, so that the adapter acts."""
        self._clock.advance(self._deadline - self._clock() - SECONDS_LEFT)


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    """The clock of all deadlines in the test."""
    clock = Clock()
    for module in (deadline, watchdog_module, invocation_cycle, asgi_cycle):
        monkeypatch.setattr(module, "monotonic", clock)
    return clock


@pytest.fixture
def make_context(clock: Clock) -> Callable[[float], Context]:
    """Returns a function that creates a context with this many seconds left."""
    return lambda seconds: Context(seconds, clock)


@pytest.fixture
def log_messages(caplog: pytest.LogCaptureFixture) -> Callable[[], list[str]]:
    """Returns a function that returns the messages logged so far, the watchdog's first.

    It waits for the watchdog's thread, which may log after the handler has returned.
    """

    def messages() -> list[str]:
        watchdog.wait_idle(30)
        return sorted(caplog.messages, key=lambda message: "All stacks:" not in message)

    return messages
