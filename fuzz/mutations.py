"""Mutations that keep JSON whole: bytes changed blindly seldom parse, and would test the parser.

A value somewhere inside is swapped for one that events hold elsewhere, for an odd one, or goes.
"""

import json
import random
from collections.abc import Callable
from pathlib import Path
from typing import Any

ODD: list[Any] = [
    None, True, False, 0, -1, 200, 10**30, 1e308, float("nan"), "", "/", "//", "%", "%2F", "%2e%2e",
    "\r\n", "\x00", "\ud800", "\xff", "玉", ",", ", ,", "=", "&", "[::1]:80", "a:b", "1.0", "2.0",
    "true", "false", "====", "e30=", "http", "https", "$default", [], {}, [[]], [None], {"": None},
]  # fmt: skip


class Mutator:
    """Made of the seeds; `mutate` has the signature that atheris asks of a custom mutator."""

    def __init__(self, folders: list[Path], mutate_bytes: Callable[[bytes, int], bytes]) -> None:
        seeds = [path for folder in folders for path in sorted(folder.rglob("*.json"))]
        values = [json.loads(path.read_bytes()) for path in seeds]
        self._mutate_bytes = mutate_bytes
        self._wholes = values
        self._parts = [part for value in values for _, part in _inside(value)] + ODD
        self._keys = sorted({key for value in values for way, _ in _inside(value) for key in way
                             if isinstance(key, str)})  # fmt: skip

    def mutate(self, data: bytes, max_size: int, seed: int) -> bytes:
        """Some bytes near `data`, no more than max_size: JSON, one time in ten anything."""
        dice = random.Random(seed)  # noqa: S311 - repeatable, not secret
        try:
            value = json.loads(data)
        except (ValueError, RecursionError):
            value = dice.choice(self._wholes)
        if dice.random() < 0.1:
            return self._mutate_bytes(data, max_size)
        for _ in range(dice.randint(1, 4)):
            value = self._changed(value, dice)
        try:
            text = json.dumps(value).encode()
        except RecursionError:
            return data
        return text if len(text) <= max_size else data

    def _changed(self, value: Any, dice: random.Random) -> Any:
        places = [way for way, _ in _inside(value)]
        if not places:
            return dice.choice(self._wholes)
        *way, last = dice.choice(places)
        holder = value
        for key in way:
            holder = holder[key]
        kind = dice.randrange(5)
        if kind == 0:
            del holder[last]
        elif kind == 1 and isinstance(holder, dict):
            holder[dice.choice(self._keys)] = self._part(dice)
        elif kind == 2 and isinstance(holder[last], str):
            holder[last] = self._text(holder[last])
        elif kind == 3 and isinstance(holder[last], dict):
            other = dice.choice(self._parts)
            holder[last] = {**holder[last], **other} if isinstance(other, dict) else other
        else:
            holder[last] = self._part(dice)
        return value

    def _part(self, dice: random.Random) -> Any:
        """A copy: the same list twice in one value could come to hold itself."""
        return json.loads(json.dumps(dice.choice(self._parts)))

    def _text(self, text: str) -> str:
        data = text.encode("utf-8", "surrogatepass")
        return self._mutate_bytes(data, len(data) + 16).decode("utf-8", "surrogateescape")


def _inside(value: Any, way: tuple[Any, ...] = ()) -> list[tuple[tuple[Any, ...], Any]]:
    """The way to everything inside of a JSON value, and what is there."""
    found, stack = [], [(way, value)]
    while stack:
        way, value = stack.pop()
        items: Any = ()
        if isinstance(value, dict):
            items = value.items()
        elif isinstance(value, list):
            items = enumerate(value)
        inner = [((*way, key), item) for key, item in items]
        found += inner
        stack += inner
    return found
