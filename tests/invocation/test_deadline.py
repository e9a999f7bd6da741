"""Lambda's deadline and the earlier deadline of the adapter, from the context."""

from collections.abc import Callable
from typing import Any

import pytest

from lambda_adapters.invocation import deadline
from lambda_adapters.invocation.deadline import deadline_of, times_of

NOW = 1000.0
DAY = 24 * 3600.0


class Context:
    def __init__(self, get_remaining_time: Callable[[], Any]) -> None:
        self.get_remaining_time_in_millis = get_remaining_time


def fail() -> Any:
    raise RuntimeError("an error of an emulator")


@pytest.mark.parametrize(
    ("get_remaining_time", "margin", "expected"),
    [
        (lambda: 30_000, 0.5, (NOW + 30, NOW + 29.5)),
        (lambda: 30_000.5, 0.5, (NOW + 30.0005, NOW + 29.5005)),
        (lambda: 3_000, 0.5, (NOW + 3, NOW + 2.7)),  # a tenth of the time is less than the margin
        (lambda: 3_000, None, (NOW + 3, None)),
        (lambda: 0, 0.5, (NOW, NOW)),
        (lambda: -5_000, 0.5, (NOW - 5, NOW - 5)),
        (lambda: 10**12, 0.5, (NOW + DAY, NOW + DAY - 0.5)),
        (lambda: float("inf"), 0.5, (NOW + DAY, NOW + DAY - 0.5)),
        (lambda: float("nan"), 0.5, (None, None)),
        (lambda: "30000", 0.5, (None, None)),
        (lambda: None, 0.5, (None, None)),
        (fail, 0.5, (None, None)),
    ],
)
def test_the_deadline_and_the_margin_are_times_of_the_monotonic_clock(
    get_remaining_time: Callable[[], Any],
    margin: float | None,
    expected: tuple[float | None, float | None],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(deadline, "monotonic", lambda: NOW)

    assert times_of(Context(get_remaining_time), margin) == pytest.approx(expected)
    assert deadline_of(Context(get_remaining_time)) == (
        expected[0] if expected[0] is None else pytest.approx(expected[0])
    )


@pytest.mark.parametrize("context", [None, object(), {}])
def test_a_context_without_a_remaining_time_has_no_deadline(context: Any) -> None:
    assert times_of(context, 0.5) == (None, None)
