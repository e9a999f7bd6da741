"""Which spellings of a path frameworks route to the same view.

Werkzeug and others merge slashes, Starlette's routes end in `$`, which also matches before a line
feed, some pass over white space, Quart takes the path out of a whole URL.
"""

import re

_ignored = re.compile("[\x00-\x20\x7f-\xa0\xad\u2028\u2029\ufffd]").sub
# Not urllib's: it caches what it has parsed, whatever its size.
_url = r"^(?:[A-Za-z][A-Za-z0-9+.-]*:)?(?://[^/?#]*)?([^?#{}]*).*$"
_path_in_url = [re.compile(_url.replace("{}", end), re.DOTALL) for end in (";", "")]
_slashes = re.compile("/+").sub


def normalize_path(path: str) -> str:
    """One spelling for decoded paths that a framework may route to the same view: without
    controls, white space and bytes that were not UTF-8, slashes merged, out of a whole URL."""
    spelled = remove_ignored(path)
    if not path.startswith("/"):
        spelled = paths_in_url(spelled)[0]
    return "/" + _slashes("/", spelled).strip("/")


def paths_in_url(url: str) -> list[str]:
    """The path of a whole URL without what follows a semicolon, and with it."""
    return [found[1] for found in (cut.match(url) for cut in _path_in_url) if found is not None]


def remove_ignored(path: str) -> str:
    """A decoded path without the characters that some framework passes over."""
    return _ignored("", path)
