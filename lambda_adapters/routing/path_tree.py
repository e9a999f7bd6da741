"""PathTree: targets by path pattern and method. Lookup time does not grow with their number.

A full match beats a greedy match, and a greedy match beats `$default`. Between two matches of one
kind, the first segment that differs decides: static beats parameter. Within one pattern, a target
for the method beats a target for any method. A trailing slash of a path is ignored.
"""

from collections.abc import Collection, Iterator
from typing import Generic, NamedTuple, TypeVar

from lambda_adapters.errors import ConfigurationError
from lambda_adapters.routing.pattern import DEFAULT, GREEDY, STATIC, Pattern

T = TypeVar("T")
ANY = "ANY"
"""API Gateway's name for any method."""


class _Leaf(Generic[T]):
    __slots__ = ("pattern", "target")

    def __init__(self, pattern: Pattern, target: T) -> None:
        self.pattern = pattern
        self.target = target


class _Node(Generic[T]):
    __slots__ = ("full", "greedy", "mounted", "parameter", "static")

    def __init__(self) -> None:
        self.static: dict[str, _Node[T]] = {}
        self.parameter: _Node[T] | None = None
        self.full: dict[str, _Leaf[T]] = {}  # by method
        self.greedy: dict[str, _Leaf[T]] = {}
        self.mounted = False  # if true, `greedy` also matches empty segments


class Found(NamedTuple, Generic[T]):
    """What `find` returns: a target, the text of its pattern, and the path's parameters."""

    target: T
    pattern: str
    parameters: tuple[tuple[str, str], ...]


class PathTree(Generic[T]):
    """Targets by pattern and method."""

    def __init__(self) -> None:
        self._root: _Node[T] = _Node()
        self._default: dict[str, _Leaf[T]] = {}

    def add(self, text: str, target: T, methods: Collection[str] = (ANY,)) -> None:
        """Add a target. Raises ConfigurationError for a wrong pattern, and for one that matches
        the same paths and methods as an earlier one."""
        pattern = Pattern(text)
        leaves = self._leaves(pattern)
        _refuse_clash(leaves, methods, text)
        for method in methods:
            leaves[method] = _Leaf(pattern, target)

    def mount(self, prefix: str, target: T) -> None:
        """Add a target for a path without parameters and all paths below it. Raises
        ConfigurationError as `add` does; nothing is added then."""
        exact, below = Pattern(prefix), Pattern(prefix + "/{proxy+}")
        both = self._leaves(exact), self._leaves(below)
        for leaves in both:
            _refuse_clash(leaves, leaves, prefix)
        both[0][ANY], both[1][ANY] = _Leaf(exact, target), _Leaf(below, target)
        self._node_of(exact).mounted = True

    def _leaves(self, pattern: Pattern) -> dict[str, _Leaf[T]]:
        if pattern.text == DEFAULT:
            return self._default
        node = self._node_of(pattern)
        return node.greedy if pattern.segments and pattern.segments[-1][0] == GREEDY else node.full

    def _node_of(self, pattern: Pattern) -> _Node[T]:
        node = self._root
        for kind, text in pattern.segments:
            if kind == STATIC:
                node = node.static.setdefault(text, _Node())
            elif kind != GREEDY:
                node.parameter = node = node.parameter or _Node()
        return node

    def find(
        self, segments: list[str], method: str = ANY, values: list[str] | None = None
    ) -> Found[T] | None:
        """Return the best match for the decoded segments of a path (see `segments_of`), or None.
        Parameters are taken from `values` if given, else from `segments`."""
        for leaves in self._matches(segments):
            leaf = leaves.get(method) or leaves.get(ANY)
            if leaf is not None:
                parameters = leaf.pattern.values(segments if values is None else values)
                return Found(leaf.target, leaf.pattern.text, parameters)
        return None

    def methods(self, segments: list[str]) -> set[str]:
        """Return the methods that have a target for this path."""
        return {method for leaves in self._matches(segments) for method in leaves}

    def _matches(self, segments: list[str]) -> Iterator[dict[str, _Leaf[T]]]:
        """Yield the targets by method of each matching pattern, the best match first."""
        yield from _full_matches(self._root, segments, 0)
        yield from _greedy_matches(self._root, segments, 0)
        yield self._default


def segments_of(path: str) -> list[str]:
    """Return the segments of a path. A trailing slash adds none."""
    path = path.removeprefix("/").removesuffix("/")
    return path.split("/") if path else []


def _full_matches(node: _Node[T], segments: list[str], at: int) -> Iterator[dict[str, _Leaf[T]]]:
    if at == len(segments):
        yield node.full
        return
    child = node.static.get(segments[at])
    if child is not None:
        yield from _full_matches(child, segments, at + 1)
    if node.parameter is not None and segments[at]:
        yield from _full_matches(node.parameter, segments, at + 1)


def _greedy_matches(node: _Node[T], segments: list[str], at: int) -> Iterator[dict[str, _Leaf[T]]]:
    if at == len(segments):
        return
    child = node.static.get(segments[at])
    if child is not None:
        yield from _greedy_matches(child, segments, at + 1)
    if node.parameter is not None and segments[at]:
        yield from _greedy_matches(node.parameter, segments, at + 1)
    if node.greedy and (node.mounted or any(segments[at:])):
        yield node.greedy


def _refuse_clash(leaves: dict[str, _Leaf[T]], methods: Collection[str], text: str) -> None:
    for method in methods:
        if method in leaves:
            raise ConfigurationError(
                f"Expected patterns that differ, got {leaves[method].pattern.text!r} and "
                f"{text!r}, which match the same paths. Give each path one function."
            )
