"""Routes: finds the function for a path, by API Gateway pattern."""

from typing import Generic, TypeVar

from lambda_adapters.http.urls import path_from_raw
from lambda_adapters.routing.path_tree import PathTree
from lambda_adapters.routing.pattern import DEFAULT, Pattern

__all__ = ["DEFAULT", "Pattern", "Routes"]

T = TypeVar("T")


class Routes(Generic[T]):
    """Patterns and their targets, for all methods."""

    def __init__(self) -> None:
        self._tree: PathTree[T] = PathTree()

    def add(self, text: str, target: T) -> None:
        """Add a pattern. Raises ConfigurationError for a wrong or repeated pattern."""
        self._tree.add(text, target)

    def find(self, raw_path: str) -> tuple[T, str, tuple[tuple[str, str], ...]] | None:
        """Return the target, its pattern and the parameters, still percent-encoded, or None.

        `raw_path`: the path as sent, without the stage. Several slashes at the start count as one,
        as in REST APIs; one slash at the end is ignored.
        """
        path = raw_path.lstrip("/").removesuffix("/")
        values = path.split("/") if path else []
        found = self._tree.find([path_from_raw(value) for value in values], values=values)
        return None if found is None else (found.target, found.pattern, found.parameters)
