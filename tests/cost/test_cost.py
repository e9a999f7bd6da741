"""The number of function calls and loaded modules for one event equals baseline.json.

If a change makes them larger, there must be a reason. Write the new numbers with

    python -m tests.cost.test_cost
"""

import json
from pathlib import Path
from typing import Any

import pytest

from asgi_lambda import Adapter as AsgiAdapter
from benchmarks import workloads
from tests.cost.counting import OWN, count_own_calls, loaded_modules
from wsgi_lambda import Adapter as WsgiAdapter

BASELINE = Path(__file__).with_name("baseline.json")
PATHS = [(protocol, source) for protocol in ("asgi", "wsgi") for source in workloads.SOURCES]


def measure(protocol: str, source: str) -> dict[str, Any]:
    handler = (
        AsgiAdapter(workloads.build_asgi_app())
        if protocol == "asgi"
        else WsgiAdapter(workloads.build_wsgi_app())
    )
    event = workloads.build_events(source)[0]
    modules = loaded_modules(protocol, event)
    return {
        "own calls": count_own_calls(handler, event),
        "own modules": len([name for name in modules if name.split(".")[0] in OWN]),
        "other modules": [name for name in modules if name.split(".")[0] not in OWN],
    }


@pytest.mark.parametrize(("protocol", "source"), PATHS)
def test_the_cost_of_an_event_equals_the_baseline(protocol: str, source: str) -> None:
    baseline = json.loads(BASELINE.read_text())
    assert measure(protocol, source) == baseline[f"{protocol} {source}"]


if __name__ == "__main__":
    counts = {f"{protocol} {source}": measure(protocol, source) for protocol, source in PATHS}
    BASELINE.write_text(json.dumps(counts, indent=2) + "\n")
