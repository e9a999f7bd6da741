"""Front: the settings of a source, which the local tools need to make its events."""

from dataclasses import dataclass
from typing import Literal


@dataclass(slots=True, frozen=True)
class Front:
    """The settings that a source has on AWS.

    `stage`: the stage's name, `""` if the URL has none (REST behind a custom domain, the `$default`
    stage of an HTTP API). `route`: the pattern that matched. `parameters`: its values,
    percent-encoded as in the request. `binary_media_types`: REST only. `multi_value`: the load
    balancer's `lambda.multi_value_headers.enabled`. `event_type`: CloudFront only, the request
    trigger that the function is attached to.
    """

    stage: str = ""
    route: str = "/{proxy+}"
    parameters: tuple[tuple[str, str], ...] = ()
    binary_media_types: tuple[str, ...] = ("*/*",)
    multi_value: bool = False
    event_type: Literal["origin-request", "viewer-request"] = "origin-request"
