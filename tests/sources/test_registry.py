"""The registry finds the source of an event and loads only the modules that it needs."""

import copy
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from lambda_adapters.sources import registry
from lambda_adapters.sources.registry import SOURCE_NAMES, all_sources, find_source
from tests.sources.event_files import HTTP_FILES, OTHER_FILES, load_event, name_of, source_for

for_every_event = pytest.mark.parametrize("path", HTTP_FILES, ids=name_of)


def remove_mark(event: Any, mark: tuple[str | int, ...]) -> Any:
    """A copy of the event without the last key of the mark."""
    event_copy = copy.deepcopy(event)
    parent = event_copy
    for key in mark[:-1]:
        parent = parent[key]
    del parent[mark[-1]]
    return event_copy


@for_every_event
def test_a_source_matches_only_events_that_have_its_mark(path: Path) -> None:
    event, source = load_event(path), source_for(path)
    _, mark = registry._MODULES[source.name]

    assert source.matches(event)
    assert registry._has(event, mark)
    assert not source.matches(remove_mark(event, mark))


@for_every_event
def test_the_source_of_the_previous_event_does_not_change_the_result(path: Path) -> None:
    for latest in all_sources():
        registry._latest[:] = [latest]

        assert find_source(load_event(path)) is source_for(path)
        assert registry._latest == [source_for(path)]


@pytest.mark.parametrize("path", OTHER_FILES, ids=name_of)
def test_an_event_that_is_not_http_has_no_source(path: Path) -> None:
    assert find_source(load_event(path)) is None


def test_all_sources_returns_a_source_for_every_name() -> None:
    assert tuple(source.name for source in all_sources()) == SOURCE_NAMES


FIRST_EVENT = """
import json, sys
from lambda_adapters.sources.registry import find_source
source = find_source(json.loads(sys.argv[1]))
print(source.name, *sorted(name for name in sys.modules if name.endswith(tuple(sys.argv[2:]))))
"""


@pytest.mark.parametrize("name", SOURCE_NAMES)
def test_the_first_event_loads_only_modules_of_sources_whose_mark_it_has(name: str) -> None:
    event = load_event(next(path for path in HTTP_FILES if path.parent.name == name))
    modules = {other: f".{module}" for other, (module, _) in registry._MODULES.items()}
    result = subprocess.run(
        [sys.executable, "-c", FIRST_EVENT, json.dumps(event), *modules.values()],
        capture_output=True,
        text=True,
        check=True,
        cwd=Path(__file__).parents[2],
    )
    name_of_source, *loaded = result.stdout.split()
    names = {
        name for module in loaded for name, ending in modules.items() if module.endswith(ending)
    }

    assert name_of_source == name
    assert name in names
    assert names == {other for other in names if registry._has(event, registry._MODULES[other][1])}
