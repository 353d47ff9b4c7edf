"""What a student is evaluated on: a benchmark of the paper, a function that draws rows, or somebody's file."""

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from itertools import islice
from typing import Any, NotRequired, TypedDict

from builders.errors import ConfigError, RunError, UsageError
from builders.files import read_json, read_text, split_lines
from builders.named import import_named, users_code
from builders.opened_table import Opened
from builders.table_places import is_file_of_lines, open_place
from builders.user_path import user_path

from .evaluation_config import EvaluationConfig
from .named_benchmarks import NAMED_BENCHMARKS, FileBenchmark, NamedBenchmark
from .training_pairs import Task

DRAWN = 2000  # rows of a function, where the settings name no number
_REFERENCES = ("reference", "references", "target")
_OPTIONS = {"split": "evaluation.split, or --split", "config": "evaluation.config, or --config"}


class BenchmarkRow(TypedDict):
    """One sentence to paraphrase or summarise, how others did it, if known, and what form is asked for.

    An exemplar is a sentence whose form the output shall have (paper, Section 3.4); most rows have none.
    """

    source: str
    references: list[str]
    exemplar: NotRequired[str]


@dataclass(frozen=True)
class Benchmark:
    """Test rows and what they are.

    Args:
        rows: At least two.
        place: As the settings name it: a benchmark's name, an import path, or a file or dataset.
        split: Of a function or a dataset; None of a file.
        identity: Of a table: its files by their content or the dataset with its commit and configuration.
        cut: Whether the table has more rows.
        note: How they compare with those of the paper; "" of somebody's own, and of a part of them.
    """

    rows: list[BenchmarkRow]
    place: str
    split: str | None
    identity: Mapping[str, Any]
    cut: bool = False
    note: str = ""


def open_benchmark(config: EvaluationConfig, task: Task) -> Benchmark:
    """The rows to evaluate on, at most `config.n`: a function draws them, of a table the first ones are taken.

    Raises:
        ConfigError: The settings name no rows, a benchmark that cannot be imported, or one of the other task.
        RunError: The benchmark fails, the file cannot be read, a row is bad, or there are fewer than two.
    """
    name = config.benchmark
    if name is not None and ":" in name:
        found = Benchmark(draw_rows(name, task, config.n or DRAWN, config.seed, config.split), name, config.split, {})
    elif name is not None:
        known = NAMED_BENCHMARKS[name]
        if known.task != task:
            raise ConfigError(f"benchmark '{name}' is of the task {known.task}, not {task}; name the other task")
        found = _named(config, name, known)
    elif config.data is not None:
        found = _read(config.data, config)
    else:
        raise ConfigError("evaluation has nothing to evaluate on; set evaluation.benchmark or evaluation.data")
    if len(found.rows) < 2:
        raise RunError(
            f"{found.place} gives {len(found.rows)} test rows; a figure and its standard error need at least 2"
        )
    return found


def benchmark_rows(config: EvaluationConfig, task: Task) -> list[BenchmarkRow]:
    """The rows alone, see `open_benchmark`."""
    return open_benchmark(config, task).rows


def draw_rows(path: str, task: Task, n: int, seed: int, split: str) -> list[BenchmarkRow]:
    """What a benchmark's function draws.

    Raises:
        ConfigError: It cannot be imported.
        RunError: It fails, or a row is bad.
    """
    draw = import_named("benchmark", path)
    remedy = "it is called as rows(task, n, seed, split=split) and must give a list of rows"
    with users_code(f"benchmark '{path}' failed", remedy):
        rows = list(draw(task, n, seed, split=split))
    return [_mapping_row(row, f"benchmark '{path}', row {number}") for number, row in enumerate(rows, start=1)]


def _named(config: EvaluationConfig, name: str, known: NamedBenchmark | FileBenchmark) -> Benchmark:
    if isinstance(known, NamedBenchmark):
        opened = open_place(known.dataset, known.split, known.config, _OPTIONS, known.revision)
        found = _first(opened, _column_rows(opened, known.columns, known.keep), config.n)
        return replace(found, place=name, note="" if found.cut else known.note)
    if config.data is None:
        remedy = "get them and name them as data (--data FILE), with columns where they are not source and reference"
        raise ConfigError(f"benchmark '{name}' has no public dataset: it is {known.origin}; {remedy}")
    return replace(_read(config.data, config), place=name)


def _read(place: str, config: EvaluationConfig) -> Benchmark:
    """Reads JSONL (`source`; `reference` and `exemplar` where there are any), TSV of these three, or another table."""
    path = user_path(place)
    if is_file_of_lines(place) and not config.columns:
        text = read_text(path)
        parse = _json_row if path.suffix in (".jsonl", ".json") else _tsv_row
        lines = enumerate(split_lines(text), start=1)
        rows = (parse(line, f"{path}, line {number}") for number, line in lines if line.strip())
        taken = list(islice(rows, None if config.n is None else config.n + 1))
        digest = hashlib.sha256(text.encode("utf-8")).hexdigest()
        return Benchmark(taken[: config.n], place, None, {"sha256": digest}, len(taken) > (config.n or len(taken)))
    # A file has no splits; parallel files are named by what comes before .src and .tgt.
    is_files = path.is_file() or user_path(f"{place}.src").is_file() or "*" in place
    split = None if is_files else config.split
    opened = open_place(place, split, config.config, _OPTIONS, names=config.columns)
    return _first(opened, _column_rows(opened, config.columns) if config.columns else _table_rows(opened), config.n)


def _first(opened: Opened, rows: Iterator[BenchmarkRow], n: int | None) -> Benchmark:
    """The first rows of a table, all of them where no number is given."""
    taken = list(islice(rows, None if n is None else n + 1))
    identity = {name: value for name, value in opened.identity.items() if name != "split"}
    return Benchmark(taken[:n], opened.place, opened.identity.get("split"), identity, len(taken) > (n or len(taken)))


def _table_rows(opened: Opened) -> Iterator[BenchmarkRow]:
    for number, row in enumerate(opened.read(["source"], also=[*_REFERENCES, "exemplar"]), start=1):
        if "source" not in row:
            has = ", ".join(map(str, row))
            raise UsageError(f"{opened.place} has no column 'source'; it has {has}; name the right ones as columns")
        filled = {
            name: cell for name, cell in row.items() if cell not in (None, "")
        }  # of an empty cell nothing is known
        yield _mapping_row({"source": "", **filled}, f"{opened.place}, {opened.unit} {number}")


def _column_rows(
    opened: Opened, columns: tuple[str, ...], keep: tuple[str, object] | None = None
) -> Iterator[BenchmarkRow]:
    """Rows of a table whose columns are named: the source's, then those of the references."""
    needed = [*columns, *([keep[0]] if keep else [])]
    for number, row in enumerate(opened.read(needed, also=["exemplar"]), start=1):
        where = f"{opened.place}, {opened.unit} {number}"
        for name in needed:
            if name not in row:
                raise UsageError(f"{opened.place} has no column '{name}'; it has {', '.join(map(str, row))}")
        if keep and row[keep[0]] != keep[1]:
            continue
        first, *others = (row[name] for name in columns)
        if not others:
            if not isinstance(first, list | tuple) or not first:
                raise RunError(f"{where}: column '{columns[0]}' must hold a list of texts, got {first!r:.60}")
            first, *others = first
        references = [text for cell in others for text in (cell if isinstance(cell, list | tuple) else [cell])]
        yield _row(first, [text for text in references if text not in (None, "")], row.get("exemplar") or None, where)


def _json_row(line: str, where: str) -> BenchmarkRow:
    return _mapping_row(read_json(line, where), where)


def _mapping_row(row: Any, where: str) -> BenchmarkRow:
    try:
        source, exemplar = row["source"], row.get("exemplar")
        cell: Any = next((row[name] for name in _REFERENCES if row.get(name) is not None), [])
    except (KeyError, TypeError, AttributeError):
        remedy = 'write {"source": ..., "reference": ...}'
        raise RunError(f'{where}: not an object with a "source" but {row!r:.60}; {remedy}') from None
    return _row(source, list(cell) if isinstance(cell, list | tuple) else [cell], exemplar, where)


def _tsv_row(line: str, where: str) -> BenchmarkRow:
    cells = line.split("\t")
    if len(cells) > 3:
        raise RunError(
            f"{where}: {len(cells)} columns; write the source, a tab and the reference, a tab and an exemplar"
        )
    source, reference, exemplar = [*cells, None, None][:3]
    return _row(source, [reference] if reference else [], exemplar or None, where)


def _row(source: object, references: list[Any], exemplar: object, where: str) -> BenchmarkRow:
    if not isinstance(source, str) or not source.strip():
        raise RunError(f"{where}: the source must be a sentence, got {source!r}")
    named = [("reference", text) for text in references] + ([("exemplar", exemplar)] if exemplar is not None else [])
    for name, text in named:
        if not (isinstance(text, str) and text.strip()):
            raise RunError(f"{where}: the {name} must be a sentence or left out, got {text!r}")
    row = BenchmarkRow(source=source.strip(), references=[text.strip() for text in references])
    return {**row, "exemplar": exemplar.strip()} if isinstance(exemplar, str) else row
