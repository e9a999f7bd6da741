"""Whose a path is, however it is spelled.

Frameworks route more than one spelling of a path to a view: Werkzeug and others merge slashes,
Starlette's routes end in `$`, which also matches before a line feed, Falcon lets a parameter be
empty, Quart takes the path out of a whole URL. Whatever might reach a view has to be signed by the
view's sender.
"""

from collections.abc import Iterator
from itertools import product

from lambda_adapters.http.path_spellings import normalize_path, paths_in_url, remove_ignored
from lambda_adapters.routing.path_tree import PathTree
from lambda_adapters.webhooks.senders.sender import Own, Sender, reject_all

_SEVERAL = Own(reject_all)
_LONGEST = 4096  # characters of a path whose spellings are told apart: a megabyte has too many
_EMPTY = "\0"  # stands for a parameter that is there and empty


class SenderPaths:
    """Senders by API Gateway's path patterns."""

    def __init__(self) -> None:
        self._tree: PathTree[Sender] = PathTree()

    def add(self, pattern: str, sender: Sender) -> None:
        """Raises ConfigurationError as PathTree does."""
        self._tree.add(pattern, sender)

    def sender(self, path: str) -> Sender | None:
        """The sender that a decoded path belongs to. Where spellings of it belong to different
        senders, one that accepts nothing: nobody knows whose view a framework would call."""
        if _is_plain(path):
            found = self._tree.find(path[1:].split("/"))
            return None if found is None else found.target
        root = self._tree.find([]) if path == "/" else None
        if root is not None:
            return root.target
        if len(path) > _LONGEST:
            return _SEVERAL
        found_by = [self._tree.find(list(segments)) for segments in _spellings(path)]
        senders = {id(found.target): found.target for found in found_by if found is not None}
        if len(senders) > 1:
            return _SEVERAL
        return next(iter(senders.values()), None)

    def canonical(self, path: str) -> str:
        """One spelling for those that a sender means by one path: as it is, if that is a pattern's,
        without slashes at its end."""
        plain = path.rstrip("/") or "/"
        segments = plain[1:].split("/") if plain != "/" else []
        return plain if path.startswith("/") and self._tree.find(segments) else normalize_path(path)


def _is_plain(path: str) -> bool:
    """Whether all frameworks read the path alike."""
    return (
        len(path) > 1
        and path[0] == "/"
        and all(path[1:].split("/"))
        and remove_ignored(path) == path
    )


def _spellings(path: str) -> set[tuple[str, ...]]:
    bases = {path, remove_ignored(path)}
    if not path.startswith("/"):
        bases |= {found for base in bases for found in paths_in_url(base)}
    return {segments for base in bases for segments in _readings(base)}


def _readings(path: str) -> Iterator[tuple[str, ...]]:
    """A path's segments. Empty ones at the beginning, inside and at the end are each kept, as empty
    parameters, or merged away; at the end one may be left."""
    parts = path.removeprefix("/").split("/")
    begin = next((at for at, part in enumerate(parts) if part), len(parts))
    end = next((at for at in range(len(parts), begin, -1) if parts[at - 1]), begin)
    before, inside, behind = parts[:begin], parts[begin:end], parts[end:]
    insides = (inside, [part for part in inside if part])
    for first, middle, last in product((before, []), insides, (behind, behind[:1], [])):
        yield tuple(part or _EMPTY for part in (*first, *middle, *last))
