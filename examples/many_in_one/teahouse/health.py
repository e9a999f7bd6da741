"""Nightly: does the shop answer, seen from outside? `Handler: teahouse.health.handler`.

It runs where the shop does not, so it notices what the shop's own checks cannot: its DNS, its
certificate, its load balancer. A shop that is unwell fails the invocation, which is what the
metric Errors counts and an alarm can watch.
"""

import json
import os
from time import monotonic
from typing import Any
from urllib.error import HTTPError, URLError
from urllib.request import urlopen

SECONDS = 10.0  # well below the function's own timeout, so that the reason reaches the log


class Unwell(Exception):
    """The URL did not answer as it should."""


def check(url: str, seconds: float = SECONDS) -> dict[str, Any]:
    """The URL, its status and how many milliseconds its answer took; redirects are followed.

    Raises Unwell for a status of 400 and above, and for no answer.
    """
    if not url.startswith(("https://", "http://")):  # urlopen would open files as well
        raise ValueError("Expected CHECKED_URL as https://... or http://..., got something else.")
    started = monotonic()
    try:
        with urlopen(url, timeout=seconds) as reply:  # noqa: S310
            status = reply.status
    except HTTPError as error:
        with error:  # it is the reply as well, and holds a socket
            raise Unwell(f"Expected an answer below 400, got {error.code}.") from None
    except (URLError, OSError) as error:
        reason = getattr(error, "reason", error)
        raise Unwell(f"Expected an answer in {seconds:g} s, got {reason}.") from None
    return {"url": url, "status": status, "milliseconds": round((monotonic() - started) * 1000)}


def handler(event: Any, context: Any) -> dict[str, Any]:
    found = check(os.environ.get("CHECKED_URL", ""))
    print(json.dumps(found))
    return found
