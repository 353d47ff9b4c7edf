"""Paraphrastic proximity: how often two next sentences of one context say the same (paper, Section 2 and Figure 3).

One passage gives the context of each length. By default these are its first sentences, the contexts that pair
generation samples from, so that what is measured holds there; but a longer one also ends later in its passage, which
may matter as much. So they can be cut to end at one and the same place instead.
"""

from collections import Counter
from dataclasses import dataclass, replace
from itertools import groupby
from pathlib import Path
from typing import Any

import pyarrow as pa

from builders.config import fingerprint, to_mapping
from builders.contexts import draw_contexts
from builders.corpus import CONTEXTS_FILE, CorpusContexts, corpus_contexts
from builders.critics.semantic_equivalence import SemanticEquivalenceConfig
from builders.errors import RunError
from builders.journal import Rows, Stage, run_shards
from builders.proximity_config import ProximityConfig
from builders.proximity_contexts import contexts_of_each_length
from builders.proximity_figures import Proximity, gather
from builders.proximity_judging import JUDGED_SCHEMA, KnownMeanings, judge_context
from builders.sampling import SAMPLES_SCHEMA, sample_sentences, what_decides_samples
from builders.sampling_config import SamplingConfig
from builders.teachers import load_teacher
from builders.token_batches import BUDGET, within_memory

_ROUND = "proximity"  # part of every draw, so that no context is one of a run's
_OPTIONS = {"contexts": "--n", "min_sentences": "the longest of --lengths"}  # in place of the settings
_SHORTENED = ("cut_contexts", "refused:context_too_long")
_SCHEMA = SAMPLES_SCHEMA.append(pa.field("length", pa.int32())).append(pa.field("temperature", pa.float64()))


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
        RunError: Not one passage is long enough, no context has a pair, or a model cannot be loaded.
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
    found = gather(stage.read_rows(), counts, samples.description.get("corpus"))
    if not any(cell.pairs for cell in found.cells):
        raise RunError(_no_pairs(counts, sampling))
    return found


def _no_pairs(counts: dict[str, int], sampling: SamplingConfig) -> str:
    if not counts["contexts"]:
        problem = f"none of {counts['contexts_too_long']} contexts fits teacher '{sampling.teacher}'"
        return f"{problem}; leave long ones out of --lengths, or lower sampling.sentence_tokens"
    problem = f"no context has two distinct next sentences that qualify, of {counts['sampled']} sampled"
    return f"{problem}; raise --k, --temperatures or sampling.sentence_tokens ({sampling.sentence_tokens})"


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
    corpus = corpus_contexts(sampling, seed, folder / CONTEXTS_FILE, _OPTIONS) if sampling.corpus else None
    count = config.contexts if corpus is None else corpus.count
    per_shard = max(1, sampling.contexts_per_shard // len(config.lengths))
    openings = [sampling.domain.prefixes, to_mapping(sampling.domain.values)]  # contexts may be cut to keep them
    measured = to_mapping(replace(config, max_pairs=None))
    decides = what_decides_samples(sampling, teacher, corpus)
    mark = fingerprint("proximity samples", *decides, openings, measured, seed)
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
    totals: Counter[str] = Counter()
    for temperature in job.config.temperatures:
        at_temperature = replace(sampling, temperature=temperature)
        sampled, counts = sample_sentences(at_temperature, teacher, contexts, job.seed, _ROUND)
        for row in sampled:
            context, length = lengths[row["context_id"]]
            if row["context"] == context.context:  # one that lost its first sentences has another length
                rows.append(row | {"length": length, "temperature": temperature})
        for name in _SHORTENED:  # the same at each temperature
            del counts[name]
        totals.update(counts)
    rows.sort(key=lambda row: order[row["context_id"]])  # what a context gave at all temperatures is judged together
    too_long = len(contexts) - len({row["context_id"] for row in rows})
    counted = {"passages": found, **totals, "contexts": len(rows), "contexts_too_long": too_long}
    job.stage.write_shard(shard, rows, _SCHEMA, counted | teacher.counts())


def _pairs_shard(job: _PairsJob, shard: int) -> None:
    samples = job.samples.read_shard(shard)
    contexts = [list(rows) for _, rows in groupby(samples, key=lambda row: row["context_id"])]

    def judge() -> list[dict[str, Any]]:
        most = job.config.max_pairs
        return [row for rows in contexts for row in judge_context(rows, job.semantic, job.known, most)]

    rows = within_memory(judge)
    job.stage.write_shard(shard, rows, JUDGED_SCHEMA, {"pairs": sum(row["pairs"] for row in rows)} | BUDGET.counts())
