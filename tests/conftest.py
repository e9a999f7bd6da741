"""What every test may use: a context as Lambda passes it, and what was logged at its deadline."""

import os
from collections.abc import Callable
from time import monotonic

import pytest
from hypothesis import HealthCheck, settings

from lambda_adapters.invocation.watchdog import watchdog

# Without deadlines: a busy machine is no failure.
settings.register_profile(
    "ours",
    deadline=None,
    derandomize="CI" in os.environ,
    max_examples=60,
    suppress_health_check=[HealthCheck.too_slow],
)
settings.load_profile("ours")


class Context:
    """Lambda's context: a request id, and how long the invocation may still run."""

    def __init__(self, seconds: float) -> None:
        self.aws_request_id = "5f2c8e0a-3f0b-4b60-9a52-0d4f3a1c7e11"
        self._deadline = monotonic() + seconds

    def get_remaining_time_in_millis(self) -> int:
        return int((self._deadline - monotonic()) * 1000)


@pytest.fixture
def context() -> Callable[[float], Context]:
    """Makes contexts with so many seconds left."""
    return Context


@pytest.fixture
def told(caplog: pytest.LogCaptureFixture) -> Callable[[], list[str]]:
    """Gives the messages logged, that of the watchdog first: on a busy machine its thread may
    have them ready only after the handler has returned."""

    def messages() -> list[str]:
        watchdog.wait_idle(30)
        return sorted(caplog.messages, key=lambda message: "All stacks:" not in message)

    return messages
