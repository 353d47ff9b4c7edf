"""The comparison behind `benchmarks/sampling.py`.

Each repeat gives the same contexts to every way in turn, in one process and with as many torch threads for each; who
goes first changes with the repeat. The microworld's tiny teacher has one thread, as a worker of a run. A rate is
qualified first sentences a second. Tokens of first sentences are counted by tokenising them again.
"""

import argparse
import json
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import torch

from benchmarks import forced_teacher, same_distribution
from benchmarks.machine import machine
from benchmarks.memory_bandwidth import bandwidth_share
from benchmarks.timed_sampling import BF16, WAYS, Workload, compare
from benchmarks.workload import contexts
from builders.models import load_sampled_lm

MICROWORLD = "microworld:models/teacher-news"


def tokens_ratio(record: dict[str, Any]) -> float:
    """All positions that ours computed, prompts included, over tokens of first sentences, kept or not."""
    ours = record["ways"]["ours"]
    return float((ours["prefill"] + ours["decode"]) / ours["first_tokens"])


def decode_ratio(record: dict[str, Any]) -> float:
    """The same without the prompts."""
    ours = record["ways"]["ours"]
    return float(ours["decode"] / ours["first_tokens"])


def summary(gpt2: dict[str, Any], microworld: dict[str, Any], p: float) -> dict[str, float]:
    """The figures that stand for all; the ratios of tokens are those of the worse teacher."""
    return {
        "ratio_authors": gpt2["ratio_authors"],
        "ratio_generate": gpt2["ratio_generate"],
        "ratio_authors_microworld": microworld["ratio_authors"],
        "ratio_generate_microworld": microworld["ratio_generate"],
        "tokens_ratio": max(tokens_ratio(gpt2), tokens_ratio(microworld)),
        "decode_ratio": max(decode_ratio(gpt2), decode_ratio(microworld)),
        "same_distribution_p": p,
    }


def table(name: str, record: dict[str, Any]) -> str:
    """What each way did, in Markdown, for docs/performance.md."""
    lines = [
        f"| {name}: {record['contexts']} contexts, k = {record['k']} | the authors' way | `generate`, stopped | ours |",
        "|---|---:|---:|---:|",
    ]
    rows: dict[str, Callable[[dict[str, float]], str]] = {
        "kept sentences a second": lambda way: f"{way['kept'] / way['seconds']:.1f}",
        "seconds a context": lambda way: f"{way['seconds'] / record['contexts']:.2f}",
        "kept of all sentences": lambda way: f"{way['kept'] / way['sentences']:.1%}",
        "tokens of a first sentence": lambda way: f"{way['first_tokens'] / way['sentences']:.1f}",
        "tokens computed / tokens kept": lambda way: f"{(way['prefill'] + way['decode']) / way['kept_tokens']:.2f}",
        "... of them prompts": lambda way: f"{way['prefill'] / way['kept_tokens']:.2f}",
    }
    lines += [f"| {row} | {' | '.join(show(record['ways'][way]) for way in WAYS)} |" for row, show in rows.items()]
    shown = [
        f"{record[f'ratio_{way}']:.1f}x ({low:.1f}-{high:.1f})"
        for way in WAYS[:-1]
        for low, high in [record[f"spread_{way}"]]
    ]
    return "\n".join([*lines, f"| ours over it, median of the repeats | {' | '.join(shown)} | |"])


def main(arguments: list[str] | None = None) -> int:
    """Runs everything; returns the exit status."""
    parser = argparse.ArgumentParser(prog="python benchmarks/sampling.py", description=__doc__)
    parser.add_argument("--shape", choices=list(forced_teacher.SHAPES), default="gpt2", help="of the large teacher")
    parser.add_argument("--contexts", type=int, default=1, help="of the large teacher, each repeat (default: 1)")
    parser.add_argument("--microworld-contexts", type=int, default=8, help="each repeat (default: 8, a batch of a run)")
    parser.add_argument("--repeats", type=int, default=3, help="with other contexts each (default: 3)")
    parser.add_argument("--k", type=int, default=100, help="samples a context (default: 100, as in the paper)")
    parser.add_argument("--tested", type=int, default=400, help="sentences of each of five contexts and way, tested")
    parser.add_argument("--threads", type=int, default=2, help="of torch, for all ways of the large one (default: 2)")
    parser.add_argument("--json", action="store_true", help="print the figures as JSON, the summary on the last line")
    options = parser.parse_args(arguments)
    torch.set_num_threads(options.threads)
    record: dict[str, Any] = {"machine": machine()}
    shown = sys.stderr if options.json else None
    with tempfile.TemporaryDirectory() as folder:
        record["large"] = _compare_large(Path(folder), options)
        print(table(options.shape, record["large"]), file=shown, flush=True)
    torch.set_num_threads(1)  # as a worker of a run has; a tiny model is no faster on two
    drawn = contexts(options.microworld_contexts * options.repeats, " of sampling")
    work = Workload(name="microworld", teacher=MICROWORLD, repeats=_dealt(drawn, options.repeats), k=options.k)
    record["microworld"] = compare(work)
    print(table("microworld", record["microworld"]), file=shown, flush=True)
    print("testing whether the distribution is the same ...", file=sys.stderr, flush=True)
    sides = [side(5, options.tested) for side in (same_distribution.ours, same_distribution.theirs)]
    short = summary(record["large"], record["microworld"], same_distribution.p_value(*sides))
    if options.json:
        print(json.dumps(record))
        print(json.dumps(short))
    else:
        print("\n".join(f"{name:32}{value:.3f}" for name, value in short.items()))
    return 0


def _compare_large(folder: Path, options: argparse.Namespace) -> dict[str, Any]:
    print(f"a teacher of the shape of {options.shape} ...", file=sys.stderr, flush=True)
    forced_teacher.save_teacher(folder, options.shape)
    model, tokenizer = load_sampled_lm(str(folder), BF16)
    model.register_forward_hook(forced_teacher.ForcedLengths(tokenizer), with_kwargs=True)
    drawn = forced_teacher.contexts(tokenizer, options.contexts * options.repeats)
    record = compare(
        Workload(name=options.shape, teacher=str(folder), repeats=_dealt(drawn, options.repeats), k=options.k)
    )
    return record | bandwidth_share(model, record["ways"]["ours"])


def _dealt(texts: list[str], hands: int) -> list[list[str]]:
    return [texts[hand::hands] for hand in range(hands)]
