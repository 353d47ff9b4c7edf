"""Paraphrastic proximity: how often two next sentences of one context say the same (paper, Section 2 and Figure 3).

One passage gives the context of each length. By default these are its first sentences, the contexts that pair
generation samples from, so that what is measured holds there; but a longer one also ends later in its passage, which
may matter as much. So they can be cut to end at one and the same place instead.
"""

from dataclasses import dataclass, replace
from itertools import groupby
from pathlib import Path
from typing import Any

import pyarrow as pa

from builders.config import fingerprint, to_mapping
from builders.contexts import draw_contexts
from builders.corpus import CorpusContexts, corpus_contexts
from builders.critics.semantic_equivalence import SemanticEquivalenceConfig
from builders.errors import ConfigError, RunError
from builders.journal import Rows, Stage, run_shards
from builders.proximity_contexts import Cut, contexts_of_each_length
from builders.proximity_figures import Proximity, gather
from builders.proximity_judging import JUDGED_SCHEMA, KnownMeanings, judge_context
from builders.sampling import SAMPLES_SCHEMA, sample_sentences
from builders.sampling_config import SamplingConfig
from builders.sentences import Sentences
from builders.teachers import load_teacher
from builders.token_batches import within_memory

_ROUND = "proximity"  # part of every draw, so that no context is one of a run's
_SCHEMA = SAMPLES_SCHEMA.append(pa.field("length", pa.int32())).append(pa.field("temperature", pa.float64()))


@dataclass(frozen=True, kw_only=True)
class ProximityConfig:
    """What is measured.

    Args:
        lengths: Of contexts, in sentences.
        temperatures: Of next sentences.
        contexts: Of each length.
        k: Next sentences a context and temperature.
        cut: Whether contexts are a passage's first sentences or its last ones.
        max_pairs: Of a context and temperature, drawn by their content; None judges every pair.
    """

    lengths: tuple[int, ...] = (1, 2, 3, 4, 5)  # paper, Section 2
    temperatures: tuple[float, ...] = (0.5, 0.7, 1.0)  # ours: on both sides of pair generation's 0.7
    contexts: int = 100  # the paper has 1000
    k: int = 20  # the paper has 100, which make 26 times as many pairs
    cut: Cut = "first"
    max_pairs: int | None = None

    def __post_init__(self) -> None:
        for name, lowest in {"contexts": 1, "k": 2}.items():
            if getattr(self, name) < lowest:
                raise ConfigError(f"{name} must be at least {lowest}, got {getattr(self, name)}")
        if self.max_pairs is not None and self.max_pairs < 1:
            raise ConfigError(f"max_pairs must be at least 1, got {self.max_pairs}")
        if not self.lengths or min(self.lengths) < 1:
            raise ConfigError(f"lengths must be whole numbers of at least 1, got {list(self.lengths)}")
        if not self.temperatures or not all(0.0 < one <= 5.0 for one in self.temperatures):
            raise ConfigError(f"temperatures must lie in (0, 5], got {list(self.temperatures)}")
        for name in ("lengths", "temperatures"):
            object.__setattr__(self, name, tuple(sorted(set(getattr(self, name)))))


@dataclass(frozen=True)
class _SamplesJob:
    config: ProximityConfig
    sampling: SamplingConfig  # with passages of the longest length
    seed: int
    corpus: CorpusContexts | None  # with passages for contexts
    per_shard: int
    stage: Stage


@dataclass(frozen=True)
class _PairsJob:
    config: ProximityConfig
    semantic: SemanticEquivalenceConfig
    known: KnownMeanings | None
    samples: Stage
    stage: Stage


def measure_proximity(
    config: ProximityConfig,
    sampling: SamplingConfig,
    semantic: SemanticEquivalenceConfig,
    known: KnownMeanings | None,
    seed: int,
    folder: Path,
    workers: int = 1,
) -> Proximity:
    """Samples, judges and counts, shard by shard; shards that are in the folder already are kept.

    Args:
        config: What is measured.
        sampling: Teacher, domain, source of contexts, nucleus; what `config` has too is taken from there.
        semantic: Whose entailment both ways makes a pair equivalent, whatever its direction says.
        known: What an oracle says of the same pairs, where there is one.
        seed: Of every draw.
        folder: Gets `samples/` and `pairs/`.
        workers: Processes; cannot change a result.

    Raises:
        ConfigError: The teacher cannot be sampled with these settings.
        RunError: Not one passage is long enough, or a model cannot be loaded.
    """
    samples = _samples_stage(config, sampling, seed, folder / "samples", workers)
    counts = samples.counts()
    if not counts["passages"]:
        remedy = f"leave the longest out of --lengths, or raise sampling.context_tokens ({sampling.context_tokens})"
        raise RunError(f"no passage has {config.lengths[-1]} whole sentences; {remedy}")
    both = replace(semantic, direction="both")
    marks = (samples.fingerprint, both.identity(), known.identity if known else None, config.max_pairs)
    mark = fingerprint("proximity pairs", *marks)
    stage = Stage(folder / "pairs", mark, samples.num_shards, {"stage": "proximity pairs"}).open()
    run_shards(_pairs_shard, _PairsJob(config, both, known, samples, stage), stage.missing(), workers, "judging pairs")
    return gather(stage.read_rows(), counts, samples.description.get("corpus"))


def _samples_stage(config: ProximityConfig, sampling: SamplingConfig, seed: int, folder: Path, workers: int) -> Stage:
    longest = config.lengths[-1]
    sampling = replace(
        sampling,
        contexts=config.contexts,
        every_prefix=False,
        min_sentences=longest,
        max_sentences=longest,
        k=config.k,
        temperature=config.temperatures[0],  # each shard has all of them
    )
    teacher = load_teacher(sampling)
    corpus = corpus_contexts(sampling, seed, folder / "corpus" / "contexts.parquet") if sampling.corpus else None
    count = config.contexts if corpus is None else corpus.count
    per_shard = max(1, sampling.contexts_per_shard // len(config.lengths))
    settings = to_mapping(replace(sampling, teacher="", server=None, corpus=None))
    measured = to_mapping(replace(config, max_pairs=None))
    text = "" if corpus is None else corpus.digest
    splitter = Sentences(sampling.domain.sentences).identity()
    mark = fingerprint("proximity samples", settings, measured, splitter, teacher.identity(), text, seed)
    description = {"stage": "proximity samples", **({"corpus": corpus.origin} if corpus else {})}
    stage = Stage(folder, mark, -(-count // per_shard), description)
    if stage.missing():  # a finished stage needs no server
        teacher.check()
    stage.open()
    job = _SamplesJob(config, sampling, seed, corpus, per_shard, stage)
    run_shards(_samples_shard, job, stage.missing(), workers, "sampling")
    return stage


def _samples_shard(job: _SamplesJob, shard: int) -> None:
    sampling, teacher = job.sampling, load_teacher(job.sampling)
    first = shard * job.per_shard
    last = min(first + job.per_shard, sampling.contexts)
    if job.corpus is not None:
        passages = job.corpus.read(first, last)
    else:
        indices = list(range(first, last))
        passages = list(draw_contexts(sampling, teacher, job.seed, _ROUND, indices).values())
    lengths, found = contexts_of_each_length(passages, job.config.lengths, job.config.cut, sampling.domain)
    contexts = [context for context, _ in lengths.values()]
    order = {name: place for place, name in enumerate(lengths)}
    rows: Rows = []
    totals: dict[str, int] = {}
    for temperature in job.config.temperatures:
        at_temperature = replace(sampling, temperature=temperature)
        sampled, counts = sample_sentences(at_temperature, teacher, contexts, job.seed, _ROUND)
        rows += [row | {"length": lengths[row["context_id"]][1], "temperature": temperature} for row in sampled]
        totals = {name: totals.get(name, 0) + counts.get(name, 0) for name in totals | counts}
    rows.sort(key=lambda row: order[row["context_id"]])  # what a context gave at all temperatures is judged together
    job.stage.write_shard(shard, rows, _SCHEMA, {"passages": found, **totals} | teacher.counts())


def _pairs_shard(job: _PairsJob, shard: int) -> None:
    samples = job.samples.read_shard(shard)
    contexts = [list(rows) for _, rows in groupby(samples, key=lambda row: row["context_id"])]

    def judge() -> list[dict[str, Any]]:
        most = job.config.max_pairs
        return [row for rows in contexts for row in judge_context(rows, job.semantic, job.known, most)]

    rows = within_memory(judge)
    job.stage.write_shard(shard, rows, JUDGED_SCHEMA, {"pairs": sum(row["pairs"] for row in rows)})
