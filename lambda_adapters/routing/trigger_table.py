"""TriggerTable: which target takes the events of which trigger."""

from collections.abc import Iterator, Mapping
from typing import Any

from lambda_adapters.errors import ConfigurationError
from lambda_adapters.routing.targets import LazyTarget
from lambda_adapters.triggers.detection import NAMES

_FILTERS = {"eventbridge": {"source": "source", "detail_type": "detail-type"}}
"""Of the triggers that can be filtered: the option's name, and the event's key."""

# Senders whose events are what their owner wrote: nothing tells them apart.
_DIRECT = frozenset({"iot", "invoke", "scheduler", "step_functions", "stepfunctions"})

Key = tuple[str, frozenset[tuple[str, str]]]


class TriggerTable:
    """Targets by trigger and filters; more filters come before fewer."""

    def __init__(self) -> None:
        self._places: dict[Key, LazyTarget] = {}

    def add(self, name: str, place: LazyTarget, filters: Mapping[str, str]) -> None:
        """Raises ConfigurationError for a name or filter that is none, and for a taken one."""
        if name not in NAMES:
            from difflib import get_close_matches  # takes its time, and is rarely needed

            near = ["direct"] if name in _DIRECT else get_close_matches(name, NAMES, 1)
            hint = f" Did you mean {near[0]!r}?" if near else ""
            raise ConfigurationError(
                f"Expected a trigger's name such as sqs, s3 or schedule, got {name!r}.{hint}"
            )
        keys = _FILTERS.get(name, {})
        wrong = [option for option in filters if option not in keys]
        if wrong:
            known = f"one of {', '.join(keys)}" if keys else "none"
            raise ConfigurationError(f"Expected {known} as filter of {name}, got {wrong[0]!r}.")
        if not all(isinstance(value, str) for value in filters.values()):
            raise ConfigurationError(f"Expected a text for each filter of {name}, got another.")
        key = (name, frozenset((keys[option], value) for option, value in filters.items()))
        if key in self._places:
            raise ConfigurationError(
                f"Expected one target for {name} with these filters, got {self._places[key]!r} "
                f"and {place!r}."
            )
        self._places[key] = place

    def places(self) -> Iterator[LazyTarget]:
        """All targets, in the order of their adding."""
        return iter(self._places.values())

    def find(self, event: Any, name: str) -> LazyTarget | None:
        """The target with the most filters, all of which the event meets."""
        met = [
            (len(filters), place)
            for (of, filters), place in self._places.items()
            if of == name and all(event.get(key) == value for key, value in filters)
        ]
        return max(met, key=lambda pair: pair[0])[1] if met else None
