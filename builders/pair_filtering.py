"""A recipe's critics on pairs that somebody has already, as a stage: kept and dropped pairs, shard by shard."""

import json
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from builders.config import fingerprint, to_mapping
from builders.critics.screen_calibration import calibrated_once, needs_calibration
from builders.critics.settings import CriticsConfig, build_critics
from builders.errors import RunError
from builders.files import atomic_path, read_json, read_text, remove, write_json
from builders.filtering import Filtered, filter_pairs
from builders.journal import Rows, Stage, run_shards
from builders.judging import pairs_schema
from builders.pair_tables import PairTable
from builders.pairs import Pair
from builders.token_batches import BUDGET, within_memory

ROWS_PER_SHARD = 10_000  # a constant: a batch's composition shows in the last bits of its scores
# A run compares the pairs of 100 sentences (paper, 3.1). A table may have a million rows of one context, and what
# Algorithm 1 asks and holds grows with the square of the pairs that it compares.
ROWS_COMPARED = 100
NO_TEXT = "no_text"
_CALIBRATED_TOGETHER = 500

_TEXTS = [("source", pa.string()), ("target", pa.string()), ("context", pa.string())]
_ROW_SCHEMA = pa.schema([("row", pa.int64()), *_TEXTS, ("source_tree", pa.string()), ("target_tree", pa.string())])
_DROPPED_SCHEMA = pa.schema(
    [("row", pa.int64()), *_TEXTS, ("reason", pa.string()), ("scores", pa.string())]  # a JSON object, as of rejects
)
_KEPT_TEXTS = pa.schema([("row", pa.int64()), *_TEXTS])


@dataclass(frozen=True)
class FilteredTable:
    """What the critics made of a table.

    Args:
        kept: Rows with `row` (the number in the table, from 0), `source`, `target`, `context` and the critics' scores.
        dropped: The same texts with `reason` and `scores`, a JSON object.
    """

    kept: Stage
    dropped: Stage

    def counts(self) -> dict[str, int]:
        """The funnel: `candidates`, `dropped:REASON` each, `kept`, and what else the critics counted."""
        return self.kept.counts()


@dataclass(frozen=True)
class _Job:
    rows: Path
    critics: CriticsConfig
    kept: Stage
    dropped: Stage


def filter_table(table: PairTable, critics: CriticsConfig, folder: Path, workers: int = 1) -> FilteredTable:
    """Runs the critics over a table into `folder/kept` and `folder/dropped`; what is there already is not done again.

    The table is read once, into shards of `ROWS_PER_SHARD` rows that workers can share, which go when all are judged.
    Pairs of one context are compared in groups of `ROWS_COMPARED`, within their shard. A pair without a source or a
    target is dropped as `no_text`.

    Args:
        table: Somebody's pairs.
        critics: Settings.
        folder: Made when missing.
        workers: Processes.
    """
    read_mark = fingerprint("rows", table.identity, ROWS_PER_SHARD)
    mark = fingerprint("filtered", read_mark, critics.identity(), ROWS_COMPARED)
    finished = _finished(folder, mark)
    if finished:
        return finished
    rows = folder / ".rows"
    shards = _copy_rows(table, rows, read_mark)
    if needs_calibration(critics):
        critics = calibrated_once(critics, _some_pairs(rows, shards), read_mark, folder)
    description = {"stage": "filtered", "table": table.identity, "critics": to_mapping(critics)}
    kept, dropped = (Stage(folder / name, mark, shards, description).open() for name in ("kept", "dropped"))
    missing = sorted({*kept.missing(), *dropped.missing()})
    run_shards(_filter_shard, _Job(rows, critics, kept, dropped), missing, workers, "critics")
    remove(rows)
    return FilteredTable(kept, dropped)


def _finished(folder: Path, mark: str) -> FilteredTable | None:
    try:
        kept, dropped = (Stage.load(folder / name) for name in ("kept", "dropped"))
    except RunError:
        return None
    done = all(stage.fingerprint == mark and stage.complete for stage in (kept, dropped))
    return FilteredTable(kept, dropped) if done else None


def _copy_rows(table: PairTable, folder: Path, mark: str) -> int:
    """Writes the table as shards, all of them or none; returns their number."""
    record = folder / "rows.json"
    if record.is_file():
        found = read_json(read_text(record), str(record))
        if isinstance(found, dict) and found.get("fingerprint") == mark:
            return int(found["num_shards"])
    with atomic_path(folder) as partial:
        partial.mkdir(parents=True)
        shards = 0
        for shards, rows in enumerate(_blocks(table.rows()), start=1):
            pq.write_table(
                pa.Table.from_pylist(rows, schema=_ROW_SCHEMA), partial / _rows_name(shards - 1), compression="zstd"
            )
        write_json(partial / record.name, {"fingerprint": mark, "num_shards": shards})
    return shards


def _blocks(rows: Iterator[dict[str, Any]]) -> Iterator[list[dict[str, Any]]]:
    while block := list(islice(rows, ROWS_PER_SHARD)):
        yield block


def _rows_name(index: int) -> str:
    return f"rows-{index:05d}.parquet"


def _filter_shard(job: _Job, shard: int) -> None:
    rows = _read_rows(job.rows, shard)
    lacking = [row for row in rows if not _has_texts(row)]
    kept, dropped, found = within_memory(lambda: _judge_rows(rows, job.critics))
    dropped = sorted([*dropped, *(_dropped_row(row, NO_TEXT, {}) for row in lacking)], key=lambda row: row["row"])
    job.dropped.write_shard(shard, dropped, _DROPPED_SCHEMA, {"dropped": len(dropped)})
    drops = {NO_TEXT: len(lacking)} | found.dropped
    counts = {"candidates": len(rows)} | {f"dropped:{reason}": count for reason, count in drops.items()}
    counts |= {"kept": len(kept)} | found.measured | BUDGET.counts()
    job.kept.write_shard(shard, kept, kept_schema(job.critics), counts)


def _judge_rows(rows: Rows, critics: CriticsConfig) -> tuple[Rows, Rows, Filtered]:
    """The rows of kept and of dropped pairs, and what else the critics found."""
    judged, pairs = _pairs(rows)
    place = {id(pair): row for pair, row in zip(pairs, judged, strict=True)}  # two rows may hold the same texts
    found = filter_pairs(pairs, build_critics(critics))
    kept = [_kept_row(place[id(pair)], pair.scores) for pair in found.kept]
    return kept, [_dropped_row(place[id(pair)], reason, pair.scores) for pair, reason in found.rejects], found


def _read_rows(folder: Path, shard: int) -> Rows:
    return pq.read_table(folder / _rows_name(shard), partitioning=None).to_pylist()


def _has_texts(row: dict[str, Any]) -> bool:
    return bool(row["source"].strip() and row["target"].strip())


def _pairs(rows: Rows) -> tuple[Rows, list[Pair]]:
    """The rows that can be judged, and the pair of each."""
    judged = [row for row in rows if _has_texts(row)]
    pairs = [_pair(row) for row in judged]
    _group_contexts(pairs)
    return judged, pairs


def _some_pairs(folder: Path, shards: int) -> Iterator[list[Pair]]:
    """All pairs, some at a time: a context of such a table may hold only one."""
    for shard in range(shards):
        _, pairs = _pairs(_read_rows(folder, shard))
        for start in range(0, len(pairs), _CALIBRATED_TOGETHER):
            yield pairs[start : start + _CALIBRATED_TOGETHER]


def kept_schema(critics: CriticsConfig) -> pa.Schema:
    """The columns of kept pairs: the user's texts, the scores that DIMPLE or DIMSUM has, and all scores as JSON."""
    described = {*Pair.__dataclass_fields__, "id", "round"}
    scores = [field for field in pairs_schema(critics) if field.name not in described]
    return pa.schema([*_KEPT_TEXTS, *scores, ("scores", pa.string())])


def _pair(row: dict[str, Any]) -> Pair:
    trees = {name: row[name] for name in ("source_tree", "target_tree")}
    return Pair(row["source"], row["target"], context=row["context"] or row["source"], **trees)


def _group_contexts(pairs: list[Pair]) -> None:
    """Gives pairs of one context one id, and a new one after so many."""
    seen = Counter[str]()
    for pair in pairs:
        pair.context_id = fingerprint(pair.context, seen[pair.context] // ROWS_COMPARED)
        seen[pair.context] += 1


def _kept_row(row: dict[str, Any], scores: Any) -> dict[str, Any]:
    texts = {name: row[name] for name in _KEPT_TEXTS.names}
    return {**dict(scores), **texts, "scores": json.dumps(dict(scores))}


def _dropped_row(row: dict[str, Any], reason: str, scores: Any) -> dict[str, Any]:
    texts = {name: row[name] for name in _KEPT_TEXTS.names}
    return {**texts, "reason": reason, "scores": json.dumps(dict(scores))}
