"""The ceiling of a run: its base trained with its updates, on pairs that are true for certain."""

import json
from collections.abc import Sequence
from dataclasses import replace
from itertools import islice
from pathlib import Path

from builders.config import fingerprint
from builders.files import kept
from scripts.recipe import Recipe
from scripts.round_stages import RoundStages
from trainers.finetuning import fine_tune
from trainers.training_pairs import TextPair
from trainers.true_pairs import true_pairs

_PROBED = 100  # pairs that show whether the benchmark's function, and all that it imports, still draws the same


def train_on_true_pairs(stages: RoundStages, students: Sequence[Path]) -> Path:
    """The recipe's base after as many updates as these students made, by the settings of each.

    No pair is trained on twice, and each is drawn in one direction, so that the reverse of none is trained on either.
    Nothing of this goes into the dataset or the student that is released.

    Args:
        stages: Of a recipe with the control `true_pairs`.
        students: Of round 0, and of each later round in order.

    Returns:
        The folder of the last one.
    """
    settings, folder = stages.recipe.student, stages.folder / "students"
    trainings = []
    for number, student in enumerate(students):
        steps = json.loads((student / "training.json").read_text(encoding="utf-8"))["steps"]
        config = settings.self_training if number else settings.training
        trainings.append((steps, replace(config, max_steps=steps, patience=None, both_directions=False)))
    sizes = [steps * config.batch_size * config.gradient_accumulation_steps for steps, config in trainings]
    held_out = max(config.validation_pairs for _, config in trainings)
    drawn = iter(_drawn_once(stages.recipe, held_out + sum(sizes), stages.folder / "true_pairs.json"))
    validation = list(islice(drawn, held_out))
    base = settings.base
    for number, ((_, config), size) in enumerate(zip(trainings, sizes, strict=True)):
        out = folder / f"control-true-pairs-round-{number}"
        with stages.timed(f"students {out.name}"):
            pairs = list(islice(drawn, size))
            fine_tune(base, pairs, validation, config, out, stages.recipe.seed, processes=settings.processes)
        base = str(out)
    return Path(base)


def _drawn_once(recipe: Recipe, n: int, path: Path) -> list[TextPair]:
    """The pairs of all trainings in one draw, so that no training repeats one of another."""
    assert recipe.evaluation is not None
    assert recipe.evaluation.benchmark is not None
    benchmark, task, seed = recipe.evaluation.benchmark, recipe.task, recipe.seed
    mark = fingerprint(benchmark, task, n, seed, true_pairs(benchmark, task, min(n, _PROBED), seed))
    record = kept(path, mark, lambda: {"pairs": true_pairs(benchmark, task, n, seed)})
    return [(source, target) for source, target in record["pairs"]]
