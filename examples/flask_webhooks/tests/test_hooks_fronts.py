"""The whole play of senders.py through the function, behind every front."""

from typing import Any

import pytest
from hooks_helpers import LINES, Made
from plays.play import play
from plays.stage import Secrets

from lambda_adapters.local import Client
from lambda_adapters.sources.registry import all_sources

FRONTS: dict[str, dict[str, Any]] = {
    "REST API": {"front": "rest-api"},
    "REST API with a stage": {"front": "rest-api", "stage": "prod"},
    "HTTP API": {"front": "http-api"},
    "HTTP API with a stage": {"front": "http-api", "stage": "prod"},
    "HTTP API, payload 1.0": {"front": "http-api-v1"},
    "Function URL": {"front": "function-url"},
    "load balancer": {"front": "load-balancer"},
    "load balancer with multi-value headers": {"front": "load-balancer", "multi_value": True},
    "VPC Lattice": {"front": "vpc-lattice"},
    "VPC Lattice, version 1": {"front": "vpc-lattice-v1"},
    "CloudFront, origin request": {"front": "cloudfront"},
    "CloudFront, viewer request": {"front": "cloudfront", "event_type": "viewer-request"},
    "OpenWhisk": {"front": "openwhisk"},
}

# Fronts behind which the app never sees the huge body: with 413 as well, so the play is the same.
REFUSES_THE_HUGE_ONE = {
    "load balancer": "takes 1 MB of a body for a function",
    "load balancer with multi-value headers": "takes 1 MB of a body for a function",
    "CloudFront, origin request": "passes on 1 MB, and the adapter refuses what was cut off",
    "CloudFront, viewer request": "passes on 40 KB, and the adapter refuses what was cut off",
    "OpenWhisk": "takes 1 MB of parameters, base64 included",
}


def test_every_source_is_played() -> None:
    played = {front["front"].replace("-", "_") for front in FRONTS.values()}
    assert played == {source.name for source in all_sources()}


@pytest.mark.parametrize("name", FRONTS)
def test_the_whole_play_holds(
    name: str, function: Made, secrets: dict[str, Secrets], caplog: pytest.LogCaptureFixture
) -> None:
    with Client(function(), **FRONTS[name]) as client:
        lines = list(play(client, secrets))
    assert [line for line in lines if not line.right] == []
    assert len(lines) == LINES
    by_the_app = sum("with 413: its body has over" in message for message in caplog.messages)
    assert by_the_app == (0 if name in REFUSES_THE_HUGE_ONE else len(secrets))
    assert not [record for record in caplog.records if record.exc_info]
