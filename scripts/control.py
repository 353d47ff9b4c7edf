"""The led student of a run: parses of all rounds' pairs, and the training on them (paper, Section 3.4)."""

from collections.abc import Sequence
from pathlib import Path

from builders.control import read_trees
from builders.journal import Stage
from scripts.round_stages import RoundStages
from trainers.control import led_pairs, led_student, signal_settings


def train_led_student(stages: RoundStages, rounds: Sequence[Stage], last: Path) -> Path:
    """The led student, trained on the pairs of all rounds.

    Args:
        stages: Of a recipe with a section `control`.
        rounds: All that the dataset holds; for paraphrases, their parses are there.
        last: The student of the last round.
    """
    recipe, config = stages.recipe, stages.recipe.control
    assert config is not None
    rows = stages.training_rows(rounds, 0)
    if recipe.control_parser:
        trees = {row["id"]: row for row in read_trees([stage.folder for stage in rounds]).to_pylist()}
        rows = {split: [row | trees[row["id"]] for row in found] for split, found in rows.items()}
    train, validation = (led_pairs(rows[split], config, recipe.task) for split in ("train", "validation"))
    base = str(last) if config.train_from == "last" else recipe.student.base
    settings = signal_settings(config, recipe.task, recipe.control_parser)
    out, processes = stages.folder / "students" / "led", recipe.student.processes
    with stages.timed("students led"):
        return led_student(base, train, validation, config, settings, out, recipe.seed, processes)
