"""Outputs in a table, for whoever scores them and whoever has them rated."""

import json
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from builders.errors import RunError, UsageError
from builders.files import atomic_path
from builders.table_places import open_place

_OPTIONS = {"split": "a file of one", "config": "a folder of its own"}


def output_rows(place: str) -> Iterator[tuple[str, str]]:
    """Each row's source and output, without the space around them. An empty output is one.

    Args:
        place: A table with the columns `source` and `output`.

    Raises:
        UsageError: It lacks a column.
        RunError: It cannot be read, or a row has no source or no output.
    """
    opened = open_place(place, None, None, _OPTIONS, names=("output",))
    for number, row in enumerate(opened.read(["source", "output"]), start=1):
        for column in ("source", "output"):
            if column not in row:
                raise UsageError(f"{place} has no column '{column}'; it has {', '.join(map(str, row))}; rename one")
        yield checked_output(row["source"], row["output"], f"{place}, {opened.unit} {number}")


def checked_output(source: object, output: object, where: str) -> tuple[str, str]:
    """A source and its output, without the space around them.

    Raises:
        RunError: It has no source, or no output. An empty output is one.
    """
    for name, text in (("source", source), ("output", output)):
        if not isinstance(text, str) or (name == "source" and not text.strip()):
            raise RunError(f"{where}: the {name} must be a text, got {text!r:.60}; correct the row")
    return str(source).strip(), str(output).strip()


def write_outputs(path: Path, rows: Sequence[Mapping[str, Any]], outputs: Sequence[str]) -> None:
    """Writes a benchmark's rows, each with its `output`, as JSONL that `output_rows` reads, whole or not at all."""
    shown = zip(rows, outputs, strict=True)
    lines = (json.dumps({**row, "output": output}, ensure_ascii=False) for row, output in shown)
    with atomic_path(path) as partial:
        partial.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")
