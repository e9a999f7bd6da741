"""What one event costs, in counts that no clock is needed for, is what baseline.json says.

A change that costs more has to say why; after one that costs less, write the new counts down:

    python -m tests.cost.test_cost
"""

import json
from pathlib import Path
from typing import Any

import pytest

from asgi_lambda import Adapter as AsgiAdapter
from benchmarks import workloads
from tests.cost.counting import OWN, loaded_modules, own_calls
from wsgi_lambda import Adapter as WsgiAdapter

BASELINE = Path(__file__).with_name("baseline.json")
PATHS = [(protocol, source) for protocol in ("asgi", "wsgi") for source in workloads.SOURCES]


def counted(protocol: str, source: str) -> dict[str, Any]:
    handler = (
        AsgiAdapter(workloads.asgi_app())
        if protocol == "asgi"
        else WsgiAdapter(workloads.wsgi_app())
    )
    event = workloads.events(source)[0]
    modules = loaded_modules(protocol, event)
    return {
        "own calls": own_calls(handler, event),
        "own modules": len([name for name in modules if name.split(".")[0] in OWN]),
        "other modules": [name for name in modules if name.split(".")[0] not in OWN],
    }


@pytest.mark.parametrize(("protocol", "source"), PATHS)
def test_an_event_costs_what_the_baseline_says(protocol: str, source: str) -> None:
    baseline = json.loads(BASELINE.read_text())
    assert counted(protocol, source) == baseline[f"{protocol} {source}"]


if __name__ == "__main__":
    counts = {f"{protocol} {source}": counted(protocol, source) for protocol, source in PATHS}
    BASELINE.write_text(json.dumps(counts, indent=2) + "\n")
