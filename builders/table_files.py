"""Files whose lines are rows: text, JSONL, headless TSV and two parallel files. Each mistake in one names the line."""

import gzip
import json
import zlib
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from itertools import zip_longest
from pathlib import Path
from typing import Any, ClassVar

from builders.errors import RunError
from builders.files import read_json


@dataclass(frozen=True)
class TextRows:
    """A text file: a row a line."""

    path: Path
    column: ClassVar[str] = "text"  # as `datasets` has it

    def __iter__(self) -> Iterator[dict[str, str]]:
        return ({self.column: line} for line in _lines(self.path))


@dataclass(frozen=True)
class JsonRows:
    """A JSONL file. A column may hold values of several types, and a row may lack it."""

    path: Path

    def __iter__(self) -> Iterator[dict[str, Any]]:
        for number, line in enumerate(_lines(self.path), start=1):
            where = f"{self.path}, line {number}"
            if not line.strip():
                raise RunError(f"{where} is empty; remove the line")
            row = read_json(line, where)
            if not isinstance(row, dict):
                raise RunError(f"{where} must hold columns by name, got {json.dumps(row)[:60]}; correct it")
            yield row


@dataclass(frozen=True)
class HeadlessRows:
    """A TSV file whose first line is a row: source, target and, where there is a third cell, exemplar.

    Lines without text are left out; a cell that is empty or missing is None.
    """

    path: Path
    columns: ClassVar[tuple[str, ...]] = ("source", "target", "exemplar")

    def __iter__(self) -> Iterator[dict[str, str | None]]:
        for number, line in enumerate(_lines(self.path), start=1):
            cells = line.split("\t")
            if len(cells) > len(self.columns):
                problem = f"{self.path}, line {number}: {len(cells)} columns, of source, target and exemplar at most"
                raise RunError(f"{problem}; name columns of the first line (--columns), or call one of them 'source'")
            if line.strip():
                yield {
                    name: cell or None
                    for name, cell in zip_longest(self.columns[: max(2, len(cells))], cells)  # a target may be missing
                }


@dataclass(frozen=True)
class ParallelRows:
    """Two text files in which equal lines belong together."""

    sources: Path
    targets: Path

    def __iter__(self) -> Iterator[dict[str, str]]:
        pairs = zip_longest(_lines(self.sources), _lines(self.targets))
        for number, (source, target) in enumerate(pairs, start=1):
            if source is None or target is None:
                shorter, longer = (self.sources, self.targets) if source is None else (self.targets, self.sources)
                problem = f"{shorter} ends before line {number} of {longer}"
                raise RunError(f"{problem}; lines of one number must belong together")
            yield {"source": source, "target": target}


def starts_as_json(path: Path) -> bool:
    """Whether the first character of a text file is that of a JSON row."""
    return _first_line(path).lstrip().startswith("{")


def starts_as_array(path: Path) -> bool:
    """Whether the first character of a text file is that of a JSON array."""
    return _first_line(path).lstrip().startswith("[")


def has_head(path: Path, names: Collection[str]) -> bool:
    """Whether a cell of the first line of a TSV file is one of these names of columns."""
    return any(cell in names for cell in _first_line(path).split("\t"))


def _first_line(path: Path) -> str:
    """The first line with text; "" where there is none."""
    try:
        return next((line for line in _lines(path) if line.strip()), "")
    except (OSError, EOFError, zlib.error, RunError):  # reading it will say so
        return ""


def _lines(path: Path) -> Iterator[str]:
    with gzip.open(path) if path.suffix == ".gz" else path.open("rb") as file:
        for number, line in enumerate(file, start=1):
            try:
                text = line.decode("utf-8-sig" if number == 1 else "utf-8")
            except UnicodeDecodeError as error:
                where = f"line {number}, byte 0x{line[error.start]:02x}"
                raise RunError(f"{path} is not UTF-8 text ({where}); save it as UTF-8 and run again") from None
            yield text.removesuffix("\n").removesuffix("\r")
