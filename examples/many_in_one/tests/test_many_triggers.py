"""The sample events through the one handler, with and without errors."""

import io
import json
from email.message import Message
from pathlib import Path
from types import TracebackType
from typing import Any
from urllib.error import HTTPError, URLError

import pytest
from botocore.response import StreamingBody
from function import handler
from teahouse import audit, health, queue, scaling

from lambda_adapters import UnknownEvent

EVENTS = Path(__file__).parents[1] / "events"
URL = "https://teahouse.example/health"


def event_of(name: str) -> Any:
    return json.loads((EVENTS / f"{name}.json").read_text("utf-8"))


class FakeWeb:
    """Replaces urlopen: returns a reply with a status, or raises."""

    def __init__(self, answer: int | Exception) -> None:
        self.answer = answer
        self.requests: list[tuple[str, float]] = []
        self.closed = False

    def __call__(self, url: str, timeout: float) -> "FakeWeb":
        self.requests.append((url, timeout))
        if isinstance(self.answer, Exception):
            raise self.answer
        return self

    @property
    def status(self) -> int:
        assert isinstance(self.answer, int)
        return self.answer

    def __enter__(self) -> "FakeWeb":
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.closed = True


def test_the_nightly_check_requests_the_url(monkeypatch: pytest.MonkeyPatch) -> None:
    web = FakeWeb(204)
    monkeypatch.setattr(health, "urlopen", web)
    monkeypatch.setenv("CHECKED_URL", URL)
    found = handler(event_of("nightly"), None)
    milliseconds = found.pop("milliseconds")
    assert isinstance(milliseconds, int)
    assert found == {"url": URL, "status": 204}
    assert (web.requests, web.closed) == ([(URL, 10.0)], True)


@pytest.mark.parametrize(
    ("answer", "message"),
    [
        (HTTPError(URL, 503, "made up", Message(), io.BytesIO()), "answer below 400, got 503."),
        (URLError("no such host"), "an answer in 10 s, got no such host."),
        (TimeoutError("timed out"), "an answer in 10 s, got timed out."),
    ],
    ids=["503", "no host", "too late"],
)
def test_a_failed_check_fails_the_invocation(
    answer: Exception, message: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(health, "urlopen", FakeWeb(answer))
    monkeypatch.setenv("CHECKED_URL", URL)
    with pytest.raises(health.Unhealthy, match=message):
        handler(event_of("nightly"), None)


@pytest.mark.parametrize("url", ["", "file:///etc/hostname"])
def test_only_http_urls_are_requested(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    web = FakeWeb(200)
    monkeypatch.setattr(health, "urlopen", web)
    monkeypatch.setenv("CHECKED_URL", url)
    with pytest.raises(ValueError, match="Expected CHECKED_URL as https://"):
        handler(event_of("nightly"), None)
    assert web.requests == []


@pytest.mark.parametrize(
    ("name", "change"),
    [("launch", "launched"), ("launch_out_of_standby", "back from standby")],
)
def test_an_instance_that_leaves_standby_is_not_a_new_one(name: str, change: str) -> None:
    expected = {"group": "kettles", "instance": "i-0ab1cd2ef3ab4cd5e", "change": change}
    assert handler(event_of(name), None) == [expected]


@pytest.mark.parametrize(
    "content",
    [
        {"Event": "autoscaling:TEST_NOTIFICATION"},
        {"Event": "autoscaling:EC2_INSTANCE_TERMINATE", "Description": scaling.OUT_OF_STANDBY},
        {"Event": "autoscaling:EC2_INSTANCE_LAUNCH_ERROR", "Description": "Launching"},
    ],
    ids=["test", "terminate", "error"],
)
def test_another_notification_is_not_a_launch(content: dict[str, str]) -> None:
    event = event_of("launch")
    message = {"AutoScalingGroupName": "kettles", **content}
    event["Records"][0]["Sns"]["Message"] = json.dumps(message)
    expected = {"group": "kettles", "instance": None, "change": "other"}
    assert handler(event, None) == [expected]


class FakeS3:
    """Replaces boto3's client: reads the sample objects, with boto3's own body class."""

    def get_object(self, *, Bucket: str, Key: str) -> Any:  # noqa: N803
        content = (EVENTS / "objects" / Bucket / Key).read_bytes()
        return {"Body": StreamingBody(io.BytesIO(content), len(content))}


def test_an_uploaded_log_is_audited(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(audit, "_s3_client", FakeS3)
    expected = {"key": "2026/07/access log.txt", "denied": {"tariq": 2}}
    assert handler(event_of("upload"), None) == [expected]


def test_invalid_lines_of_a_log_are_ignored() -> None:
    lines = [b"", b"denied", b"at tariq denied", b"at \xff till denied", b"at zoe till granted"]
    assert audit.count_denials(lines) == {"\ufffd": 1}


def test_only_a_bad_order_is_sent_again(
    capsys: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture
) -> None:
    event = event_of("orders")
    ids = [record["messageId"] for record in event["Records"]]
    assert handler(event, None) == {"batchItemFailures": [{"itemIdentifier": ids[1]}]}
    assert [json.loads(line) for line in capsys.readouterr().out.splitlines()] == [
        {"message": ids[0], "cents": 1800},
        {"message": ids[2], "cents": 600},
    ]
    assert caplog.messages == [f"Record {ids[1]} of sqs failed; it will be sent again."]
    assert "coffee" not in caplog.text


def test_each_part_also_works_as_a_separate_function() -> None:
    for name, part in (("launch", scaling.handler), ("orders", queue.handler)):
        assert part(event_of(name), None) == handler(event_of(name), None)


def test_a_trigger_without_a_target_fails() -> None:
    with pytest.raises(UnknownEvent, match="this one is from cognito"):
        handler({"triggerSource": "PreSignUp_SignUp", "userPoolId": "made-up"}, None)
