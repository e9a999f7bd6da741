"""SenderPaths: finds the sender of a path, for all spellings of the path.

Frameworks route several spellings of a path to one view: Werkzeug and others merge slashes,
Starlette's routes end in `$`, which also matches before a line feed, Falcon accepts empty
parameters, Quart takes the path from a whole URL. Every request that can reach a view must be
signed by the sender of that view.
"""

from collections.abc import Iterator
from itertools import product

from lambda_adapters.http.path_spellings import normalize_path, paths_in_url, remove_ignored
from lambda_adapters.routing.path_tree import PathTree
from lambda_adapters.webhooks.senders.sender import FunctionSender, Sender, reject_all

_AMBIGUOUS = FunctionSender(reject_all)
_MAX_LENGTH = 4096  # in characters; a longer path may have too many spellings to compare
_EMPTY = "\0"  # represents an empty parameter


class SenderPaths:
    """Senders by API Gateway path pattern."""

    def __init__(self) -> None:
        self._tree: PathTree[Sender] = PathTree()

    def add(self, pattern: str, sender: Sender) -> None:
        """Add a sender. Raises ConfigurationError as PathTree.add does."""
        self._tree.add(pattern, sender)

    def find(self, path: str) -> Sender | None:
        """Return the sender of a decoded path, or None. If its spellings match several senders,
        return a sender that rejects all requests: a framework might call any of the views."""
        if _is_plain(path):
            found = self._tree.find(path[1:].split("/"))
            return None if found is None else found.target
        root = self._tree.find([]) if path == "/" else None
        if root is not None:
            return root.target
        if len(path) > _MAX_LENGTH:
            return _AMBIGUOUS
        matches = [self._tree.find(list(segments)) for segments in _spellings(path)]
        senders = {id(match.target): match.target for match in matches if match is not None}
        if len(senders) > 1:
            return _AMBIGUOUS
        return next(iter(senders.values()), None)

    def normalize(self, path: str) -> str:
        """Return one spelling of a path: unchanged, except for slashes at its end, if a pattern
        matches it, else with `normalize_path`."""
        plain = path.rstrip("/") or "/"
        segments = plain[1:].split("/") if plain != "/" else []
        return plain if path.startswith("/") and self._tree.find(segments) else normalize_path(path)


def _is_plain(path: str) -> bool:
    """Return whether all frameworks read the path the same way."""
    return (
        len(path) > 1
        and path[0] == "/"
        and all(path[1:].split("/"))
        and remove_ignored(path) == path
    )


def _spellings(path: str) -> set[tuple[str, ...]]:
    """Return the segments of each spelling of a path."""
    bases = {path, remove_ignored(path)}
    if not path.startswith("/"):
        bases |= {found for base in bases for found in paths_in_url(base)}
    return {segments for base in bases for segments in _segment_variants(base)}


def _segment_variants(path: str) -> Iterator[tuple[str, ...]]:
    """Yield the segments of a path. Empty segments at the start, inside and at the end are each
    kept, as empty parameters, or removed; at the end, one of them may also be kept."""
    parts = path.removeprefix("/").split("/")
    start = next((at for at, part in enumerate(parts) if part), len(parts))
    end = next((at for at in range(len(parts), start, -1) if parts[at - 1]), start)
    before, inside, after = parts[:start], parts[start:end], parts[end:]
    insides = (inside, [part for part in inside if part])
    for first, middle, last in product((before, []), insides, (after, after[:1], [])):
        yield tuple(part or _EMPTY for part in (*first, *middle, *last))
