"""Checks every night whether the shop's website works: `Handler: teahouse.health.handler`.

It sends a request from outside, so it also tests DNS, the certificate and the load balancer. If the
check fails, the invocation fails. The metric Errors counts that, and you can set an alarm on it.
"""

import json
import os
from time import monotonic
from typing import Any
from urllib.error import HTTPError, URLError
from urllib.request import urlopen

TIMEOUT = 10.0  # seconds; less than the function's timeout, so that the error is logged


class Unhealthy(Exception):
    """The URL did not answer with a status below 400."""


def check(url: str, timeout: float = TIMEOUT) -> dict[str, Any]:
    """Request the URL and return its status and the time of the answer in milliseconds.

    Redirects are followed. Raises Unhealthy for a status of 400 or more, or for no answer.
    """
    if not url.startswith(("https://", "http://")):  # urlopen also opens files
        raise ValueError("Expected CHECKED_URL as https://... or http://..., got something else.")
    started = monotonic()
    try:
        with urlopen(url, timeout=timeout) as reply:  # noqa: S310
            status = reply.status
    except HTTPError as error:
        with error:  # the error is also the reply, which has an open socket
            raise Unhealthy(f"Expected an answer below 400, got {error.code}.") from None
    except (URLError, OSError) as error:
        reason = getattr(error, "reason", error)
        raise Unhealthy(f"Expected an answer in {timeout:g} s, got {reason}.") from None
    return {"url": url, "status": status, "milliseconds": round((monotonic() - started) * 1000)}


def handler(event: Any, context: Any) -> dict[str, Any]:
    result = check(os.environ.get("CHECKED_URL", ""))
    print(json.dumps(result))
    return result
