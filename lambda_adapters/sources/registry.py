"""Find the HTTP source of an event. A source's module is imported with its first event."""

from collections.abc import Sequence
from importlib import import_module
from typing import Any

from lambda_adapters.sources.source import Source

_PACKAGE = __name__.rpartition(".")[0]
# The module of each source, and a path of keys that all of its events have. Without this path, the
# source is not asked, so its module is not imported. A test compares the paths with `matches`.
_MODULES: dict[str, tuple[str, tuple[str | int, ...]]] = {
    "http_api": ("api_gateway.http_api", ("requestContext", "http")),
    "function_url": ("api_gateway.function_url", ("requestContext", "http")),
    "load_balancer": ("target_group.load_balancer", ("requestContext", "elb")),
    "rest_api": ("api_gateway.rest_api", ("httpMethod",)),
    "http_api_v1": ("api_gateway.http_api_v1", ("httpMethod",)),
    "vpc_lattice": ("target_group.vpc_lattice", ("method",)),
    "vpc_lattice_v1": ("target_group.vpc_lattice_v1", ("raw_path",)),
    "openwhisk": ("openwhisk.web_action", ("__ow_method",)),
    "cloudfront": ("cloudfront.lambda_edge", ("Records", 0, "cf")),
}
SOURCE_NAMES = tuple(_MODULES)
"""The names of the built-in sources."""

_loaded: dict[str, Source] = {}
_latest: list[Source] = []
"""The source of the latest event. It is asked first, because most functions have only one."""


def find_source(event: Any, more: Sequence[Source] = ()) -> Source | None:
    """Return the source that sent the event; None if it is not HTTP. `more` is asked first."""
    for source in more:
        if source.matches(event):
            return source
    if _latest and _latest[0].matches(event):
        return _latest[0]
    if not isinstance(event, dict):
        return None
    for name, (_, key_path) in _MODULES.items():
        if _has(event, key_path):
            source = source_by_name(name)
            if source.matches(event):
                _latest[:] = [source]
                return source
    return None


def source_by_name(name: str) -> Source:
    """Return the built-in source, such as `http_api`. Raises KeyError for an unknown name."""
    source = _loaded.get(name)
    if source is None:
        source = _loaded[name] = import_module(f"{_PACKAGE}.{_MODULES[name][0]}")
    return source


def all_sources() -> tuple[Source, ...]:
    """Return all built-in sources. No two match the same event, so their order is irrelevant."""
    return tuple(map(source_by_name, SOURCE_NAMES))


def _has(event: Any, key_path: tuple[str | int, ...]) -> bool:
    value = event
    try:
        for key in key_path:
            value = value[key]
    except (KeyError, IndexError, TypeError):
        return False
    return True
