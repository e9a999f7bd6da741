"""Secrets: from the environment, fetched and cached, and texts that cannot be secrets."""

import threading
from collections.abc import Callable
from time import time
from typing import Any

import pytest

from lambda_adapters import AppError, ConfigurationError
from lambda_adapters.webhooks import (
    GitHub,
    Slack,
    StandardWebhooks,
    Stripe,
    Svix,
    Twilio,
    secret_cache,
)
from lambda_adapters.webhooks import cached as cached_secrets
from lambda_adapters.webhooks import env as env_secrets
from lambda_adapters.webhooks.senders.sender import Refused
from tests.webhooks.webhook_senders import BASE64_SECRET, OTHER_SECRET, sign_github, sign_slack

SENDERS = [GitHub, Slack, StandardWebhooks, Stripe, Svix, Twilio]


def is_accepted(sender: GitHub, secret: str) -> bool:
    headers = {name.lower(): value for name, value in sign_github(b"{}", secret, "", 0).items()}
    try:
        sender.verify(b"{}", headers, "")
    except Refused:
        return False
    return True


def test_env_returns_secrets_from_environment_variables(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOOK_SECRET", "new")
    monkeypatch.delenv("HOOK_SECRET_OLD", raising=False)
    assert env_secrets("HOOK_SECRET", "HOOK_SECRET_OLD") == ["new"]
    monkeypatch.setenv("HOOK_SECRET_OLD", "old")
    assert env_secrets("HOOK_SECRET", "HOOK_SECRET_OLD") == ["new", "old"]


@pytest.mark.parametrize("value", [None, ""])
def test_env_refuses_a_variable_that_is_not_set_or_empty(
    monkeypatch: pytest.MonkeyPatch, value: str | None
) -> None:
    monkeypatch.setenv("HOOK_SECRET_OLD", "old")
    monkeypatch.delenv("HOOK_SECRET", raising=False)
    if value is not None:
        monkeypatch.setenv("HOOK_SECRET", value)
    with pytest.raises(ConfigurationError, match="variable HOOK_SECRET, which is not set or"):
        env_secrets("HOOK_SECRET", "HOOK_SECRET_OLD")


@pytest.mark.parametrize("kind", SENDERS)
@pytest.mark.parametrize(
    ("secrets", "message"),
    [
        ("", "got an empty str. Next: check that it is set"),
        ([], "Expected a secret as text, or several, got an empty list"),
        (["cmlnaHQ=", ""], "got an empty str"),
        (None, "or several, got NoneType"),
        (b"bytes", "or several, got bytes"),
        ([b"bytes"], "Expected a secret as text, got bytes"),
        ("whsec_abcd\n", "without white space at its ends"),
        ('{"secret": "abcd"}', "got JSON, perhaps a whole value from Secrets Manager"),
    ],
)
def test_a_text_that_cannot_be_a_secret_is_refused(
    kind: Callable[[Any], object], secrets: Any, message: str
) -> None:
    with pytest.raises(ConfigurationError, match=message) as caught:
        kind(secrets)
    assert "abcd" not in str(caught.value)


@pytest.mark.parametrize("kind", [StandardWebhooks, Svix])
@pytest.mark.parametrize("secret", ["whsec_", "é" * 8, "whsec_a", "change me", "whpk_abcd"])
def test_a_standard_webhooks_secret_that_is_not_base64_is_refused(
    kind: Callable[[str], object], secret: str
) -> None:
    with pytest.raises(ConfigurationError, match="with or without whsec_, got text that is not"):
        kind(secret)


@pytest.mark.parametrize("tolerance", [0, -1, 301, float("nan"), True, "300", None])
def test_a_tolerance_of_0_or_more_than_300_seconds_is_refused(tolerance: Any) -> None:
    with pytest.raises(ConfigurationError, match="more than 0 and at most 300 seconds"):
        Slack("secret", tolerance=tolerance)


def test_a_shorter_tolerance_refuses_older_requests() -> None:
    timestamp = time() - 100
    headers = {name.lower(): value for name, value in sign_slack(b"{}", "s", "", timestamp).items()}
    Slack("s").verify(b"{}", headers, "")
    with pytest.raises(Refused, match="too old or in the future"):
        Slack("s", tolerance=60).verify(b"{}", headers, "")


@pytest.mark.parametrize(
    ("kind", "module"),
    [
        (Stripe, "stripe"),
        (Slack, "slack_sdk.signature"),
        (StandardWebhooks, "standardwebhooks.webhooks"),
        (Twilio, "twilio.request_validator"),
    ],
)
def test_the_error_for_a_missing_library_names_its_extra(
    kind: Any, module: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(__import__("sys").modules, module, None)
    package = module.partition(".")[0]
    message = rf"package {package}, which could .* pip install 'lambda-adapters\[{kind.extra}\]'"
    with pytest.raises(ConfigurationError, match=message):
        kind(BASE64_SECRET)


def test_any_of_several_secrets_can_match() -> None:
    sender = GitHub(["new", "old"])
    assert [is_accepted(sender, secret) for secret in ("new", "old", "other")] == [
        True,
        True,
        False,
    ]


class FakeFetch:
    """Returns or raises its results in order, and the last one again. Counts its calls."""

    def __init__(self, *results: Any) -> None:
        self.results = list(results)
        self.calls = 0

    def __call__(self) -> Any:
        self.calls += 1
        result = self.results[0] if len(self.results) == 1 else self.results.pop(0)
        if isinstance(result, Exception):
            raise result
        return result


class Clock:
    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.now = 1000.0
        monkeypatch.setattr(secret_cache, "monotonic", lambda: self.now)


def test_fetched_secrets_are_cached_for_the_given_seconds(monkeypatch: pytest.MonkeyPatch) -> None:
    clock = Clock(monkeypatch)
    fetch = FakeFetch("one")
    sender = GitHub(cached_secrets(fetch, seconds=60))
    assert fetch.calls == 0  # not at import: there may be no network
    for elapsed, calls in ((0, 1), (59, 1), (1, 2), (30, 2)):
        clock.now += elapsed
        assert is_accepted(sender, "one")
        assert fetch.calls == calls


def test_a_function_is_called_for_secrets_every_five_minutes(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    clock = Clock(monkeypatch)
    fetch = FakeFetch(["one", "two"])
    sender = GitHub(fetch)
    assert is_accepted(sender, "one")
    assert is_accepted(sender, "two")
    clock.now += 299
    assert is_accepted(sender, "two")
    assert fetch.calls == 1
    clock.now += 1
    assert is_accepted(sender, "one")
    assert fetch.calls == 2


def test_a_mismatch_fetches_secrets_again_but_at_most_every_ten_seconds(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    clock = Clock(monkeypatch)
    fetch = FakeFetch("old", "new")
    sender = GitHub(fetch)
    assert is_accepted(sender, "old")
    for _ in range(100):
        assert not is_accepted(sender, "forged")
    assert fetch.calls == 1
    clock.now += 10
    assert is_accepted(sender, "new")
    assert fetch.calls == 2
    assert not is_accepted(sender, "old")


def test_old_secrets_stay_in_use_if_a_fetch_fails(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    clock = Clock(monkeypatch)
    fetch = FakeFetch("one", ConnectionError("secret-name"), "", "two")
    sender = GitHub(fetch)
    assert is_accepted(sender, "one")
    for _ in range(2):
        clock.now += 300
        assert is_accepted(sender, "one")
    clock.now += 300
    assert is_accepted(sender, "two")
    assert caplog.messages == [
        "Secrets could not be fetched; the old ones stay in use: ConnectionError",
        "Secrets could not be fetched; the old ones stay in use: Expected a secret as text, got an "
        "empty str. Next: check that it is set.",
    ]


class Denied(Exception):
    """Like the ClientError of botocore."""

    response = {"Error": {"Code": "AccessDeniedException", "Message": "arn:aws:iam::1:role/x"}}


@pytest.mark.parametrize(
    ("first_result", "reason"),
    [
        (ConnectionError("secret-name"), "ConnectionError"),
        (Denied("arn:aws:iam::1:role/x"), "Denied AccessDeniedException"),
        ("", "Expected a secret as text, got an empty str. Next: check that it is set."),
        (None, "Expected a secret as text, or several, got NoneType."),
        (
            "secret\n",
            "Expected a secret without control characters and without white space at its ends, got "
            "one with them. Next: remove the line feed if it was read from a file.",
        ),
    ],
)
def test_a_failed_first_fetch_raises_503_and_is_tried_again_after_three_seconds(
    first_result: Any, reason: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    clock = Clock(monkeypatch)
    fetch = FakeFetch(first_result, "one")
    sender = GitHub(fetch)
    for _ in range(50):  # not one request to AWS for each delivery
        with pytest.raises(AppError) as caught:
            is_accepted(sender, "one")
        assert (str(caught.value), caught.value.status) == (
            f"its secrets could not be fetched: {reason}",
            503,
        )
    assert fetch.calls == 1
    clock.now += 3
    assert is_accepted(sender, "one")


def test_a_request_without_a_signature_does_not_fetch_secrets() -> None:
    fetch = FakeFetch(ConnectionError("no network"))
    for kind in SENDERS:
        with pytest.raises(Refused, match="it has no [a-z0-9-]+ header"):
            kind(fetch).verify(b"{}", {}, "")
    assert fetch.calls == 0


def test_a_request_with_a_cached_secret_does_not_wait_for_a_fetch(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    clock = Clock(monkeypatch)
    fetching, release = threading.Event(), threading.Event()
    calls = []

    def fetch() -> str:
        calls.append(1)
        if len(calls) > 1:
            fetching.set()
            assert release.wait(30)
        return "one"

    sender = GitHub(fetch)
    assert is_accepted(sender, "one")
    clock.now += 300
    thread = threading.Thread(target=is_accepted, args=(sender, "one"))
    thread.start()
    assert fetching.wait(30)
    assert is_accepted(sender, "one")  # with the cached secret
    release.set()
    thread.join(30)
    assert len(calls) == 2


@pytest.mark.parametrize("secret", ["sk_test_1", "pk_live_1", "rk_test_1"])
def test_an_api_key_of_stripe_is_refused_as_a_secret(secret: str) -> None:
    with pytest.raises(ConfigurationError, match=r"whsec_\.\.\., got an API key"):
        Stripe(secret)


@pytest.mark.parametrize("seconds", [0, -1, True, "300", None])
def test_cached_refuses_a_wrong_number_of_seconds(seconds: Any) -> None:
    with pytest.raises(ConfigurationError, match="Expected a time in seconds, more than 0, got"):
        cached_secrets(FakeFetch("s"), seconds)


def test_cached_refuses_what_is_not_a_function_without_arguments() -> None:
    async def fetch() -> str:
        return "s"

    for wrong, name in (("secret", "str"), (env_secrets, "env"), (fetch, "fetch")):
        with pytest.raises(ConfigurationError, match=f"a function without arguments .* got {name}"):
            cached_secrets(wrong)  # type: ignore[arg-type]


def test_a_forged_request_waits_only_a_short_time_for_a_fetch(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    clock = Clock(monkeypatch)
    monkeypatch.setattr(secret_cache, "MAX_WAIT", 0.01)
    fetching, release = threading.Event(), threading.Event()
    calls = []

    def fetch() -> str:
        calls.append(1)
        if len(calls) > 1:
            fetching.set()
            assert release.wait(30)
        return "one"

    sender = GitHub(fetch)
    assert is_accepted(sender, "one")
    clock.now += 10
    thread = threading.Thread(target=is_accepted, args=(sender, "forged"))
    thread.start()
    assert fetching.wait(30)
    with pytest.raises(AppError, match="they are being fetched"):
        is_accepted(sender, "another forged")
    assert is_accepted(sender, "one")
    release.set()
    thread.join(30)


def test_concurrent_threads_fetch_secrets_once() -> None:
    barrier = threading.Barrier(8)
    fetch = FakeFetch(OTHER_SECRET)
    sender = GitHub(fetch)
    results: list[bool] = []

    def check() -> None:
        barrier.wait(30)
        results.append(is_accepted(sender, OTHER_SECRET))

    threads = [threading.Thread(target=check) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert (results, fetch.calls) == ([True] * 8, 1)
