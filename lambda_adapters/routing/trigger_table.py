"""TriggerTable: which target takes the events of which trigger."""

from collections.abc import Iterator, Mapping
from typing import Any

from lambda_adapters.errors import ConfigurationError
from lambda_adapters.routing.targets import LazyTarget
from lambda_adapters.triggers.detection import TRIGGER_NAMES

_FILTERS = {"eventbridge": {"source": "source", "detail_type": "detail-type"}}
"""Of the triggers that can be filtered: the option's name, and the event's key."""

# Senders whose events hold what their owner wrote, so that nothing tells them apart.
_DIRECT = frozenset({"iot", "invoke", "scheduler", "step_functions", "stepfunctions"})

Key = tuple[str, frozenset[tuple[str, str]]]


class TriggerTable:
    """Targets by trigger and filters; more filters come before fewer."""

    def __init__(self) -> None:
        self._targets: dict[Key, LazyTarget] = {}

    def add(self, name: str, target: LazyTarget, filters: Mapping[str, str]) -> None:
        """Raises ConfigurationError for an unknown name or filter, and for a second target."""
        if name not in TRIGGER_NAMES:
            from difflib import get_close_matches  # takes its time, and is rarely needed

            near = ["direct"] if name in _DIRECT else get_close_matches(name, TRIGGER_NAMES, 1)
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
        """The target with the most filters, all of which the event meets."""
        met = [
            (len(filters), target)
            for (trigger, filters), target in self._targets.items()
            if trigger == name and all(event.get(key) == value for key, value in filters)
        ]
        return max(met, key=lambda pair: pair[0])[1] if met else None
