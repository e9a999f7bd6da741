"""All raw requests, by theme and by name."""

from raw_requests import RawRequest
from requests_bodies import BODIES, METHODS
from requests_headers import COOKIES, HEADERS
from requests_paths import PATHS
from requests_queries import QUERIES

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
assert len(REQUESTS) == sum(map(len, THEMES.values())), "two requests have one name"
