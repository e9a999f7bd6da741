"""Deadlines: how long an invocation may still run, and when an adapter acts.

Lambda kills a late function without a word; `context.get_remaining_time_in_millis()` is the only
warning (docs.aws.amazon.com/lambda/latest/dg/python-context.html).
"""

from time import monotonic
from typing import Any

# Lambda allows 15 minutes; an emulator that says years would overflow a timer.
_LONGEST = 24 * 3600.0


def deadline_of(context: Any) -> float | None:
    """When the invocation is killed, on the monotonic clock in seconds; None where the context
    does not say."""
    return times_of(context, None)[0]


def times_of(context: Any, margin: float | None) -> tuple[float | None, float | None]:
    """The deadline, and when an adapter acts: `margin` seconds early, or a tenth of the time left
    if that is less. None where the context does not say, or the margin is None."""
    try:
        left = context.get_remaining_time_in_millis()
        if not isinstance(left, (int, float)) or left != left:  # a mock's, or NaN
            return None, None
        seconds = left / 1000
    except Exception:
        return None, None  # no context, or a test's stand-in
    if seconds > _LONGEST:
        seconds = _LONGEST
    deadline = monotonic() + seconds
    if margin is None:
        return deadline, None
    tenth = seconds / 10
    return deadline, deadline - (margin if margin < tenth else max(tenth, 0.0))
