"""Every way to sample, timed over the same contexts: ours, which is a run's, and two that call `generate`."""

import statistics
import sys
import time
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import torch

from benchmarks.forward_counts import ForwardCounts, counted
from benchmarks.generate_ways import authors_way, generate_to_sentence_end
from benchmarks.workload import MAX_NEW_TOKENS, TEMPERATURE, TOP_P
from builders.domain import DomainConfig
from builders.generation import Decoding, Prompt
from builders.models import load_sampled_lm
from builders.randomness import key
from builders.sampling_config import SamplingConfig
from builders.sentences import Sentences
from builders.teachers import load_teacher

RULES = Decoding(
    temperature=TEMPERATURE,
    top_p=TOP_P,
    max_new_tokens=MAX_NEW_TOKENS,
    no_repeat_ngram_size=3,  # the authors' released code, as is the banned newline
    banned=("\n",),
)
BF16 = torch.cuda.is_available()
WAYS = ("authors", "generate", "ours")
Way = Callable[[list[str], Decoding], list[list[str]]]


@dataclass(frozen=True, kw_only=True)
class Workload:
    """A teacher, and the contexts of each repeat, which a run would sample in one batch."""

    name: str
    teacher: str
    repeats: list[list[str]]
    k: int


def compare(work: Workload) -> dict[str, Any]:
    """Times all ways over the contexts of every repeat.

    Returns:
        For each way the seconds, kept sentences and tokens; for each of the others, `ratio_` and `spread_` of our rate
        over it: median, lowest and highest of the repeats.
    """
    model, tokenizer = load_sampled_lm(work.teacher, BF16)
    sentences = Sentences(DomainConfig(name="benchmark").sentences, RULES.banned)
    ways, rules = _ways(work, sentences), replace(RULES, num_return=work.k)
    for way in ways.values():
        way(work.repeats[0][:1], replace(rules, num_return=2, max_new_tokens=2))  # warm
    totals: dict[str, dict[str, float]] = {name: defaultdict(float) for name in WAYS}
    rates: dict[str, list[float]] = {name: [] for name in WAYS}
    for repeat, prompts in enumerate(work.repeats):
        torch.manual_seed(repeat)
        for name in WAYS if repeat % 2 == 0 else WAYS[::-1]:
            print(f"  repeat {repeat + 1} of {len(work.repeats)}: {name}", file=sys.stderr, flush=True)
            with counted(model) as counts:
                begun = time.perf_counter()
                samples = ways[name](prompts, rules)
                seconds = time.perf_counter() - begun
            own = _figures(samples, sentences, tokenizer, counts) | {"seconds": seconds}
            rates[name].append(own["kept"] / seconds)
            for figure, value in own.items():
                totals[name][figure] += value
    record: dict[str, Any] = {"contexts": sum(map(len, work.repeats)), "k": work.k, "ways": totals}
    for name in WAYS[:-1]:
        ratios = [mine / other for mine, other in zip(rates["ours"], rates[name], strict=True)]
        record |= {f"ratio_{name}": statistics.median(ratios), f"spread_{name}": [min(ratios), max(ratios)]}
    return record


def _ways(work: Workload, sentences: Sentences) -> dict[str, Way]:
    model, tokenizer = load_sampled_lm(work.teacher, BF16)
    together = len(work.repeats[0])
    settings: dict[str, Any] = {"contexts": together, "k": work.k, "contexts_per_batch": together, "bf16": BF16}
    teacher = load_teacher(SamplingConfig(teacher=work.teacher, domain=DomainConfig(name="benchmark"), **settings))

    def ours(prompts: list[str], rules: Decoding) -> list[list[str]]:
        keyed = [Prompt(text, key(0, "benchmark", text)) for text in prompts]
        return [continued.texts for continued in teacher.go_on(keyed, rules, sentences.first_is_done)]

    return {
        "authors": lambda prompts, rules: authors_way(model, tokenizer, prompts, rules),
        "generate": lambda prompts, rules: generate_to_sentence_end(
            model, tokenizer, prompts, rules, sentences.first_is_done
        ),
        "ours": ours,
    }


def _figures(samples: list[list[str]], sentences: Sentences, tokenizer: Any, counts: ForwardCounts) -> dict[str, float]:
    firsts = [sentences.first(text) for texts in samples for text in texts]
    kept = [sentences.refusal(text) is None for text in firsts]
    lengths = [len(ids) for ids in tokenizer(firsts)["input_ids"]]
    return {
        "sentences": len(firsts),
        "kept": sum(kept),
        "first_tokens": sum(lengths),
        "kept_tokens": sum(length for length, keeps in zip(lengths, kept, strict=True) if keeps),
        **vars(counts),
    }
