"""Sentence pairs that somebody has already, read as a stream: from the Hub, a folder, a file or two parallel files."""

import sys
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from itertools import islice
from typing import Any

from builders.errors import RunError, UsageError
from builders.opened_table import Opened
from builders.table_places import open_place

TREES = ("source_tree", "target_tree")  # bracketed parses, read where a table has them


@dataclass(frozen=True)
class PairColumns:
    """Which columns hold what.

    Args:
        source: Sentences.
        target: What was made of them.
        context: What pairs that belong together have in common; None takes the source for it.
        other_target: What holds the targets where there is no `target`; None where the columns were named.
    """

    source: str = "source"
    target: str = "target"
    context: str | None = None
    other_target: str | None = None

    @classmethod
    def read(cls, names: str | None, context: str | None = None) -> "PairColumns":
        """The columns that a command names as `source,target`; None takes these.

        These are also source and `reference` where there is no target, as in a file to evaluate on.

        Raises:
            UsageError: It names other than two.
        """
        if names is None:
            return cls(context=context, other_target="reference")
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
        texts: Starts to read source and target alone, some pairs at a time, which is many times as fast.
    """

    name: str
    identity: dict[str, Any]
    rows: Callable[[], Iterator[dict[str, Any]]]
    texts: Callable[[], Iterator[list[tuple[str, str]]]]


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
    names = filter(None, (columns.source, columns.target, columns.context))
    opened = open_place(place, split, config, names=set(names))
    columns = _with_target(opened, columns)
    identity = opened.identity | {"columns": [columns.source, columns.target, columns.context], "limit": limit}
    next(_rows(opened, columns))  # a wrong column is found before anything is written
    return PairTable(
        opened.name, identity, lambda: islice(_rows(opened, columns), limit), lambda: _texts(opened, columns, limit)
    )


def _with_target(opened: Opened, columns: PairColumns) -> PairColumns:
    """The columns, with the other one for the targets where the first row has that alone."""
    if columns.other_target is not None:
        first = next(opened.read([columns.source, columns.target]), {})
        if columns.target not in first and columns.other_target in first:
            return replace(columns, target=columns.other_target)
    return columns


def _rows(opened: Opened, columns: PairColumns) -> Iterator[dict[str, Any]]:
    number = -1
    named = {"source": columns.source, "target": columns.target} | {name: name for name in TREES}
    needed = [columns.source, columns.target, *([columns.context] if columns.context else [])]
    for number, row in enumerate(opened.read(needed, TREES)):
        if number == 0:
            _check_columns(opened.place, row, columns)
        where = f"{opened.place}, {opened.unit} {number + 1}"
        texts = {name: _text(row.get(column), f"{where}: column '{column}'") for name, column in named.items()}
        context = row.get(columns.context) if columns.context else None
        yield {"row": number, **texts, "context": "" if context is None else str(context)}
    if number < 0:
        split = f", split '{opened.identity['split']}'," if opened.identity.get("split") else ""
        raise RunError(f"{opened.place}{split} holds no rows; name a table of sentence pairs")


def _texts(opened: Opened, columns: PairColumns, limit: int | None) -> Iterator[list[tuple[str, str]]]:
    done = 0
    for batch in opened.read_batches([columns.source, columns.target]):
        size = min(len(next(iter(batch.values()))), sys.maxsize if limit is None else limit - done)
        sides = []
        for name in (columns.source, columns.target):
            values = batch.get(name, [None] * size)[:size]
            if not all(type(value) is str for value in values):
                where = (f"{opened.place}, {opened.unit} {done + i + 1}: column '{name}'" for i in range(size))
                values = [_text(value, place) for value, place in zip(values, where, strict=True)]
            sides.append(values)
        yield list(zip(*sides, strict=True))
        done += size
        if done == limit:
            return


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
