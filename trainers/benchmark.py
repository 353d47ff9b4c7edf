"""What a student is evaluated on: a benchmark that a recipe names by import path, or a file of the user's."""

import json
from importlib import import_module
from pathlib import Path
from typing import TypedDict

from builders.errors import ConfigError, RunError
from builders.files import read_text

from .evaluation import EvaluationConfig
from .training_pairs import Task


class BenchmarkRow(TypedDict):
    """One sentence to paraphrase or summarise, and how someone else did it, if known."""

    source: str
    reference: str | None


def benchmark_rows(config: EvaluationConfig, task: Task) -> list[BenchmarkRow]:
    """The rows to evaluate on, at most `config.n`: a benchmark draws them, of a file the first ones are taken.

    Raises:
        ConfigError: The settings name no rows, or a benchmark that cannot be imported.
        RunError: The file cannot be read, has a bad line, or holds fewer than two rows.
    """
    if config.benchmark is not None:
        rows = _draw(config, config.benchmark, task)
    elif config.data is not None:
        rows = _read(Path(config.data))[: config.n]
    else:
        raise ConfigError("evaluation has nothing to evaluate on; set evaluation.benchmark or evaluation.data")
    if len(rows) < 2:
        place = config.benchmark or config.data
        raise RunError(f"{place} gives {len(rows)} test rows; a figure and its standard error need at least 2")
    return rows


def _draw(config: EvaluationConfig, path: str, task: Task) -> list[BenchmarkRow]:
    module, _, name = path.partition(":")
    try:
        draw = getattr(import_module(module), name)
    except (ImportError, AttributeError, ValueError) as error:
        raise ConfigError(
            f"benchmark '{path}' cannot be imported ({error}); name a function as 'module:name'"
        ) from None
    rows = draw(task, config.n, config.seed, split=config.split)
    return [BenchmarkRow(source=row["source"], reference=row["reference"]) for row in rows]


def _read(path: Path) -> list[BenchmarkRow]:
    """Reads JSONL (`source`, and `reference` if there is one) by its suffix, else TSV: source, tab, reference."""
    parse = _json_row if path.suffix in (".jsonl", ".json") else _tsv_row
    lines = enumerate(read_text(path).splitlines(), start=1)
    return [parse(line, f"{path}, line {number}") for number, line in lines if line.strip()]


def _json_row(line: str, where: str) -> BenchmarkRow:
    try:
        row = json.loads(line)
        source, reference = row["source"], row.get("reference")
    except (ValueError, KeyError, TypeError, AttributeError):
        raise RunError(
            f'{where}: not a JSON object with a "source"; write {{"source": ..., "reference": ...}}'
        ) from None
    return _row(source, reference, where)


def _tsv_row(line: str, where: str) -> BenchmarkRow:
    cells = line.split("\t")
    if len(cells) > 2:
        raise RunError(f"{where}: {len(cells)} columns; write the source, a tab and the reference")
    return _row(cells[0], cells[1] if len(cells) == 2 else None, where)


def _row(source: object, reference: object, where: str) -> BenchmarkRow:
    if not isinstance(source, str) or not source.strip():
        raise RunError(f"{where}: the source must be a sentence, got {source!r}")
    if reference is not None and not (isinstance(reference, str) and reference.strip()):
        raise RunError(f"{where}: the reference must be a sentence or left out, got {reference!r}")
    return BenchmarkRow(source=source.strip(), reference=reference.strip() if reference is not None else None)
