"""The tables of docs/results.md: `python -m benchmarks.results RUN [RUN ...]`, runs of a recipe with other seeds."""

import json
import math
import statistics
import sys
from pathlib import Path
from typing import Any

from builders.journal import Stage
from microworld.oracle import entails, equivalent, meaning

FIGURES = {
    "paraphrase": ("faithful_non_copy", "faithful", "copy", "rouge_l", "tree_edit_distance", "ibleu", "conformity"),
    "summary": ("faithful_summary", "entailed", "copy", "compression", "rouge_l", "in_bucket"),
}  # the last of each where the recipe has control


def main(folders: list[str]) -> None:
    """Prints the tables of these runs in Markdown."""
    runs = [json.loads((Path(folder) / "metrics.json").read_text(encoding="utf-8")) for folder in folders]
    seeds = ", ".join(str(run["seed"]) for run in runs)
    print(f"`{runs[0]['name']}`, seeds {seeds}, {runs[0]['evaluation']['n']} test sources each.\n")
    print("\n".join(systems(runs)), "\n")
    print("\n".join(rounds(runs)), "\n")
    print("\n".join(mistakes([Path(folder) for folder in folders])))


def systems(runs: list[dict[str, Any]]) -> list[str]:
    """One row a system: the mean over the seeds, and each seed's headline figure."""
    measured = runs[0]["evaluation"]["systems"][0]["figures"]
    names = [name for name in FIGURES[runs[0]["task"]] if name in measured]
    lines = [f"| System | {' | '.join(names)} | {names[0]}, each seed |", "|---" + "|---:" * (len(names) + 1) + "|"]
    for index, system in enumerate(runs[0]["evaluation"]["systems"]):
        figures = [run["evaluation"]["systems"][index]["figures"] for run in runs]
        means = [_mean([figure[name]["value"] for figure in figures]) for name in names]
        each = ", ".join(
            f"{figure[names[0]]['value']:.3f} ± {figure[names[0]]['standard_error']:.3f}" for figure in figures
        )
        lines.append(f"| {system['name']} | {' | '.join(means)} | {each} |")
    return lines


def rounds(runs: list[dict[str, Any]]) -> list[str]:
    """One row a round and seed: the funnel's ends and the oracle's word on what was kept."""
    lines = [
        "| Seed | Round | Contexts | Sentences used | Candidates | Kept | Oracle precision | Targets shuffled |",
        "|---:|---|---:|---:|---:|---:|---:|---:|",
    ]
    for run in runs:
        for made in run["rounds"]:
            audit = made["audit"]
            counts = " | ".join(f"{made[name]:,}" for name in ("contexts", "sentences", "candidates", "kept"))
            precision = f"{audit['precision']:.4f} ± {audit['standard_error']:.4f} | {audit['shuffled_precision']:.4f}"
            lines.append(f"| {run['seed']} | {made['round']}, {made['origin']} | {counts} | {precision} |")
        lines.append(_released(run))
    return lines


def _released(run: dict[str, Any]) -> str:
    """The rounds that make the dataset, taken together."""
    audits = [made["audit"] for made in run["rounds"] if made["origin"] != "control"]
    pairs = sum(audit["pairs"] for audit in audits)
    precision, shuffled = (
        sum(audit["pairs"] * audit[name] for audit in audits) / pairs for name in ("precision", "shuffled_precision")
    )
    error = math.sqrt(precision * (1 - precision) / pairs)
    return f"| {run['seed']} | the dataset | | | | {pairs:,} | {precision:.4f} ± {error:.4f} | {shuffled:.4f} |"


def mistakes(folders: list[Path]) -> list[str]:
    """One row a run and stage of pairs: what the kept pairs are, by the oracle of the microworld."""
    kinds = ("equivalent", "one-way", "different", "not of the world")
    lines = [f"| Run | Pairs | {' | '.join(kinds)} |", "|---|---" + "|---:" * len(kinds) + "|"]
    for stage in (stage for folder in folders for stage in sorted((folder / "pairs").iterdir())):
        found = [_kind(row["source"], row["target"]) for row in Stage.load(stage).read_rows()]
        counts = " | ".join(f"{found.count(kind):,}" for kind in kinds)
        lines.append(f"| {stage.parent.parent.name} | {stage.name} | {counts} |")
    return lines


def _kind(source: str, target: str) -> str:
    if meaning(source) is None or meaning(target) is None:
        return "not of the world"
    return "equivalent" if equivalent(source, target) else "one-way" if _one_way(source, target) else "different"


def _one_way(a: str, b: str) -> bool:
    return entails(a, b) or entails(b, a)


def _mean(values: list[float]) -> str:
    if len(values) == 1:
        return f"{values[0]:.3f}"
    return f"{statistics.fmean(values):.3f} ± {statistics.stdev(values) / len(values) ** 0.5:.3f}"


if __name__ == "__main__":
    main(sys.argv[1:])
