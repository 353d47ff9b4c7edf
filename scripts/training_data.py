"""`impossible train --data`: the recipe's student, trained on sentence pairs that somebody has already."""

import argparse
import sys
from pathlib import Path

from builders.errors import UsageError
from builders.pair_tables import PairColumns, open_pair_table
from scripts.checks import check_student_recipe
from scripts.partial_recipes import load_student_recipe
from scripts.recipe_options import overrides_of
from trainers.finetuning import fine_tune
from trainers.table_pairs import table_pairs

DATA_RECORD = "training_data.json"  # beside the weights: the table, and what of it was not trained on


def train_on_table(options: argparse.Namespace) -> Path:
    """Trains on the table that the options name; returns the student's folder, RUN/students/data."""
    if options.contexts is not None or options.keep_rejects:
        unused = "--contexts" if options.contexts is not None else "--keep-rejects"
        raise UsageError(f"{unused} is for a teacher's pairs, and --data {options.data} brings pairs; leave it out")
    recipe = load_student_recipe(options.recipe, overrides_of(options))
    check_student_recipe(recipe)
    columns = PairColumns.read(options.columns)
    table = open_pair_table(options.data, columns, options.split, options.config)
    config = recipe.student.training
    pairs = table_pairs(table, recipe.task, config.both_directions)
    if pairs.without_text or pairs.held_out:
        lacking = f"{pairs.without_text:,} rows without a source or a target"
        print(f"left out: {lacking}, {pairs.held_out:,} with a text of the validation pairs", file=sys.stderr)
    record = {"table": table.identity, "rows_without_text": pairs.without_text, "rows_held_out": pairs.held_out}
    out = Path(options.out or f"runs/{recipe.name}") / "students" / "data"
    return fine_tune(
        recipe.student.base,
        pairs.train,
        pairs.validation,
        config,
        out,
        recipe.seed,
        processes=recipe.student.processes,
        beside={DATA_RECORD: record},
    )
