"""Audits a log that was uploaded to S3: `Handler: teahouse.audit.handler`.

A line is `time user action result`; who was denied something is counted.
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
    """What is used of boto3's client; tests pass another."""

    def get_object(self, *, Bucket: str, Key: str) -> Any: ...  # noqa: N803 as boto3 has them


def denials_in(lines: Iterable[bytes]) -> dict[str, int]:
    """Users to how often they were denied something."""
    denied: Counter[str] = Counter()
    for line in lines:
        words = line.decode("utf-8", "replace").split()
        if len(words) >= 4 and words[-1] == "denied":
            denied[words[1]] += 1
    return dict(denied)


def audit(event: Any, s3: S3) -> list[dict[str, Any]]:
    """The finding of each uploaded log, read line by line and never held as a whole."""
    findings = []
    for record in records(event):
        bucket = record["s3"]["bucket"]["name"]
        # S3 writes keys as a form would: "access log" arrives as "access+log".
        key = unquote_plus(record["s3"]["object"]["key"])
        # closing: as a context the body would give urllib3's reply, which has no lines.
        with closing(s3.get_object(Bucket=bucket, Key=key)["Body"]) as body:
            findings.append({"key": key, "denied": denials_in(body.iter_lines())})
    return findings


@cache
def _client() -> S3:
    """Made at the first upload: boto3 takes longer to import than all the rest."""
    import boto3

    client: S3 = boto3.client("s3")
    return client


def handler(event: Any, context: Any) -> list[dict[str, Any]]:
    findings = audit(event, _client())
    for finding in findings:
        print(json.dumps(finding))
    return findings
