"""Pair generation and filtering as a stage: one shard of teacher samples becomes one shard of scored pairs."""

import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from builders.answers import read_answers
from builders.config import fingerprint, from_mapping, to_mapping
from builders.critics.settings import CriticsConfig
from builders.errors import RunError
from builders.journal import Stage, chosen_shards, run_shards
from builders.judging import PairsStages, judge_shard
from builders.pairs import Pair, enumerate_candidates


@dataclass(frozen=True)
class _PairsJob:
    samples: Stage
    critics: CriticsConfig
    round_number: int
    stages: PairsStages
    answers: Stage | None


def pairs_stage(
    samples: Stage,
    critics: CriticsConfig,
    folder: Path,
    round_number: int = 0,
    workers: int = 1,
    only: tuple[int, int] | None = None,
    keep_rejects: bool = False,
    answers: Stage | None = None,
) -> Stage:
    """Enumerates and filters the pairs of the samples, shard by shard, into `folder`.

    Args:
        samples: Of the teacher; only the shards that are there are needed.
        critics: Settings.
        folder: Of the stage.
        round_number: 0 for pairs of the teacher.
        workers: Processes.
        only: `(i, n)`: this process's part of the shards.
        keep_rejects: Whether dropped pairs are written too, into `folder/rejects`.
        answers: What the critics' NLI model says of the samples, see `answers_stage`; else it is asked here.

    Returns:
        The stage; rows as in `pairs_schema`, counts as in the funnel.
    """
    asked = [answers.fingerprint] if answers else []  # in other batches, and so with other last bits
    mark = fingerprint("pairs", samples.fingerprint, critics.identity(), round_number, *asked)
    description = {
        "stage": "pairs",
        "samples": os.path.relpath(samples.folder, folder),
        "critics": to_mapping(critics),
        "round": round_number,
    }
    stages = PairsStages.open(Stage(folder, mark, samples.num_shards, description), keep_rejects)
    job = _PairsJob(samples, critics, round_number, stages, answers)
    run_shards(_pairs_shard, job, chosen_shards(stages.missing(), only), workers, f"pairs, round {round_number}")
    return stages.pairs


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


def candidates(samples: Stage, critics: CriticsConfig) -> Iterator[list[Pair]]:
    """The candidates of each context, in the order of the samples.

    Raises:
        RunError: A shard that is reached is not there yet.
    """
    missing = {*samples.missing()}
    for shard in range(samples.num_shards):
        if shard in missing:
            remedy = "run 'impossible sample' for every part first, or set screen.layer and screen.threshold"
            raise RunError(f"the screen is calibrated on {samples.shard_path(shard)}, which is not there yet; {remedy}")
        yield from _shard_candidates(samples.read_shard(shard), critics)


def _shard_candidates(rows: list[dict[str, Any]], critics: CriticsConfig) -> Iterator[list[Pair]]:
    return (list(enumerate_candidates(row, critics.symmetric)) for row in rows)


def _pairs_shard(job: _PairsJob, shard: int) -> None:
    rows = job.samples.read_shard(shard)
    counts = {"contexts": len(rows), "sentences": sum(len(set(row["sentences"])) for row in rows)}
    stage = job.answers
    answers = {stage.description["model"]: read_answers(stage, shard)} if stage else None
    judge_shard(
        job.stages,
        shard,
        lambda: _shard_candidates(rows, job.critics),
        job.critics,
        job.round_number,
        counts,
        both_orders=job.critics.symmetric,
        answers=answers,
    )
