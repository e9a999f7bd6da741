"""The rows of the tables: every source, with each setting that changes what an app sees."""

from dataclasses import dataclass

from lambda_adapters.local import EVERY_FRONT
from lambda_adapters.local.fronts import LocalFront, local_front
from lambda_adapters.sources.front import Front

EVERYTHING = ("paths", "queries", "headers", "cookies", "bodies", "methods", "replies")
_PATH_THEMES = ("paths", "queries", "methods")  # what a stage can change


@dataclass(frozen=True)
class Row:
    """A source with its settings, its name in the tables, and the themes that it is tested with."""

    name: str
    local_front: LocalFront
    themes: tuple[str, ...]

    @property
    def source(self) -> str:
        """The name of the source."""
        return self.local_front.source.name

    @property
    def front(self) -> Front:
        """The settings."""
        return self.local_front.front


def _themes(front: str) -> tuple[str, ...]:
    if front.endswith("-stage"):
        return _PATH_THEMES
    return ("bodies", "replies") if front == "rest-api-text" else EVERYTHING


ROWS = [Row(name, local_front(**options), _themes(name)) for name, options in EVERY_FRONT.items()]
