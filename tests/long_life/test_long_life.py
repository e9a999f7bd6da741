"""A short life of one environment holds what 100,000 events show: see docs/long_life.md."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.long_life.long_run import main
from tests.long_life.mixture import ASGI, LATE, WSGI

ROOT = Path(__file__).parents[2]
EVENTS = 3_000

pytestmark = pytest.mark.skipif(
    not Path("/proc/self/statm").exists(), reason="no /proc on this system"
)


@pytest.fixture(scope="module")
def life() -> Any:
    """In a process of its own, where no other test's garbage is counted."""
    done = subprocess.run(
        [sys.executable, "-m", "tests.long_life.long_run", str(EVENTS)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=600,
    )
    assert (done.returncode, done.stderr) == (0, "")
    return json.loads(done.stdout)


def test_every_event_gets_its_own_answer(life: Any) -> None:
    assert life["events"] >= EVENTS
    assert life["forked_events"] == EVENTS // 10


def test_every_kind_of_event_was_among_them(life: Any) -> None:
    http = {f"{kind.adapter} {kind.behaviour}" for kind in ASGI + WSGI + LATE}
    odd = ("is_too_large", "is_no_base64", "is_unknown", "is_a_ping", "fails")
    expected = http | {f"{adapter} {name}" for adapter in ("asgi", "wsgi") for name in odd}
    assert life["played"].keys() == expected | {"fastapi meets", "asgi is_left_by_its_caller"}
    assert min(life["played"].values()) > 1


def test_no_task_descriptor_thread_or_type_of_object_grows(life: Any) -> None:
    assert life["grown"] == {}
    assert life["after"]["descriptors"] > 0
    assert life["after"]["requests at the watchdog"] == 0
    assert life["after"]["joiners"] == 0


def test_sixteen_requests_of_sixteen_threads_meet_in_one_loop(life: Any) -> None:
    assert life["played"]["fastapi meets"] % 16 == 0
    assert life["after"]["threads: AnyIO worker thread"] <= 16


def test_a_fork_in_the_middle_leaves_nothing_in_the_parent(life: Any) -> None:
    assert life["grown_at_fork"] == {}


def test_memory_is_flat(life: Any) -> None:
    thirds = life["resident"]
    assert thirds["last third"] - thirds["middle third"] < 8 * 1024 * 1024, thirds
    assert life["traced"]["after"] - life["traced"]["before"] < 200_000, life["traced_lines"]


def test_every_iterable_of_a_wsgi_app_was_closed(life: Any) -> None:
    assert life["open_iterables"] == 0


@pytest.mark.parametrize("arguments", [[], ["many"], ["10"], ["3000", "4"]])
def test_a_life_that_cannot_be_is_refused(
    arguments: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(arguments) == 2
    refusal = "Expected one argument: how many events, 2000 at least.\n"
    assert capsys.readouterr() == ("", refusal)
