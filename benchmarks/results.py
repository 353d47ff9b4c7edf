"""The tables of docs/results.md: `python -m benchmarks.results RUN [RUN ...]`, runs of a recipe with other seeds."""

import json
import statistics
import sys
from pathlib import Path
from typing import Any

FIGURES = {
    "paraphrase": ("faithful_non_copy", "faithful", "copy", "rouge_l", "tree_edit_distance", "ibleu"),
    "summary": ("faithful_summary", "entailed", "copy", "compression", "rouge_l"),
}


def main(folders: list[str]) -> None:
    """Prints the tables of these runs in Markdown."""
    runs = [json.loads((Path(folder) / "metrics.json").read_text(encoding="utf-8")) for folder in folders]
    seeds = ", ".join(str(run["seed"]) for run in runs)
    print(f"`{runs[0]['name']}`, seeds {seeds}, {runs[0]['evaluation']['n']} test sources each.\n")
    print("\n".join(systems(runs)), "\n")
    print("\n".join(rounds(runs)))


def systems(runs: list[dict[str, Any]]) -> list[str]:
    """One row a system: the mean over the seeds, and each seed's headline figure."""
    names = list(FIGURES[runs[0]["task"]])
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
        "| Seed | Round | Contexts | Sentences | Candidates | Kept | Oracle precision | Targets shuffled |",
        "|---:|---|---:|---:|---:|---:|---:|---:|",
    ]
    for run in runs:
        for made in run["rounds"]:
            audit = made["audit"]
            counts = " | ".join(f"{made[name]:,}" for name in ("contexts", "sentences", "candidates", "kept"))
            precision = f"{audit['precision']:.4f} ± {audit['standard_error']:.4f} | {audit['shuffled_precision']:.4f}"
            lines.append(f"| {run['seed']} | {made['round']}, {made['origin']} | {counts} | {precision} |")
    return lines


def _mean(values: list[float]) -> str:
    if len(values) == 1:
        return f"{values[0]:.3f}"
    return f"{statistics.fmean(values):.3f} ± {statistics.stdev(values) / len(values) ** 0.5:.3f}"


if __name__ == "__main__":
    main(sys.argv[1:])
