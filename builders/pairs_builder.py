"""The datasets builder of journalled pairs.

Each dataset has the configuration of its pairs, named like their domain, and beside it that of their preference rows;
with a parser of the targets also one that adds their parses.
"""

import sys
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from hashlib import sha256
from pathlib import Path
from typing import Any

import datasets
import pyarrow as pa
import pyarrow.compute as pc

from builders.assembly import Assembly, assemble
from builders.config import fingerprint
from builders.control import TARGET_TREE, is_control, read_trees, trees_folder, with_trees
from builders.errors import ConfigError, RunError
from builders.files import is_disk_full, write_error
from builders.journal import Stage
from builders.preference import (
    JOURNAL_SCHEMA,
    PREFERENCE_SCHEMA,
    is_preference,
    preference_folder,
    preference_splits,
)
from builders.stage import complete_stage

_TOLD_APART_BY = ("id", "source", "target", "context_id", "passage_id", "round")


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
        deduplication: Folder of the deduplication stage of these rounds, whose dropped pairs are left out.
        workers: Processes for shards that are still missing.
    """

    rounds: tuple[str, ...] = ()
    deduplication: str | None = None
    workers: int = 1

    def __post_init__(self) -> None:
        super().__post_init__()
        if not self.rounds:
            raise ConfigError(f"configuration '{self.name}' needs rounds=[folders of pairs stages], got none")

    def create_config_id(self, config_kwargs: dict[str, Any], custom_features: Any = None) -> str:
        """The cache key: the configuration's name, what its rounds were made of, and this code."""
        folders = [*self.rounds, *([self.deduplication] if self.deduplication else [])]
        folders += [str(trees_folder(Path(folder))) for folder in self.rounds] if is_control(self.name) else []
        marks = [Stage.load(Path(folder)).fingerprint for folder in folders]
        return f"{self.name}-{fingerprint(marks, code_fingerprint())}"


class PairsBuilder(datasets.ArrowBasedBuilder):
    """Assembles journalled pairs; a missing shard is computed first, through the stage that would have made it.

    A configuration named `<domain>-preference` holds the preference rows of the pairs of `<domain>`, one named
    `<domain>-control` the pairs with the parse of each target.
    """

    VERSION = datasets.Version("1.0.0")
    BUILDER_CONFIG_CLASS = PairsConfig
    SCHEMA: pa.Schema
    DESCRIPTION: str

    @cached_property
    def assembly(self) -> Assembly:
        """The splits of the pairs, with the counts of dropped rows; for preference rows without context and scores.

        Raises:
            RunError: A round cannot be completed, the deduplication is of other rounds, or no pair survived.
        """
        schema = pa.schema([self.SCHEMA.field(name) for name in _TOLD_APART_BY]) if self.is_preference else self.SCHEMA
        tables = []
        for folder in self.config.rounds:
            stage = complete_stage(Path(folder), self.config.workers)
            tables += [stage.read_table(shard).select(schema.names).cast(schema) for shard in range(stage.num_shards)]
        pairs = pa.concat_tables(tables)
        if not len(pairs):
            remedy = "sample more contexts, raise k or loosen the critics"
            raise RunError(f"no pair of '{self.config.name}' survived the critics; {remedy}")
        return assemble(pairs, self._near_duplicates())

    @cached_property
    def tables(self) -> dict[str, pa.Table]:
        """What this configuration's splits hold: pairs, or preference rows, of which there may be none.

        Raises:
            RunError: As `assembly`, or the preference rows or parses of a round are missing.
        """
        splits = self.assembly.splits
        if is_control(self.config.name):
            trees = read_trees([Path(folder) for folder in self.config.rounds]).drop_columns("source_tree")
            return {name: with_trees(table, trees) for name, table in splits.items()}
        return self.preference_tables() if self.is_preference else splits

    def preference_tables(self, since: int = 0) -> dict[str, pa.Table]:
        """The preference rows of released pairs of round `since` and later ones, by split; there may be none.

        Raises:
            RunError: As `assembly`, or the preference rows of a round are missing.
        """
        journals = [Stage.load(preference_folder(Stage.load(Path(folder)))) for folder in self.config.rounds]
        for journal in journals:
            if lacking := journal.missing():
                shards = ", ".join(map(str, lacking))
                raise RunError(f"{journal.folder} lacks shard {shards}; run the stage that makes its pairs again")
        tables = [journal.read_table(shard) for journal in journals for shard in range(journal.num_shards)]
        rows = pa.concat_tables([table.cast(JOURNAL_SCHEMA) for table in tables])
        return preference_splits(self.assembly.splits, rows.filter(pc.greater_equal(rows["round"], since)))

    @property
    def is_preference(self) -> bool:
        """Whether this configuration holds preference rows, not pairs."""
        return is_preference(self.config.name)

    def _near_duplicates(self) -> pa.Array | None:
        if self.config.deduplication is None:
            return None
        stage = Stage.load(Path(self.config.deduplication))
        rounds = [Stage.load(Path(folder)).fingerprint for folder in self.config.rounds]
        if stage.missing() or stage.description.get("rounds") != rounds:
            raise RunError(f"{stage.folder} is unfinished or of other rounds; run the deduplication of these rounds")
        return stage.read_table(0)["id"].combine_chunks()

    def download_and_prepare(self, *args: Any, **kwargs: Any) -> None:
        """As `datasets` documents it; what goes wrong is a `RunError`."""
        if not any(map(len, self.tables.values())):  # and what goes wrong goes wrong before datasets wraps it
            raise RunError(f"'{self.config.name}' has no rows; keep more pairs, or sample more sentences a context")
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
        schema = PREFERENCE_SCHEMA if self.is_preference else self.SCHEMA
        schema = schema.append(TARGET_TREE) if is_control(self.config.name) else schema
        features = datasets.Features.from_arrow_schema(schema)
        return datasets.DatasetInfo(description=self.DESCRIPTION, features=features)

    def _split_generators(self, dl_manager: Any) -> list[datasets.SplitGenerator]:
        # datasets cannot read back a split without rows, which a small run may well have
        tables = {name: table for name, table in self.tables.items() if len(table)}
        return [datasets.SplitGenerator(name=name, gen_kwargs={"table": table}) for name, table in tables.items()]

    def _generate_tables(self, table: pa.Table) -> Iterator[tuple[int, pa.Table]]:
        yield 0, table
