"""SQLiteStore: one file for several threads, processes and forks, and the rows of its table."""

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
PROCESSES = 4


def rows(path: Path) -> list[Any]:
    with closing(sqlite3.connect(path)) as database:
        return database.execute("SELECT * FROM webhook_deliveries ORDER BY key").fetchall()


def acquire_all(store: SQLiteStore, barrier: Barrier, results: Any) -> None:
    """Acquire every key at the same time as the other processes."""
    barrier.wait(60)
    results.put([type(store.acquire(key, 600.0)).__name__ for key in KEYS])


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "deliveries.db"


# Python warns if a process with threads is forked. Other tests may have started threads.
@pytest.mark.filterwarnings("ignore:This process .* is multi-threaded:DeprecationWarning")
@pytest.mark.parametrize(
    "method", sorted({"fork", "spawn"} & set(multiprocessing.get_all_start_methods()))
)
def test_exactly_one_of_several_processes_acquires_the_lease(path: Path, method: str) -> None:
    processes: Any = multiprocessing.get_context(method)
    barrier, results = processes.Barrier(PROCESSES), processes.Queue()
    store = SQLiteStore(path)  # the processes also compete to create the file
    workers = [
        processes.Process(target=acquire_all, args=(store, barrier, results))
        for _ in range(PROCESSES)
    ]
    for worker in workers:
        worker.start()
    results_by_process = [results.get(timeout=60) for _ in workers]
    for worker in workers:
        worker.join(60)
        worker.close()
    results.close()
    results.join_thread()
    one_lease = Counter({"Leased": 1, "Busy": PROCESSES - 1})
    assert [Counter(of_key) for of_key in zip(*results_by_process, strict=True)] == [
        one_lease
    ] * len(KEYS)


def test_exactly_one_of_several_threads_acquires_the_lease(path: Path) -> None:
    store = SQLiteStore(path)
    with ThreadPoolExecutor(8) as threads:
        results = list(threads.map(lambda _: store.acquire("github:a", 600.0), range(24)))
    assert Counter(type(each) for each in results) == {Leased: 1, Busy: 23}


def test_no_other_store_can_write_during_a_step(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sqlite, "_WAIT", 0.05)
    other = SQLiteStore(path)
    other.acquire("github:a", 600.0)  # creates the table

    def write_in_between() -> float:
        with pytest.raises(sqlite3.OperationalError, match="database is locked"):
            other.acquire("github:b", 600.0)
        return 1_790_000_000.0

    assert isinstance(SQLiteStore(path, clock=write_in_between).acquire("github:b", 600.0), Leased)


def test_two_stores_with_the_same_file_share_leases(path: Path) -> None:
    lease = SQLiteStore(path).acquire("github:a", 600.0)
    assert isinstance(lease, Leased)
    assert SQLiteStore(path).finish("github:a", lease.token, "done", 600.0)
    assert SQLiteStore(str(path)).acquire("github:a", 600.0) == Finished("done")


def test_the_file_can_have_tables_of_the_app(path: Path) -> None:
    with closing(sqlite3.connect(path)) as database:
        database.execute("CREATE TABLE deliveries (id TEXT)")
        database.execute("INSERT INTO deliveries VALUES ('the app''s')")
        database.commit()
        SQLiteStore(path).acquire("github:a", 600.0)
        assert database.execute("SELECT * FROM deliveries").fetchall() == [("the app's",)]


def test_the_file_is_not_created_before_the_first_use(path: Path) -> None:
    SQLiteStore(path)
    assert not path.exists()


def test_a_deleted_file_is_created_again(path: Path) -> None:
    store = SQLiteStore(path)
    store.acquire("github:a", 600.0)
    path.unlink()
    assert isinstance(store.acquire("github:a", 600.0), Leased)


def test_a_relative_path_does_not_follow_the_working_directory(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    store = SQLiteStore("deliveries.db")
    other_folder = tmp_path / "elsewhere"
    other_folder.mkdir()
    monkeypatch.chdir(other_folder)
    store.acquire("github:a", 600.0)
    assert (tmp_path / "deliveries.db").exists()
    assert list(other_folder.iterdir()) == []


def test_acquire_deletes_the_ten_oldest_expired_rows(path: Path) -> None:
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


def test_rows_that_expired_in_the_last_hour_are_kept(path: Path) -> None:
    now = [1_790_000_000.0]
    store = SQLiteStore(path, clock=lambda: now[0])
    store.acquire("late", 60.0)
    now[0] += 60.0 + 3599.0
    store.acquire("new", 60.0)
    assert [row[0] for row in rows(path)] == ["late", "new"]


@pytest.fixture
def locked_path(path: Path) -> Iterator[Path]:
    """The file of a store while another program has its write lock."""
    SQLiteStore(path).acquire("github:a", 600.0)
    with closing(sqlite3.connect(path, isolation_level=None)) as database:
        database.execute("BEGIN IMMEDIATE")
        yield path


def test_a_file_that_stays_locked_raises_an_error(
    locked_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sqlite, "_WAIT", 0.05)
    with pytest.raises(sqlite3.OperationalError, match="database is locked"):
        SQLiteStore(locked_path).acquire("github:b", 600.0)


def test_a_step_waits_for_the_lock_of_another_program(path: Path) -> None:
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
    now[0] += 7200.0  # the row has expired, so the next step first deletes it
    with pytest.raises(sqlite3.IntegrityError, match="NOT NULL"):
        store.acquire("github:b", float("nan"))  # SQLite stores it as NULL
    assert rows(path) == before
    assert isinstance(store.acquire("github:b", 60.0), Leased)


def test_a_file_that_is_not_a_database_raises_an_error(path: Path) -> None:
    path.write_text("a text that is not a database, but as long as one\n" * 20)
    with pytest.raises(sqlite3.DatabaseError, match="file is not a database"):
        SQLiteStore(path).acquire("github:a", 600.0)


def test_a_missing_directory_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError) as refused:
        SQLiteStore(tmp_path / "missing" / "deliveries.db")
    assert str(refused.value) == (
        "Expected an existing directory for the file of SQLiteStore, got "
        f"{str(tmp_path / 'missing')!r}. Next: create the directory, or pass another file name."
    )


@pytest.mark.parametrize("path", ["", ":memory:"])
def test_a_path_that_is_not_a_file_is_refused(path: str) -> None:
    with pytest.raises(ConfigurationError) as refused:
        SQLiteStore(path)
    assert str(refused.value) == (
        f"Expected the path of a file for SQLiteStore, got {path!r}. "
        "Next: pass a file name, or use MemoryStore() in a test."
    )


@pytest.mark.skipif(not Path("/proc/self/fd").is_dir(), reason="no list of open files")
def test_every_step_closes_the_file(path: Path) -> None:
    counts = []

    def open_files() -> list[str]:
        links = Path("/proc/self/fd").iterdir()
        return [name for name in map(os.path.realpath, links) if name.startswith(str(path))]

    def clock() -> float:
        counts.append(len(open_files()))
        return 1_790_000_000.0

    store = SQLiteStore(path, clock=clock)
    lease = store.acquire("github:a", 600.0)
    assert isinstance(lease, Leased)
    store.acquire("github:a", 600.0)
    store.finish("github:a", lease.token, "done", 600.0)
    store.release("github:a", lease.token)
    assert all(counts), "the file is open during a step"
    assert open_files() == []
