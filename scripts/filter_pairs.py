"""`impossible filter`: a recipe's critics on anyone's sentence pairs."""

import argparse
import json
from importlib.metadata import version
from pathlib import Path
from typing import Any

from builders.config import to_mapping
from builders.errors import UsageError
from builders.files import read_json, read_text, write_json
from builders.pair_filtering import FilteredTable, filter_table
from builders.pair_tables import PairColumns, PairTable, open_pair_table
from scripts.checks import check_critics
from scripts.layout import funnel_lines
from scripts.partial_recipes import CriticsRecipe, load_critics_recipe


def filter_dataset(options: argparse.Namespace) -> None:
    """Filters the pairs that the options name, writes `filter.json` and prints the funnel."""
    if options.limit is not None and options.limit < 1:
        raise UsageError(f"--limit must be at least 1, got {options.limit}")
    recipe = load_critics_recipe(options.recipe, options.overrides)
    columns = PairColumns.read(options.columns, options.context)
    check_critics(recipe.critics)
    table = open_pair_table(options.dataset, columns, options.split, options.config, options.limit)
    folder = Path(options.out or f"runs/filtered-{table.name}")
    if options.out is None:
        _check_own(folder, table)
    record = _record(table, recipe, filter_table(table, recipe.critics, folder, recipe.workers))
    write_json(folder / "filter.json", record)
    if options.json:
        print(json.dumps(record, indent=2, ensure_ascii=False))
        return
    for line in funnel_lines(record["candidates"], record["dropped"], record["kept"]):
        print(line)
    for name, value in record["measured"].items():
        print(f"{name.replace('_', ' ')}: {value:,}")
    print(
        f"load_dataset('parquet', data_files='{folder}/kept/*.parquet') reads what was kept; {folder}/dropped says why"
    )


def _check_own(folder: Path, table: PairTable) -> None:
    """Tables in different places may have one name."""
    record = folder / "filter.json"
    if record.is_file() and read_json(read_text(record), str(record)).get("table") != to_mapping(table.identity):
        raise UsageError(f"{folder} holds what was kept of another table; name a folder with --out")


def _record(table: PairTable, recipe: CriticsRecipe, filtered: FilteredTable) -> dict[str, Any]:
    """What `filter.json` holds."""
    counts = filtered.counts()
    dropped = {name.removeprefix("dropped:"): counts.pop(name) for name in list(counts) if name.startswith("dropped:")}
    return {
        "table": table.identity,
        "critics": to_mapping(recipe.critics),
        "candidates": counts.pop("candidates"),
        "dropped": [{"reason": reason, "count": count} for reason, count in dropped.items()],
        "kept": counts.pop("kept"),
        "measured": counts,
        "fingerprint": filtered.kept.fingerprint,
        "version": version("impossible-distillation"),
    }
