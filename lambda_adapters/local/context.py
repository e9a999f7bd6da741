"""LocalContext: the context argument of a handler.

Source: docs.aws.amazon.com/lambda/latest/dg/python-context.html
"""

import re
from datetime import UTC, datetime
from time import monotonic
from typing import Any
from uuid import uuid4

DEFAULT_TIMEOUT = 30.0  # in seconds: API Gateway waits no longer for any function

_not_function_name = re.compile("[^A-Za-z0-9_-]+").sub  # API_CreateFunction.html, FunctionName


class LocalContext:
    """The context of an invocation that starts now, with a timeout in seconds.

    The account and the region are the same as in local events. The invocation is not stopped at
    its timeout; an Adapter acts shortly before it, as on Lambda.
    """

    function_version = "$LATEST"
    memory_limit_in_mb = "128"  # Lambda's default; a string, as in the managed runtime
    identity = None
    client_context: Any = None  # the X-Amz-Client-Context of Invoke

    def __init__(self, timeout: float = DEFAULT_TIMEOUT, function_name: str = "local") -> None:
        name = _not_function_name("-", function_name).strip("-") or "local"
        self._ends = monotonic() + timeout
        self.aws_request_id = str(uuid4())
        self.function_name = name
        self.invoked_function_arn = f"arn:aws:lambda:us-east-1:123456789012:function:{name}"
        self.log_group_name = f"/aws/lambda/{name}"
        self.log_stream_name = f"{datetime.now(UTC):%Y/%m/%d}/[$LATEST]{uuid4().hex}"

    def get_remaining_time_in_millis(self) -> int:
        """Return the milliseconds until the timeout, 0 after it."""
        return max(int((self._ends - monotonic()) * 1000), 0)
