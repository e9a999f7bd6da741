"""SQLiteStore: one file for several threads, processes and forks, and what its table holds."""

import multiprocessing
import os
import sqlite3
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from multiprocessing.synchronize import Barrier
from pathlib import Path
from typing import Any

import pytest

from lambda_adapters.errors import ConfigurationError
from lambda_adapters.webhooks.stores import Busy, Finished, Leased, SQLiteStore, sqlite

KEYS = [f"github:{number}" for number in range(20)]
RACERS = 4


def rows(path: Path) -> list[Any]:
    with closing(sqlite3.connect(path)) as database:
        return database.execute("SELECT * FROM webhook_deliveries ORDER BY key").fetchall()


def race(store: SQLiteStore, start: Barrier, results: Any) -> None:
    """Take every key at the same time as the other processes do."""
    start.wait(60)
    results.put([type(store.acquire(key, 600.0)).__name__ for key in KEYS])


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "deliveries.db"


# Python warns of any fork while there are threads, which other tests may have left.
@pytest.mark.filterwarnings("ignore:This process .* is multi-threaded:DeprecationWarning")
@pytest.mark.parametrize(
    "method", sorted({"fork", "spawn"} & set(multiprocessing.get_all_start_methods()))
)
def test_of_several_processes_exactly_one_has_the_lease(path: Path, method: str) -> None:
    processes: Any = multiprocessing.get_context(method)
    start, results = processes.Barrier(RACERS), processes.Queue()
    store = SQLiteStore(path)  # no file yet: who makes it is a race as well
    racers = [processes.Process(target=race, args=(store, start, results)) for _ in range(RACERS)]
    for racer in racers:
        racer.start()
    found = [results.get(timeout=60) for _ in racers]
    for racer in racers:
        racer.join(60)
        racer.close()
    results.close()
    results.join_thread()
    one = Counter({"Leased": 1, "Busy": RACERS - 1})
    assert [Counter(of_key) for of_key in zip(*found, strict=True)] == [one] * len(KEYS)


def test_of_several_threads_exactly_one_has_the_lease(path: Path) -> None:
    store = SQLiteStore(path)
    with ThreadPoolExecutor(8) as threads:
        found = list(threads.map(lambda _: store.acquire("github:a", 600.0), range(24)))
    assert Counter(type(one) for one in found) == {Leased: 1, Busy: 23}


def test_nobody_comes_between_the_reading_and_the_writing_of_a_step(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sqlite, "_WAIT", 0.05)
    other = SQLiteStore(path)
    other.acquire(
        "github:a", 600.0
    )  # the table is there, so nothing is left to write but the lease

    def meanwhile() -> float:
        with pytest.raises(sqlite3.OperationalError, match="database is locked"):
            other.acquire("github:b", 600.0)
        return 1_790_000_000.0

    assert isinstance(SQLiteStore(path, clock=meanwhile).acquire("github:b", 600.0), Leased)


def test_two_stores_on_one_file_see_each_other(path: Path) -> None:
    taken = SQLiteStore(path).acquire("github:a", 600.0)
    assert isinstance(taken, Leased)
    assert SQLiteStore(path).finish("github:a", taken.token, "done", 600.0)
    assert SQLiteStore(str(path)).acquire("github:a", 600.0) == Finished("done")


def test_the_file_may_hold_tables_of_the_app(path: Path) -> None:
    with closing(sqlite3.connect(path)) as database:
        database.execute("CREATE TABLE deliveries (id TEXT)")
        database.execute("INSERT INTO deliveries VALUES ('the app''s')")
        database.commit()
        SQLiteStore(path).acquire("github:a", 600.0)
        assert database.execute("SELECT * FROM deliveries").fetchall() == [("the app's",)]


def test_nothing_is_made_before_the_first_use(path: Path) -> None:
    SQLiteStore(path)
    assert not path.exists()


def test_a_file_that_was_deleted_is_made_again(path: Path) -> None:
    store = SQLiteStore(path)
    store.acquire("github:a", 600.0)
    path.unlink()
    assert isinstance(store.acquire("github:a", 600.0), Leased)


def test_a_relative_path_stays_what_it_was(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    store = SQLiteStore("deliveries.db")
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    monkeypatch.chdir(elsewhere)
    store.acquire("github:a", 600.0)
    assert (tmp_path / "deliveries.db").exists()
    assert list(elsewhere.iterdir()) == []


def test_rows_that_have_run_out_go_ten_at_a_time_the_oldest_first(path: Path) -> None:
    now = [1_790_000_000.0]
    store = SQLiteStore(path, clock=lambda: now[0])
    for number in range(13):
        store.acquire(f"k{number:02}", 60.0)
        now[0] += 1.0
    now[0] += 3600.0 + 60.0
    store.acquire("new1", 60.0)
    assert [row[0] for row in rows(path)] == ["k10", "k11", "k12", "new1"]
    store.acquire("new2", 60.0)
    assert [row[0] for row in rows(path)] == ["new1", "new2"]


def test_rows_of_the_last_hour_stay(path: Path) -> None:
    now = [1_790_000_000.0]
    store = SQLiteStore(path, clock=lambda: now[0])
    store.acquire("late", 60.0)
    now[0] += 60.0 + 3599.0
    store.acquire("new", 60.0)
    assert [row[0] for row in rows(path)] == ["late", "new"]


@pytest.fixture
def locked(path: Path) -> Iterator[Path]:
    """The file of a store, whose write lock another program holds."""
    SQLiteStore(path).acquire("github:a", 600.0)
    with closing(sqlite3.connect(path, isolation_level=None)) as database:
        database.execute("BEGIN IMMEDIATE")
        yield path


def test_a_file_that_stays_locked_raises(locked: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sqlite, "_WAIT", 0.05)
    with pytest.raises(sqlite3.OperationalError, match="database is locked"):
        SQLiteStore(locked).acquire("github:b", 600.0)


def test_a_step_waits_for_another_programs_lock(path: Path) -> None:
    store = SQLiteStore(path)
    store.acquire("github:a", 600.0)
    with (
        closing(sqlite3.connect(path, isolation_level=None, check_same_thread=False)) as database,
        ThreadPoolExecutor(1) as thread,
    ):
        database.execute("BEGIN IMMEDIATE")
        waiting = thread.submit(store.acquire, "github:b", 600.0)
        assert not waiting.done()
        database.execute("COMMIT")
        assert isinstance(waiting.result(60), Leased)


def test_a_step_that_fails_writes_nothing(path: Path) -> None:
    now = [1_790_000_000.0]
    store = SQLiteStore(path, clock=lambda: now[0])
    store.acquire("github:a", 60.0)
    before = rows(path)
    now[0] += 7200.0  # the row has run out, so the next step deletes it first
    with pytest.raises(sqlite3.IntegrityError, match="NOT NULL"):
        store.acquire("github:b", float("nan"))  # which SQLite takes for no value
    assert rows(path) == before
    assert isinstance(store.acquire("github:b", 60.0), Leased)


def test_a_file_that_is_no_database_raises(path: Path) -> None:
    path.write_text("certainly no database, but long enough to be read as one\n" * 20)
    with pytest.raises(sqlite3.DatabaseError, match="file is not a database"):
        SQLiteStore(path).acquire("github:a", 600.0)


def test_a_directory_that_is_missing_is_refused_when_built(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError) as refused:
        SQLiteStore(tmp_path / "missing" / "deliveries.db")
    assert str(refused.value) == (
        "SQLiteStore expected its file in a directory that exists, got "
        f"{str(tmp_path / 'missing')!r}. Next: make the directory, or name another file."
    )


@pytest.mark.parametrize("path", ["", ":memory:"])
def test_a_path_that_is_no_file_is_refused_when_built(path: str) -> None:
    with pytest.raises(ConfigurationError) as refused:
        SQLiteStore(path)
    assert str(refused.value) == (
        f"SQLiteStore needs the path of a file, not {path!r}: each step opens it anew. "
        "Next: name a file, or take MemoryStore() in a test."
    )


@pytest.mark.skipif(not Path("/proc/self/fd").is_dir(), reason="nowhere to see open files")
def test_every_step_closes_the_file(path: Path) -> None:
    opened = []

    def open_files() -> list[str]:
        links = Path("/proc/self/fd").iterdir()
        return [name for name in map(os.path.realpath, links) if name.startswith(str(path))]

    def clock() -> float:
        opened.append(len(open_files()))
        return 1_790_000_000.0

    store = SQLiteStore(path, clock=clock)
    taken = store.acquire("github:a", 600.0)
    assert isinstance(taken, Leased)
    store.acquire("github:a", 600.0)
    store.finish("github:a", taken.token, "done", 600.0)
    store.release("github:a", taken.token)
    assert all(opened), "within a step it is open"
    assert open_files() == []
