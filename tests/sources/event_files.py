"""The recorded events under tests/events: one file for each special case."""

import json
from pathlib import Path
from typing import Any

from lambda_adapters.sources.front import Front
from lambda_adapters.sources.registry import SOURCE_NAMES, source_by_name
from lambda_adapters.sources.source import Source

EVENTS = Path(__file__).parent.parent / "events"
HTTP_FILES = sorted(path for name in SOURCE_NAMES for path in (EVENTS / name).glob("*.json"))
OTHER_FILES = sorted((EVENTS / "not_http").glob("*.json"))


def name_of(path: Path) -> str:
    """The test id of a file, such as `rest_api/stage`."""
    return f"{path.parent.name}/{path.stem}"


def load_event(path: Path) -> Any:
    """The event in a file."""
    return json.loads(path.read_text())


def source_for(path: Path) -> Source:
    """The source whose folder contains the file."""
    return source_by_name(path.parent.name)


def front_for(event: dict[str, Any], root_path: str) -> Front:
    """The front settings that create such an event from its request."""
    if "Records" in event:
        config = event["Records"][0]["cf"].get("config") or {}
        is_viewer = config.get("eventType") == "viewer-request"
        return Front(event_type="viewer-request" if is_viewer else "origin-request")
    return Front(
        stage=root_path.removeprefix("/"), multi_value=bool(event.get("multiValueHeaders"))
    )
