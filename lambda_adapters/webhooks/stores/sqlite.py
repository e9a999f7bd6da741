"""SQLiteStore: leases and answers in a file, for one machine. Standard library only.

Source: sqlite.org/lang_transaction.html. BEGIN IMMEDIATE takes the file's write lock before
anything is read, so what a step has read still holds when it writes.
"""

import os
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from typing import TYPE_CHECKING

from lambda_adapters.errors import ConfigurationError
from lambda_adapters.webhooks.stores.store import Busy, Finished, Leased

if TYPE_CHECKING:
    from sqlite3 import Connection

# The file may hold tables of the app too, so the names say whose these are.
_SCHEMA = (
    "CREATE TABLE IF NOT EXISTS webhook_deliveries"
    " (key TEXT PRIMARY KEY, token TEXT NOT NULL, until REAL NOT NULL, answer TEXT)",
    "CREATE INDEX IF NOT EXISTS webhook_deliveries_until ON webhook_deliveries (until)",
)
_SELECT = "SELECT until, answer FROM webhook_deliveries WHERE key = ?"
_TAKE = "INSERT OR REPLACE INTO webhook_deliveries (key, token, until) VALUES (?, ?, ?)"
_FINISH = "UPDATE webhook_deliveries SET answer = ?, until = ? WHERE key = ? AND token = ?"
_RELEASE = "DELETE FROM webhook_deliveries WHERE key = ? AND token = ? AND answer IS NULL"
_CLEAN = (
    "DELETE FROM webhook_deliveries WHERE key IN"
    " (SELECT key FROM webhook_deliveries WHERE until <= ? ORDER BY until LIMIT 10)"
)

# A step holds the lock for milliseconds; senders give up after three to thirty seconds.
_WAIT = 5.0
# A row stays so long after its end, so that one who is late can still finish.
_GRACE = 3600.0


class SQLiteStore:
    """Leases and answers in an SQLite file, made when first used, with the table
    `webhook_deliveries`; other tables in it are left alone.

    Safe for the threads and processes of one machine, forks included: each step opens the file,
    is one transaction and closes it. It waits up to 5 seconds for another's step, then raises
    sqlite3.OperationalError. Each new delivery deletes up to ten rows that have run out for an
    hour.

    On Lambda only /tmp can be written, which no other environment sees: take DynamoDBStore there.
    A network file system whose locks do not work (much NFS) is no place for it.

    Raises ConfigurationError when built where the path's directory does not exist, and for
    ":memory:", which each step would find empty. `clock` gives the time in seconds.
    """

    def __init__(
        self, path: str | os.PathLike[str], *, clock: Callable[[], float] = time.time
    ) -> None:
        given = os.fspath(path)
        if not given or given == ":memory:":
            raise ConfigurationError(
                f"SQLiteStore needs the path of a file, not {given!r}: each step opens it anew. "
                "Next: name a file, or take MemoryStore() in a test."
            )
        self._path = os.path.abspath(given)  # the process may change its directory later
        directory = os.path.dirname(self._path)
        if not os.path.isdir(directory):
            raise ConfigurationError(
                f"SQLiteStore expected its file in a directory that exists, got {directory!r}. "
                "Next: make the directory, or name another file."
            )
        self._clock = clock

    def acquire(self, key: str, lease: float) -> Leased | Busy | Finished:
        with self._step() as database:
            now = self._clock()  # with the lock held: waiting for it takes time
            for until, answer in database.execute(_SELECT, (key,)):
                if until > now:
                    return Busy(until - now) if answer is None else Finished(answer)
            database.execute(_CLEAN, (now - _GRACE,))
            token = os.urandom(16).hex()
            database.execute(_TAKE, (key, token, now + lease))
        return Leased(token)

    def finish(self, key: str, token: str, answer: str, keep: float) -> bool:
        with self._step() as database:
            until = self._clock() + keep
            return database.execute(_FINISH, (answer, until, key, token)).rowcount == 1

    def release(self, key: str, token: str) -> bool:
        with self._step() as database:
            if database.execute(_RELEASE, (key, token)).rowcount == 1:
                return True
            return database.execute(_SELECT, (key,)).fetchone() is None

    @contextmanager
    def _step(self) -> Iterator["Connection"]:
        """One transaction. Closing a connection undoes what it has not committed."""
        import sqlite3  # 9 ms, which only those pay who use it

        # isolation_level=None: no transactions of the module's own.
        with closing(sqlite3.connect(self._path, timeout=_WAIT, isolation_level=None)) as database:
            database.execute("BEGIN IMMEDIATE")
            for statement in _SCHEMA:
                database.execute(statement)
            yield database
            database.execute("COMMIT")
