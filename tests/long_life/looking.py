"""What must not grow while events are served, and what has grown between two looks at it."""

import asyncio
import gc
import importlib
import logging
import os
import pkgutil
import threading
from collections import Counter
from dataclasses import dataclass
from functools import _lru_cache_wrapper, partial
from pathlib import Path
from typing import Any

import asgi_lambda
import lambda_adapters
import wsgi_lambda
from lambda_adapters.http.caches import MAX_LISTS, MAX_TEXTS, ListCache, TextCache
from lambda_adapters.invocation.environment import environment
from lambda_adapters.invocation.watchdog import watchdog

PACKAGES = (lambda_adapters, asgi_lambda, wsgi_lambda)
PROC = Path("/proc/self")
# Between two looks. A leak of one object an event is ten times as much even in the short life, one
# at every deadline would be seen in the counts. Frameworks keep some by themselves.
MOST_OBJECTS = 100


class Logs(logging.Handler):
    """Writes every log line as a real handler would, and keeps only how many there were."""

    def __init__(self) -> None:
        super().__init__(logging.WARNING)
        self.lines: Counter[str] = Counter()

    def emit(self, record: logging.LogRecord) -> None:
        self.format(record)
        self.lines[f"{record.name} {record.levelname}"] += 1


@dataclass(slots=True, frozen=True)
class Look:
    """How many there are: of each thing by name, of Python's objects by type."""

    counts: dict[str, int]
    objects: Counter[str]


def resident() -> int:
    """The process's resident memory in bytes."""
    pages = int((PROC / "statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE")


def look() -> Look:
    """Let what is on its way out end, empty the caches, collect the garbage, and count."""
    empty_caches()
    environment.call(partial(asyncio.sleep, 0.2))
    for _ in range(2):  # what the first one ends may free more
        gc.collect()
    loggers = [
        item for item in logging.root.manager.loggerDict.values() if hasattr(item, "handlers")
    ]
    counts = {
        "tasks on the loop": len(asyncio.all_tasks(environment.loop)),
        "descriptors": len(os.listdir(PROC / "fd")),
        "requests at the watchdog": len(watchdog._watched),
        "shutdowns to come": len(environment._shutdowns),
        "joiners": environment._joiners,
        "tasks named as left behind": len(environment._tasks._named),
        "timers of the loop": len(getattr(environment.loop, "_scheduled", ())),
        "loggers": len(loggers),
        "handlers of loggers": len(logging.root.handlers) + sum(len(i.handlers) for i in loggers),
    }
    for thread in threading.enumerate():
        kind = f"threads: {thread.name.partition('-')[0]}"
        counts[kind] = counts.get(kind, 0) + 1
    return Look(counts, objects())


def objects() -> Counter[str]:
    """Python's objects by type."""
    names: Counter[str] = Counter()
    for kind, count in Counter(map(type, gc.get_objects())).items():
        names[f"{kind.__module__}.{kind.__qualname__}"] += count
    return names


BOUNDS: dict[type, int] = {TextCache: MAX_TEXTS, ListCache: MAX_LISTS}
"""The kinds of caches, and how many values each of them keeps at most."""


def caches() -> dict[str, Any]:
    """Every cache of what ships to Lambda, by its module and name: bounded caches, and functions
    under lru_cache."""
    modules = [
        importlib.import_module(module.name)
        for package in PACKAGES
        for module in pkgutil.walk_packages(package.__path__, f"{package.__name__}.")
        if not module.name.startswith("lambda_adapters.local")
    ]
    found: dict[str, Any] = {}
    for module in modules:
        for name, value in vars(module).items():
            is_cache = isinstance(value, (*BOUNDS, _lru_cache_wrapper))
            if is_cache and not any(value is other for other in found.values()):  # imported
                found[f"{module.__name__}.{name}"] = value
    return found


def empty_caches() -> None:
    """Empty the bounded caches: how full they are at a moment tells nothing of growth."""
    for cache in caches().values():
        cache.clear() if isinstance(cache, dict) else cache.cache_clear()


def grown(before: Look, after: Look) -> dict[str, tuple[int, int]]:
    """What there is more of: name, how many before and after. Empty where nothing grew."""
    more = {
        name: (before.counts.get(name, 0), count)
        for name, count in after.counts.items()
        if count > before.counts.get(name, 0)
    }
    for name, count in after.objects.items():
        if count > before.objects[name] + MOST_OBJECTS:
            more[f"objects: {name}"] = (before.objects[name], count)
    return more
