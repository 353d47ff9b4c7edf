"""Teacher samples: contexts, then the next sentence of each many times over (paper, Section 3.1 and A.1)."""

from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pyarrow as pa

from builders.config import fingerprint, to_mapping
from builders.contexts import Context, make_context, read_contexts, whole_sentences
from builders.errors import ConfigError
from builders.generation import Prompt, sample_continuations
from builders.journal import Stage, chosen_shards, run_shards
from builders.models import load_causal_lm, model_identity
from builders.randomness import key, pick
from builders.sentences import first_sentence, first_sentence_done, qualified, split_sentences

_ATTEMPTS = 3  # passages drawn for a context before it is given up

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


@dataclass(frozen=True, kw_only=True)
class SamplingConfig:
    """How the teacher is sampled (paper, Section 3.1 and A.1).

    Args:
        teacher: A decoder-only language model: folder, `package:folder` or Hub id.
        domain: The dataset configuration that the samples are for.
        prefixes: Datelines or headings that passages start with; none starts them from nothing (biomedical domain).
        contexts: How many contexts to draw from the teacher.
        contexts_file: A human corpus instead, used whole: one context a line, or JSONL.
        min_sentences: Shortest context.
        max_sentences: Longest context.
        context_temperature: For contexts.
        context_top_p: For contexts.
        context_tokens: Where a context's passage is cut.
        k: Next sentences sampled a context.
        temperature: For next sentences.
        top_p: For next sentences.
        sentence_tokens: Where a sentence that does not end is cut.
        contexts_per_shard: Contexts that are journalled together.
        contexts_per_batch: Contexts whose sentences are sampled together.
    """

    teacher: str
    domain: str
    prefixes: tuple[str, ...] = ()
    contexts: int
    contexts_file: str | None = None
    min_sentences: int = 1  # paper A.1
    max_sentences: int = 5  # paper A.1
    context_temperature: float = 1.0  # paper A.1
    context_top_p: float = 0.9  # paper A.1
    context_tokens: int = 150  # the authors' released code
    k: int = 100  # paper, Section 3.1
    temperature: float = 0.7  # paper, Section 3.1; the released code has 0.5
    top_p: float = 0.9  # paper A.1
    sentence_tokens: int = 100  # the authors' released code
    contexts_per_shard: int = 32
    contexts_per_batch: int = 8

    def __post_init__(self) -> None:
        for name in ("contexts", "min_sentences", "context_tokens", "sentence_tokens"):
            _at_least(name, getattr(self, name), 1)
        for name in ("contexts_per_shard", "contexts_per_batch"):
            _at_least(name, getattr(self, name), 1)
        _at_least("k", self.k, 2)  # a pair needs two
        _at_least("max_sentences", self.max_sentences, self.min_sentences)
        for name in ("context_top_p", "top_p"):
            if not 0.0 < getattr(self, name) <= 1.0:
                raise ConfigError(f"{name} must lie in (0, 1], got {getattr(self, name)}")
        for name in ("context_temperature", "temperature"):
            if not 0.0 < getattr(self, name) <= 5.0:
                raise ConfigError(f"{name} must lie in (0, 5], got {getattr(self, name)}")


def _at_least(name: str, value: int, least: int) -> None:
    if value < least:
        raise ConfigError(f"{name} must be at least {least}, got {value}")


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
    mark = fingerprint("samples", settings, model_identity(config.teacher), text, seed, round_name)
    description = {"stage": "samples", "settings": to_mapping(config), "seed": seed, "round_name": round_name}
    stage = Stage(folder, mark, -(-count // config.contexts_per_shard), description).open()
    job = _SamplingJob(config, seed, round_name, stage)
    run_shards(_sample_shard, job, chosen_shards(stage.missing(), only), workers, f"sampling ({round_name})")
    return stage


def _contexts_of_file(config: SamplingConfig) -> list[Context]:
    return read_contexts(Path(str(config.contexts_file)), config.domain, config.min_sentences)


def _sample_shard(job: _SamplingJob, shard: int) -> None:
    config = job.config
    first = shard * config.contexts_per_shard
    if config.contexts_file is not None:
        contexts = dict(enumerate(_contexts_of_file(config)[first : first + config.contexts_per_shard], start=first))
    else:
        last = min(first + config.contexts_per_shard, config.contexts)
        contexts = _draw_contexts(job, list(range(first, last)))
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


def _draw_contexts(job: _SamplingJob, indices: list[int]) -> dict[int, Context]:
    """Contexts cut from the teacher's own passages; a passage without one whole sentence is drawn again."""
    config = job.config
    model, tokenizer = load_causal_lm(config.teacher)
    found: dict[int, Context] = {}
    for attempt in range(_ATTEMPTS):
        todo = [index for index in indices if index not in found]
        if not todo:
            break
        keys = [key(job.seed, job.round_name, "context", index, attempt) for index in todo]
        prompts = [Prompt(_prefix(config, draw), draw) for draw in keys]
        passages = sample_continuations(
            model,
            tokenizer,
            prompts,
            num_return=1,
            temperature=config.context_temperature,
            top_p=config.context_top_p,
            max_new_tokens=config.context_tokens,
            is_done=lambda text: len(split_sentences(text)) > config.max_sentences,
        )
        for index, prompt, [passage] in zip(todo, prompts, passages, strict=True):
            sentences = whole_sentences(prompt.text + passage)[: config.max_sentences]
            spread = config.max_sentences - config.min_sentences + 1
            wanted = config.min_sentences + pick(key(prompt.key, "length"), spread)
            if len(sentences) >= config.min_sentences:
                context = " ".join(sentences[:wanted])
                found[index] = make_context(config.domain, context, " ".join(sentences))
    return {index: found[index] for index in indices if index in found}


def _prefix(config: SamplingConfig, draw: int) -> str:
    return config.prefixes[pick(key(draw, "prefix"), len(config.prefixes))] if config.prefixes else ""


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
