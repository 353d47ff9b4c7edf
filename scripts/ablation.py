"""An ablation: every arm with every seed, on shared samples and scores, and the table of what each part is worth."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from importlib.metadata import version
from pathlib import Path
from typing import Any

from builders.files import read_json, read_text, write_json
from builders.journal import run_shards
from builders.progress import silent_progress
from model_cards.ablation import ABLATION, write_ablation_report
from scripts.ablation_arms import WHOLE, Arm, arms_of, shares_samples
from scripts.evaluations import Evaluator
from scripts.pipeline import Pipeline
from scripts.recipe import Recipe
from scripts.round_stages import SharedStages
from trainers.evaluation import audit_pairs
from trainers.oracle import load_oracle


@dataclass(frozen=True)
class _Task:
    """One arm with one seed."""

    arm: Arm
    seed: int
    folder: Path
    shared: SharedStages

    @property
    def record(self) -> Path:
        return self.folder / "result.json"


def run_ablation(recipe: Recipe, folder: Path, command: str) -> dict[str, Any]:
    """Runs what is not done yet, two or more arms side by side where `workers` allows, and writes the report.

    Args:
        recipe: One with an `ablation` section.
        folder: Of all arms; each has a run folder of its own in `seed-N/ARM`.
        command: As the user gave it.

    Returns:
        What `ablation.json` holds: `rows`, one an arm and system, with the figures of each seed.
    """
    tasks = list(_tasks(recipe, folder))
    for task in tasks:  # before the arms, which ask for them at one time
        _make_shared(task, recipe.workers)
    run_shards(_run_task, tasks, list(range(len(tasks))), recipe.workers, "arms of the ablation")
    results = [(task, read_json(read_text(task.record), str(task.record))) for task in tasks]
    assert recipe.ablation is not None and recipe.evaluation is not None  # noqa: PT018  (a recipe has seen to it)
    record = {
        "name": recipe.name,
        "command": command,
        "version": version("impossible-distillation"),
        "seeds": list(recipe.ablation.seeds),
        "benchmark": recipe.evaluation.benchmark or recipe.evaluation.data,
        "split": recipe.evaluation.split if recipe.evaluation.benchmark else None,
        "rows": _rows(results),
    }
    write_json(folder / ABLATION, record)
    write_ablation_report(folder)
    return record


def _tasks(recipe: Recipe, folder: Path) -> Iterator[_Task]:
    """Seed by seed, so that an ablation that is stopped has whole seeds."""
    assert recipe.ablation is not None
    arms = arms_of(recipe)
    for seed in recipe.ablation.seeds:
        place = folder / f"seed-{seed}"
        for arm in arms:
            own = place / arm.name
            shared = place if shares_samples(arm.recipe, arms[0].recipe) else own
            stages = SharedStages(shared / "samples", shared / "answers")
            yield _Task(replace(arm, recipe=replace(arm.recipe, seed=seed, workers=1)), seed, own, stages)


def _make_shared(task: _Task, workers: int) -> None:
    """The samples of all rounds, and the answers about those of the first."""
    pipeline = Pipeline(replace(task.arm.recipe, workers=workers), task.folder, shared=task.shared)
    for number in range(pipeline.self_distillation.rounds + 1):
        pipeline.samples(number)
    pipeline.answers()


def _run_task(tasks: list[_Task], number: int) -> None:
    """One arm to its end, in a process of its own: its figures go to `result.json`."""
    with silent_progress():
        _run_arm(tasks[number])


def _run_arm(task: _Task) -> None:
    pipeline = Pipeline(task.arm.recipe, task.folder, shared=task.shared)
    evaluator, rounds = Evaluator(task.arm.recipe, task.folder / "evaluation"), pipeline.rounds()
    students = [("", pipeline.final_student())]
    if task.arm.has_parts:
        if task.arm.name == WHOLE:
            students.append(("without self-distillation", pipeline.student(0)))
        if rounds.trained and "more_training" in task.arm.recipe.controls:
            students.append(("more training in its place", pipeline.more_training()))
        if rounds.trained and "fresh_pairs" in task.arm.recipe.controls:
            students.append(("ordinary pairs of fresh contexts in its place", pipeline.fresh_pairs()))
    write_json(
        task.record,
        {
            "systems": [
                {"part": part, "figures": evaluator.student(part, student).record["figures"]}
                for part, student in students
            ],
            "pairs": [_pairs(pipeline, round_number) for round_number in range(rounds.made + 1)],
            "stopped": rounds.stopped,
        },
    )


def _pairs(pipeline: Pipeline, round_number: int) -> dict[str, Any]:
    """How many pairs a round kept, and how many of them are true."""
    stage, evaluation = pipeline.pairs(round_number), pipeline.recipe.evaluation
    kept: dict[str, Any] = {"kept": stage.counts()["kept"], "precision": None}
    if evaluation and evaluation.oracle:
        audit = audit_pairs(stage.read_rows(), load_oracle(evaluation.oracle), pipeline.recipe.task)
        kept["precision"] = audit["precision"] if audit else None
    return kept


def _rows(results: list[tuple[_Task, dict[str, Any]]]) -> list[dict[str, Any]]:
    """One row an arm and system, in the order of the arms, with what every seed gave."""
    rows: dict[tuple[str, str], dict[str, Any]] = {}
    for task, result in results:
        for system in result["systems"]:
            title = _title(task.arm, system["part"])
            row = {"title": title, "is_whole": task.arm.name == WHOLE and not system["part"], "seeds": []}
            seed = {"seed": task.seed, "figures": system["figures"], "pairs": result["pairs"]}
            stopped = None if system["part"] else result["stopped"]
            rows.setdefault((task.arm.name, system["part"]), row)["seeds"].append(seed | {"stopped": stopped})
    return list(rows.values())


def _title(arm: Arm, part: str) -> str:
    if not part:
        return arm.title
    return part if arm.name == WHOLE else f"{arm.title}: {part}"
