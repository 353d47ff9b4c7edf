"""Pair generation and filtering as a stage: one shard of teacher samples becomes one shard of scored pairs."""

import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow as pa

from builders.config import fingerprint, from_mapping, to_mapping
from builders.critics.settings import CriticsConfig, build_critics
from builders.errors import RunError
from builders.filtering import filter_pairs, funnel
from builders.journal import Stage, chosen_shards, run_shards
from builders.models import model_identity
from builders.named import code_identity
from builders.pairs import DIMPLE_SCHEMA, DIMSUM_SCHEMA, enumerate_pairs, enumerate_unordered_pairs, pair_rows


@dataclass(frozen=True)
class _PairsJob:
    samples: Stage
    critics: CriticsConfig
    round_number: int
    stage: Stage


def pairs_schema(critics: CriticsConfig) -> pa.Schema:
    """The columns of the pairs that these critics keep: DIMPLE's or DIMSUM's."""
    return DIMSUM_SCHEMA if critics.is_summary else DIMPLE_SCHEMA


def critics_identity(critics: CriticsConfig) -> list[Any]:
    """What a fingerprint needs to know of the critics: their settings, and models and parsers by their content."""
    settings = to_mapping(critics)
    for entry in settings:
        for values in entry.values():
            if values.get("model") is not None:
                values["model"] = model_identity(values["model"])
            if "parser" in values:
                values["parser"] = code_identity("parser", values["parser"])
    return settings


def pairs_stage(
    samples: Stage,
    critics: CriticsConfig,
    folder: Path,
    round_number: int = 0,
    workers: int = 1,
    only: tuple[int, int] | None = None,
) -> Stage:
    """Enumerates and filters the pairs of the samples, shard by shard, into `folder`.

    Args:
        samples: Of the teacher; only the shards that are there are needed.
        critics: Settings.
        folder: Of the stage.
        round_number: 0 for pairs of the teacher.
        workers: Processes.
        only: `(i, n)`: this process's part of the shards.

    Returns:
        The stage; rows as in `pairs_schema`, counts as in `funnel`.
    """
    mark = fingerprint("pairs", samples.fingerprint, critics_identity(critics), round_number)
    description = {
        "stage": "pairs",
        "samples": os.path.relpath(samples.folder, folder),
        "critics": to_mapping(critics),
        "round": round_number,
    }
    stage = Stage(folder, mark, samples.num_shards, description).open()
    job = _PairsJob(samples, critics, round_number, stage)
    run_shards(_pairs_shard, job, chosen_shards(stage.missing(), only), workers, f"pairs, round {round_number}")
    return stage


def complete_stage(folder: Path, workers: int = 1) -> Stage:
    """The pairs stage in `folder`, after computing the shards that it lacks.

    Raises:
        RunError: There is no stage, or it lacks shards and was not made by `pairs_stage`.
    """
    stage = Stage.load(folder)
    if stage.complete:
        return stage
    made = stage.description
    if made.get("stage") != "pairs":
        lacking = ", ".join(map(str, stage.missing()))
        raise RunError(f"{folder} lacks shard {lacking} of {stage.num_shards}; run the stage that makes it again")
    samples = Stage.load((folder / made["samples"]).resolve())
    critics = from_mapping(CriticsConfig, made["critics"], "critics")
    return pairs_stage(samples, critics, folder, made["round"], workers)


def _pairs_shard(job: _PairsJob, shard: int) -> None:
    rows = job.samples.read_shard(shard)
    ordered = job.critics.is_summary
    enumerate_row = enumerate_pairs if ordered else enumerate_unordered_pairs
    candidates = [pair for row in rows for pair in enumerate_row(row)]
    kept, dropped = filter_pairs(candidates, build_critics(job.critics, both_orders=not ordered))
    sentences = sum(len(set(row["sentences"])) for row in rows)
    counts = funnel(len(rows), sentences, len(candidates), dropped, len(kept))
    schema = pairs_schema(job.critics)
    job.stage.write_shard(shard, pair_rows(kept, job.round_number, schema), schema, counts)
