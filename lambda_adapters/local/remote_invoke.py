"""Invoking a deployed function with a command. [I/O]"""

import json
from base64 import b64encode
from typing import Any

from lambda_adapters.errors import LambdaAdaptersError
from lambda_adapters.triggers.detection import COMMAND

_LONGEST = 900 + 10  # seconds: a function may run for 15 minutes


class CannotInvoke(LambdaAdaptersError):
    """The function could not be asked, or failed."""


def invoked(function: str, event: Any, region: str | None = None) -> Any:
    """What a deployed function answers. Raises CannotInvoke.

    `function`: a name, an alias or an ARN. Nothing is ever sent twice: a command that was cut off
    may have done its work.
    """
    try:
        import boto3
        from botocore.config import Config
        from botocore.exceptions import BotoCoreError, ClientError
    except ImportError:
        raise CannotInvoke(
            "Expected boto3 to invoke a deployed function, got none. "
            "Next: pip install 'lambda-adapters[aws]', or --local for a handler on this machine."
        ) from None
    retries = {"total_max_attempts": 1}
    config = Config(read_timeout=_LONGEST, retries=retries, tcp_keepalive=True)
    custom = b64encode(json.dumps({"custom": {COMMAND: True}}).encode()).decode()
    try:
        client = boto3.client("lambda", region_name=region, config=config)
        answer = client.invoke(
            FunctionName=function, Payload=json.dumps(event).encode(), ClientContext=custom
        )
        payload = json.loads(answer["Payload"].read() or b"null")
    except (BotoCoreError, ClientError) as error:
        raise CannotInvoke(f"Expected to invoke {function!r}, got: {error}") from None
    if answer.get("FunctionError"):
        said = payload if isinstance(payload, dict) else {}
        raise CannotInvoke(
            f"Expected {function!r} to run the command, got {said.get('errorType', 'an error')}: "
            f"{said.get('errorMessage', 'no message')}"
        )
    return payload
