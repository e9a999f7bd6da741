"""How large a response is once it is JSON, which is what Lambda's limits count."""

import json
import os
from typing import Any

from lambda_events.messages import Reply

# Python 3.11's managed runtime escapes every character beyond ASCII, later ones send UTF-8
# (awslambdaric's lambda_runtime_marshaller).
_ESCAPING = ("AWS_Lambda_python3.11",)
_SLICE = 64 * 1024


def may_exceed(reply: Reply, limit: int) -> bool:
    """Whether a response with this reply in it could be over the limit: a quick upper bound."""
    characters = len(reply.body) + sum([len(name) + len(value) for name, value in reply.headers])
    # No character takes more than six bytes in JSON, and each header has quotes and commas.
    return 6 * characters + 16 * len(reply.headers) + 1024 > limit


def exceeds(response: Any, limit: int, environment: dict[str, str] | None = None) -> int | None:
    """The response's size in bytes where it is over the limit, else None.

    Counts slice by slice: a copy of a large body would cost as much memory again.
    """
    if not isinstance(response, dict):
        return None
    body = response.get("body")
    text = body if isinstance(body, str) else ""
    rest = {key: value for key, value in response.items() if key != "body"}
    size = len(json.dumps(rest)) + len(', "body": ""')
    if response.get("isBase64Encoded") is True:
        size += len(text)  # base64 has nothing to escape
    else:
        env = os.environ if environment is None else environment
        escaping = env.get("AWS_EXECUTION_ENV") in _ESCAPING
        size += sum(_encoded(text[i : i + _SLICE], escaping) for i in range(0, len(text), _SLICE))
    return size if size > limit else None


def _encoded(text: str, escaping: bool) -> int:
    if escaping:
        return len(json.dumps(text)) - 2
    return len(json.dumps(text, ensure_ascii=False).encode("utf-8", "replace")) - 2
