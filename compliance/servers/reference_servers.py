"""Where two real servers differ from each other: hypercorn from uvicorn, waitress from gunicorn.

Each field in which they do has its reason here; a reason that nothing shows fails the suite. Ports
and the servers' own names, which differ always, are left out.
"""

from compliance.servers.measurement import REFERENCE, SECOND, Measured

LEFT_OUT = ("client", "server", "keys")
REASONS = {
    ("hypercorn", "method"): "hypercorn writes methods in capitals: `get` is `GET`. Ours stay as "
    "sent.",
    ("hypercorn", "reason"): "hypercorn sends no reason phrases.",
    ("waitress", "path"): "waitress makes one slash of those at a path's start. Ours keep them.",
    ("waitress", "headers"): "waitress joins repeated headers with a comma and a space, gives a "
    "chunked body a Content-Length instead of Transfer-Encoding (as ours do), and lets an app's "
    "own Date and Server through (as ours do), the latter with a Via.",
    ("waitress", "http_version"): "waitress makes 1.0 of what it does not know.",
}


def opinions(measured: Measured) -> dict[tuple[str, str], list[str]]:
    """The names of requests and replies that the second server shows differently, by server and
    field."""
    found: dict[tuple[str, str], list[str]] = {}
    for kind, first in REFERENCE.items():
        second = SECOND[kind]
        for name, record in measured.records[first, ""].items():
            other = measured.records[second, ""][name]
            if not isinstance(record, str) and not isinstance(other, str):
                for field in _differing(record, other):
                    found.setdefault((second, field), []).append(name)
        for name, reply in measured.replies[first].items():
            for field in _differing(reply, measured.replies[second][name]):
                found.setdefault((second, field), []).append(name)
    return found


def _differing(one: dict[str, object], other: dict[str, object]) -> list[str]:
    return [name for name in one if name not in LEFT_OUT and one[name] != other[name]]
