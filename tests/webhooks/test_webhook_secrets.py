"""Where secrets come from, and what is refused when a sender is built."""

import threading
from collections.abc import Callable
from time import time
from typing import Any

import pytest

from lambda_adapters import AppError, ConfigurationError
from lambda_adapters.webhooks import GitHub, Slack, StandardWebhooks, Stripe, Svix, Twilio
from lambda_adapters.webhooks import cached as cached_secrets
from lambda_adapters.webhooks import env as env_secrets
from lambda_adapters.webhooks import secret_cache as fetched_module
from lambda_adapters.webhooks.senders.sender import Refused
from tests.webhooks.webhook_senders import BASE64_SECRET, OTHER_SECRET, by_github, by_slack

SENDERS = [GitHub, Slack, StandardWebhooks, Stripe, Svix, Twilio]


def accepts(sender: GitHub, secret: str) -> bool:
    headers = {name.lower(): value for name, value in by_github(b"{}", secret, "", 0).items()}
    try:
        sender.verify(b"{}", headers, "")
    except Refused:
        return False
    return True


def test_a_secret_is_taken_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOOK_SECRET", "new")
    monkeypatch.delenv("HOOK_SECRET_OLD", raising=False)
    assert env_secrets("HOOK_SECRET", "HOOK_SECRET_OLD") == ["new"]
    monkeypatch.setenv("HOOK_SECRET_OLD", "old")
    assert env_secrets("HOOK_SECRET", "HOOK_SECRET_OLD") == ["new", "old"]


@pytest.mark.parametrize("value", [None, ""])
def test_a_secret_that_is_missing_at_start_is_refused_when_built(
    monkeypatch: pytest.MonkeyPatch, value: str | None
) -> None:
    monkeypatch.setenv("HOOK_SECRET_OLD", "old")
    monkeypatch.delenv("HOOK_SECRET", raising=False)
    if value is not None:
        monkeypatch.setenv("HOOK_SECRET", value)
    with pytest.raises(ConfigurationError, match="variable HOOK_SECRET, which is not set, or"):
        env_secrets("HOOK_SECRET", "HOOK_SECRET_OLD")


@pytest.mark.parametrize("kind", SENDERS)
@pytest.mark.parametrize(
    ("secrets", "message"),
    [
        ("", "got an empty str. Is a variable not set"),
        ([], "Expected a secret as text, or several, got an empty list"),
        (["cmlnaHQ=", ""], "got an empty str"),
        (None, "or several, got NoneType"),
        (b"bytes", "or several, got bytes"),
        ([b"bytes"], "Expected a secret as text, got bytes"),
        ("whsec_abcd\n", "without white space at its ends"),
        ('{"secret": "abcd"}', "got JSON, perhaps the whole of one in Secrets Manager"),
    ],
)
def test_what_could_never_match_is_refused_when_built(
    kind: Callable[[Any], object], secrets: Any, message: str
) -> None:
    with pytest.raises(ConfigurationError, match=message) as caught:
        kind(secrets)
    assert "abcd" not in str(caught.value)


@pytest.mark.parametrize("kind", [StandardWebhooks, Svix])
@pytest.mark.parametrize("secret", ["whsec_", "é" * 8, "whsec_a", "change me", "whpk_abcd"])
def test_a_standard_secret_that_is_no_base64_is_refused_when_built(
    kind: Callable[[str], object], secret: str
) -> None:
    with pytest.raises(ConfigurationError, match="as base64, perhaps behind whsec_"):
        kind(secret)


@pytest.mark.parametrize("tolerance", [0, -1, 301, float("nan"), True, "300", None])
def test_a_tolerance_that_the_libraries_would_not_allow_is_refused(tolerance: Any) -> None:
    with pytest.raises(ConfigurationError, match="at most 300 seconds and over 0"):
        Slack("secret", tolerance=tolerance)


def test_a_narrower_tolerance_holds() -> None:
    at = time() - 100
    headers = {name.lower(): value for name, value in by_slack(b"{}", "s", "", at).items()}
    Slack("s").verify(b"{}", headers, "")
    with pytest.raises(Refused, match="too old or too early"):
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
def test_a_library_that_is_not_installed_is_named_with_its_extra(
    kind: Any, module: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(__import__("sys").modules, module, None)
    package = module.partition(".")[0]
    wanted = rf"package {package}, which could .* pip install 'lambda-adapters\[{kind.extra}\]'"
    with pytest.raises(ConfigurationError, match=wanted):
        kind(BASE64_SECRET)


def test_any_of_several_secrets_may_match() -> None:
    sender = GitHub(["new", "old"])
    assert [accepts(sender, secret) for secret in ("new", "old", "other")] == [True, True, False]


class Fetches:
    """Stands for Secrets Manager: what it holds, and how often it was asked."""

    def __init__(self, *held: Any) -> None:
        self.held = list(held)
        self.asked = 0

    def __call__(self) -> Any:
        self.asked += 1
        now = self.held[0] if len(self.held) == 1 else self.held.pop(0)
        if isinstance(now, Exception):
            raise now
        return now


class Clock:
    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.now = 1000.0
        monkeypatch.setattr(fetched_module, "monotonic", lambda: self.now)


def test_fetched_secrets_are_kept_for_their_time(monkeypatch: pytest.MonkeyPatch) -> None:
    clock = Clock(monkeypatch)
    fetch = Fetches("one")
    sender = GitHub(cached_secrets(fetch, seconds=60))
    assert fetch.asked == 0  # not at import, where there may be no network
    for later, asked in ((0, 1), (59, 1), (1, 2), (30, 2)):
        clock.now += later
        assert accepts(sender, "one")
        assert fetch.asked == asked


def test_a_function_is_enough_and_is_asked_every_five_minutes(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    clock = Clock(monkeypatch)
    fetch = Fetches(["one", "two"])
    sender = GitHub(fetch)
    assert accepts(sender, "one")
    assert accepts(sender, "two")
    clock.now += 299
    assert accepts(sender, "two")
    assert fetch.asked == 1
    clock.now += 1
    assert accepts(sender, "one")
    assert fetch.asked == 2


def test_the_first_delivery_with_a_new_secret_is_not_lost_and_forgers_cannot_make_us_fetch_at_will(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    clock = Clock(monkeypatch)
    fetch = Fetches("old", "new")
    sender = GitHub(fetch)
    assert accepts(sender, "old")
    for _ in range(100):
        assert not accepts(sender, "forged")
    assert fetch.asked == 1
    clock.now += 10
    assert accepts(sender, "new")
    assert fetch.asked == 2
    assert not accepts(sender, "old")


def test_old_secrets_stay_while_new_ones_cannot_be_fetched(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    clock = Clock(monkeypatch)
    fetch = Fetches("one", ConnectionError("secret-name"), "", "two")
    sender = GitHub(fetch)
    assert accepts(sender, "one")
    for _ in range(2):
        clock.now += 300
        assert accepts(sender, "one")
    clock.now += 300
    assert accepts(sender, "two")
    assert caplog.messages == [
        "Secrets could not be had anew, the old ones stay: ConnectionError",
        "Secrets could not be had anew, the old ones stay: Expected a secret as text, got an empty "
        "str. Is a variable not set?",
    ]


class Denied(Exception):
    """As botocore's ClientError is."""

    response = {"Error": {"Code": "AccessDeniedException", "Message": "arn:aws:iam::1:role/x"}}


@pytest.mark.parametrize(
    ("held", "reason"),
    [
        (ConnectionError("secret-name"), "ConnectionError"),
        (Denied("arn:aws:iam::1:role/x"), "Denied AccessDeniedException"),
        ("", "Expected a secret as text, got an empty str. Is a variable not set?"),
        (None, "Expected a secret as text, or several, got NoneType."),
        (
            "secret\n",
            "Expected a secret without white space at its ends and without control characters, got "
            "one with some, perhaps a line feed from the file it was copied from.",
        ),
    ],
)
def test_without_any_secret_the_sender_is_told_to_come_again(
    held: Any, reason: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    clock = Clock(monkeypatch)
    fetch = Fetches(held, "one")
    sender = GitHub(fetch)
    for _ in range(50):  # an outage must not cost a request to AWS for each delivery
        with pytest.raises(AppError) as caught:
            accepts(sender, "one")
        assert (str(caught.value), caught.value.status) == (
            f"its secrets could not be had: {reason}",
            503,
        )
    assert fetch.asked == 1
    clock.now += 3
    assert accepts(sender, "one")


def test_what_is_not_even_signed_asks_for_no_secret() -> None:
    fetch = Fetches(ConnectionError("no network"))
    for kind in SENDERS:
        with pytest.raises(Refused, match="it has no [a-z0-9-]+ header"):
            kind(fetch).verify(b"{}", {}, "")
    assert fetch.asked == 0


def test_while_secrets_are_fetched_anew_nobody_waits_who_has_a_known_one(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    clock = Clock(monkeypatch)
    fetching, release = threading.Event(), threading.Event()
    asked = []

    def fetch() -> str:
        asked.append(1)
        if len(asked) > 1:
            fetching.set()
            assert release.wait(30)
        return "one"

    sender = GitHub(fetch)
    assert accepts(sender, "one")
    clock.now += 300
    slow = threading.Thread(target=accepts, args=(sender, "one"))
    slow.start()
    assert fetching.wait(30)
    assert accepts(sender, "one")  # with what is known
    release.set()
    slow.join(30)
    assert len(asked) == 2


@pytest.mark.parametrize("secret", ["sk_test_1", "pk_live_1", "rk_test_1"])
def test_stripes_api_key_is_not_its_signing_secret(secret: str) -> None:
    with pytest.raises(ConfigurationError, match=r"whsec_\.\.\., got an API key"):
        Stripe(secret)


@pytest.mark.parametrize("seconds", [0, -1, True, "300", None])
def test_a_time_that_is_none_is_refused(seconds: Any) -> None:
    with pytest.raises(ConfigurationError, match="Expected a time in seconds, over 0, got"):
        cached_secrets(Fetches("s"), seconds)


def test_what_gives_no_secrets_is_refused_when_built() -> None:
    async def fetch() -> str:
        return "s"

    for wrong, name in (("secret", "str"), (env_secrets, "env"), (fetch, "fetch")):
        with pytest.raises(ConfigurationError, match=f"called with nothing .* got {name}"):
            cached_secrets(wrong)  # type: ignore[arg-type]


def test_forgeries_do_not_wait_for_a_fetch_longer_than_a_moment(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    clock = Clock(monkeypatch)
    monkeypatch.setattr(fetched_module, "LONGEST_WAIT", 0.01)
    fetching, release = threading.Event(), threading.Event()
    asked = []

    def fetch() -> str:
        asked.append(1)
        if len(asked) > 1:
            fetching.set()
            assert release.wait(30)
        return "one"

    sender = GitHub(fetch)
    assert accepts(sender, "one")
    clock.now += 10
    slow = threading.Thread(target=accepts, args=(sender, "forged"))
    slow.start()
    assert fetching.wait(30)
    with pytest.raises(AppError, match="they are being fetched"):
        accepts(sender, "another forged")
    assert accepts(sender, "one")
    release.set()
    slow.join(30)


def test_threads_that_need_secrets_at_once_fetch_them_once() -> None:
    begun = threading.Barrier(8)
    fetch = Fetches(OTHER_SECRET)
    sender = GitHub(fetch)
    results: list[bool] = []

    def one() -> None:
        begun.wait(30)
        results.append(accepts(sender, OTHER_SECRET))

    threads = [threading.Thread(target=one) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert (results, fetch.asked) == ([True] * 8, 1)
