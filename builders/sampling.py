"""Teacher samples: contexts, then the next sentence of each many times over (paper, Section 3.1 and A.1)."""

from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pyarrow as pa

from builders.config import fingerprint, to_mapping
from builders.contexts import Context, draw_contexts
from builders.corpus import CONTEXTS_FILE, CorpusContexts, corpus_contexts
from builders.errors import RunError
from builders.generation import Decoding, Prompt
from builders.journal import Stage, chosen_shards, run_shards
from builders.randomness import key
from builders.sampling_config import SamplingConfig
from builders.sentences import Sentences, refusal_counts
from builders.teachers import Teacher, load_teacher

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
# What is counted beside the contexts that there are: those that no passage was long enough for, and repeated ones.
_LOST = ("refused:passage_too_short", "refused:repeated_context")
# Settings that decide which contexts there are, and no more.
_OF_CONTEXTS = (
    "contexts",
    "every_prefix",
    "min_sentences",
    "max_sentences",
    "context_temperature",
    "context_top_p",
    "context_tokens",
)


@dataclass(frozen=True)
class _SamplingJob:
    config: SamplingConfig
    seed: int
    round_name: str
    corpus: CorpusContexts | None
    stage: Stage


def sample_stage(
    config: SamplingConfig,
    seed: int,
    folder: Path,
    round_name: str,
    workers: int = 1,
    k: int | None = None,
    only: tuple[int, int] | None = None,
    later: SamplingConfig | None = None,
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
        later: Settings of a round to come, whose teacher is tried before this one is paid for.

    Returns:
        The stage; rows as in `SAMPLES_SCHEMA`, one a context.
    """
    config = config if k is None else replace(config, k=k)
    teacher = load_teacher(config)
    corpus = corpus_contexts(config, seed, folder / CONTEXTS_FILE) if config.corpus else None
    count = config.contexts if corpus is None else corpus.count
    mark = fingerprint("samples", *what_decides_samples(config, teacher, corpus), seed, round_name)
    description = {"stage": "samples", "settings": to_mapping(config), "seed": seed, "round_name": round_name}
    if corpus is not None:
        description["corpus"] = corpus.origin
    stage = Stage(folder, mark, -(-count // _contexts_per_shard(config)), description)
    if stage.missing():  # a finished stage needs no server
        teacher.check()
        if later is not None:
            load_teacher(later).check()
    stage.open()
    job = _SamplingJob(config, seed, round_name, corpus, stage)
    run_shards(_sample_shard, job, chosen_shards(stage.missing(), only), workers, f"sampling ({round_name})")
    if stage.complete and not stage.counts()["contexts"]:
        raise RunError(_no_contexts(config, count, stage.counts()))
    return stage


def what_decides_samples(config: SamplingConfig, teacher: Teacher, corpus: CorpusContexts | None) -> list[Any]:
    """What a fingerprint needs to know beside the seed: settings, and the content of splitter, teacher and corpus."""
    splitter = Sentences(config.domain.sentences).identity()
    return [_settings_of_samples(config), splitter, teacher.identity(), "" if corpus is None else corpus.digest]


def _settings_of_samples(config: SamplingConfig) -> dict[str, Any]:
    """The settings that can change samples, without teacher and corpus, which go by their content.

    The contexts of a corpus are such content: how they were chosen, and what is set for those that the teacher writes,
    changes nothing beside it.
    """
    settings = to_mapping(replace(config, teacher="", server=None, corpus=None))
    if config.corpus is not None:
        for name in _OF_CONTEXTS:
            del settings[name]
        for name in ("prefixes", "values"):
            del settings["domain"][name]
    return settings


def _contexts_per_shard(config: SamplingConfig) -> int:
    """As set; where a passage gives a context of each length, so many that none is drawn for two shards."""
    if config.corpus is not None or not config.every_prefix:
        return config.contexts_per_shard
    return max(1, config.contexts_per_shard // config.lengths) * config.lengths


def _no_contexts(config: SamplingConfig, asked: int, counts: dict[str, int]) -> str:
    if counts["refused:context_too_long"]:
        problem = f"none of {counts['refused:context_too_long']} contexts fits teacher '{config.teacher}'"
        return f"{problem}; lower sampling.sentence_tokens ({config.sentence_tokens}), or take shorter contexts"
    least = f"{config.min_sentences} whole sentence{'s' if config.min_sentences > 1 else ''}"
    problem = f"teacher '{config.teacher}' wrote no passage of {least} for any of {asked} contexts"
    return f"{problem}; raise sampling.context_tokens ({config.context_tokens}), or lower sampling.min_sentences"


def _sample_shard(job: _SamplingJob, shard: int) -> None:
    config, teacher = job.config, load_teacher(job.config)
    first = shard * _contexts_per_shard(config)
    last = first + _contexts_per_shard(config)
    if job.corpus is not None:
        contexts, lost = job.corpus.read(first, last), (0, 0)
    else:
        indices = list(range(first, min(last, config.contexts)))
        drawn = draw_contexts(config, teacher, job.seed, job.round_name, indices).values()
        contexts = list({context.context_id: context for context in drawn}.values())
        lost = len(indices) - len(drawn), len(drawn) - len(contexts)
    rows, counts = sample_sentences(config, teacher, contexts, job.seed, job.round_name)
    before = {"contexts": len(rows)} | dict(zip(_LOST, lost, strict=True))
    job.stage.write_shard(shard, rows, SAMPLES_SCHEMA, before | counts | teacher.counts())


def sample_sentences(
    config: SamplingConfig, teacher: Teacher, contexts: list[Context], seed: int, round_name: str
) -> tuple[list[dict[str, Any]], dict[str, int]]:
    """The next sentences of contexts: rows as in `SAMPLES_SCHEMA`, and what was counted on the way."""
    sentences = Sentences(config.domain.sentences, config.domain.banned)
    decoding = Decoding(
        num_return=config.k,
        temperature=config.temperature,
        top_p=config.top_p,
        max_new_tokens=config.sentence_tokens,
        no_repeat_ngram_size=config.no_repeat_ngram_size,
        banned=config.domain.banned,
        endings=config.domain.sentences.endings,
    )
    prompts = [Prompt(one.context, key(seed, round_name, "sentence", one.context_id)) for one in contexts]
    rows: list[dict[str, Any]] = []
    refusals: list[str | None] = []
    cut = too_long = 0
    for context, continued in zip(contexts, teacher.go_on(prompts, decoding, sentences.first_is_done), strict=True):
        if not continued.texts:
            too_long += 1
            continue
        cut += continued.prompt != context.context
        firsts = [sentences.first(text) for text in continued.texts]
        reasons = [sentences.refusal(sentence) for sentence in firsts]
        refusals += reasons
        rows.append(
            {
                "context_id": context.context_id,
                "passage_id": context.passage_id,
                "domain": config.domain.name,
                "context": continued.prompt,
                "sentences": [text for text, reason in zip(firsts, reasons, strict=True) if reason is None],
                "teacher": config.teacher,
                "seed": seed,
            }
        )
    counts = {
        "contexts": len(rows),
        "cut_contexts": cut,
        "refused:context_too_long": too_long,
        "sampled": len(refusals),
        **refusal_counts(refusals),
        "sentences": sum(len(row["sentences"]) for row in rows),
    }
    return rows, counts
