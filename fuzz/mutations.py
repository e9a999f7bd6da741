"""Mutations that keep JSON valid. Random changes of bytes would mostly test the JSON parser.

A value inside the JSON is deleted, or replaced by a value from other events or by an odd value.
"""

import json
import random
from collections.abc import Callable
from pathlib import Path
from typing import Any

ODD_VALUES: list[Any] = [
    None, True, False, 0, -1, 200, 10**30, 1e308, float("nan"), "", "/", "//", "%", "%2F", "%2e%2e",
    "\r\n", "\x00", "\ud800", "\xff", "玉", ",", ", ,", "=", "&", "[::1]:80", "a:b", "1.0", "2.0",
    "true", "false", "====", "e30=", "http", "https", "$default", [], {}, [[]], [None], {"": None},
]  # fmt: skip

KeyPath = tuple[Any, ...]
"""The keys and indexes that lead to a value inside a JSON value."""


class Mutator:
    """`mutate` has the signature of a custom mutator of atheris. The folders contain the seeds."""

    def __init__(self, folders: list[Path], mutate_bytes: Callable[[bytes, int], bytes]) -> None:
        files = [path for folder in folders for path in sorted(folder.rglob("*.json"))]
        seeds = [json.loads(path.read_bytes()) for path in files]
        inner = [item for seed in seeds for item in _list_inner_values(seed)]
        self._mutate_bytes = mutate_bytes
        self._seeds = seeds
        self._values = [value for _, value in inner] + ODD_VALUES
        self._keys = sorted({key for path, _ in inner for key in path if isinstance(key, str)})

    def mutate(self, data: bytes, max_size: int, seed: int) -> bytes:
        """Bytes similar to `data`, at most max_size. Nine times in ten they are valid JSON."""
        rng = random.Random(seed)  # noqa: S311 - must be repeatable, not secret
        try:
            value = json.loads(data)
        except (ValueError, RecursionError):
            value = rng.choice(self._seeds)
        if rng.random() < 0.1:
            return self._mutate_bytes(data, max_size)
        for _ in range(rng.randint(1, 4)):
            value = self._change(value, rng)
        try:
            text = json.dumps(value).encode()
        except RecursionError:
            return data
        return text if len(text) <= max_size else data

    def _change(self, value: Any, rng: random.Random) -> Any:
        paths = [path for path, _ in _list_inner_values(value)]
        if not paths:
            return rng.choice(self._seeds)
        *path, last = rng.choice(paths)
        parent = value
        for key in path:
            parent = parent[key]
        kind = rng.randrange(5)
        if kind == 0:
            del parent[last]
        elif kind == 1 and isinstance(parent, dict):
            parent[rng.choice(self._keys)] = self._choose_value(rng)
        elif kind == 2 and isinstance(parent[last], str):
            parent[last] = self._mutate_text(parent[last])
        elif kind == 3 and isinstance(parent[last], dict):
            other = rng.choice(self._values)
            parent[last] = {**parent[last], **other} if isinstance(other, dict) else other
        else:
            parent[last] = self._choose_value(rng)
        return value

    def _choose_value(self, rng: random.Random) -> Any:
        """A copy of a known value. Without the copy, a list could come to contain itself."""
        return json.loads(json.dumps(rng.choice(self._values)))

    def _mutate_text(self, text: str) -> str:
        data = text.encode("utf-8", "surrogatepass")
        return self._mutate_bytes(data, len(data) + 16).decode("utf-8", "surrogateescape")


def _list_inner_values(value: Any) -> list[tuple[KeyPath, Any]]:
    """All values inside a JSON value, at any depth, each with its path."""
    found: list[tuple[KeyPath, Any]] = []
    stack: list[tuple[KeyPath, Any]] = [((), value)]
    while stack:
        path, value = stack.pop()
        items: Any = ()
        if isinstance(value, dict):
            items = value.items()
        elif isinstance(value, list):
            items = enumerate(value)
        inner = [((*path, key), item) for key, item in items]
        found += inner
        stack += inner
    return found
