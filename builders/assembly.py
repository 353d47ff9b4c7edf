"""From journalled pairs to a dataset: unique pairs, splits by passage, no training row that test holds too."""

import sys
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from hashlib import sha256
from pathlib import Path
from typing import Any

import datasets
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from builders.config import fingerprint
from builders.errors import ConfigError, RunError
from builders.files import is_disk_full, write_error
from builders.journal import Stage
from builders.randomness import key, pick
from builders.stage import complete_stage

SPLITS = {"train": 90, "validation": 5, "test": 5}  # per cent of the passages


@dataclass(frozen=True)
class Assembly:
    """The splits of one configuration, in canonical order, and how many rows were dropped on the way."""

    splits: dict[str, pa.Table]
    dropped_duplicates: int
    dropped_leaks: int


def split_of(passage_id: str) -> str:
    """The split that all pairs of a passage belong to, in every round."""
    draw = pick(key(0, "split", passage_id), 100)
    for name, share in SPLITS.items():
        if draw < share:
            return name
        draw -= share
    raise AssertionError("the shares of SPLITS sum to 100")


def assemble(pairs: pa.Table) -> Assembly:
    """Assembles scored pairs of any rounds, in any order, into splits.

    Args:
        pairs: Rows of `DIMPLE_SCHEMA` or `DIMSUM_SCHEMA`.

    Returns:
        Of rows with one id, the one with the lowest context_id (then the lowest round); training rows whose source or
        target also stands in test, on either side, are left out. Rows are ordered by round, context_id and id.
    """
    ordered = pairs.sort_by([("id", "ascending"), ("context_id", "ascending"), ("round", "ascending")])
    ids = ordered["id"].to_numpy()
    first = np.ones(len(ids), dtype=bool)
    first[1:] = ids[1:] != ids[:-1]
    unique = ordered.filter(pa.array(first))
    unique = unique.sort_by([("round", "ascending"), ("context_id", "ascending"), ("id", "ascending")])
    places = {passage: split_of(passage) for passage in unique["passage_id"].unique().to_pylist()}
    where = pa.array([places[passage] for passage in unique["passage_id"].to_pylist()], pa.string())
    splits = {name: unique.filter(pc.equal(where, name)) for name in SPLITS}
    train, test = splits["train"], splits["test"]
    held_out = pa.array({*test["source"].to_pylist(), *test["target"].to_pylist()}, pa.string())
    leaks = pc.or_(pc.is_in(train["source"], held_out), pc.is_in(train["target"], held_out))
    splits["train"] = train.filter(pc.invert(leaks))
    return Assembly(splits, len(ordered) - len(unique), len(train) - len(splits["train"]))


def code_fingerprint() -> str:
    """Changes with the code of this package: datasets' own cache does not notice an edit."""
    digest = sha256()
    for path in sorted(Path(__file__).parent.rglob("*.py")):
        digest.update(path.read_bytes())
    return digest.hexdigest()[:16]


@dataclass
class PairsConfig(datasets.BuilderConfig):
    """Which journalled pairs make a dataset configuration.

    Args:
        rounds: Folders of pairs stages (`RUN/pairs/round-0`, ...).
        workers: Processes for shards that are still missing.
    """

    rounds: tuple[str, ...] = ()
    workers: int = 1

    def __post_init__(self) -> None:
        super().__post_init__()
        if not self.rounds:
            raise ConfigError(f"configuration '{self.name}' needs rounds=[folders of pairs stages], got none")

    def create_config_id(self, config_kwargs: dict[str, Any], custom_features: Any = None) -> str:
        """The cache key: the configuration's name, what its rounds were made of, and this code."""
        marks = [Stage.load(Path(folder)).fingerprint for folder in self.rounds]
        return f"{self.name}-{fingerprint(marks, code_fingerprint())}"


class PairsBuilder(datasets.ArrowBasedBuilder):
    """Assembles journalled pairs; a missing shard is computed first, through the stage that would have made it."""

    VERSION = datasets.Version("1.0.0")
    BUILDER_CONFIG_CLASS = PairsConfig
    SCHEMA: pa.Schema
    DESCRIPTION: str

    @cached_property
    def assembly(self) -> Assembly:
        """The splits, with the counts of dropped rows.

        Raises:
            RunError: A round cannot be completed, or no pair survived the critics.
        """
        tables = []
        for folder in self.config.rounds:
            stage = complete_stage(Path(folder), self.config.workers)
            tables += [stage.read_table(shard) for shard in range(stage.num_shards)]
        pairs = pa.concat_tables([table.select(self.SCHEMA.names).cast(self.SCHEMA) for table in tables])
        if not len(pairs):
            remedy = "sample more contexts, raise k or loosen the critics"
            raise RunError(f"no pair of '{self.config.name}' survived the critics; {remedy}")
        return assemble(pairs)

    def download_and_prepare(self, *args: Any, **kwargs: Any) -> None:
        """As `datasets` documents it; what goes wrong is a `RunError`."""
        _ = self.assembly  # before datasets wraps what it raises
        bars = not datasets.are_progress_bars_disabled()
        if not sys.stderr.isatty():
            datasets.disable_progress_bars()
        try:
            super().download_and_prepare(*args, **kwargs)
        except (OSError, datasets.exceptions.DatasetGenerationError) as error:
            if is_disk_full(error) or isinstance(error, OSError):
                raise write_error(Path(self.cache_dir), error) from error
            raise
        finally:
            if bars:
                datasets.enable_progress_bars()

    def _info(self) -> datasets.DatasetInfo:
        features = datasets.Features.from_arrow_schema(self.SCHEMA)
        return datasets.DatasetInfo(description=self.DESCRIPTION, features=features)

    def _split_generators(self, dl_manager: Any) -> list[datasets.SplitGenerator]:
        # datasets cannot read back a split without rows, which a small run may well have
        tables = {name: table for name, table in self.assembly.splits.items() if len(table)}
        return [datasets.SplitGenerator(name=name, gen_kwargs={"table": table}) for name, table in tables.items()]

    def _generate_tables(self, table: pa.Table) -> Iterator[tuple[int, pa.Table]]:
        yield 0, table
