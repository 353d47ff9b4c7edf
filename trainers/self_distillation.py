"""Self-distillation: the student paraphrases fresh teacher sentences, and the critics judge it (paper, Section 3.3)."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from builders.config import fingerprint, to_mapping
from builders.critics.settings import CriticsConfig
from builders.domain import DomainConfig
from builders.errors import ConfigError
from builders.generation import Prompt
from builders.journal import Stage, chosen_shards, run_shards
from builders.judging import PairsStages, judge_shard
from builders.models import model_identity
from builders.pairs import Pair
from builders.randomness import key
from builders.sentences import Sentences, refusal_counts

from .student_sampling import StudentSampler


@dataclass(frozen=True, kw_only=True)
class SelfDistillationConfig:
    """How D_para, the released dataset, is made from a student and fresh contexts.

    Args:
        contexts: Fresh contexts that the teacher is sampled from.
        sentences_per_context: Teacher sentences of each context that the student is given.
        candidates: Student samples a sentence.
        temperature: Of the student.
        top_p: Nucleus of the student.
        max_new_tokens: Where a candidate that does not end is cut.
    """

    contexts: int
    sentences_per_context: int = 1  # more bring sentences of the same meaning, which the diversity filter drops again
    candidates: int = 10  # the authors' released code
    temperature: float = 0.7  # the authors' released code
    top_p: float = 0.9  # the authors' released code
    max_new_tokens: int = 100  # the authors' released code

    def __post_init__(self) -> None:
        for name in ("contexts", "sentences_per_context", "candidates", "max_new_tokens"):
            if getattr(self, name) < 1:
                raise ConfigError(f"{name} must be a whole number from 1, got {getattr(self, name)}")
        if not 0.0 <= self.temperature <= 5.0:
            raise ConfigError(f"temperature must lie in [0, 5], got {self.temperature}")
        if not 0.0 < self.top_p <= 1.0:
            raise ConfigError(f"top_p must lie in (0, 1], got {self.top_p}")


@dataclass(frozen=True)
class _CandidatesJob:
    samples: Stage
    student: str
    critics: CriticsConfig
    config: SelfDistillationConfig
    domain: DomainConfig
    round_number: int
    seed: int
    stages: PairsStages


def candidates_stage(
    samples: Stage,
    student: Path,
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
        the sources given to the student, "outputs" what it wrote, "candidates" the distinct qualified ones of it.
    """
    mark = fingerprint(
        "candidates",
        samples.fingerprint,
        model_identity(str(student)),
        critics.identity(),
        config,
        round_number,
        seed,
    )
    description = {
        "stage": "candidates",
        "critics": to_mapping(critics),
        "settings": to_mapping(config),
        "round": round_number,
        "seed": seed,
    }
    stages = PairsStages.open(Stage(folder, mark, samples.num_shards, description), keep_rejects)
    job = _CandidatesJob(samples, str(student), critics, config, domain, round_number, seed, stages)
    missing = chosen_shards(stages.missing(), only)
    run_shards(_candidates_shard, job, missing, workers, f"self-distillation, round {round_number}")
    return stages.pairs


def _candidates_shard(job: _CandidatesJob, shard: int) -> None:
    rows = job.samples.read_shard(shard)
    sources = _sources(job, rows)
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
        "sentences": len(sources),
        "outputs": sum(map(len, outputs)),
        **refusal_counts(refusals[output] for texts in outputs for output in texts),
    }
    judge_shard(job.stages, shard, candidates, job.critics, job.round_number, counts)


def _sources(job: _CandidatesJob, rows: list[dict[str, Any]]) -> dict[str, dict[str, Any]]:
    """The sentences for the student, each with its samples row; one that several contexts share is asked once."""
    sources: dict[str, dict[str, Any]] = {}
    for row in sorted(rows, key=lambda row: row["context_id"]):  # of equal pairs the lowest context_id wins
        fresh = [sentence for sentence in dict.fromkeys(row["sentences"]) if sentence not in sources]
        fresh.sort(key=lambda text: key(job.seed, "source", job.round_number, row["context_id"], text))
        sources.update(dict.fromkeys(fresh[: job.config.sentences_per_context], row))
    return sources
