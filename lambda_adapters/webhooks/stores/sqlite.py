"""SQLiteStore: leases and answers in a file, for one machine. Standard library only.

Source: sqlite.org/lang_transaction.html. BEGIN IMMEDIATE takes the file's write lock before a
transaction reads, so the rows that it has read cannot change before it writes.
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

# The prefix avoids conflicts with the app's own tables in the same file.
_SCHEMA = (
    "CREATE TABLE IF NOT EXISTS webhook_deliveries"
    " (key TEXT PRIMARY KEY, token TEXT NOT NULL, until REAL NOT NULL, answer TEXT)",
    "CREATE INDEX IF NOT EXISTS webhook_deliveries_until ON webhook_deliveries (until)",
)
_SELECT = "SELECT until, answer FROM webhook_deliveries WHERE key = ?"
_ACQUIRE = "INSERT OR REPLACE INTO webhook_deliveries (key, token, until) VALUES (?, ?, ?)"
_FINISH = "UPDATE webhook_deliveries SET answer = ?, until = ? WHERE key = ? AND token = ?"
_RELEASE = "DELETE FROM webhook_deliveries WHERE key = ? AND token = ? AND answer IS NULL"
_DELETE_EXPIRED = (
    "DELETE FROM webhook_deliveries WHERE key IN"
    " (SELECT key FROM webhook_deliveries WHERE until <= ? ORDER BY until LIMIT 10)"
)

# In seconds. A transaction takes milliseconds; senders wait three to thirty seconds.
_WAIT = 5.0
# In seconds. An expired row is kept this long, so that a late worker can still finish.
_GRACE = 3600.0


class SQLiteStore:
    """Leases and answers in the table `webhook_deliveries` of an SQLite file. The file is created
    on first use; its other tables are not changed.

    Safe for the threads and processes of one machine, forks included: each method opens the file,
    runs one transaction and closes it. It waits up to 5 seconds for another transaction, then
    raises sqlite3.OperationalError. Each new delivery deletes up to ten rows that expired more
    than an hour ago.

    Do not use it on Lambda, where only /tmp is writable and each environment has its own; use
    DynamoDBStore. Do not use it on a network file system without reliable locks (often NFS).

    `clock` returns the time in seconds. Raises ConfigurationError if the path's directory does
    not exist, and for ":memory:", which would be a new database for each method.
    """

    def __init__(
        self, path: str | os.PathLike[str], *, clock: Callable[[], float] = time.time
    ) -> None:
        given = os.fspath(path)
        if not given or given == ":memory:":
            raise ConfigurationError(
                f"Expected the path of a file for SQLiteStore, got {given!r}. "
                "Next: pass a file name, or use MemoryStore() in a test."
            )
        self._path = os.path.abspath(given)  # the process may change its directory later
        directory = os.path.dirname(self._path)
        if not os.path.isdir(directory):
            raise ConfigurationError(
                f"Expected an existing directory for the file of SQLiteStore, got {directory!r}. "
                "Next: create the directory, or pass another file name."
            )
        self._clock = clock

    def acquire(self, key: str, lease: float) -> Leased | Busy | Finished:
        with self._transaction() as database:
            now = self._clock()  # after waiting for the lock
            for until, answer in database.execute(_SELECT, (key,)):
                if until > now:
                    return Busy(until - now) if answer is None else Finished(answer)
            database.execute(_DELETE_EXPIRED, (now - _GRACE,))
            token = os.urandom(16).hex()
            database.execute(_ACQUIRE, (key, token, now + lease))
        return Leased(token)

    def finish(self, key: str, token: str, answer: str, keep: float) -> bool:
        with self._transaction() as database:
            until = self._clock() + keep
            return database.execute(_FINISH, (answer, until, key, token)).rowcount == 1

    def release(self, key: str, token: str) -> bool:
        with self._transaction() as database:
            if database.execute(_RELEASE, (key, token)).rowcount == 1:
                return True
            return database.execute(_SELECT, (key,)).fetchone() is None

    @contextmanager
    def _transaction(self) -> Iterator["Connection"]:
        """Run one transaction. After an exception, closing the connection rolls it back."""
        import sqlite3  # here, because the import takes 9 ms

        # isolation_level=None: sqlite3 itself starts no transactions.
        with closing(sqlite3.connect(self._path, timeout=_WAIT, isolation_level=None)) as database:
            database.execute("BEGIN IMMEDIATE")
            for statement in _SCHEMA:
                database.execute(statement)
            yield database
            database.execute("COMMIT")
