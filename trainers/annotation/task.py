"""A task for annotators: outputs without the names of their systems, and, in a file of its own, who wrote what."""

import json
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from builders.errors import RunError, UsageError
from builders.files import atomic_path, read_json, read_text, write_json
from builders.randomness import key
from trainers.training_pairs import Task

from .questions import QUESTIONS, Question

_TASK, _SYSTEMS, _ANSWERS = "task.json", "systems.json", "answers"


@dataclass(frozen=True)
class Item:
    """One output to rate, under an id that says nothing of its system."""

    id: str
    source: str
    output: str


@dataclass(frozen=True)
class AnnotationTask:
    """What annotators see.

    Args:
        task: What the systems were asked for.
        seed: Of the draw of sources and of each annotator's order.
        items: Every output once, by id.
    """

    task: Task
    seed: int
    items: tuple[Item, ...]

    def __post_init__(self) -> None:
        if self.task not in QUESTIONS:
            raise KeyError(f"task {self.task!r}")

    @property
    def questions(self) -> tuple[Question, ...]:
        """What is asked of each item."""
        return QUESTIONS[self.task]

    def order(self, annotator: str) -> list[Item]:
        """The items as one annotator sees them: each has another order, and always the same."""
        return sorted(self.items, key=lambda item: key(self.seed, "annotation order", annotator, item.id))


@dataclass(frozen=True)
class Systems:
    """What the annotators do not see.

    Args:
        outputs: For each system, the item that it wrote for each source, by the source.
        made_from: Where the outputs are from, and what was left out.
    """

    outputs: dict[str, dict[str, str]]
    made_from: dict[str, Any]


def answers_folder(folder: Path) -> Path:
    """Where a task's answers are kept."""
    return folder / _ANSWERS


def write_task(folder: Path, task: AnnotationTask, systems: Systems) -> bool:
    """Writes a task into a folder of its own, whole or not at all.

    Returns:
        False where the same task is there already; its answers stay.

    Raises:
        UsageError: The folder holds something else.
    """
    if (folder / _TASK).is_file():
        if read_task(folder) == task and read_systems(folder) == systems:
            return False
        raise UsageError(f"{folder} holds another task, maybe with answers; name another folder, or move it away")
    if folder.exists() and not (folder.is_dir() and not any(folder.iterdir())):
        raise UsageError(f"{folder} is there already and is no task; name another folder")
    with atomic_path(folder) as partial:
        answers_folder(partial).mkdir(parents=True)
        write_json(partial / _TASK, asdict(task))
        write_json(partial / _SYSTEMS, asdict(systems))
    return True


def read_task(folder: Path) -> AnnotationTask:
    """The task of a folder.

    Raises:
        UsageError: The folder holds none.
        RunError: The file is not as it was written.
    """
    record = _read(folder, _TASK)
    try:
        items = tuple(Item(**item) for item in record["items"])
        return AnnotationTask(record["task"], record["seed"], items)
    except (KeyError, TypeError) as error:
        raise _spoilt(folder / _TASK, error) from None


def read_systems(folder: Path) -> Systems:
    """Who wrote what; `read_task` has the errors."""
    try:
        return Systems(**_read(folder, _SYSTEMS))
    except TypeError as error:
        raise _spoilt(folder / _SYSTEMS, error) from None


def _read(folder: Path, name: str) -> Any:
    if not (folder / name).is_file():
        raise UsageError(f"'{folder}' is no task for annotators; name a folder that 'impossible annotate make' made")
    return read_json(read_text(folder / name), str(folder / name))


def _spoilt(path: Path, error: Exception) -> RunError:
    words = json.dumps(str(error))
    return RunError(f"{path} is not as 'impossible annotate make' wrote it ({words}); make the task again")
