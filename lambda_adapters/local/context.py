"""LocalContext: what Lambda passes to a handler beside the event.

Source: docs.aws.amazon.com/lambda/latest/dg/python-context.html
"""

import re
from datetime import UTC, datetime
from time import monotonic
from typing import Any
from uuid import uuid4

DEFAULT_TIMEOUT = 30.0  # seconds that API Gateway waits for a function, whatever its own timeout

_not_function_name = re.compile("[^A-Za-z0-9_-]+").sub  # API_CreateFunction.html, FunctionName


class LocalContext:
    """The context of one invocation that begins now and may take `timeout` seconds.

    The account and the region are the ones that local events name. Nothing ends an invocation at
    its timeout here; an Adapter acts shortly before it, as on Lambda.
    """

    function_version = "$LATEST"
    memory_limit_in_mb = "128"  # Lambda's default, and a string, as the managed runtime has it
    identity = None
    client_context: Any = None  # what Invoke was given as X-Amz-Client-Context

    def __init__(self, timeout: float = DEFAULT_TIMEOUT, function_name: str = "local") -> None:
        name = _not_function_name("-", function_name).strip("-") or "local"
        self._ends = monotonic() + timeout
        self.aws_request_id = str(uuid4())
        self.function_name = name
        self.invoked_function_arn = f"arn:aws:lambda:us-east-1:123456789012:function:{name}"
        self.log_group_name = f"/aws/lambda/{name}"
        self.log_stream_name = f"{datetime.now(UTC):%Y/%m/%d}/[$LATEST]{uuid4().hex}"

    def get_remaining_time_in_millis(self) -> int:
        """Milliseconds until the timeout; 0 behind it."""
        return max(int((self._ends - monotonic()) * 1000), 0)
