"""Routes: which function a front gives a path to, by API Gateway's patterns."""

from typing import Generic, TypeVar

from lambda_adapters.http.urls import path_from_raw
from lambda_adapters.routing.path_tree import PathTree
from lambda_adapters.routing.pattern import DEFAULT, Pattern

__all__ = ["DEFAULT", "Pattern", "Routes"]

T = TypeVar("T")


class Routes(Generic[T]):
    """Patterns and what each stands for, for any method."""

    def __init__(self) -> None:
        self._tree: PathTree[T] = PathTree()

    def add(self, text: str, target: T) -> None:
        """Raises ConfigurationError for a wrong pattern and for one that is there already."""
        self._tree.add(text, target)

    def find(self, raw_path: str) -> tuple[T, str, tuple[tuple[str, str], ...]] | None:
        """The target, its pattern and the parameters' values, still percent-encoded.

        `raw_path` is the path below the stage as sent. Slashes in front count as one, as REST
        APIs have it, and one at the end as none.
        """
        path = raw_path.lstrip("/").removesuffix("/")
        values = path.split("/") if path else []
        found = self._tree.find([path_from_raw(value) for value in values], values=values)
        return None if found is None else (found.target, found.pattern, found.parameters)
