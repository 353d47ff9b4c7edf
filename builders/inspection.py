"""One context of a run, found by its id: of round 0 judged anew, of a later one as the run's tables have it."""

import json
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq

from builders.config import from_mapping
from builders.critics.settings import CriticsConfig
from builders.errors import RunError, UsageError
from builders.files import check_run_folder
from builders.journal import Rows, Stage
from builders.judged_context import (
    Inspection,
    JudgedPair,
    by_reason,
    context_columns,
    judged_context,
    min_entailment,
)
from builders.judging import rejects_folder
from builders.token_batches import within_memory

_IDS_SHOWN = 5


def inspect(run: Path, context_id: str, round_number: int = 0) -> Inspection:
    """Looks at one context.

    Of round 0 its pairs are enumerated and judged anew; of a later one, whose student would have to be sampled again,
    the pairs are those of the run's tables.

    Args:
        run: The folder of a run.
        context_id: Or what it begins with, if no other does.
        round_number: 0 is the teacher's.

    Raises:
        UsageError: No context, or more than one, is called so.
        RunError: The run has no such round.
    """
    stage = Stage.load(_folder(run, "pairs", round_number))
    samples = Stage.load(_folder(run, "samples", round_number))
    shards, rows = _find(samples, context_id)
    found = rows[0]["context_id"]
    critics = from_mapping(CriticsConfig, stage.description["critics"], "critics")
    kept = _rows_of(stage, shards, found)
    if round_number == 0:
        return within_memory(partial(judged_context, rows, critics, kept))
    rejects = replace(stage, folder=rejects_folder(stage))
    return _read(rows[0], round_number, critics, kept or [], _rows_of(rejects, shards, found))


def _folder(run: Path, kind: str, round_number: int) -> Path:
    check_run_folder(run)
    folder = run / kind / f"round-{round_number}"
    if not (folder / "stage.json").is_file():
        there = sorted(path.parent.name.removeprefix("round-") for path in run.glob(f"{kind}/round-*/stage.json"))
        has = f"it has {', '.join(there)}" if there else "it has none yet; run 'impossible build' first"
        raise RunError(f"{run} has no {kind} of round {round_number}; {has}")
    return folder


def _find(samples: Stage, prefix: str) -> tuple[list[int], Rows]:
    """The shards and the rows of a context; the teacher may have drawn the same one twice."""
    found: dict[str, list[int]] = {}
    others: list[str] = []
    for shard in sorted({*range(samples.num_shards)} - {*samples.missing()}):
        for name in pq.read_table(samples.shard_path(shard), columns=["context_id"], partitioning=None)[0].to_pylist():
            if name.startswith(prefix):
                found.setdefault(name, []).append(shard)
            elif len(others) < _IDS_SHOWN:
                others.append(name)
    if prefix in found:
        found = {prefix: found[prefix]}
    if len(found) != 1:
        if found:
            problem, names = f"{len(found)} contexts begin with '{prefix}'", list(found)[:_IDS_SHOWN]
        else:
            problem, names = f"no context of the run is '{prefix}' or begins so", others
        raise UsageError(f"{problem}; some to choose from: {', '.join(names)}")
    [(name, shards)] = found.items()
    shards = list(dict.fromkeys(shards))
    return shards, _rows_of(samples, shards, name) or []


def _rows_of(stage: Stage, shards: list[int], context_id: str) -> Rows | None:
    """The rows of a context in some shards; None when the stage has not made them all."""
    if {*shards} & {*stage.missing()}:
        return None
    wanted = [("context_id", "==", context_id)]
    tables = [pq.read_table(stage.shard_path(shard), filters=wanted, partitioning=None) for shard in shards]
    return [row for table in tables for row in table.to_pylist()]


def _read(
    row: dict[str, Any], round_number: int, critics: CriticsConfig, kept: Rows, rejects: Rows | None
) -> Inspection:
    """The pairs of a later round, as the run's tables have them."""
    rows = [*kept, *(rejects or [])]
    sentences = list(dict.fromkeys([*(row["source"] for row in rows), *(row["target"] for row in rows)]))
    place = {sentence: i for i, sentence in enumerate(sentences)}
    columns = [name for name in (kept[0] if kept else {}) if isinstance(kept[0][name], float | int) and name != "round"]
    entailment, pairs = {}, []
    for found in rows:
        source, target = place[found["source"]], place[found["target"]]
        scores = json.loads(found["scores"]) if "reason" in found else {name: found[name] for name in columns}
        pairs.append(JudgedPair(source, target, found.get("reason"), scores))
        for key, places in (("entailment_forward", (source, target)), ("entailment_backward", (target, source))):
            if scores.get(key) is not None:
                entailment[places] = scores[key]
    return Inspection(
        context=context_columns(row),
        round_number=round_number,
        sampled=None,
        sentences=sentences,
        entailment=entailment,
        min_entailment=min_entailment(critics),
        pairs=by_reason(pairs, list(dict.fromkeys(pair.reason for pair in pairs if pair.reason))),
        knows_rejects=rejects is not None,
    )
