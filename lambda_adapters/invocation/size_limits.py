"""The size of a response as JSON, which Lambda's limits count."""

import json
import os
from typing import Any

from lambda_adapters.errors import AppError
from lambda_adapters.http.messages import Reply

# AWS's runtime client sends UTF-8 if AWS_EXECUTION_ENV is one of these. Otherwise, in container
# images and on Python 3.11, it escapes every character outside ASCII (awslambdaric 4.2's
# lambda_runtime_marshaller).
_UTF8 = tuple(f"AWS_Lambda_python3.{minor}" for minor in (12, 13, 14, 15))
_SLICE = 64 * 1024


def may_exceed(reply: Reply, limit: int) -> bool:
    """Whether a response with this reply could be over the limit in bytes: a fast upper bound."""
    size = reply.header_size
    if size < 0:
        size = len(reply.reason) + sum(len(name) + len(value) for name, value in reply.headers)
    # A character takes at most six bytes in JSON; each header adds quotes, commas and, with
    # CloudFront, keys.
    return 6 * (len(reply.body) + size) + 32 * len(reply.headers) + 1024 > limit


def size_over_limit(
    response: Any, limit: int, environment: dict[str, str] | None = None
) -> int | None:
    """Return the response's size in bytes if it is over the limit, else None.

    Counts slice by slice: a copy of a large body would double the memory.
    """
    env = os.environ if environment is None else environment
    escaping = env.get("AWS_EXECUTION_ENV") not in _UTF8
    body = response.get("body") if isinstance(response, dict) else None
    if not isinstance(body, str):
        size = _encoded_size(response, escaping)
        return size if size > limit else None
    rest = {key: value for key, value in response.items() if key != "body"}
    size = _encoded_size(rest, escaping) + len(', "body": ""')
    if body.isascii() and response.get("isBase64Encoded") is True:
        size += len(body)  # base64 has nothing to escape
    else:
        slices = (body[i : i + _SLICE] for i in range(0, len(body), _SLICE))
        size += sum(_encoded_size(text, escaping) - len('""') for text in slices)
    return size if size > limit else None


def _encoded_size(value: Any, escaping: bool) -> int:
    if escaping:
        return len(json.dumps(value))
    return len(json.dumps(value, ensure_ascii=False).encode("utf-8", "replace"))


def too_large_error(source: str, size: int, limit: int) -> AppError:
    """Return the error for a reply that is too large for a source. Sizes in bytes."""
    return AppError(
        f"The reply is too large for {source}: {size} bytes, and {limit} are allowed, counted as "
        "JSON. Send less, compress it, or give the client a link (to S3, say)."
    )
