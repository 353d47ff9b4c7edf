"""Parses of kept pairs, by which a student can be led to a form (paper, Section 3.4)."""

from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc

from builders.config import fingerprint
from builders.errors import RunError
from builders.journal import Stage, chosen_shards, run_shards
from builders.parsers.loading import load_parser, parser_identity

# What the journal keeps: both directions of a pair are trained on, and each has the tree of its own target.
TREES_SCHEMA = pa.schema([("id", pa.string()), ("source_tree", pa.string()), ("target_tree", pa.string())])
TARGET_TREE = TREES_SCHEMA.field("target_tree")
_CONFIG_SUFFIX = "-control"


def control_config(domain: str) -> str:
    """The name of a domain's configuration of pairs with the parse of the target."""
    return domain + _CONFIG_SUFFIX


def is_control(config_name: str) -> bool:
    """Whether a configuration of that name holds pairs with the parse of the target."""
    return config_name.endswith(_CONFIG_SUFFIX)


def trees_folder(pairs: Path) -> Path:
    """Where the trees of a stage of pairs lie."""
    return pairs / "trees"


@dataclass(frozen=True)
class _TreesJob:
    pairs: Stage
    parser: str
    trees: Stage


def trees_stage(pairs: Stage, parser: str, workers: int = 1, only: tuple[int, int] | None = None) -> Stage:
    """Parses the sentences of kept pairs, shard by shard, into `trees_folder(pairs.folder)`.

    Args:
        pairs: A finished stage of pairs.
        parser: As a recipe names it.
        workers: Processes.
        only: `(i, n)`: this process's part of the shards.

    Returns:
        The stage; rows of `TREES_SCHEMA` in the order of the pairs.
    """
    mark = fingerprint("trees", pairs.fingerprint, parser_identity(parser))
    description = {"stage": "trees", "parser": parser}
    trees = Stage(trees_folder(pairs.folder), mark, pairs.num_shards, description).open()
    missing = chosen_shards(trees.missing(), only)
    run_shards(_trees_shard, _TreesJob(pairs, parser, trees), missing, workers, f"parses, {pairs.folder.name}")
    return trees


def _trees_shard(job: _TreesJob, shard: int) -> None:
    pairs = job.pairs.read_table(shard)
    ids, sources, targets = (pairs[name].to_pylist() for name in ("id", "source", "target"))
    parsed = load_parser(job.parser)([*sources, *targets])  # asks for each distinct sentence once
    trees = zip(ids, parsed[: len(sources)], parsed[len(sources) :], strict=True)
    rows = [dict(zip(TREES_SCHEMA.names, row, strict=True)) for row in trees]
    job.trees.write_shard(shard, rows, TREES_SCHEMA, {"pairs": len(rows)})


def read_trees(rounds: list[Path]) -> pa.Table:
    """The trees of stages of pairs, rows of `TREES_SCHEMA`.

    Raises:
        RunError: A stage has none, or lacks some.
    """
    tables = []
    for folder in rounds:
        trees = Stage.load(trees_folder(folder))
        if lacking := trees.missing():
            shards = ", ".join(map(str, lacking))
            raise RunError(f"{trees.folder} lacks shard {shards}; run the stage that makes its pairs again")
        tables += [trees.read_table(shard).cast(TREES_SCHEMA) for shard in range(trees.num_shards)]
    return pa.concat_tables(tables)


def with_trees(pairs: pa.Table, trees: pa.Table) -> pa.Table:
    """The pairs with the column `target_tree`, or with all of the trees' columns.

    Args:
        pairs: With a column `id`.
        trees: With a column `id` too, and those to add; of a pair that several rounds have, each has the same.
    """
    places = pc.index_in(pairs["id"], value_set=trees["id"].combine_chunks())
    for name in trees.column_names:
        if name != "id":
            pairs = pairs.append_column(trees.field(name), trees[name].take(places))
    return pairs
