"""Names: what is worked out of a header's name or media type, remembered: the same few come all
day."""

from collections.abc import Callable
from typing import TypeVar

K = TypeVar("K", str, bytes)
T = TypeVar("T")

MOST, LONGEST = 1024, 64
"""How many names are remembered, and of how many characters at most: clients choose them, and a
thousand of 10 KB each would stay in memory."""


class TextCache(dict[K, T]):
    """`names[name]` is `function(name)`."""

    __slots__ = ("_function",)

    def __init__(self, function: Callable[[K], T]) -> None:
        self._function = function

    def __missing__(self, name: K) -> T:
        value = self._function(name)
        if len(name) <= LONGEST:
            if len(self) >= MOST:
                self.clear()  # made-up ones must not keep the usual ones out
            self[name] = value
        return value


MOST_NAMES_LISTS, LONGEST_NAMES_LIST = 256, 2048
"""How many lists of names are remembered, and of how many characters at most."""


class NamesCache(dict[tuple[str, ...], T]):
    """`shapes[names]` is `function(names)`: a client or an app sends the same names all day."""

    __slots__ = ("_function",)

    def __init__(self, function: Callable[[tuple[str, ...]], T]) -> None:
        self._function = function

    def __missing__(self, names: tuple[str, ...]) -> T:
        value = self._function(names)
        if len(names) + sum(map(len, names)) <= LONGEST_NAMES_LIST:
            if len(self) >= MOST_NAMES_LISTS:
                self.clear()
            self[names] = value
        return value
