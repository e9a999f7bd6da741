"""TriggerTable: the targets by trigger."""

from collections.abc import Iterator, Mapping
from typing import Any

from lambda_adapters.errors import ConfigurationError
from lambda_adapters.routing.targets import LazyTarget
from lambda_adapters.triggers.detection import TRIGGER_NAMES

_FILTERS = {"eventbridge": {"source": "source", "detail_type": "detail-type"}}
"""For each trigger that can be filtered: the event's key by the option's name."""

# Senders that pass on the user's own value, so their events are all "direct".
_DIRECT = frozenset({"iot", "invoke", "scheduler", "step_functions", "stepfunctions"})

Key = tuple[str, frozenset[tuple[str, str]]]


class TriggerTable:
    """Targets by trigger and filters. A target with more filters beats one with fewer."""

    def __init__(self) -> None:
        self._targets: dict[Key, LazyTarget] = {}

    def add(self, name: str, target: LazyTarget, filters: Mapping[str, str]) -> None:
        """Add a target. Raises ConfigurationError for an unknown trigger or filter, and for a
        second target with the same ones."""
        if name not in TRIGGER_NAMES:
            from difflib import get_close_matches  # slow to import, rarely needed

            near = ["direct"] if name in _DIRECT else get_close_matches(name, TRIGGER_NAMES, 1)
            hint = f" Did you mean {near[0]!r}?" if near else ""
            raise ConfigurationError(
                f"Expected a trigger name such as sqs, s3 or schedule, got {name!r}.{hint}"
            )
        keys = _FILTERS.get(name, {})
        wrong = [option for option in filters if option not in keys]
        if wrong:
            known = f"one of the filters {', '.join(keys)}" if keys else "no filter"
            raise ConfigurationError(f"Expected {known} for {name}, got {wrong[0]!r}.")
        if not all(isinstance(value, str) for value in filters.values()):
            raise ConfigurationError(f"Expected a str for each filter of {name}, got another type.")
        key = (name, frozenset((keys[option], value) for option, value in filters.items()))
        if key in self._targets:
            raise ConfigurationError(
                f"Expected one target for {name} with these filters, got {self._targets[key]!r} "
                f"and {target!r}."
            )
        self._targets[key] = target

    def targets(self) -> Iterator[LazyTarget]:
        """All targets, in the order in which they were added."""
        return iter(self._targets.values())

    def find(self, event: Any, name: str) -> LazyTarget | None:
        """Return the target whose filters all match the event, the one with most filters first."""
        matching = [
            (len(filters), target)
            for (trigger, filters), target in self._targets.items()
            if trigger == name and all(event.get(key) == value for key, value in filters)
        ]
        return max(matching, key=lambda pair: pair[0])[1] if matching else None
