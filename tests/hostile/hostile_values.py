"""Events to begin with, odd values to put into them, and the places where they can go."""

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
CORPUS = sorted((ROOT / "fuzz" / "corpus").glob("*.json"))

# The fuzzer's own, so that what it checks and what is checked here cannot drift apart.
_properties = runpy.run_path(str(ROOT / "fuzz" / "properties.py"))
check_event: Callable[[Any], None] = _properties["check_event"]
check_response: Callable[..., None] = _properties["check_response"]
check_text: Callable[[bytes], None] = _properties["check_text"]

FRONTS = (Front(), Front(stage="live", multi_value=True, binary_media_types=()))
Way = tuple[Any, ...]


def nested(depth: int) -> Any:
    """Lists and objects in one another."""
    value: Any = "in the middle"
    for level in range(depth):
        value = [value] if level % 2 else {"a": value}
    return value


# As json.loads gives it: lone surrogates, NaN and integers of any size, but no other types.
ODD: list[Any] = [
    None, True, -1, 10**400, float("nan"), "", "\x00\r\nx: y", "玉\ud800", "%zz", "\\//", ",;=&",
    "[::", "a:b:c", "x" * 2_000, [], {}, [0, "a", None, {}], {"\ud800\r\n": ["\ud800\r\n"]},
    nested(60),
]  # fmt: skip


def event_in(path: Path) -> Any:
    """The event in a file."""
    return json.loads(path.read_text("utf-8"))


def places(value: Any, way: Way = ()) -> Iterator[Way]:
    """The way to everything inside of a JSON value."""
    items: Any = ()
    if isinstance(value, dict):
        items = value.items()
    elif isinstance(value, list):
        items = enumerate(value)
    for key, inner in items:
        yield (*way, key)
        yield from places(inner, (*way, key))


def swapped(event: Any, way: Way, value: Any) -> Any:
    """The event with something else in one place; the rest is the event's own."""
    if not way:
        return value
    changed = event.copy()
    changed[way[0]] = swapped(event[way[0]], way[1:], value)
    return changed


def planted(source: Source, headers: dict[str, Any], request: Request | None = None) -> Any:
    """An event of the source whose maps hold these headers just so, as no gateway would write
    them: placeholders went the usual way and are filled in afterwards."""
    carrier = (request or Request()).replace()
    fillings = {f"x-place-{i}": header for i, header in enumerate(headers.items())}
    carrier.headers = [*carrier.headers, *((name, name) for name in fillings)]
    event = _filled(source.event_from_request(carrier, Front()), fillings)
    assert find_source(event) is source
    return event


def _filled(value: Any, fillings: dict[str, tuple[str, Any]]) -> Any:
    if isinstance(value, list):
        return [_filled(inner, fillings) for inner in value]
    if isinstance(value, str):
        return fillings[value][1] if value in fillings else value
    if not isinstance(value, dict):
        return value
    here = [fillings[key.lower()][0] for key in value if key.lower() in fillings]
    filled = {}
    for key, inner in value.items():
        name, _ = fillings.get(key.lower(), (key, None))
        # CloudFront has the name a second time, as the client spelled it.
        spelled = fillings.get(inner.lower()) if key == "key" and isinstance(inner, str) else None
        if key.lower() in fillings or key.lower() not in map(str.lower, here):
            filled[name] = spelled[0] if spelled else _filled(inner, fillings)
    return filled
