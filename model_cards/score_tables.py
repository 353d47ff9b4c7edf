"""Reads the critics' scores of a run's pairs: of the dataset, and of what critics dropped where that was kept.

Columns are read a batch at a time, and of a score only the count of each of its steps is held.
"""

import json
import math
from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import numpy
import pyarrow
import pyarrow.parquet

from model_cards.dataset_files import dataset_config
from model_cards.run_folder import CardError, Run, read_json
from model_cards.scores import SCORES, Distribution, Scored, Threshold

_MOST_DROPPED = 1_000_000  # of a round that are read; their shards are contexts in no order of content
# Where each critic's settings keep the bound of a score, and whether it is the least or the most that passes.
_BOUNDS = {
    "entailment_forward": ("semantic_equivalence", "min_entailment"),
    "entailment_backward": ("semantic_equivalence", "min_entailment"),
    "rouge_l": ("rouge_l", "max"),
    "tree_edit_distance": ("tree_edit_distance", "min"),
    "compression": ("compression", "max"),
}


def score_distributions(run: Run) -> list[Distribution]:
    """The scores that the dataset's pairs have, and the dropped ones where the run kept them.

    Raises:
        CardError: A table cannot be read.
    """
    config = dataset_config(run.dataset_folder, run.metrics.config)
    if config is None:
        return []
    names = [name for name in SCORES if name in config.schema.names]
    kept = _by_round(_kept(config.files, names))
    numbers = sorted({number for number, _ in kept})
    dropped = _by_round(row for number in numbers for row in _dropped(run.folder, number, names))
    distributions = []
    for name in names:
        rounds = tuple((number, kept.get((number, name)), dropped.get((number, name))) for number in numbers)
        if any(both for _, *both in rounds if any(both)):
            distributions.append(Distribution(name, _threshold(run.recipe, name), rounds))
    return distributions


def _kept(files: Iterable[Path], names: list[str]) -> Iterator[tuple[int, str, Any]]:
    """Round, score and its values in the dataset's pairs."""
    for file in files:
        for batch in _batches(file, ["round", *names]):
            rounds = batch["round"].to_numpy(zero_copy_only=False)
            for number in batch["round"].drop_null().unique().to_pylist():
                for name in names:
                    values = batch[name].to_numpy(zero_copy_only=False)[rounds == number]
                    yield number, name, values


def _dropped(folder: Path, number: int, names: list[str]) -> Iterator[tuple[int, str, Any]]:
    """The same of the pairs that the critics of a round dropped, each with the scores that it got."""
    pairs = folder / "pairs" / f"round-{number}"
    rejects = pairs / "rejects"
    if not (rejects / "stage.json").is_file():
        return
    # Pairs that were dropped under other settings stay in the folder when they are no longer kept.
    if read_json(rejects / "stage.json").get("fingerprint") != read_json(pairs / "stage.json").get("fingerprint"):
        return
    rows = 0
    for file in sorted(rejects.glob("shard-*.parquet")):
        for batch in _batches(file, ["scores"]):
            scores = [json.loads(scored) for scored in batch["scores"].to_pylist()]
            for name in names:
                yield number, name, numpy.array([one[name] for one in scores if one.get(name) is not None], float)
            rows += len(scores)
        if rows >= _MOST_DROPPED:
            return


def _batches(file: Path, columns: list[str]) -> Iterator[pyarrow.RecordBatch]:
    try:
        with pyarrow.parquet.ParquetFile(file) as table:
            yield from table.iter_batches(columns=columns)
    except (OSError, pyarrow.ArrowInvalid) as error:
        raise CardError(f"{file} is no readable table of pairs; run the recipe again to write it anew") from error


def _by_round(found: Iterable[tuple[int, str, Any]]) -> dict[tuple[int, str], Scored]:
    counters: dict[tuple[int, str], Counter[int]] = {}
    for number, name, values in found:
        values = values[numpy.isfinite(values.astype(float))]
        if len(values):
            steps = _steps(name, values.astype(float))
            counts = zip(*(part.tolist() for part in numpy.unique(steps, return_counts=True)), strict=True)
            counters.setdefault((number, name), Counter()).update(dict(counts))
    return {key: Scored(counter, _step(key[1]), _closed_right(key[1])) for key, counter in counters.items()}


def _steps(name: str, values: Any) -> Any:
    """The step that each value lies in; a bound of the score divides two steps, and lies on the side that passes."""
    size = _step(name)
    if _closed_right(name):
        return numpy.maximum(numpy.ceil(values / size - 1e-6).astype(int) - 1, 0)
    steps = numpy.floor(values / size + 1e-6).astype(int)
    return steps if size == 1 else numpy.minimum(steps, round(1 / size) - 1)  # a probability of 1 is in the last


def _step(name: str) -> float:
    return 1 if name == "tree_edit_distance" else 0.001


def _closed_right(name: str) -> bool:
    return _BOUNDS[name][1] == "max"


def _threshold(recipe: dict[str, Any], name: str) -> Threshold | None:
    """The bound that a recipe's critics set to a score."""
    critic, key = _BOUNDS[name]
    critics = recipe.get("critics")
    for entry in critics if isinstance(critics, list) else []:
        settings = entry.get(critic) if isinstance(entry, dict) else None
        one_way = isinstance(settings, dict) and settings.get("direction") == "forward"
        if not isinstance(settings, dict) or (name == "entailment_backward" and one_way):
            continue
        value = settings.get(key)
        if isinstance(value, int | float) and math.isfinite(value):
            return Threshold(value, key != "max")
    return None
