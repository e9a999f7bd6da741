"""PathTree: path patterns and what each stands for, found in time that does not grow with them.

A full match comes before a greedy one, a greedy one before `$default`; among equals the first
segment that differs decides, static before parameter; on one pattern a method's own target comes
before the one for any method. A slash at the end of a path does not matter.
"""

from collections.abc import Collection, Iterator
from typing import Generic, NamedTuple, TypeVar

from lambda_adapters.errors import ConfigurationError
from lambda_adapters.routing.pattern import DEFAULT, GREEDY, STATIC, Pattern

T = TypeVar("T")
ANY = "ANY"
"""API Gateway's word for whichever method."""


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
        self.mounted = False  # then what is below may be empty


class Found(NamedTuple, Generic[T]):
    """A target, its pattern's text and its parameters."""

    target: T
    pattern: str
    parameters: tuple[tuple[str, str], ...]


class PathTree(Generic[T]):
    """Targets by pattern and method."""

    def __init__(self) -> None:
        self._root: _Node[T] = _Node()
        self._default: dict[str, _Leaf[T]] = {}

    def add(self, text: str, target: T, methods: Collection[str] = (ANY,)) -> None:
        """Raises ConfigurationError for a wrong pattern, and for one that matches the same paths
        and methods as one that is there."""
        pattern = Pattern(text)
        leaves = self._leaves(pattern)
        _refuse_clash(leaves, methods, text)
        for method in methods:
            leaves[method] = _Leaf(pattern, target)

    def mount(self, prefix: str, target: T) -> None:
        """Add a path without parameters and all below it. Raises ConfigurationError as `add`
        does, and then has added nothing."""
        at, below = Pattern(prefix), Pattern(prefix + "/{proxy+}")
        both = self._leaves(at), self._leaves(below)
        for leaves in both:
            _refuse_clash(leaves, leaves, prefix)
        both[0][ANY], both[1][ANY] = _Leaf(at, target), _Leaf(below, target)
        self._node_of(at).mounted = True

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
        """What a path leads to: its decoded segments (see `segments_of`). `values` are the
        segments that parameters are taken from, where those are not the decoded ones."""
        for leaves in self._matches(segments):
            leaf = leaves.get(method) or leaves.get(ANY)
            if leaf is not None:
                parameters = leaf.pattern.values(segments if values is None else values)
                return Found(leaf.target, leaf.pattern.text, parameters)
        return None

    def methods(self, segments: list[str]) -> set[str]:
        """The methods with which the path would lead somewhere."""
        return {method for leaves in self._matches(segments) for method in leaves}

    def _matches(self, segments: list[str]) -> Iterator[dict[str, _Leaf[T]]]:
        """What each matching pattern has, the best first."""
        yield from _full(self._root, segments, 0)
        yield from _greedy(self._root, segments, 0)
        yield self._default


def segments_of(path: str) -> list[str]:
    """The segments of a path; a slash at its end adds none."""
    path = path.removeprefix("/").removesuffix("/")
    return path.split("/") if path else []


def _full(node: _Node[T], segments: list[str], at: int) -> Iterator[dict[str, _Leaf[T]]]:
    if at == len(segments):
        yield node.full
        return
    child = node.static.get(segments[at])
    if child is not None:
        yield from _full(child, segments, at + 1)
    if node.parameter is not None and segments[at]:
        yield from _full(node.parameter, segments, at + 1)


def _greedy(node: _Node[T], segments: list[str], at: int) -> Iterator[dict[str, _Leaf[T]]]:
    if at == len(segments):
        return
    child = node.static.get(segments[at])
    if child is not None:
        yield from _greedy(child, segments, at + 1)
    if node.parameter is not None and segments[at]:
        yield from _greedy(node.parameter, segments, at + 1)
    if node.greedy and (node.mounted or any(segments[at:])):
        yield node.greedy


def _refuse_clash(leaves: dict[str, _Leaf[T]], methods: Collection[str], text: str) -> None:
    for method in methods:
        if method in leaves:
            raise ConfigurationError(
                f"Expected patterns that differ, got {leaves[method].pattern.text!r} and "
                f"{text!r}, which match the same paths. Give each path one function."
            )
