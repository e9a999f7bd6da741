"""Reads a log that was uploaded to S3: `Handler: teahouse.audit.handler`.

A line is `time user action result`. Lines with the result `denied` are counted per user.
"""

import json
from collections import Counter
from collections.abc import Iterable
from contextlib import closing
from functools import cache
from typing import Any, Protocol
from urllib.parse import unquote_plus

from lambda_adapters import records


class S3(Protocol):
    """The part of boto3's client that is used here. Tests pass another client."""

    def get_object(self, *, Bucket: str, Key: str) -> Any: ...  # noqa: N803 - boto3's names


def count_denials(lines: Iterable[bytes]) -> dict[str, int]:
    """The number of denied actions for each user."""
    denied: Counter[str] = Counter()
    for line in lines:
        words = line.decode("utf-8", "replace").split()
        if len(words) >= 4 and words[-1] == "denied":
            denied[words[1]] += 1
    return dict(denied)


def audit(event: Any, s3: S3) -> list[dict[str, Any]]:
    """The result for each uploaded log. Logs are read line by line, to need little memory."""
    results = []
    for record in records(event):
        bucket = record["s3"]["bucket"]["name"]
        # S3 encodes keys like a form: "access log" arrives as "access+log".
        key = unquote_plus(record["s3"]["object"]["key"])
        # Not `with body`: that would return urllib3's response, which has no iter_lines.
        with closing(s3.get_object(Bucket=bucket, Key=key)["Body"]) as body:
            results.append({"key": key, "denied": count_denials(body.iter_lines())})
    return results


@cache
def _s3_client() -> S3:
    """Created at the first upload, because importing boto3 takes long."""
    import boto3

    client: S3 = boto3.client("s3")
    return client


def handler(event: Any, context: Any) -> list[dict[str, Any]]:
    results = audit(event, _s3_client())
    for result in results:
        print(json.dumps(result))
    return results
