"""Snapshots of what must not grow while events are served, and the growth between two of them."""

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
# New objects of one type between two snapshots. Frameworks keep some objects. A leak of one object
# per event is ten times as much, even in the short run.
MAX_NEW_OBJECTS = 100


class LogCounter(logging.Handler):
    """Formats every log line like a real handler, and keeps only the number of lines."""

    def __init__(self) -> None:
        super().__init__(logging.WARNING)
        self.lines: Counter[str] = Counter()

    def emit(self, record: logging.LogRecord) -> None:
        self.format(record)
        self.lines[f"{record.name} {record.levelname}"] += 1


@dataclass(slots=True, frozen=True)
class Snapshot:
    """The number of resources by name, and of Python objects by type."""

    counts: dict[str, int]
    objects: Counter[str]


def resident() -> int:
    """The resident memory of the process in bytes."""
    pages = int((PROC / "statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE")


def take_snapshot() -> Snapshot:
    """Let pending work end, clear the caches, collect garbage, and count."""
    clear_caches()
    environment.call(partial(asyncio.sleep, 0.2))
    for _ in range(2):  # the first collection may make more objects collectable
        gc.collect()
    loggers = [
        item for item in logging.root.manager.loggerDict.values() if hasattr(item, "handlers")
    ]
    counts = {
        "tasks on the loop": len(asyncio.all_tasks(environment.loop)),
        "descriptors": len(os.listdir(PROC / "fd")),
        "watched requests": len(watchdog._watched),
        "registered shutdowns": len(environment._shutdowns),
        "joiners": environment._joiners,
        "reported unfinished tasks": len(environment._tasks._named),
        "timers of the loop": len(getattr(environment.loop, "_scheduled", ())),
        "loggers": len(loggers),
        "handlers of loggers": len(logging.root.handlers) + sum(len(i.handlers) for i in loggers),
    }
    for thread in threading.enumerate():
        kind = f"threads: {thread.name.partition('-')[0]}"
        counts[kind] = counts.get(kind, 0) + 1
    return Snapshot(counts, objects())


def objects() -> Counter[str]:
    """The number of Python objects by type."""
    names: Counter[str] = Counter()
    for kind, count in Counter(map(type, gc.get_objects())).items():
        names[f"{kind.__module__}.{kind.__qualname__}"] += count
    return names


BOUNDS: dict[type, int] = {TextCache: MAX_TEXTS, ListCache: MAX_LISTS}
"""The cache classes, and the maximum number of entries of each."""


def caches() -> dict[str, Any]:
    """Every cache in the packages, by module and name: bounded caches and lru_cache functions.
    `lambda_adapters.local` does not run on Lambda and is left out."""
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


def clear_caches() -> None:
    """Clear the caches: they are bounded, so their entries are not growth."""
    for cache in caches().values():
        cache.clear() if isinstance(cache, dict) else cache.cache_clear()


def growth(before: Snapshot, after: Snapshot) -> dict[str, tuple[int, int]]:
    """The names of what has grown, with the numbers before and after."""
    result = {
        name: (before.counts.get(name, 0), count)
        for name, count in after.counts.items()
        if count > before.counts.get(name, 0)
    }
    for name, count in after.objects.items():
        if count > before.objects[name] + MAX_NEW_OBJECTS:
            result[f"objects: {name}"] = (before.objects[name], count)
    return result
