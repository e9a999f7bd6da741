"""Recorded events, odd values, and functions that put the values into the events."""

import json
import runpy
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from lambda_adapters import Front, Request
from lambda_adapters.sources.registry import find_source
from lambda_adapters.sources.source import Source

ROOT = Path(__file__).parents[2]
EVENT_FILES = sorted((ROOT / "tests" / "events").glob("*/*.json"))
FOLDERS = sorted({path.parent for path in EVENT_FILES})
SEED_FILES = sorted((ROOT / "fuzz" / "corpus").glob("*.json"))

# The checks of the fuzzer, so that the tests and the fuzzer check the same properties.
_properties = runpy.run_path(str(ROOT / "fuzz" / "properties.py"))
check_event: Callable[[Any], None] = _properties["check_event"]
check_response: Callable[..., None] = _properties["check_response"]
check_text: Callable[[bytes], None] = _properties["check_text"]

FRONTS = (Front(), Front(stage="live", multi_value=True, binary_media_types=()))
KeyPath = tuple[Any, ...]


def nest(depth: int) -> Any:
    """Lists and objects, nested to this depth."""
    value: Any = "in the middle"
    for level in range(depth):
        value = [value] if level % 2 else {"a": value}
    return value


# Values that json.loads can return, such as lone surrogates, NaN and very large integers.
ODD_VALUES: list[Any] = [
    None, True, -1, 10**400, float("nan"), "", "\x00\r\nx: y", "玉\ud800", "%zz", "\\//", ",;=&",
    "[::", "a:b:c", "x" * 2_000, [], {}, [0, "a", None, {}], {"\ud800\r\n": ["\ud800\r\n"]},
    nest(60),
]  # fmt: skip


def load_event(path: Path) -> Any:
    """The event in this file."""
    return json.loads(path.read_text("utf-8"))


def key_paths(value: Any, path: KeyPath = ()) -> Iterator[KeyPath]:
    """The keys that lead to each value inside a JSON value."""
    items: Any = ()
    if isinstance(value, dict):
        items = value.items()
    elif isinstance(value, list):
        items = enumerate(value)
    for key, inner in items:
        yield (*path, key)
        yield from key_paths(inner, (*path, key))


def replace_at(event: Any, path: KeyPath, value: Any) -> Any:
    """A copy of the event with this value at the path."""
    if not path:
        return value
    changed = event.copy()
    changed[path[0]] = replace_at(event[path[0]], path[1:], value)
    return changed


def event_with_headers(
    source: Source, headers: dict[str, Any], request: Request | None = None
) -> Any:
    """An event of the source with exactly these headers, even if no gateway would write them.

    The event is built with placeholders, which are then replaced with the headers.
    """
    carrier = (request or Request()).replace()
    headers_by_placeholder = {f"x-place-{i}": header for i, header in enumerate(headers.items())}
    carrier.headers = [*carrier.headers, *((name, name) for name in headers_by_placeholder)]
    event = _replace_placeholders(
        source.event_from_request(carrier, Front()), headers_by_placeholder
    )
    assert find_source(event) is source
    return event


def _replace_placeholders(value: Any, headers_by_placeholder: dict[str, tuple[str, Any]]) -> Any:
    if isinstance(value, list):
        return [_replace_placeholders(inner, headers_by_placeholder) for inner in value]
    if isinstance(value, str):
        return headers_by_placeholder[value][1] if value in headers_by_placeholder else value
    if not isinstance(value, dict):
        return value
    header_names = [
        headers_by_placeholder[key.lower()][0]
        for key in value
        if key.lower() in headers_by_placeholder
    ]
    result = {}
    for key, inner in value.items():
        name, _ = headers_by_placeholder.get(key.lower(), (key, None))
        # CloudFront repeats the name in the client's spelling.
        header = (
            headers_by_placeholder.get(inner.lower())
            if key == "key" and isinstance(inner, str)
            else None
        )
        if key.lower() in headers_by_placeholder or key.lower() not in map(str.lower, header_names):
            result[name] = (
                header[0] if header else _replace_placeholders(inner, headers_by_placeholder)
            )
    return result
