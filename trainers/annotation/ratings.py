"""The answers to a task with the systems put back to them, and as a table for other programs."""

import csv
import json
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path

from builders.errors import RunError
from builders.files import atomic_path

from .answers import Answers
from .task import AnnotationTask, Systems, answers_folder, read_systems, read_task

_FORMULA = ("=", "+", "-", "@", "\t", "\r")  # with which a spreadsheet's formulas begin


@dataclass(frozen=True)
class Rating:
    """One annotator's answer to one question about one item; a rating of None is "cannot judge"."""

    annotator: str
    item: str
    question: str
    rating: int | None
    at: str


@dataclass(frozen=True)
class Ratings:
    """A task with all the answers that count."""

    task: AnnotationTask
    systems: Systems
    ratings: tuple[Rating, ...]

    @property
    def annotators(self) -> list[str]:
        """Everyone who has answered something."""
        return list(dict.fromkeys(rating.annotator for rating in self.ratings))


def read_ratings(folder: Path) -> Ratings:
    """What a task's folder holds.

    Raises:
        UsageError: The folder is no task.
        RunError: Nobody has answered anything, or a file is not as it was written.
    """
    task, systems, answers = read_task(folder), read_systems(folder), Answers(answers_folder(folder))
    ratings = [
        Rating(annotator, *answer) for annotator in answers.annotators() for answer in answers.of(annotator).values()
    ]
    if not ratings:
        raise RunError(f"{folder} has no answers yet; run 'impossible annotate serve {folder}' and rate")
    items, questions = {item.id for item in task.items}, {question.name for question in task.questions}
    for rating in ratings:
        if rating.item not in items or rating.question not in questions:
            where = f"{answers.folder}/{rating.annotator}.jsonl"
            asked = f"{rating.question!r:.60} of item {rating.item!r:.60}"
            raise RunError(f"{where} answers {asked}, which is none of this task's; move it to its own task's folder")
    return Ratings(task, systems, tuple(ratings))


def write_csv(path: Path, found: Ratings) -> None:
    """Writes a row for every answer and system that it is about.

    A text that a spreadsheet would take for a formula has an apostrophe before it (OWASP, "CSV Injection").
    """
    rows = [{name: _no_formula(cell) for name, cell in row.items()} for row in _rows(found)]
    with atomic_path(path) as partial, partial.open("w", encoding="utf-8", newline="") as file:
        # Every text is quoted: a carriage return in one that is not would end its row.
        table = csv.DictWriter(file, list(rows[0]), lineterminator="\n", quoting=csv.QUOTE_NONNUMERIC)
        table.writeheader()
        table.writerows(rows)


def write_jsonl(path: Path, found: Ratings) -> None:
    """Writes the same as `write_csv`, every text as it is; where nobody could judge, `rating` is null."""
    with atomic_path(path) as partial, partial.open("w", encoding="utf-8") as file:
        file.writelines(json.dumps(row, ensure_ascii=False) + "\n" for row in _rows(found))


def _no_formula(cell: object) -> object:
    return f"'{cell}" if isinstance(cell, str) and cell.startswith(_FORMULA) else cell


def _rows(found: Ratings) -> Iterator[dict[str, object]]:
    items = {item.id: item for item in found.task.items}
    systems: dict[str, list[str]] = {}
    for name, written in found.systems.outputs.items():
        for written_item in written.values():
            systems.setdefault(written_item, []).append(name)
    for rating in found.ratings:
        item = items[rating.item]
        for system in systems[item.id]:
            yield {**asdict(rating), "system": system, "source": item.source, "output": item.output}
