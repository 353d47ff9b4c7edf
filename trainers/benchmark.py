"""What a student is evaluated on: a benchmark that a recipe names by import path, or a file of the user's."""

from collections.abc import Iterator
from itertools import islice
from typing import Any, NotRequired, TypedDict

from builders.errors import ConfigError, RunError, UsageError
from builders.files import read_json, read_text, split_lines
from builders.named import import_named, users_code
from builders.table_places import is_file_of_lines, open_place
from builders.user_path import user_path

from .evaluation import EvaluationConfig
from .training_pairs import Task


class BenchmarkRow(TypedDict):
    """One sentence to paraphrase or summarise, how someone else did it, if known, and what form is asked for.

    An exemplar is a sentence whose form the output shall have (paper, Section 3.4); most rows have none.
    """

    source: str
    reference: str | None
    exemplar: NotRequired[str]


def benchmark_rows(config: EvaluationConfig, task: Task) -> list[BenchmarkRow]:
    """The rows to evaluate on, at most `config.n`: a benchmark draws them, of a file the first ones are taken.

    Raises:
        ConfigError: The settings name no rows, or a benchmark that cannot be imported.
        RunError: The benchmark fails, the file cannot be read, a row is bad, or there are fewer than two.
    """
    if config.benchmark is not None:
        rows = _draw(config, config.benchmark, task)
    elif config.data is not None:
        rows = _read(config.data, config)[: config.n]
    else:
        raise ConfigError("evaluation has nothing to evaluate on; set evaluation.benchmark or evaluation.data")
    if len(rows) < 2:
        place = config.benchmark or config.data
        raise RunError(f"{place} gives {len(rows)} test rows; a figure and its standard error need at least 2")
    return rows


def _draw(config: EvaluationConfig, path: str, task: Task) -> list[BenchmarkRow]:
    draw = import_named("benchmark", path)
    remedy = "it is called as rows(task, n, seed, split=split) and must give a list of rows"
    with users_code(f"benchmark '{path}' failed", remedy):
        rows = list(draw(task, config.n, config.seed, split=config.split))
    return [_mapping_row(row, f"benchmark '{path}', row {number}") for number, row in enumerate(rows, start=1)]


def _read(place: str, config: EvaluationConfig) -> list[BenchmarkRow]:
    """Reads JSONL (`source`; `reference` and `exemplar` where there are any), TSV of these three, or another table."""
    if not is_file_of_lines(place):
        return list(islice(_table_rows(place, config), config.n))
    path = user_path(place)
    parse = _json_row if path.suffix in (".jsonl", ".json") else _tsv_row
    lines = enumerate(split_lines(read_text(path)), start=1)
    return [parse(line, f"{path}, line {number}") for number, line in lines if line.strip()]


def _table_rows(place: str, config: EvaluationConfig) -> Iterator[BenchmarkRow]:
    split = None if user_path(place).is_file() else config.split
    opened = open_place(place, split, None, {"split": "evaluation.split, or --split", "config": "a folder of its own"})
    for number, row in enumerate(opened.read(["source"], also=["reference", "target", "exemplar"]), start=1):
        if "source" not in row:
            raise UsageError(f"{place} has no column 'source'; it has {', '.join(map(str, row))}; rename one of them")
        reference = row.get("reference", row.get("target"))
        yield _row(row["source"], reference, row.get("exemplar"), f"{place}, {opened.unit} {number}")


def _json_row(line: str, where: str) -> BenchmarkRow:
    return _mapping_row(read_json(line, where), where)


def _mapping_row(row: Any, where: str) -> BenchmarkRow:
    try:
        cells = row["source"], row.get("reference"), row.get("exemplar")
    except (KeyError, TypeError, AttributeError):
        remedy = 'write {"source": ..., "reference": ...}'
        raise RunError(f'{where}: not an object with a "source" but {row!r:.60}; {remedy}') from None
    return _row(*cells, where)


def _tsv_row(line: str, where: str) -> BenchmarkRow:
    cells = line.split("\t")
    if len(cells) > 3:
        raise RunError(
            f"{where}: {len(cells)} columns; write the source, a tab and the reference, a tab and an exemplar"
        )
    source, reference, exemplar = [*cells, None, None][:3]
    return _row(source, reference or None, exemplar or None, where)


def _row(source: object, reference: object, exemplar: object, where: str) -> BenchmarkRow:
    if not isinstance(source, str) or not source.strip():
        raise RunError(f"{where}: the source must be a sentence, got {source!r}")
    for name, text in (("reference", reference), ("exemplar", exemplar)):
        if text is not None and not (isinstance(text, str) and text.strip()):
            raise RunError(f"{where}: the {name} must be a sentence or left out, got {text!r}")
    row = BenchmarkRow(source=source.strip(), reference=reference.strip() if isinstance(reference, str) else None)
    return {**row, "exemplar": exemplar.strip()} if isinstance(exemplar, str) else row
