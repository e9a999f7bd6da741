"""The whole simulation of senders.py through the function, with every front."""

import pytest
from hooks_helpers import RESULTS, MakeHandler
from simulation.run import run_simulation
from simulation.session import Secrets

from lambda_adapters.local import EVERY_FRONT, Client
from lambda_adapters.sources.registry import all_sources

# Not the one that spoils bytes: no signature could be verified.
FRONTS = {name: options for name, options in EVERY_FRONT.items() if name != "rest-api-text"}

# Fronts that refuse the huge body before the app is called, also with 413.
REFUSE_THE_HUGE_BODY = {
    "load-balancer": "accepts a body of 1 MB for a function",
    "load-balancer-multi": "accepts a body of 1 MB for a function",
    "cloudfront": "passes on 1 MB, and the adapter refuses a truncated body",
    "cloudfront-viewer": "passes on 40 KB, and the adapter refuses a truncated body",
    "openwhisk": "accepts parameters of 1 MB, base64 included",
}


def test_every_source_is_tested() -> None:
    tested = {front["front"].replace("-", "_") for front in FRONTS.values()}
    assert tested == {source.name for source in all_sources()}


@pytest.mark.parametrize("name", FRONTS)
def test_the_whole_simulation_passes(
    name: str,
    make_handler: MakeHandler,
    secrets: dict[str, Secrets],
    caplog: pytest.LogCaptureFixture,
) -> None:
    with Client(make_handler(), **FRONTS[name]) as client:
        results = list(run_simulation(client, secrets))
    assert [result for result in results if not result.passed] == []
    assert len(results) == RESULTS
    refused_by_app = sum(
        "with 413: its body has more than" in message for message in caplog.messages
    )
    assert refused_by_app == (0 if name in REFUSE_THE_HUGE_BODY else len(secrets))
    assert not [record for record in caplog.records if record.exc_info]
