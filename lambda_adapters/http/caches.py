"""Bounded caches for values derived from what clients send: header names, media types, hosts.

Clients choose these texts, so a full cache is emptied, and long texts are not cached.
"""

from collections.abc import Callable
from typing import TypeVar

K = TypeVar("K", str, bytes)
T = TypeVar("T")

MAX_TEXTS, MAX_TEXT_LENGTH = 1024, 64
MAX_LISTS, MAX_LIST_LENGTH = 256, 2048


class TextCache(dict[K, T]):
    """`cache[text]` returns `function(text)`. Keeps at most MAX_TEXTS values, for short texts."""

    __slots__ = ("_function",)

    def __init__(self, function: Callable[[K], T]) -> None:
        self._function: Callable[[K], T] = function

    def __missing__(self, text: K) -> T:
        value = self._function(text)
        if len(text) <= MAX_TEXT_LENGTH:
            if len(self) >= MAX_TEXTS:
                self.clear()
            self[text] = value
        return value


class ListCache(dict[tuple[str, ...], T]):
    """`cache[texts]` returns `function(texts)`. Keeps at most MAX_LISTS values, for short lists.

    Useful for header names and for the called address, which are the same in most requests.
    """

    __slots__ = ("_function",)

    def __init__(self, function: Callable[[tuple[str, ...]], T]) -> None:
        self._function = function

    def __missing__(self, texts: tuple[str, ...]) -> T:
        value = self._function(texts)
        if len(texts) + sum(map(len, texts)) <= MAX_LIST_LENGTH:
            if len(self) >= MAX_LISTS:
                self.clear()
            self[texts] = value
        return value
