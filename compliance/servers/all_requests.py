"""All raw requests, by theme and by name."""

from compliance.servers.raw_requests import RawRequest
from compliance.servers.requests_bodies import BODIES, METHODS
from compliance.servers.requests_headers import COOKIES, HEADERS
from compliance.servers.requests_paths import PATHS
from compliance.servers.requests_queries import QUERIES

THEMES: dict[str, list[RawRequest]] = {
    "paths": PATHS,
    "queries": QUERIES,
    "headers": HEADERS,
    "cookies": COOKIES,
    "bodies": BODIES,
    "methods": METHODS,
}
REQUESTS = {request.name: request for theme in THEMES.values() for request in theme}
THEME_OF = {request.name: name for name, theme in THEMES.items() for request in theme}
assert len(REQUESTS) == sum(map(len, THEMES.values())), "two requests have the same name"
