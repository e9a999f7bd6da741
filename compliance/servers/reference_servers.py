"""Differences between two real servers: hypercorn and uvicorn, waitress and gunicorn.

Each field that differs has a reason here. The suite fails if a reason is not needed. Ports and the
servers' own names always differ, so they are left out.
"""

from compliance.servers.measurement import REFERENCE, SECOND, Measurement

IGNORED_FIELDS = ("client", "server", "keys")
REASONS = {
    ("hypercorn", "method"): "hypercorn changes methods to upper case: `get` becomes `GET`. The "
    "adapters do not.",
    ("hypercorn", "reason"): "hypercorn sends no reason phrases.",
    ("waitress", "path"): "waitress replaces several slashes at the beginning of a path with one. "
    "The adapters do not.",
    ("waitress", "headers"): "waitress joins repeated headers with a comma and a space. Like the "
    "adapters, it gives a chunked body a Content-Length instead of Transfer-Encoding, and passes "
    "on an app's own Date and Server. If there is a Server, it adds a Via.",
    ("waitress", "http_version"): "waitress changes unknown versions to 1.0.",
}


def find_server_differences(measurement: Measurement) -> dict[tuple[str, str], list[str]]:
    """The names of requests and replies that the second server shows differently, by server and
    field."""
    found: dict[tuple[str, str], list[str]] = {}
    for kind, first in REFERENCE.items():
        second = SECOND[kind]
        for name, record in measurement.records[first, ""].items():
            other = measurement.records[second, ""][name]
            if not isinstance(record, str) and not isinstance(other, str):
                for field in _differing_fields(record, other):
                    found.setdefault((second, field), []).append(name)
        for name, reply in measurement.replies[first].items():
            for field in _differing_fields(reply, measurement.replies[second][name]):
                found.setdefault((second, field), []).append(name)
    return found


def _differing_fields(one: dict[str, object], other: dict[str, object]) -> list[str]:
    return [name for name in one if name not in IGNORED_FIELDS and one[name] != other[name]]
