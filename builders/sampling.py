"""Teacher samples: contexts, then the next sentence of each many times over (paper, Section 3.1 and A.1)."""

from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pyarrow as pa

from builders.config import fingerprint, to_mapping
from builders.contexts import Context, draw_contexts, read_contexts
from builders.errors import ConfigError, one_line
from builders.generation import Prompt, positions, sample_continuations
from builders.journal import Stage, chosen_shards, run_shards
from builders.models import load_causal_lm, model_identity
from builders.randomness import key
from builders.sampling_config import SamplingConfig
from builders.sentences import first_sentence, first_sentence_done, qualified

SAMPLES_SCHEMA = pa.schema(
    [
        ("context_id", pa.string()),
        ("passage_id", pa.string()),
        ("domain", pa.string()),
        ("context", pa.string()),
        ("sentences", pa.list_(pa.string())),
        ("teacher", pa.string()),
        ("seed", pa.int64()),
    ]
)


@dataclass(frozen=True)
class _SamplingJob:
    config: SamplingConfig
    seed: int
    round_name: str
    stage: Stage


def sample_stage(
    config: SamplingConfig,
    seed: int,
    folder: Path,
    round_name: str,
    workers: int = 1,
    k: int | None = None,
    only: tuple[int, int] | None = None,
) -> Stage:
    """Samples the teacher, shard by shard, into `folder`; shards that are there already are kept.

    Args:
        config: Settings.
        seed: Of the run.
        folder: Of the stage.
        round_name: Part of every draw, so that another round's contexts are fresh ones.
        workers: Processes.
        k: Next sentences a context, if not the configuration's.
        only: `(i, n)`: this process's part of the shards.

    Returns:
        The stage; rows as in `SAMPLES_SCHEMA`, one a context.
    """
    config = config if k is None else replace(config, k=k)
    count, text = config.contexts, ""
    if config.contexts_file is not None:
        contexts = _contexts_of_file(config)
        count, text = len(contexts), fingerprint(contexts)
    settings = to_mapping(replace(config, teacher="", contexts_file=None))
    _check_teacher(config)
    mark = fingerprint("samples", settings, model_identity(config.teacher), text, seed, round_name)
    description = {"stage": "samples", "settings": to_mapping(config), "seed": seed, "round_name": round_name}
    stage = Stage(folder, mark, -(-count // config.contexts_per_shard), description).open()
    job = _SamplingJob(config, seed, round_name, stage)
    run_shards(_sample_shard, job, chosen_shards(stage.missing(), only), workers, f"sampling ({round_name})")
    return stage


def _check_teacher(config: SamplingConfig) -> None:
    model, tokenizer = load_causal_lm(config.teacher)
    for name in ("context_tokens", "sentence_tokens"):
        given, room = getattr(config, name), positions(model)
        if given >= room:
            raise ConfigError(f"{name} must be below the {room} positions of {config.teacher}, got {given}")
    probes = [Prompt("", 0), Prompt("Profit rose.", 1)]
    try:
        sample_continuations(
            model, tokenizer, probes, num_return=2, temperature=1.0, top_p=0.9, max_new_tokens=2, is_done=qualified
        )
    except Exception as error:  # each kind fails in its own way: Mamba, for one, has no attention to cache
        remedy = "name a decoder-only transformer such as gpt2-xl"
        raise ConfigError(f"teacher '{config.teacher}' cannot be sampled: {one_line(error)}; {remedy}") from error


def _contexts_of_file(config: SamplingConfig) -> list[Context]:
    return read_contexts(Path(str(config.contexts_file)), config.domain, config.min_sentences)


def _sample_shard(job: _SamplingJob, shard: int) -> None:
    config = job.config
    first = shard * config.contexts_per_shard
    if config.contexts_file is not None:
        contexts = dict(enumerate(_contexts_of_file(config)[first : first + config.contexts_per_shard], start=first))
    else:
        last = min(first + config.contexts_per_shard, config.contexts)
        contexts = draw_contexts(config, job.seed, job.round_name, list(range(first, last)))
    rows = []
    items = list(contexts.items())
    for start in range(0, len(items), config.contexts_per_batch):
        rows += _sample_sentences(job, items[start : start + config.contexts_per_batch])
    counts = {
        "contexts": len(rows),
        "sampled": len(rows) * config.k,
        "sentences": sum(len(row["sentences"]) for row in rows),
    }
    job.stage.write_shard(shard, rows, SAMPLES_SCHEMA, counts)


def _sample_sentences(job: _SamplingJob, contexts: list[tuple[int, Context]]) -> list[dict[str, Any]]:
    config = job.config
    model, tokenizer = load_causal_lm(config.teacher)
    # The index tells apart contexts that the teacher happened to draw twice.
    prompts = [
        Prompt(context.context, key(job.seed, job.round_name, "sentence", context.context_id, index))
        for index, context in contexts
    ]
    samples = sample_continuations(
        model,
        tokenizer,
        prompts,
        num_return=config.k,
        temperature=config.temperature,
        top_p=config.top_p,
        max_new_tokens=config.sentence_tokens,
        is_done=first_sentence_done,
    )
    rows = []
    for (_, context), texts in zip(contexts, samples, strict=True):
        rows.append(
            {
                "context_id": context.context_id,
                "passage_id": context.passage_id,
                "domain": config.domain,
                "context": context.context,
                "sentences": [sentence for sentence in map(first_sentence, texts) if qualified(sentence)],
                "teacher": config.teacher,
                "seed": job.seed,
            }
        )
    return rows
