"""Self-distillation: the student paraphrases fresh teacher sentences, and the critics judge it (paper, Section 3.3)."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from builders.config import fingerprint, to_mapping
from builders.critics.settings import CriticsConfig
from builders.domain import DomainConfig
from builders.generation import Prompt
from builders.journal import Stage, chosen_shards, run_shards
from builders.judging import PairsStages, judge_shard
from builders.models import model_identity
from builders.pairs import Pair
from builders.randomness import key
from builders.sentences import Sentences, refusal_counts

from .known_sentences import known_sentences, stands_in
from .self_distillation_config import SelfDistillationConfig
from .student_sampling import StudentSampler


@dataclass(frozen=True)
class _CandidatesJob:
    samples: Stage
    student: str
    earlier: tuple[Stage, ...]
    critics: CriticsConfig
    config: SelfDistillationConfig
    domain: DomainConfig
    round_number: int
    seed: int
    stages: PairsStages


def candidates_stage(
    samples: Stage,
    student: Path,
    earlier: Sequence[Stage],
    critics: CriticsConfig,
    config: SelfDistillationConfig,
    domain: DomainConfig,
    folder: Path,
    round_number: int,
    seed: int,
    workers: int = 1,
    only: tuple[int, int] | None = None,
    keep_rejects: bool = False,
) -> Stage:
    """Samples the student on the teacher's sentences and filters the pairs, shard by shard, into `folder`.

    Args:
        samples: Of the teacher, from contexts that no earlier round has seen.
        student: The model of the round before.
        earlier: The pairs of all rounds before; no sentence of theirs is a source again.
        critics: Settings, the same as for the teacher's pairs.
        config: Settings of the student's sampling.
        domain: Of the samples; its rules say which outputs qualify.
        folder: Of the stage.
        round_number: 1 or more.
        seed: Of the run.
        workers: Processes.
        only: `(i, n)`: this process's part of the shards.
        keep_rejects: Whether dropped pairs are written too, into `folder/rejects`.

    Returns:
        The stage; rows as `pairs_stage` writes them, with the context of the source, and its counts: "sentences" are
        the sources given to the student, "known" the teacher's sentences that earlier rounds hold, "outputs" what the
        student wrote, "candidates" the distinct qualified ones of it.

    Raises:
        ConfigError: The critics measure nothing that `config.select` could go by.
    """
    if config.select != "all":
        critics = critics.with_selection(config.select)
    made_of = [samples.fingerprint, model_identity(str(student)), [stage.fingerprint for stage in earlier]]
    settings = {name: value for name, value in to_mapping(config).items() if name not in ("rounds", "train_from")}
    mark = fingerprint("candidates", made_of, critics.identity(), settings, round_number, seed)
    description = {
        "stage": "candidates",
        "critics": to_mapping(critics),
        "settings": settings,
        "round": round_number,
        "seed": seed,
    }
    stages = PairsStages.open(Stage(folder, mark, samples.num_shards, description), keep_rejects)
    job = _CandidatesJob(samples, str(student), tuple(earlier), critics, config, domain, round_number, seed, stages)
    missing = chosen_shards(stages.missing(), only)
    run_shards(_candidates_shard, job, missing, workers, f"self-distillation, round {round_number}")
    return stages.pairs


def _candidates_shard(job: _CandidatesJob, shard: int) -> None:
    rows = job.samples.read_shard(shard)
    known = known_sentences(job.earlier)
    sources, repeated = _sources(job, rows, known)
    prompts = [
        Prompt(sentence, key(job.seed, "student", job.round_number, row["context_id"], sentence))
        for sentence, row in sources.items()
    ]
    config = job.config
    student = StudentSampler(job.student, config.max_new_tokens)
    outputs = student.sample(prompts, config.candidates, config.temperature, config.top_p)

    sentences = Sentences(job.domain.sentences, job.domain.banned)
    refusals = {output: sentences.refusal(output) for texts in outputs for output in texts}

    def candidates() -> Iterator[list[Pair]]:
        for (sentence, row), texts in zip(sources.items(), outputs, strict=True):
            place = row["context"], row["context_id"], row["passage_id"], row["domain"]
            yield [Pair(sentence, output, *place) for output in dict.fromkeys(texts) if refusals[output] is None]

    counts = {
        "contexts": len(rows),
        "known": repeated,
        "sentences": len(sources),
        "outputs": sum(map(len, outputs)),
        **refusal_counts(refusals[output] for texts in outputs for output in texts),
    }
    judge_shard(job.stages, shard, candidates, job.critics, job.round_number, counts)


def _sources(
    job: _CandidatesJob, rows: list[dict[str, Any]], known: np.ndarray
) -> tuple[dict[str, dict[str, Any]], int]:
    """The sentences for the student, each with its samples row, and how many others earlier rounds hold.

    A sentence that several contexts share is asked once.
    """
    sources: dict[str, dict[str, Any]] = {}
    repeated: set[str] = set()
    for row in sorted(rows, key=lambda row: row["context_id"]):  # of equal pairs the lowest context_id wins
        distinct = list(dict.fromkeys(row["sentences"]))
        is_known = stands_in(known, distinct)
        repeated.update(sentence for sentence, stands in zip(distinct, is_known, strict=True) if stands)
        fresh = [sentence for sentence in distinct if sentence not in sources and sentence not in repeated]
        fresh.sort(key=lambda text: key(job.seed, "source", job.round_number, row["context_id"], text))
        sources.update(dict.fromkeys(fresh[: job.config.sentences_per_context], row))
    return sources, len(repeated)
