"""The comparison behind `benchmarks/training.py`.

Both ways make the same updates of the same model on the same batches, in one process and on as many torch threads; who
goes first changes with the repeat. The bare loop has its batches ready, ours makes them from token ids on the way. A
rate is tokens of sources and targets a second, padding not counted.
"""

import argparse
import json
import sys
import tempfile
from pathlib import Path
from typing import Any

import torch

from benchmarks.machine import machine
from benchmarks.timed_training import STUDENT, TEACHER, Workload, compare, save_shape
from benchmarks.training_flops import utilisation
from trainers.finetuning_config import FineTuningConfig


def table(records: dict[str, dict[str, Any]]) -> str:
    """Every model's figures in Markdown, for docs/performance.md."""
    lines = [
        "| Model | ours, tokens a second | bare loop | ours / bare loop | padding | ... in random order |",
        "|---|---:|---:|---:|---:|---:|",
    ]
    for name, record in records.items():
        low, high = record["spread"]
        lines.append(
            f"| {name} | {record['ours']:,.0f} | {record['bare']:,.0f} | {record['ratio']:.2f} ({low:.2f}-{high:.2f}) "
            f"| {record['padding']:.1%} | {record['padding_unsorted']:.1%} |"
        )
    return "\n".join(lines)


def summary(records: dict[str, dict[str, Any]]) -> dict[str, float]:
    """The figures that stand for all: those of the worst model."""
    short = {
        "ratio": min(record["ratio"] for record in records.values()),
        "padding": max(record["padding"] for record in records.values()),
        "loss_difference": max(record["loss_difference"] for record in records.values()),
    }
    used = [record["utilisation"] for record in records.values() if "utilisation" in record]
    return short | ({"utilisation": min(used)} if used else {})


def main(arguments: list[str] | None = None) -> int:
    """Runs everything; returns the exit status."""
    parser = argparse.ArgumentParser(prog="python benchmarks/training.py", description=__doc__)
    parser.add_argument("--updates", type=int, default=60, help="timed, of a tiny model each repeat (default: 60)")
    parser.add_argument("--shape-updates", type=int, default=6, help="the same of T5 small's shape (default: 6)")
    parser.add_argument("--repeats", type=int, default=5, help="by turns (default: 5)")
    parser.add_argument("--batch-size", type=int, default=32, help="pairs (default: 32)")
    parser.add_argument("--threads", type=int, default=1, help="of torch, for both ways (default: 1)")
    parser.add_argument("--json", action="store_true", help="print the figures as JSON, the summary on the last line")
    options = parser.parse_args(arguments)
    torch.set_num_threads(options.threads)
    record: dict[str, Any] = {"machine": machine(), "models": {}}
    with tempfile.TemporaryDirectory() as folder:
        for work in _workloads(Path(folder), options):
            record["models"][work.name] = compare(work)
            if torch.cuda.is_available():
                record["models"][work.name] |= utilisation(work.base, record["models"][work.name]["ours"])
    print(table(record["models"]), file=sys.stderr if options.json else None, flush=True)
    short = summary(record["models"])
    if options.json:
        print(json.dumps(record))
        print(json.dumps(short))
    else:
        print("\n".join(f"{name:32}{value:.4f}" for name, value in short.items()))
    return 0


def _workloads(folder: Path, options: argparse.Namespace) -> list[Workload]:
    common: dict[str, Any] = {"warmup_ratio": 0.0, "batch_size": options.batch_size}
    tiny = FineTuningConfig(max_steps=options.updates, learning_rate=1e-4, **common)
    works = [
        Workload(name="T5, the microworld's student", base=STUDENT, config=tiny, repeats=options.repeats),
        Workload(name="GPT-2, the microworld's teacher", base=TEACHER, config=tiny, repeats=options.repeats),
    ]
    if options.shape_updates:
        config = FineTuningConfig(max_steps=options.shape_updates, learning_rate=1e-5, **common)
        base = save_shape(folder / "t5-small", "t5-small")
        works.append(Workload(name="T5 small's shape", base=base, config=config, repeats=options.repeats))
    if torch.cuda.is_available():
        config = FineTuningConfig(max_steps=options.updates, learning_rate=1e-5, precision="bf16", **common)
        base = save_shape(folder / "t5-large", "t5-large")
        works.append(
            Workload(name="T5 large's shape, bf16", base=base, config=config, repeats=options.repeats, sentences=3)
        )
    return works
