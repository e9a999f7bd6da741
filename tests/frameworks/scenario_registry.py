"""The list of all scenarios, and what each front loses."""

from collections.abc import Callable, Collection
from fnmatch import fnmatchcase

import pytest

from lambda_adapters.local import Client
from tests.frameworks.fronts import FrontCase

Scenario = Callable[[Client, FrontCase], None]

LOSSES = {
    "an encoded slash": {
        "http-api*": "HTTP APIs decode the path, so an encoded slash is a slash",
    },
    "repeated query keys": {
        "load-balancer": "single mode keeps the last value of each key",
    },
    "a second Cookie header": {
        "load-balancer": "single mode keeps the last value of each header",
    },
}
"""What a front loses: a pattern of its name, and the reason.

Several Set-Cookie headers are not lost: in single mode each one has another spelling of the name.
"""


def keeps(front: FrontCase, feature: str) -> bool:
    """Whether a front passes a feature of a request on."""
    return not any(fnmatchcase(front.name, pattern) for pattern in LOSSES[feature])


SCENARIOS: list[Scenario] = []


def scenario(function: Scenario) -> Scenario:
    """Register a scenario: it runs for every app through every front."""
    SCENARIOS.append(function)
    return function


def for_every_scenario(without: Collection[Scenario] = ()) -> pytest.MarkDecorator:
    """Run a test for every scenario, except for those that its framework does not support."""
    selected = [function for function in SCENARIOS if function not in without]
    return pytest.mark.parametrize("scenario", selected, ids=lambda function: function.__name__)
