"""Sentence pairs that somebody has already, read as a stream: from the Hub, a folder, a file or two parallel files."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import islice
from typing import Any

from builders.errors import RunError, UsageError, one_line
from builders.pair_places import Opened, open_place, quiet_datasets

TREES = ("source_tree", "target_tree")  # bracketed parses, read where a table has them


@dataclass(frozen=True)
class PairColumns:
    """Which columns hold what.

    Args:
        source: Sentences.
        target: What was made of them.
        context: What pairs that belong together have in common; None takes the source for it.
    """

    source: str = "source"
    target: str = "target"
    context: str | None = None

    @classmethod
    def read(cls, names: str, context: str | None = None) -> "PairColumns":
        """The columns that a command names as `source,target`.

        Raises:
            UsageError: It names other than two.
        """
        found = [name.strip() for name in names.split(",")]
        if len(found) != 2 or not all(found) or found[0] == found[1]:
            raise UsageError(f"--columns must name two columns as SOURCE,TARGET, got '{names}'")
        return cls(found[0], found[1], context)


@dataclass(frozen=True)
class PairTable:
    """A table of sentence pairs; memory does not grow with it.

    Args:
        name: Of a folder for what is made of it.
        identity: What a fingerprint needs to know: the files by their content, or the commit on the Hub, and columns.
        rows: Starts to read. A row has its number `row` in the table, from 0, the texts `source` and `target` ("" where
            there is none), `context`, and the trees ("" likewise).
    """

    name: str
    identity: dict[str, Any]
    rows: Callable[[], Iterator[dict[str, Any]]]


def open_pair_table(
    place: str,
    columns: PairColumns = PairColumns(),
    split: str | None = None,
    config: str | None = None,
    limit: int | None = None,
) -> PairTable:
    """The sentence pairs at a place.

    Args:
        place: A Hub dataset id, a dataset folder, a Parquet, JSONL, CSV or TSV file, or `x.src` beside `x.tgt`.
        columns: Which hold what; two parallel files have `source` and `target`.
        split: Of a dataset with several; None is train.
        config: Of a dataset with several configurations.
        limit: Only so many rows.

    Raises:
        UsageError: There is no such split, configuration or column.
        RunError: Nothing is there, or it cannot be read; while rows are read, also for one that cannot be.
    """
    opened = open_place(place, split, config)
    identity = opened.identity | {"columns": [columns.source, columns.target, columns.context], "limit": limit}
    next(_rows(place, opened, columns))  # a wrong column is found before anything is written
    return PairTable(opened.name, identity, lambda: islice(_rows(place, opened, columns), limit))


def _rows(place: str, opened: Opened, columns: PairColumns) -> Iterator[dict[str, Any]]:
    number = -1
    named = {"source": columns.source, "target": columns.target} | {name: name for name in TREES}
    for number, row in enumerate(_read(place, opened, columns)):
        if number == 0:
            _check_columns(place, row, columns)
        where = f"{place}, row {number + 1}"
        texts = {name: _text(row.get(column), f"{where}: column '{column}'") for name, column in named.items()}
        context = row.get(columns.context) if columns.context else None
        yield {"row": number, **texts, "context": "" if context is None else str(context)}
    if number < 0:
        raise RunError(f"{place} holds no rows; name a table of sentence pairs")


def _read(place: str, opened: Opened, columns: PairColumns) -> Iterator[Mapping[str, Any]]:
    """The rows as the library gives them, whose every failure becomes one line."""
    done = 0
    try:
        with quiet_datasets():
            for row in _narrow(opened.rows, columns):
                yield row
                done += 1
    except (RunError, UsageError):
        raise
    except Exception as error:  # each format and the network fail in their own ways
        problem = f"{place} cannot be read after {done:,} rows ({one_line(error)})"
        raise RunError(f"{problem}; correct the data, or check the network when it is on the Hub") from error


def _narrow(rows: Any, columns: PairColumns) -> Iterable[Mapping[str, Any]]:
    """Of a table whose columns are known beforehand, only those that are wanted are read."""
    known = getattr(rows, "features", None) or {}
    wanted = [name for name in (columns.source, columns.target, columns.context) if name is not None]
    if not all(name in known for name in wanted):
        return rows  # what it lacks shows in its first row
    chosen: Iterable[Mapping[str, Any]] = rows.select_columns(
        list(dict.fromkeys([*wanted, *(name for name in TREES if name in known)]))
    )
    return chosen


def _check_columns(place: str, row: Mapping[str, Any], columns: PairColumns) -> None:
    asked = {columns.source: "--columns SOURCE,TARGET", columns.target: "--columns SOURCE,TARGET"}
    for name, option in (asked | ({columns.context: "--context"} if columns.context else {})).items():
        if name not in row:
            has = ", ".join(map(str, row))
            raise UsageError(f"{place} has no column '{name}'; it has {has}; name the right ones with {option}")


def _text(value: Any, where: str) -> str:
    if value is None:
        return ""
    if not isinstance(value, str):
        raise RunError(f"{where} must hold text, got {value!r:.60}; name another column or convert it")
    return value
