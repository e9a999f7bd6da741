"""The options of an Adapter: defaults, valid values and error messages."""

from typing import Any

import pytest

from lambda_adapters import ConfigurationError
from lambda_adapters.invocation.options import Options
from lambda_adapters.invocation.posted_events import PostedEvents
from lambda_adapters.sources.api_gateway import rest_api

VALID: list[tuple[str, Any, Any]] = [
    ("root_path", "auto", "auto"),
    ("root_path", "", ""),
    ("root_path", "/api/v1", "/api/v1"),
    ("text_types", ["Application/Geo+JSON"], frozenset({"application/geo+json"})),
    ("exclude_headers", {"Server"}, frozenset({"server"})),
    ("trusted_hops", 0, 0),
    ("trusted_hops", 3, 3),
    ("deadline_margin", None, None),
    ("deadline_margin", 0, 0),
    ("deadline_margin", 1.5, 1.5),
    ("raise_on_statuses", [500, 500, 503], frozenset({500, 503})),
    ("raise_on_statuses", range(500, 502), frozenset({500, 501})),
    ("events_path", None, None),
    ("events_path", "/events", "/events"),
    ("sources", [rest_api], (rest_api,)),
    ("sources", [PostedEvents("/a")], None),
]
INVALID: list[tuple[str, Any, str]] = [
    ("root_path", "api", 'root_path must be "auto", "" or a path such as "/api" without a'),
    ("root_path", "/api/", "trailing slash, not '/api/'."),
    ("root_path", "/", "not '/'."),
    ("root_path", None, "not None."),
    ("text_types", "text/html", "text_types must be media types such as"),
    ("text_types", ["html"], "not ['html']."),
    ("text_types", [b"text/html"], "not [b'text/html']."),
    ("text_types", None, "not None."),
    ("exclude_headers", "server", "exclude_headers must be header names such as"),
    ("exclude_headers", [""], "not ['']."),
    ("exclude_headers", [1], "not [1]."),
    ("trusted_hops", -1, "trusted_hops must be 0 or more proxies, as an int, not -1."),
    ("trusted_hops", True, "not True."),
    ("trusted_hops", 1.0, "not 1.0."),
    ("deadline_margin", -0.1, "deadline_margin must be seconds (0 or more), or None for never"),
    ("deadline_margin", float("inf"), "not inf."),
    ("deadline_margin", float("nan"), "not nan."),
    ("deadline_margin", "1", "not '1'."),
    ("deadline_margin", True, "not True."),
    ("raise_on_statuses", 500, "raise_on_statuses must be statuses such as (500, 503), not 500."),
    ("raise_on_statuses", [99], "not [99]."),
    ("raise_on_statuses", ["500"], "not ['500']."),
    ("events_path", "events", 'events_path must be a path such as "/_events", or None'),
    ("events_path", "/", "not '/'."),
    ("events_path", 1, "not 1."),
    ("sources", rest_api, "sources must be objects or modules with name, matches, limit, refusal"),
    ("sources", [object()], "translations of lambda_adapters.Source, not [<object"),
]


def test_the_defaults() -> None:
    options = Options()

    assert {name: getattr(options, name) for name in Options.__slots__} == {
        "root_path": "auto",
        "text_types": frozenset(),
        "exclude_headers": frozenset(),
        "trusted_hops": 1,
        "deadline_margin": 0.5,
        "raise_on_statuses": frozenset(),
        "events_path": None,
        "sources": (),
    }


@pytest.mark.parametrize(("name", "value", "expected"), VALID)
def test_a_valid_option_is_normalized(name: str, value: Any, expected: Any) -> None:
    options = Options(**{name: value})

    assert getattr(options, name) == (tuple(value) if name == "sources" else expected)


@pytest.mark.parametrize(("name", "value", "message"), INVALID)
def test_an_invalid_option_raises_configuration_error(name: str, value: Any, message: str) -> None:
    with pytest.raises(ConfigurationError) as error:
        Options(**{name: value})

    assert str(error.value).startswith(f"{name} must be ")
    assert message in str(error.value)


@pytest.mark.parametrize(
    "missing",
    [
        "name",
        "limit",
        "matches",
        "request_from_event",
        "event_from_request",
        "response_from_reply",
        "reply_from_response",
        "refusal",
    ],
)
def test_a_custom_source_needs_every_attribute(missing: str) -> None:
    class IncompleteSource:
        def __getattr__(self, name: str) -> Any:
            if name == missing:
                raise AttributeError(name)
            return getattr(rest_api, name)

    with pytest.raises(ConfigurationError, match="^sources must be"):
        Options(sources=[IncompleteSource()])
