"""The tables of docs/results.md: `python -m benchmarks.results RUN [RUN ...]`, runs of a recipe with other seeds."""

import json
import math
import statistics
import sys
from pathlib import Path
from typing import Any

from scipy.stats import binomtest

from benchmarks.error_kinds import FAITHFUL, KINDS, output_kind
from builders.journal import Stage
from model_cards.ablation import paired_difference
from scripts.evaluated_systems import CEILING
from trainers.training_pairs import Task

FIGURES = {
    "paraphrase": ("faithful_non_copy", "faithful", "copy", "rouge_l", "tree_edit_distance", "ibleu", "conformity"),
    "summary": ("faithful_summary", "entailed", "copy", "compression", "rouge_l", "in_bucket"),
}  # the last of each where the recipe has control
COUNTS = ("contexts", "sentences", "candidates")
Kinds = list[dict[str, list[str]]]  # of each run, by system: of which kind each of its outputs is


def main(folders: list[str]) -> None:
    """Prints the tables of these runs in Markdown."""
    places = [Path(folder) for folder in folders]
    runs = [_finished(place) for place in places]
    if not runs:
        sys.exit("No run is named; name the folders of one recipe's runs.")
    seeds = ("seed " if len(runs) == 1 else "seeds ") + ", ".join(str(run["seed"]) for run in runs)
    print(f"`{runs[0]['name']}`, {seeds}, {runs[0]['evaluation']['n']} test sources each.\n")
    task, kinds = runs[0]["task"], [output_kinds(place, run) for place, run in zip(places, runs, strict=True)]
    for table in (systems(runs, kinds), ceiling(runs), errors(kinds, task), rounds(runs), mistakes(places, task)):
        if table:
            print("\n".join(table), "\n")


def _finished(place: Path) -> dict[str, Any]:
    """The figures of a run."""
    figures = place / "metrics.json"
    if not figures.is_file():
        sys.exit(f"{place}: no metrics.json is there; name the folder of a run that has ended.")
    run: dict[str, Any] = json.loads(figures.read_text(encoding="utf-8"))
    if not run.get("evaluation"):
        sys.exit(f"{place}: that run evaluated nothing; its recipe needs a section evaluation.")
    return run


def output_kinds(place: Path, run: dict[str, Any]) -> dict[str, list[str]]:
    """Of which kind each output of each system of a run is."""
    found = {}
    for system in run["evaluation"]["systems"]:
        rows = map(json.loads, (place / system["outputs"]).read_text(encoding="utf-8").splitlines())
        found[system["name"]] = [output_kind(row["source"], row["output"], run["task"]) for row in rows]
    return found


def systems(runs: list[dict[str, Any]], kinds: Kinds) -> list[str]:
    """One row a system: means over the seeds, how far each is from the final student, and each seed's headline."""
    names = _figure_names(runs)
    columns = [*names, f"{names[0]}, to the final student", "p, output by output", f"{names[0]}, each seed"]
    lines = [f"| System | {' | '.join(columns)} |", "|---" + "|---:" * len(columns) + "|"]
    for system in _system_names(runs):
        having = [run for run in runs if system in _figures(run)]  # a seed whose rounds stop early lacks the later ones
        figures = [_figures(run)[system] for run in having]
        means = [_mean([figure[name]["value"] for figure in figures]) for name in names]
        values, finals = [figure[names[0]]["value"] for figure in figures], [_final(run, names[0]) for run in having]
        each = ", ".join(
            f"{figure[names[0]]['value']:.3f} ± {figure[names[0]]['standard_error']:.3f}" for figure in figures
        )
        is_final = all(_final_name(run) == system for run in having)
        compared = ["", ""] if is_final else [_difference(values, finals), _sign_test(system, runs, kinds)]
        lines.append(f"| {system} | {' | '.join(means + compared)} | {each} |")
    return lines


def _sign_test(system: str, runs: list[dict[str, Any]], kinds: Kinds) -> str:
    """The exact two-sided p of McNemar's test: of sources where one of the two is faithful, is it as often either?"""
    better = worse = 0
    for run, of_run in zip(runs, kinds, strict=True):
        for one, final in zip(of_run.get(system, ()), of_run[_final_name(run)], strict=system in of_run):
            better += one == FAITHFUL != final
            worse += one != FAITHFUL == final
    p = binomtest(better, better + worse).pvalue if better + worse else 1.0
    return "< 0.0001" if p < 0.0001 else f"{p:.4f}"


def ceiling(runs: list[dict[str, Any]]) -> list[str]:
    """How much of the ceiling the final student reaches, where the runs have one."""
    if not all(CEILING in _figures(run) for run in runs):
        return []
    lines = []
    for name in _figure_names(runs)[:2]:
        shares = [_final(run, name) / _figures(run)[CEILING][name]["value"] for run in runs]
        each = ", ".join(f"{share:.3f}" for share in shares)
        lines.append(f"- The final student reaches {_mean(shares)} of the ceiling in `{name}` (each seed {each}).")
    return lines


def errors(kinds: Kinds, task: Task) -> list[str]:
    """Where the errors are: one row a system, the share of its outputs of all seeds by kind."""
    names = dict.fromkeys(name for of_run in kinds for name in of_run)
    return _shares(
        "System", "outputs", {name: [kind for of_run in kinds for kind in of_run.get(name, ())] for name in names}, task
    )


def _figure_names(runs: list[dict[str, Any]]) -> list[str]:
    measured = runs[0]["evaluation"]["systems"][0]["figures"]
    return [name for name in FIGURES[runs[0]["task"]] if name in measured]


def _figures(run: dict[str, Any]) -> dict[str, dict[str, Any]]:
    return {system["name"]: system["figures"] for system in run["evaluation"]["systems"]}


def _system_names(runs: list[dict[str, Any]]) -> list[str]:
    """Those of all runs, in the order of the run that has most of them."""
    longest = sorted(runs, key=lambda run: -len(_figures(run)))
    return list(dict.fromkeys(name for run in longest for name in _figures(run)))


def _final_name(run: dict[str, Any]) -> str:
    """The student that a run ends with: the last that is no control."""
    return [name for name in _figures(run) if name.startswith("student")][-1]


def _final(run: dict[str, Any], figure: str) -> float:
    return float(_figures(run)[_final_name(run)][figure]["value"])


def _difference(values: list[float], finals: list[float]) -> str:
    """A system less the final student, seed by seed, with the 95% interval of a paired t-test."""
    if len(values) == 1:
        return f"{values[0] - finals[0]:+.3f}"
    difference = paired_difference(values, finals)
    return f"{difference.mean:+.3f} ± {difference.half:.3f}"


def rounds(runs: list[dict[str, Any]]) -> list[str]:
    """One row a round: the funnel's ends and the oracle's word on what was kept, means over the seeds."""
    columns = "Contexts | Sentences used | Candidates | Kept | Oracle precision | each seed | Targets shuffled"
    lines = [f"| Round | {columns} |", "|---|---:|---:|---:|---:|---:|---:|---:|"]
    by_round: dict[str, list[dict[str, Any]]] = {}
    for made in (made for run in runs for made in run["rounds"]):
        by_round.setdefault(f"{made['round']}, {made['origin']}", []).append(made)
    for name, all_made in by_round.items():
        counts = " | ".join(f"{statistics.fmean(made[count] for made in all_made):,.0f}" for count in COUNTS)
        lines.append(f"| {name} | {counts} | {_audited([made['audit'] for made in all_made])} |")
    return [*lines, f"| the dataset | | | | {_audited([_released(run) for run in runs])} |"]


def _audited(audits: list[dict[str, Any]]) -> str:
    """How many pairs were kept and how many of those are true, in the mean and each seed."""
    precisions = [audit["precision"] for audit in audits]
    each = ", ".join(f"{audit['precision']:.4f} ± {audit['standard_error']:.4f}" for audit in audits)
    kept, shuffled = (statistics.fmean(audit[name] for audit in audits) for name in ("pairs", "shuffled_precision"))
    return f"{kept:,.0f} | {_mean(precisions, 4)} | {each} | {shuffled:.4f}"


def _released(run: dict[str, Any]) -> dict[str, Any]:
    """The rounds that make the dataset, taken together."""
    audits = [made["audit"] for made in run["rounds"] if made["origin"] != "control"]
    pairs = sum(audit["pairs"] for audit in audits)
    precision, shuffled = (
        sum(audit["pairs"] * audit[name] for audit in audits) / pairs for name in ("precision", "shuffled_precision")
    )
    error = math.sqrt(precision * (1 - precision) / pairs)
    return {"pairs": pairs, "precision": precision, "standard_error": error, "shuffled_precision": shuffled}


def mistakes(folders: list[Path], task: Task) -> list[str]:
    """One row a stage of pairs: of which kind the kept pairs of all seeds are, as if targets were outputs."""
    kinds: dict[str, list[str]] = {}
    for stage in (stage for folder in folders for stage in sorted((folder / "pairs").iterdir())):
        rows = Stage.load(stage).read_rows()
        kinds.setdefault(stage.name, []).extend(output_kind(row["source"], row["target"], task) for row in rows)
    return _shares("Pairs of", "pairs", kinds, task)


def _shares(title: str, counted: str, kinds: dict[str, list[str]], task: Task) -> list[str]:
    """One row a key: how many it has, and the share of each kind."""
    lines = [f"| {title} | {counted} | {' | '.join(KINDS[task])} |", "|---" + "|---:" * (len(KINDS[task]) + 1) + "|"]
    for name, found in kinds.items():
        shares = " | ".join(f"{found.count(kind) / len(found):.3f}" for kind in KINDS[task])
        lines.append(f"| {name} | {len(found):,} | {shares} |")
    return lines


def _mean(values: list[float], digits: int = 3) -> str:
    if len(values) == 1:
        return f"{values[0]:.{digits}f}"
    error = statistics.stdev(values) / len(values) ** 0.5
    return f"{statistics.fmean(values):.{digits}f} ± {error:.{digits}f}"


if __name__ == "__main__":
    main(sys.argv[1:])
