"""A task for annotators: outputs without the names of their systems, and, in a file of its own, who wrote what."""

from collections import Counter
from dataclasses import asdict, dataclass, fields
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

    def __post_init__(self) -> None:
        for name, text in asdict(self).items():
            if not isinstance(text, str):
                raise ValueError(f"an item's {name} must be a text, got {text!r:.60}")


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
        if not isinstance(self.task, str) or self.task not in QUESTIONS:
            raise ValueError(f"task must be {' or '.join(QUESTIONS)}, got {self.task!r:.60}")
        if type(self.seed) is not int:
            raise ValueError(f"seed must be a whole number, got {self.seed!r:.60}")
        if not self.items:
            raise ValueError("items must not be empty")
        for item, times in Counter(item.id for item in self.items).items():
            if times > 1:
                raise ValueError(f"item {item!r:.60} is there twice")

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

    def __post_init__(self) -> None:
        if not isinstance(self.made_from, dict):
            raise ValueError(f"made_from must be an object, got {self.made_from!r:.60}")
        if not isinstance(self.outputs, dict) or not self.outputs:
            raise ValueError(f"outputs must be an object with a system in it, got {self.outputs!r:.60}")
        for name, written in self.outputs.items():
            if not isinstance(written, dict):
                raise ValueError(f"outputs of '{name}' must be an object, got {written!r:.60}")


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
        listed = _fields_of(AnnotationTask, record, "it")["items"]
        if not isinstance(listed, list):
            raise ValueError(f"items must be a list, got {listed!r:.60}")
        items = tuple(Item(**_fields_of(Item, item, "an item")) for item in listed)
        return AnnotationTask(record["task"], record["seed"], items)
    except ValueError as error:
        raise _spoilt(folder / _TASK, error) from None


def read_systems(folder: Path) -> Systems:
    """Who wrote what; `read_task` has the errors."""
    task, record = read_task(folder), _read(folder, _SYSTEMS)
    try:
        systems = Systems(**_fields_of(Systems, record, "it"))
        _check_items(systems.outputs, task.items)
        return systems
    except ValueError as error:
        raise _spoilt(folder / _SYSTEMS, error) from None


def _check_items(outputs: dict[str, dict[str, str]], items: tuple[Item, ...]) -> None:
    """Refuses outputs unless every system has an item for every source, and every item has a system."""
    of_source = {(item.source, item.id) for item in items}
    first, sources = next((name, set(written)) for name, written in outputs.items())
    for name, written in outputs.items():
        for source, item in written.items():
            if not isinstance(item, str) or (source, item) not in of_source:
                raise ValueError(f"'{name}' has {item!r:.60} for {source!r:.60}, which is no item of that source")
        if set(written) != sources:
            raise ValueError(f"'{name}' and '{first}' are not of the same sources")
    if lost := {item.id for item in items}.difference(*(written.values() for written in outputs.values())):
        raise ValueError(f"no system wrote item {min(lost)!r:.60}")


def _fields_of(kind: type[Item | AnnotationTask | Systems], value: Any, what: str) -> dict[str, Any]:
    """A JSON object that has the fields of a dataclass and no others."""
    names = [field.name for field in fields(kind)]
    if not isinstance(value, dict) or set(value) != set(names):
        raise ValueError(f"{what} must have {', '.join(names)}, got {value!r:.60}")
    return value


def _read(folder: Path, name: str) -> Any:
    if not (folder / name).is_file():
        raise UsageError(f"'{folder}' is no task for annotators; name a folder that 'impossible annotate make' made")
    return read_json(read_text(folder / name), str(folder / name))


def _spoilt(path: Path, error: Exception) -> RunError:
    remedy = "make the task again in another folder, of the same outputs and seed, and take the file from there"
    return RunError(f"{path} is not as 'impossible annotate make' wrote it ({error}); {remedy}")
