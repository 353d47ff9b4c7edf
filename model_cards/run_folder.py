"""Reads a run folder: its recipe, its figures and the record of each student's training."""

import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from model_cards.metrics_file import metrics_from_json
from model_cards.records import Metrics, public_name


class CardError(Exception):
    """A card or report cannot be written: one line with the file and the reason."""


@dataclass(frozen=True)
class Training:
    """`training.json` of one student."""

    name: str
    base: str
    method: str
    pairs: int | None
    rows: int | None  # of preference, in place of pairs
    settings: dict[str, Any]
    steps: int | None
    seconds: float | None
    losses: tuple[tuple[float, float], ...]
    eval_losses: tuple[tuple[float, float], ...]
    fingerprint: str | None

    @property
    def base_name(self) -> str:
        """What it started from, as others may read it."""
        return public_name(self.base)

    @property
    def by_preference(self) -> bool:
        """Whether it learnt from preference rows, not from pairs."""
        return self.rows is not None

    @property
    def how(self) -> str:
        """The method and the weights it changed, in words."""
        if not self.by_preference:
            return "LoRA" if self.method == "lora" else "all weights"
        lora = dict(self.settings.get("training") or {}).get("lora")
        return f"{self.method.upper()}, {'LoRA' if lora else 'all weights'}"


@dataclass(frozen=True)
class Run:
    """Everything that cards and report state about a run."""

    folder: Path
    recipe: dict[str, Any]
    recipe_text: str
    metrics: Metrics
    trainings: dict[str, Training]

    @property
    def dataset_folder(self) -> Path:
        """Where the run keeps its Hub-shaped dataset."""
        return self.folder / ("dimsum" if self.metrics.task == "summary" else "dimple")

    @property
    def license(self) -> str:
        """The licence of what is released, as the Hub names it."""
        return str(self.recipe.get("license", "apache-2.0"))

    @property
    def language(self) -> str:
        """The language of the text, as an ISO code."""
        return str(self.recipe.get("language", "en"))

    @property
    def notes(self) -> list[str]:
        """Why the recipe departs from the paper, in its author's words."""
        notes = self.recipe.get("notes") or []
        return [notes] if isinstance(notes, str) else [str(note) for note in notes]

    @property
    def is_microworld(self) -> bool:
        """Whether any part of the run comes from the embedded microworld."""
        return mentions_microworld([*_strings(self.recipe), *metric_names(self.metrics)])

    def title_of(self, training: Training) -> str:
        """The name under which the evaluation lists a student, else its folder's name."""
        for system in self.metrics.evaluation.systems if self.metrics.evaluation else ():
            if system.path and Path(system.path).name == training.name:
                return system.name
        return training.name

    def parent_of(self, training: Training) -> Training | None:
        """The student of this run that a training started from, if it was one."""
        base = Path(training.base)
        return self.trainings.get(base.name) if base.parent.name == "students" else None

    def lineage(self, training: Training) -> list[Training]:
        """The trainings that led to a student, first one first."""
        chain = [training]
        while (parent := self.parent_of(chain[0])) and parent not in chain:
            chain.insert(0, parent)
        return chain


def read_run(folder: Path) -> Run:
    """The run in a folder.

    Raises:
        CardError: A file is missing, unreadable or not what it should be.
    """
    recipe_text = _read(folder / "recipe.yaml")
    try:
        recipe = yaml.safe_load(recipe_text)
    except yaml.YAMLError as error:
        raise CardError(f"{folder / 'recipe.yaml'} is no YAML: {' '.join(str(error).split())}") from error
    if not isinstance(recipe, dict):
        raise CardError(f"{folder / 'recipe.yaml'} must hold settings by name, it holds {type(recipe).__name__}")
    metrics_path = folder / "metrics.json"
    try:
        metrics = metrics_from_json(read_json(metrics_path))
    except (KeyError, TypeError, AttributeError, ValueError) as error:
        raise CardError(f"{metrics_path} lacks or misstates {error}; run the recipe again to write it anew") from error
    return Run(folder, recipe, recipe_text, metrics, _trainings(folder, recipe, metrics))


def read_json(path: Path) -> dict[str, Any]:
    """The JSON object in a file.

    Raises:
        CardError: The file is missing, unreadable or holds something else.
    """
    try:
        data = json.loads(_read(path))
    except json.JSONDecodeError as error:
        raise CardError(f"{path} is no JSON: {error}") from error
    if not isinstance(data, dict):
        raise CardError(f"{path} must hold one JSON object, it holds {type(data).__name__}")
    return data


def metric_names(metrics: Metrics) -> list[str]:
    """The names in the figures that tell where data and judgements come from."""
    oracles = [round_.audit.oracle for round_ in metrics.rounds if round_.audit]
    benchmark = [metrics.evaluation.benchmark] if metrics.evaluation else []
    return [metrics.domain, *oracles, *benchmark]


def mentions_microworld(names: Iterable[str]) -> bool:
    """Whether one of the names is of the microworld, such as `microworld:models/teacher-news`."""
    return any(re.match(r"microworld(\b|_)", name) for name in names)


def _trainings(folder: Path, recipe: dict[str, Any], metrics: Metrics) -> dict[str, Training]:
    """The trainings of the students that the figures name: the folder keeps those of stages that a recipe has lost."""
    if metrics.evaluation:
        names = [Path(system.path).name for system in metrics.evaluation.systems if system.path]
    else:
        names = [f"round-{round_.round}" for round_ in metrics.released_rounds]
        names += ["led"] if recipe.get("control") else []
        names += ["preferred"] if recipe.get("preference") else []
    records = {name: folder / "students" / name / "training.json" for name in names}
    return {name: _training(record) for name, record in records.items() if record.is_file()}


def _strings(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for child in value.values():
            yield from _strings(child)
    elif isinstance(value, list):
        for child in value:
            yield from _strings(child)


def _training(path: Path) -> Training:
    data = read_json(path)
    try:
        return _training_of(path.parent.name, data)
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise CardError(f"{path} lacks or misstates {error}; train that student again") from error


def _training_of(name: str, data: dict[str, Any]) -> Training:
    history = data.get("history") or []
    return Training(
        name=name,
        base=str(data.get("base", "")),
        method=str(data.get("method", "full")),
        pairs=data.get("pairs"),
        rows=data.get("rows"),
        settings=dict(data.get("settings") or {}),
        steps=data.get("steps"),
        seconds=data.get("seconds"),
        losses=tuple((row["step"], row["loss"]) for row in history if "loss" in row),
        eval_losses=tuple((row["step"], row["eval_loss"]) for row in history if "eval_loss" in row),
        fingerprint=data.get("fingerprint"),
    )


def _read(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else f"not UTF-8 at byte {error.start}"
        raise CardError(f"{path}: {reason}; is {path.parent} a run folder?") from error
