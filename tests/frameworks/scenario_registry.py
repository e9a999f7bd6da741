"""Which scenarios there are, and what a front cannot carry."""

from collections.abc import Callable, Collection

import pytest

from lambda_adapters.local import Client
from tests.frameworks.fronts import Played

Scenario = Callable[[Client, Played], None]

LOSSES = {
    "an encoded slash": {
        "http_api": "HTTP APIs decode the path, and nothing tells what was a slash",
    },
    "repeated query keys": {
        "load_balancer-single": "single mode has one value for a key, the last",
    },
    "a second Cookie header": {
        "load_balancer-single": "single mode has one value for a header, the last",
    },
}
"""What the scenarios send and a front cannot carry, by the beginning of the front's name, and why.
Several Set-Cookie do come through, by several spellings of the name in single mode."""


def carries(front: Played, thing: str) -> bool:
    """Whether a front passes something on."""
    return not front.name.startswith(tuple(LOSSES[thing]))


SCENARIOS: list[Scenario] = []


def scenario(function: Scenario) -> Scenario:
    """Have a function run for every app through every front."""
    SCENARIOS.append(function)
    return function


def scenarios(without: Collection[Scenario] = ()) -> pytest.MarkDecorator:
    """Runs a test for every scenario but for what its framework does not have."""
    chosen = [function for function in SCENARIOS if function not in without]
    return pytest.mark.parametrize("scenario", chosen, ids=lambda function: function.__name__)
