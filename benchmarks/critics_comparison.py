"""The comparison behind `benchmarks/critics.py`.

Both ways judge the same samples of the microworld's teacher with the same models, context by context in turn, on one
torch thread: a run uses more cores by more processes. Every ratio is the literal way's time over ours.
"""

import argparse
import json
import statistics
import sys
import time
from collections.abc import Callable
from functools import partial
from itertools import permutations
from typing import Any

import torch

from benchmarks.large_critic import large_critic
from benchmarks.machine import machine
from benchmarks.paper_literal import MAX_ROUGE_L, MIN_ENTAILMENT, Literal, tree_filter
from benchmarks.timed_critics import CRITIC, PARSER, Ours, calibrated_screen, candidates, critics
from benchmarks.workload import sparse_pool, usual_pool
from builders.critics.base import Shared
from builders.critics.dissimilarity import TreeEditDistanceConfig
from builders.critics.entailment import entailment_label, entailment_model
from builders.critics.screen import ScreenConfig
from builders.filtering import Filtered
from builders.models import load_classifier
from builders.pairs import Pair
from builders.parsers.loading import load_parser
from metrics.rouge_l.overlap import rouge_l, tokens
from microworld.parser import parse

TEACHER = "microworld:models/teacher-news"
CALIBRATION = 60  # contexts that the screen is calibrated on; it takes as many as its pairs need
TED_PAIRS = 24  # a context, for the tree edit distance alone
TOGETHER = 4  # contexts judged at a time, as a shard of a run does it at k = 100


def compare(pool: list[list[str]], screen: ScreenConfig) -> dict[str, Any]:
    """All three ways over the same contexts, some at a time in turn: a machine that grows slower is so for all."""
    literal = Literal(CRITIC, entailment_label(CRITIC, load_classifier(CRITIC)[0].config), parse)
    exact, screened = Ours(critics()), Ours(critics(screen))
    model = entailment_model(CRITIC)
    model.tokens = model.padding = 0
    same, equivalent, found = True, 0, 0
    for start in range(0, len(pool), TOGETHER):
        print(f"  contexts from {start + 1} of {len(pool)}", file=sys.stderr, flush=True)
        contexts = {str(start + n): sentences for n, sentences in enumerate(pool[start : start + TOGETHER])}
        _forget()
        expected = {(name, pair) for name, sentences in contexts.items() for pair in literal.filter(sentences)}
        _forget()
        kept = exact.filter(contexts)
        same &= expected == {(pair.context_id, frozenset((pair.source, pair.target))) for pair in kept.kept}
        _forget()
        passed = _equivalent(kept)
        found += len(passed & _equivalent(screened.filter(contexts)))
        equivalent += len(passed)
    ordered = sum(len(sentences) * (len(sentences) - 1) for sentences in pool)
    return {
        "contexts": len(pool),
        "ordered_pairs": ordered,
        "equivalent_share": equivalent / exact.counts["candidates"],
        "same_survivors": same,
        "pairs_zss_compared": literal.trees["asked"],
        "pairs_zss_stands_for": literal.trees["all"],
        "padding_waste": model.padding / model.tokens,
        "padding_waste_literal": literal.padding / literal.tokens,
        "screen_recall": found / equivalent,
        "forward_passes": _forward_passes(literal, pool),
        "ways": {
            "literal": {"seconds": dict(literal.seconds), "calls": dict(literal.calls)},
            "exact": {"seconds": dict(exact.seconds), "calls": _calls(exact)},
            "screen": {"seconds": dict(screened.seconds), "calls": _calls(screened)},
        },
    }


def _forget() -> None:
    """Every way tokenises and parses for itself."""
    tokens.cache_clear()
    parse.cache_clear()
    load_parser.cache_clear()


def _equivalent(found: Filtered) -> set[tuple[str, frozenset[str]]]:
    """The pairs that passed the semantic equivalence filter, whatever became of them after it."""
    later = [pair for pair, reason in found.rejects if reason in ("tree_edit_distance", "diversity")]
    return {(pair.context_id, frozenset((pair.source, pair.target))) for pair in [*found.kept, *later]}


def _forward_passes(literal: Literal, pool: list[list[str]]) -> int:
    """The pairs that ROUGE-L leaves and whose source entails their target: any exact method asks their reverses."""
    return sum(
        rouge_l(pair.source, pair.target) <= MAX_ROUGE_L and literal.known[pair.source, pair.target] >= MIN_ENTAILMENT
        for sentences in pool
        for pair in candidates("", sentences)
    )


def _calls(ours: Ours) -> dict[str, int]:
    names = {name: name.removeprefix("nli_calls_").replace("_", " ") for name in ours.counts}
    return {names[name]: count for name, count in ours.counts.items() if name.startswith("nli_calls_")}


def form_ratios(pool: list[list[str]]) -> dict[str, float]:
    """ROUGE-L on all pairs and tree edit distance on pairs of distinct sentences, trees at hand; medians of repeats."""
    rouge, ted = [], []
    for sentences in pool:
        pairs, ordered = list(candidates("", sentences)), list(permutations(sentences, 2))
        tokens.cache_clear()
        critic = critics().critics[0].build(Shared())
        rouge.append(_seconds(partial(Literal.rouge_l_filter, ordered)) / _seconds(partial(critic.judge, pairs)))
        some = [pair for pair in pairs if rouge_l(pair.source, pair.target) <= MAX_ROUGE_L]
        some = some[:: max(1, len(some) // TED_PAIRS)]
        trees = {text: parse(text) for pair in some for text in (pair.source, pair.target)}
        load_parser(PARSER)(list(trees))
        both = [two for pair in some for two in ((pair.source, pair.target), (pair.target, pair.source))]
        ted.append(_seconds(partial(tree_filter, both, trees)) / _seconds(partial(_judge_trees, some)))
    return {"rouge_l_ratio": statistics.median(rouge), "ted_ratio": statistics.median(ted)}


def _judge_trees(pairs: list[Pair]) -> None:
    [config] = [critic for critic in critics().critics if isinstance(critic, TreeEditDistanceConfig)]
    critic = config.build(Shared())
    verdicts = critic.judge(pairs)
    critic.complete([pair for pair, verdict in zip(pairs, verdicts, strict=True) if verdict.reason is None])


def _seconds(work: Callable[[], Any]) -> float:
    begun = time.perf_counter()
    work()
    return time.perf_counter() - begun


def summary(usual: dict[str, Any], sparse: dict[str, Any], form: dict[str, float]) -> dict[str, Any]:
    """The figures that stand for all: ratios of the literal way's seconds to ours."""
    return {
        **form,
        "nli_calls_share": usual["ways"]["exact"]["calls"]["semantic equivalence"] / usual["ordered_pairs"],
        "nli_calls_share_with_diversity": sum(usual["ways"]["exact"]["calls"].values()) / usual["ordered_pairs"],
        "nli_calls_screen_to_needed": _semantic_calls(usual) / (2 * usual["forward_passes"]),
        "stage_ratio": _ratio(usual, "exact"),
        "stage_ratio_screen": _ratio(usual, "screen"),
        "stage_ratio_sparse": _ratio(sparse, "exact"),
        "stage_ratio_sparse_screen": _ratio(sparse, "screen"),
        "screen_recall": usual["screen_recall"],
        "screen_recall_sparse": sparse["screen_recall"],
        "padding_waste": usual["padding_waste"],
        "same_survivors": usual["same_survivors"] and sparse["same_survivors"],
    }


def _semantic_calls(pool: dict[str, Any]) -> int:
    calls = pool["ways"]["screen"]["calls"]
    return int(calls["semantic equivalence"] + calls["screen"])


def _ratio(pool: dict[str, Any], way: str) -> float:
    return sum(pool["ways"]["literal"]["seconds"].values()) / sum(pool["ways"][way]["seconds"].values())


def table(name: str, pool: dict[str, Any]) -> str:
    """Seconds and NLI calls a context, by stage."""
    n, ways = pool["contexts"], pool["ways"]
    stages = list(dict.fromkeys(stage for way in ways.values() for stage in way["seconds"]))
    lines = [f"{name}: {n} contexts, {pool['equivalent_share']:.1%} of the pairs equivalent"]
    lines.append(f"{'seconds a context':24}{''.join(f'{way:>12}' for way in ways)}")
    for stage in stages:
        cells = "".join(f"{way['seconds'].get(stage, 0.0) / n:12.3f}" for way in ways.values())
        lines.append(f"{stage:24}{cells}")
    totals = "".join(f"{sum(way['seconds'].values()) / n:12.3f}" for way in ways.values())
    calls = "".join(f"{sum(way['calls'].values()) / n:12.0f}" for way in ways.values())
    compared = f"{pool['pairs_zss_compared']:,} of {pool['pairs_zss_stands_for']:,}"
    note = f"zss compared {compared} pairs of trees, and its time is scaled to all of them"
    return "\n".join([*lines, f"{'all':24}{totals}", f"{'NLI calls a context':24}{calls}", note])


def main(arguments: list[str] | None = None) -> int:
    """Runs everything; returns the exit status: 1 where the survivors differ."""
    parser = argparse.ArgumentParser(prog="python benchmarks/critics.py", description=__doc__)
    parser.add_argument("--contexts", type=int, default=5, help="of the usual pool (default: 5, one of each length)")
    parser.add_argument("--sparse-contexts", type=int, default=5, help="of the sparse pool (default: 5)")
    parser.add_argument("--k", type=int, default=100, help="samples a context (default: 100, as in the paper)")
    parser.add_argument("--large-pairs", type=int, default=24, help="for the critic of RoBERTa-large's shape; 0: none")
    parser.add_argument("--json", action="store_true", help="print the figures as JSON, the summary on the last line")
    options = parser.parse_args(arguments)
    torch.set_num_threads(1)
    record: dict[str, Any] = {"machine": machine(), "pools": {}}
    for name, make, n in (("usual", usual_pool, options.contexts), ("sparse", sparse_pool, options.sparse_contexts)):
        print(f"{name} pool: sampling, calibrating the screen, comparing ...", file=sys.stderr, flush=True)
        screen, calibration = calibrated_screen(make(TEACHER, CALIBRATION, options.k, "calibration"))
        pool = make(TEACHER, n, options.k, "test")
        record["pools"][name] = {"calibration": calibration, **compare(pool, screen)}
        print(table(f"{name} pool", record["pools"][name]), file=sys.stderr if options.json else None, flush=True)
        if name == "usual":
            form = form_ratios(pool)
    if options.large_pairs:
        print("critic of RoBERTa-large's shape ...", file=sys.stderr, flush=True)
        record["large"] = large_critic(usual_pool(TEACHER, 2, options.k, "large"), options.large_pairs)
    short = summary(record["pools"]["usual"], record["pools"]["sparse"], form)
    if options.json:
        print(json.dumps(record))
        print(json.dumps(short))
    else:
        print("\n".join(f"{name:32}{_shown(value)}" for name, value in {**short, **record.get("large", {})}.items()))
    return 0 if short["same_survivors"] else 1


def _shown(value: Any) -> str:
    return f"{value:.3f}" if isinstance(value, float) else str(value)
