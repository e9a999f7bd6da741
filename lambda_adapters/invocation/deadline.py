"""Deadlines: how long an invocation may still run, and when an adapter acts.

Lambda kills a late function without a signal; `context.get_remaining_time_in_millis()` is the only
warning (docs.aws.amazon.com/lambda/latest/dg/python-context.html).
"""

from time import monotonic
from typing import Any

# Seconds. Lambda allows 15 minutes, but an emulator may say years, which would overflow a timer.
_LONGEST = 24 * 3600.0


def deadline_of(context: Any) -> float | None:
    """Return when Lambda kills the invocation, in seconds of the monotonic clock; None if the
    context does not say."""
    return times_of(context, None)[0]


def times_of(context: Any, margin: float | None) -> tuple[float | None, float | None]:
    """Return the deadline and the time at which an adapter acts, in seconds of the monotonic clock.

    The adapter acts `margin` seconds early, or a tenth of the time left if that is less. Both are
    None if the context does not say; the second is None if the margin is None.
    """
    try:
        left = context.get_remaining_time_in_millis()
        if not isinstance(left, (int, float)) or left != left:  # a mock's value, or NaN
            return None, None
        seconds = left / 1000
    except Exception:
        return None, None  # no context, or a fake one in a test
    if seconds > _LONGEST:
        seconds = _LONGEST
    deadline = monotonic() + seconds
    if margin is None:
        return deadline, None
    tenth = seconds / 10
    return deadline, deadline - (margin if margin < tenth else max(tenth, 0.0))
