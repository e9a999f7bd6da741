"""Spellings of a path that frameworks route to the same view.

Werkzeug and others merge slashes. Starlette's routes end in `$`, which also matches before a line
feed. Some frameworks ignore white space. Quart takes the path out of a whole URL.
"""

import re

_replace_ignored = re.compile("[\x00-\x20\x7f-\xa0\xad\u2028\u2029\ufffd]").sub
# Not urllib's parser: it caches URLs of any size.
_url = r"^(?:[A-Za-z][A-Za-z0-9+.-]*:)?(?://[^/?#]*)?([^?#{}]*).*$"
_path_in_url = [re.compile(_url.replace("{}", end), re.DOTALL) for end in (";", "")]
_replace_slashes = re.compile("/+").sub


def normalize_path(path: str) -> str:
    """Return one spelling for decoded paths that a framework may route to the same view: without
    control characters, white space and bytes that were not UTF-8, with slashes merged. A whole URL
    gives its path."""
    normalized = remove_ignored(path)
    if not path.startswith("/"):
        normalized = paths_in_url(normalized)[0]
    return "/" + _replace_slashes("/", normalized).strip("/")


def paths_in_url(url: str) -> list[str]:
    """Return the path of a whole URL, first without the text after a semicolon, then with it."""
    matches = (pattern.match(url) for pattern in _path_in_url)
    return [match[1] for match in matches if match is not None]


def remove_ignored(path: str) -> str:
    """Return a decoded path without the characters that some frameworks ignore."""
    return _replace_ignored("", path)
