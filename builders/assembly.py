"""From scored pairs to splits: unique pairs, parted by passage, no training row that test holds too."""

from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from builders.randomness import key, pick

SPLITS = {"train": 90, "validation": 5, "test": 5}  # per cent of the passages


@dataclass(frozen=True)
class Assembly:
    """The splits of one configuration, in canonical order, and how many rows were dropped on the way."""

    splits: dict[str, pa.Table]
    dropped_duplicates: int
    dropped_near_duplicates: int
    dropped_leaks: int


def split_of(passage_id: str) -> str:
    """The split that all pairs of a passage belong to, in every round."""
    draw = pick(key(0, "split", passage_id), 100)
    for name, share in SPLITS.items():
        if draw < share:
            return name
        draw -= share
    raise AssertionError("the shares of SPLITS sum to 100")


def assemble(pairs: pa.Table, near_duplicates: pa.Array | None = None) -> Assembly:
    """Assembles scored pairs of any rounds, in any order, into splits.

    Args:
        pairs: Rows of `DIMPLE_SCHEMA` or `DIMSUM_SCHEMA`, or those of their columns that tell pairs apart.
        near_duplicates: Ids that `deduplication_stage` dropped.

    Returns:
        Of rows with one id, the one with the lowest context_id (then the lowest round), unless it is a near-duplicate;
        training rows whose source or target also stands in test, on either side, are left out. Rows are ordered by
        round, context_id and id.
    """
    ordered = pairs.sort_by([("id", "ascending"), ("context_id", "ascending"), ("round", "ascending")])
    ids = ordered["id"].to_numpy()
    first = np.ones(len(ids), dtype=bool)
    first[1:] = ids[1:] != ids[:-1]
    unique = ordered.filter(pa.array(first))
    dropped_duplicates = len(ordered) - len(unique)
    if near_duplicates is not None:
        unique = unique.filter(pc.invert(pc.is_in(unique["id"], near_duplicates)))
    dropped_near_duplicates = len(ordered) - dropped_duplicates - len(unique)
    unique = unique.sort_by([("round", "ascending"), ("context_id", "ascending"), ("id", "ascending")])
    places = {passage: split_of(passage) for passage in unique["passage_id"].unique().to_pylist()}
    where = pa.array([places[passage] for passage in unique["passage_id"].to_pylist()], pa.string())
    splits = {name: unique.filter(pc.equal(where, name)) for name in SPLITS}
    train, test = splits["train"], splits["test"]
    held_out = pa.array({*test["source"].to_pylist(), *test["target"].to_pylist()}, pa.string())
    leaks = pc.or_(pc.is_in(train["source"], held_out), pc.is_in(train["target"], held_out))
    splits["train"] = train.filter(pc.invert(leaks))
    return Assembly(splits, dropped_duplicates, dropped_near_duplicates, len(train) - len(splits["train"]))
