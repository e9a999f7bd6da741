"""A short run of the long-life test: nothing grows after 3,000 events. See docs/long_life.md."""

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
def figures() -> Any:
    """The figures of a run in a new process, so that other tests do not affect the counts."""
    result = subprocess.run(
        [sys.executable, "-m", "tests.long_life.long_run", str(EVENTS)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=600,
    )
    assert (result.returncode, result.stderr) == (0, "")
    return json.loads(result.stdout)


def test_all_events_were_sent(figures: Any) -> None:
    assert figures["events"] >= EVENTS
    assert figures["forked_events"] == EVENTS // 10


def test_every_kind_of_event_was_sent(figures: Any) -> None:
    http = {f"{kind.adapter} {kind.behaviour}" for kind in ASGI + WSGI + LATE}
    odd = ("is_too_large", "has_invalid_base64", "is_unknown", "is_a_ping", "gives_503")
    expected = http | {f"{adapter} {name}" for adapter in ("asgi", "wsgi") for name in odd}
    assert figures["case_counts"].keys() == expected | {
        "fastapi waits_at_the_barrier",
        "asgi is_cancelled_by_its_caller",
    }
    assert min(figures["case_counts"].values()) > 1


def test_no_number_of_tasks_descriptors_threads_or_objects_grows(figures: Any) -> None:
    assert figures["growth"] == {}
    assert figures["after"]["descriptors"] > 0
    assert figures["after"]["watched requests"] == 0
    assert figures["after"]["joiners"] == 0


def test_sixteen_threads_share_one_loop(figures: Any) -> None:
    assert figures["case_counts"]["fastapi waits_at_the_barrier"] % 16 == 0
    assert figures["after"]["threads: AnyIO worker thread"] <= 16


def test_a_fork_leaves_nothing_in_the_parent(figures: Any) -> None:
    assert figures["growth_at_fork"] == {}


def test_memory_does_not_grow(figures: Any) -> None:
    thirds = figures["resident"]
    assert thirds["last third"] - thirds["middle third"] < 8 * 1024 * 1024, thirds
    assert figures["traced"]["after"] - figures["traced"]["before"] < 200_000, figures[
        "traced_lines"
    ]


def test_every_iterable_of_a_wsgi_app_was_closed(figures: Any) -> None:
    assert figures["open_iterables"] == 0


@pytest.mark.parametrize("arguments", [[], ["many"], ["10"], ["3000", "4"]])
def test_invalid_arguments_give_exit_code_2(
    arguments: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(arguments) == 2
    message = "Expected one argument: how many events, 2000 at least.\n"
    assert capsys.readouterr() == ("", message)
