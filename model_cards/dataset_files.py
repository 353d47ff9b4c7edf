"""What the Parquet files of a Hub-shaped dataset folder hold."""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow
import pyarrow.parquet
from datasets import DatasetInfo, Features, SplitDict, SplitInfo

from model_cards.run_folder import CardError

_SPLIT_FILE = re.compile(r"(?P<split>\w+)-\d{5}-of-\d{5}\.parquet")
_SPLIT_ORDER = ("train", "validation", "test")


@dataclass(frozen=True)
class DatasetConfig:
    """One config of a dataset repo: a folder with files for each split."""

    name: str
    splits: dict[str, tuple[Path, ...]]

    @property
    def files(self) -> tuple[Path, ...]:
        """The files of all splits."""
        return tuple(file for files in self.splits.values() for file in files)

    @property
    def rows(self) -> int:
        """Of all splits."""
        return sum(pyarrow.parquet.read_metadata(file).num_rows for file in self.files)

    @property
    def schema(self) -> pyarrow.Schema:
        """Columns and types, without the writer's metadata."""
        return pyarrow.parquet.read_schema(self.files[0])

    def info(self) -> DatasetInfo:
        """Features and sizes as the Hub's viewer and `load_dataset` read them from a card."""
        splits = SplitDict()
        for split, files in self.splits.items():
            footers = [pyarrow.parquet.read_metadata(file) for file in files]
            size = sum(footer.row_group(i).total_byte_size for footer in footers for i in range(footer.num_row_groups))
            splits.add(SplitInfo(name=split, num_bytes=size, num_examples=sum(footer.num_rows for footer in footers)))
        return DatasetInfo(
            features=Features.from_arrow_schema(self.schema),
            splits=splits,
            download_size=sum(file.stat().st_size for file in self.files),
            dataset_size=sum(split.num_bytes for split in splits.values()),
        )

    def sample(self, rows: int) -> list[dict[str, Any]]:
        """Rows spread evenly over the first split that has any."""
        for files in self.splits.values():
            tables = [pyarrow.parquet.ParquetFile(file) for file in files]
            total = sum(table.metadata.num_rows for table in tables)
            if total:
                return list(_rows(tables, _evenly(total, rows)))
        return []

    def spread(self, rows: int) -> list[tuple[str, dict[str, Any]]]:
        """Rows spread evenly over those of all splits, each with its split."""
        wanted, found, before = _evenly(self.rows, rows), [], 0
        for split, files in self.splits.items():
            tables = [pyarrow.parquet.ParquetFile(file) for file in files]
            total = sum(table.metadata.num_rows for table in tables)
            here = [index - before for index in wanted if before <= index < before + total]
            found += [(split, row) for row in _rows(tables, here)]
            before += total
        return found


def _evenly(total: int, rows: int) -> list[int]:
    """As many indices of a total, or all of it where there are fewer."""
    return sorted({(2 * index + 1) * total // (2 * rows) for index in range(rows)} if total else ())


def _rows(tables: Iterable[pyarrow.parquet.ParquetFile], wanted: Sequence[int]) -> Iterator[dict[str, Any]]:
    """Those of the files' rows, by ascending index; only the row groups that hold them are read, each once."""
    before = 0
    for table in tables:
        for group in range(table.num_row_groups):
            held = table.metadata.row_group(group).num_rows
            if here := [index - before for index in wanted if before <= index < before + held]:
                yield from table.read_row_group(group).take(here).to_pylist()
            before += held


def dataset_config(folder: Path, name: str) -> DatasetConfig | None:
    """A config of a dataset folder; None when it has no tables.

    Raises:
        CardError: A Parquet file cannot be read.
    """
    splits = _splits((folder / name).glob("*.parquet"))
    return DatasetConfig(name, splits) if splits else None


def dataset_configs(folder: Path, names: Iterable[str]) -> list[DatasetConfig]:
    """Those of the named configs that have tables.

    Raises:
        CardError: A Parquet file cannot be read.
    """
    return [config for name in names if (config := dataset_config(folder, name))]


def _splits(files: Iterable[Path]) -> dict[str, tuple[Path, ...]]:
    found: dict[str, list[Path]] = {}
    for file in sorted(files):
        if match := _SPLIT_FILE.fullmatch(file.name):
            try:
                pyarrow.parquet.read_metadata(file)
            except (OSError, pyarrow.ArrowInvalid) as error:
                raise CardError(f"{file} is no readable Parquet file; build the dataset again") from error
            found.setdefault(match["split"], []).append(file)
    order = [*_SPLIT_ORDER, *sorted(found.keys() - set(_SPLIT_ORDER))]
    return {split: tuple(found[split]) for split in order if split in found}
