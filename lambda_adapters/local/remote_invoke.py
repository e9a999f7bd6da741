"""Invoke a deployed function with a command. [I/O]"""

import json
from base64 import b64encode
from typing import Any

from lambda_adapters.errors import LambdaAdaptersError
from lambda_adapters.triggers.detection import COMMAND

_READ_TIMEOUT = 900 + 10  # in seconds: a function may run for 15 minutes


class CannotInvoke(LambdaAdaptersError):
    """The function could not be invoked, or it failed."""


def invoke_function(function: str, event: Any, region: str | None = None) -> Any:
    """Return the response of a deployed function. Raises CannotInvoke.

    `function`: a name, an alias or an ARN. The request is never retried: after a lost connection
    the command may already have run.
    """
    try:
        import boto3
        from botocore.config import Config
        from botocore.exceptions import BotoCoreError, ClientError
    except ImportError:
        raise CannotInvoke(
            "Expected boto3, which invokes deployed functions, but it is not installed. "
            "Next: pip install 'lambda-adapters[aws]', or pass --local for a handler on this "
            "machine."
        ) from None
    retries = {"total_max_attempts": 1}
    config = Config(read_timeout=_READ_TIMEOUT, retries=retries, tcp_keepalive=True)
    custom = b64encode(json.dumps({"custom": {COMMAND: True}}).encode()).decode()
    try:
        client = boto3.client("lambda", region_name=region, config=config)
        response = client.invoke(
            FunctionName=function, Payload=json.dumps(event).encode(), ClientContext=custom
        )
        payload = json.loads(response["Payload"].read() or b"null")
    except (BotoCoreError, ClientError) as error:
        raise CannotInvoke(f"Expected to invoke {function!r}, got: {error}") from None
    if response.get("FunctionError"):
        error_fields = payload if isinstance(payload, dict) else {}
        raise CannotInvoke(
            f"Expected {function!r} to run the command, got "
            f"{error_fields.get('errorType', 'an error')}: "
            f"{error_fields.get('errorMessage', 'no message')}"
        )
    return payload
