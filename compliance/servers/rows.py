"""The rows of the tables: every source, in each of the settings that change what an app sees."""

from dataclasses import dataclass

from lambda_adapters.local.fronts import LocalFront
from lambda_adapters.sources.front import Front
from lambda_adapters.sources.registry import all_sources

EVERYTHING = ("paths", "queries", "headers", "cookies", "bodies", "methods", "replies")
_ABOVE_THE_BODY = ("paths", "queries", "methods")  # all that a stage can change


@dataclass(frozen=True)
class Row:
    """A source with its settings, what the tables call it, and the themes that it is asked."""

    name: str
    platform: LocalFront
    themes: tuple[str, ...]

    @property
    def source(self) -> str:
        """The source's name."""
        return self.platform.source.name

    @property
    def front(self) -> Front:
        """Its settings."""
        return self.platform.front


_Settings = dict[str, tuple[Front, tuple[str, ...]]]
_STAGES: _Settings = {
    "": (Front(), EVERYTHING),
    ", stage prod": (Front(stage="prod"), _ABOVE_THE_BODY),
}
# A source that is not named here has one row, with no settings.
_SETTINGS: dict[str, _Settings] = {
    "rest_api": {
        **_STAGES,
        ", no binary types": (Front(binary_media_types=()), ("bodies", "replies")),
    },
    "http_api": _STAGES,
    "http_api_v1": _STAGES,
    "load_balancer": {
        ", single": (Front(), EVERYTHING),
        ", multi": (Front(multi_value=True), EVERYTHING),
    },
    "cloudfront": {
        ", origin request": (Front(event_type="origin-request"), EVERYTHING),
        ", viewer request": (Front(event_type="viewer-request"), EVERYTHING),
    },
}

ROWS = [
    Row(source.name + words, LocalFront(source, front), themes)
    for source in all_sources()
    for words, (front, themes) in _SETTINGS.get(source.name, {"": (Front(), EVERYTHING)}).items()
]
