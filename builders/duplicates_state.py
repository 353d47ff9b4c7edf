"""What the search for duplicates knows so far, in a database on disk: memory does not grow with the pairs.

Every step is one transaction, so that a killed search goes on after the last whole one.
"""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.metadata import version
from pathlib import Path
from typing import Any

from builders.files import is_disk_full, remove, write_error
from builders.journal import Rows

_STEP = 4_000  # pairs; each step writes much of the buckets' tree again, so small ones would cost more than they save
_CACHE_KIB = 8 * 1024  # eight times as much saved a fifth of the time at 200,000 pairs, and took 60 MB more
_PATIENCE = 24 * 60 * 60  # seconds that a process waits for another one at the same work
_TABLES = {
    "progress": "(mark TEXT, shards INTEGER, pairs INTEGER, round INTEGER, context_id TEXT, id TEXT)",
    "pairs": "(number INTEGER PRIMARY KEY, round INTEGER, context_id TEXT, id TEXT UNIQUE, source TEXT, target TEXT)",
    "buckets": "(bucket INTEGER, number INTEGER, PRIMARY KEY (bucket, number)) WITHOUT ROWID",
    "dropped": "(place INTEGER PRIMARY KEY, id TEXT, kept_id TEXT, reason TEXT, similarity REAL)",
}
_CANONICAL = "round, context_id, id"
# Of rows with one id the assembly keeps that of the lowest context_id, then of the lowest round.
_ADD = """
INSERT INTO pairs (round, context_id, id, source, target) VALUES (:round, :context_id, :id, :source, :target)
ON CONFLICT (id) DO UPDATE SET round = excluded.round, context_id = excluded.context_id
WHERE (excluded.context_id, excluded.round) < (context_id, round)
"""
_NEXT = f"""
SELECT * FROM pairs WHERE ({_CANONICAL}) > (SELECT {_CANONICAL} FROM progress) ORDER BY {_CANONICAL} LIMIT ?
"""
_DONE = "UPDATE progress SET pairs = pairs + ?, round = ?, context_id = ?, id = ?"


class DuplicatesState:
    """The pairs, the buckets of those that were kept, and those that were dropped.

    Args:
        database: As `open` makes it.
    """

    def __init__(self, database: sqlite3.Connection) -> None:
        self._database = database

    @classmethod
    @contextmanager
    def open(cls, path: Path, fingerprint: str) -> Iterator["DuplicatesState"]:
        """The state at a path, or a fresh one when there is none, or one of other pairs or settings.

        One process has it at a time; another waits.

        Args:
            path: Of the database.
            fingerprint: Of pairs and settings.

        Raises:
            RunError: The disk is full or the place cannot be written to.
        """
        mark = f"{fingerprint} {version('datasketch')}"  # another release may hash otherwise
        try:
            try:
                database = _connect(path, mark)
            except sqlite3.DatabaseError as error:
                if isinstance(error, sqlite3.OperationalError) or is_disk_full(error):
                    raise
                remove(path)  # it is damaged, or no database
                database = _connect(path, mark)
            try:
                yield cls(database)
            finally:
                database.close()
        except sqlite3.Error as error:
            raise write_error(path, error) from error

    @property
    def shards(self) -> int:
        """How many shards have been taken in."""
        return int(self._value("SELECT shards FROM progress"))

    def add_shard(self, rows: Rows) -> None:
        """Takes in the next shard; of rows with one id the one that the assembly keeps stays."""
        with _transaction(self._database):
            self._database.executemany(_ADD, rows)
            self._database.execute("UPDATE progress SET shards = shards + 1")

    def prepare_steps(self) -> int:
        """Sorts the pairs, all of which have been taken in; returns how many steps are left."""
        with _transaction(self._database):
            self._database.execute(f"CREATE INDEX IF NOT EXISTS canonical ON pairs ({_CANONICAL})")
        return -(-int(self._value("SELECT (SELECT count(*) FROM pairs) - pairs FROM progress")) // _STEP)

    @contextmanager
    def step(self) -> Iterator[list[sqlite3.Row]]:
        """The next pairs in canonical order; the caller keeps or drops each, and all of it counts or none."""
        with _transaction(self._database):
            pairs = self._database.execute(_NEXT, (_STEP,)).fetchall()
            yield pairs
            last = pairs[-1]
            self._database.execute(_DONE, (len(pairs), last["round"], last["context_id"], last["id"]))

    def kept_in(self, buckets: list[int]) -> Iterator[sqlite3.Row]:
        """The kept pairs in any of these buckets, in canonical order."""
        marks = ", ".join("?" * len(buckets))
        query = f"SELECT DISTINCT number FROM buckets WHERE bucket IN ({marks})"
        yield from self._database.execute(
            f"SELECT * FROM pairs WHERE number IN ({query}) ORDER BY {_CANONICAL}", buckets
        )

    def keep(self, pair: sqlite3.Row, buckets: list[int]) -> None:
        """Notes a pair in its buckets."""
        rows = ((bucket, pair["number"]) for bucket in buckets)
        self._database.executemany("INSERT INTO buckets VALUES (?, ?)", rows)

    def drop(self, pair: sqlite3.Row, kept: sqlite3.Row, reason: str, similarity: float) -> None:
        """Notes a pair that is too much like a kept one."""
        row = (pair["id"], kept["id"], reason, similarity)
        self._database.execute("INSERT INTO dropped (id, kept_id, reason, similarity) VALUES (?, ?, ?, ?)", row)

    def counts(self, reasons: tuple[str, ...]) -> dict[str, int]:
        """The pairs with different ids, and those dropped by reason."""
        counted = {name: self._value("SELECT count(*) FROM dropped WHERE reason = ?", name) for name in reasons}
        return {"pairs": self._value("SELECT count(*) FROM pairs"), **counted}

    def dropped(self) -> Iterator[Rows]:
        """The dropped pairs in canonical order, a few at a time."""
        rows = self._database.execute("SELECT id, kept_id, reason, similarity FROM dropped ORDER BY place")
        while batch := rows.fetchmany(_STEP):
            yield [dict(row) for row in batch]

    def _value(self, query: str, *arguments: Any) -> Any:
        return self._database.execute(query, arguments).fetchone()[0]


def _connect(path: Path, mark: str) -> sqlite3.Connection:
    database = sqlite3.connect(path, timeout=_PATIENCE, isolation_level=None)
    database.row_factory = sqlite3.Row
    for setting in ("locking_mode = EXCLUSIVE", "synchronous = NORMAL", f"cache_size = -{_CACHE_KIB}"):
        database.execute(f"PRAGMA {setting}")
    with _transaction(database):
        tables = {row["name"] for row in database.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
        if tables != _TABLES.keys() or database.execute("SELECT mark FROM progress").fetchone()["mark"] != mark:
            for name in tables:
                database.execute(f"DROP TABLE {name}")
            for name, columns in _TABLES.items():
                database.execute(f"CREATE TABLE {name} {columns}")
            database.execute("INSERT INTO progress VALUES (?, 0, 0, -1, '', '')", (mark,))
    return database


@contextmanager
def _transaction(database: sqlite3.Connection) -> Iterator[None]:
    database.execute("BEGIN EXCLUSIVE")
    try:
        yield
    except BaseException:
        database.execute("ROLLBACK")
        raise
    database.execute("COMMIT")
