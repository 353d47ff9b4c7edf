"""What an NLI model says of every two sentences of a context, kept for several lists of critics that ask for it."""

from dataclasses import dataclass
from itertools import permutations
from pathlib import Path

import pyarrow as pa

from builders.config import fingerprint
from builders.critics.entailment import EntailmentMemo
from builders.journal import Stage, run_shards
from builders.models import model_identity

Answers = dict[tuple[str, str], float]  # (premise, hypothesis) -> the probability of entailment
_SCHEMA = pa.schema([("premise", pa.string()), ("hypothesis", pa.string()), ("entailment", pa.float64())])


@dataclass(frozen=True)
class _AnswersJob:
    samples: Stage
    model: str
    stage: Stage


def answers_stage(samples: Stage, model: str, folder: Path, workers: int = 1) -> Stage:
    """Asks the model about every ordered pair of a context's distinct sentences, shard by shard, into `folder`.

    A list of critics asks for fewer of them, but which ones depends on the list. Batches that are the same for all
    lists give all of them the same scores to the last bit.

    Args:
        samples: Of the teacher, whole.
        model: An NLI classifier.
        folder: Of the stage.
        workers: Processes.

    Returns:
        The stage, which has the shards of the samples; `read_answers` reads them.
    """
    mark = fingerprint("answers", samples.fingerprint, model_identity(model))
    stage = Stage(folder, mark, samples.num_shards, {"stage": "answers", "model": model}).open()
    job = _AnswersJob(samples, model, stage)
    run_shards(_answers_shard, job, stage.missing(), workers, "entailment of every two sentences")
    return stage


def read_answers(stage: Stage, shard: int) -> Answers:
    """The answers about one shard of the samples."""
    table = stage.read_table(shard)
    premises, hypotheses, probabilities = (table[name].to_pylist() for name in _SCHEMA.names)
    return dict(zip(zip(premises, hypotheses, strict=True), probabilities, strict=True))


def _answers_shard(job: _AnswersJob, shard: int) -> None:
    questions = [
        question
        for row in job.samples.read_shard(shard)
        for question in permutations(dict.fromkeys(row["sentences"]), 2)
    ]
    distinct = list(dict.fromkeys(questions))
    probabilities = EntailmentMemo(job.model).probabilities(distinct)
    rows = [
        {"premise": premise, "hypothesis": hypothesis, "entailment": probability}
        for (premise, hypothesis), probability in zip(distinct, probabilities, strict=True)
    ]
    job.stage.write_shard(shard, rows, _SCHEMA, {"answers": len(rows)})
