"""A table that was opened: its rows as a stream, and every failure of the library behind it in one line."""

import logging
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import islice
from typing import Any, TypeVar

from builders.errors import RunError, UsageError, one_line

T = TypeVar("T")
_BATCH = 1000  # rows


@dataclass(frozen=True)
class Opened:
    """A table that can be read.

    Args:
        place: As the user has named it.
        name: The last part of its place.
        identity: Its files by their content, or its commit on the Hub.
        rows: Rows by column name, read as they are asked for; each iteration starts anew.
        unit: What a row is to the user.
        narrowed: The same with `columns` alone, where that spares fetching the others: Parquet.
    """

    place: str
    name: str
    identity: dict[str, Any]
    rows: Iterable[Mapping[str, Any]]
    unit: str = "row"
    narrowed: Callable[..., Iterable[Mapping[str, Any]]] | None = None

    def read(self, columns: Iterable[str], also: Iterable[str] = ()) -> Iterator[Mapping[str, Any]]:
        """The rows from the first. Where columns are known beforehand, no others come.

        Args:
            columns: Those that are needed; where the table lacks one, rows come with all that they have.
            also: Those that are wanted where there are any.

        Raises:
            RunError: The table, or a row of it, cannot be read.
        """
        return self._read(list(columns), list(also), lambda rows: ((1, row) for row in rows))

    def read_batches(self, columns: Iterable[str]) -> Iterator[dict[str, list[Any]]]:
        """The same some rows at a time, by column, where that is many times as fast: whatever the library reads.

        Raises:
            RunError: The table, or a row of it, cannot be read.
        """
        return self._read(list(columns), [], _batches)

    def _read(
        self, columns: list[str], also: list[str], parts: Callable[[Any], Iterable[tuple[int, T]]]
    ) -> Iterator[T]:
        """What `parts` makes of the rows, each with the number of rows that it stands for."""
        done = 0
        try:
            with quiet_datasets():
                for rows, part in parts(self._narrow(columns, also)):
                    yield part
                    done += rows
        except (RunError, UsageError):
            raise
        except Exception as error:  # each format and the network fail in their own ways
            problem = f"{self.place} cannot be read after {done:,} {self.unit}s ({one_line(error)})"
            raise RunError(f"{problem}; correct the data, or check the network when it is on the Hub") from error

    def _narrow(self, columns: list[str], also: list[str]) -> Iterable[Mapping[str, Any]]:
        known = getattr(self.rows, "features", None) or {}
        if not all(name in known for name in columns):
            return self.rows  # what it lacks shows in its first row
        wanted = list(dict.fromkeys(name for name in [*columns, *also] if name in known))
        if self.narrowed is not None:
            return self.narrowed(columns=wanted)
        chosen: Iterable[Mapping[str, Any]] = self.rows.select_columns(wanted)  # type: ignore[attr-defined]
        return chosen


def _batches(rows: Any) -> Iterator[tuple[int, dict[str, list[Any]]]]:
    if hasattr(rows, "with_format"):  # a dataset of the library, in memory or a stream
        for table in rows.with_format("arrow").iter(batch_size=_BATCH):
            yield len(table), table.to_pydict()
        return
    remaining = iter(rows)
    while batch := list(islice(remaining, _BATCH)):
        names = dict.fromkeys(name for row in batch for name in row)  # a row of a JSONL file may lack a column
        yield len(batch), {name: [row.get(name) for row in batch] for name in names}


@contextmanager
def quiet_datasets() -> Iterator[None]:
    """Keeps the library from logging what becomes our one line."""
    from datasets.utils import logging as library_logging  # slow to import

    before = library_logging.get_verbosity()
    library_logging.set_verbosity(logging.CRITICAL)
    try:
        yield
    finally:
        library_logging.set_verbosity(before)


@contextmanager
def one_line_errors(problem: str, remedy: str) -> Iterator[None]:
    """Makes a RunError of whatever the library, the Hub or the network fails with."""
    try:
        yield
    except (RunError, UsageError):
        raise
    except Exception as error:  # the library's own kinds, the Hub's refusals and the network's
        raise RunError(f"{problem} ({one_line(error)}); {remedy}") from error
