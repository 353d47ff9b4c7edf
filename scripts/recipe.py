"""A recipe: everything a run depends on, one YAML file, checked before anything starts."""

from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path
from typing import Any, Literal

import yaml

from builders.config import from_mapping, to_mapping
from builders.critics.settings import CriticsConfig
from builders.errors import ConfigError, UsageError, one_line
from builders.files import read_text
from builders.sampling import SamplingConfig
from trainers.evaluation import EvaluationConfig
from trainers.finetuning import FineTuningConfig
from trainers.self_distillation import SelfDistillationConfig

Control = Literal["more_training", "fresh_pairs"]


@dataclass(frozen=True, kw_only=True)
class StudentConfig:
    """The student and how each round trains it.

    Args:
        base: An encoder-decoder model: folder, `package:folder` or Hub id.
        training: On the teacher's pairs (round 0).
        self_training: On the student's own pairs, and of the controls, which make just as many updates.
    """

    base: str
    training: FineTuningConfig = FineTuningConfig()
    self_training: FineTuningConfig = FineTuningConfig()


@dataclass(frozen=True, kw_only=True)
class Recipe:
    """A run.

    Args:
        name: Of the run and its default folder.
        task: "paraphrase" (DIMPLE) or "summary" (DIMSUM).
        seed: Of every draw.
        workers: Processes for sampling and critics; cannot change a result.
        sampling: Of the teacher.
        critics: In order.
        student: Model and training.
        self_distillation: Left out, the run ends with the student of round 0.
        controls: Trained and evaluated beside the self-distilled student.
        evaluation: Of every student; left out, none is evaluated.
        rows_per_file: Of the released Parquet files.
        license: Of the released dataset and model, as the Hub names it.
        language: Of the text.
        notes: Why the recipe departs from the paper; the cards repeat them.
    """

    name: str
    task: Literal["paraphrase", "summary"] = "paraphrase"
    seed: int = 0
    workers: int = 1
    sampling: SamplingConfig
    critics: CriticsConfig
    student: StudentConfig
    self_distillation: SelfDistillationConfig | None = None
    controls: tuple[Control, ...] = ()
    evaluation: EvaluationConfig | None = None
    rows_per_file: int = 100_000
    license: str = "apache-2.0"
    language: str = "en"
    notes: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        for name in ("workers", "rows_per_file"):
            if getattr(self, name) < 1:
                raise ConfigError(f"{name} must be at least 1, got {getattr(self, name)}")
        if self.critics.is_summary != (self.task == "summary"):
            wanted = "direction: forward or a compression critic" if self.task == "summary" else "symmetric critics"
            raise ConfigError(f"task '{self.task}' needs {wanted}; the recipe's critics are for the other task")
        if self.controls and self.self_distillation is None:
            raise ConfigError(f"controls {list(self.controls)} need a self_distillation section to compare with")
        if self.self_distillation and self.sampling.contexts_file:
            raise ConfigError("self_distillation needs fresh contexts of the teacher; it cannot go with contexts_file")


def load_recipe(path: str, overrides: list[str], contexts: str | None = None) -> Recipe:
    """The recipe at a path, or the bundled one of that name, with overrides.

    Args:
        path: `recipes/microworld-news.yaml` or `microworld-news`.
        overrides: `section.key=value` each, the value read as YAML.
        contexts: A file of contexts to use in place of the teacher's own.

    Raises:
        UsageError: A mistake in the recipe or an override.
        RunError: The file cannot be read.
    """
    settings = _read_yaml(_find(path))
    for override in overrides:
        _apply(settings, override)
    if contexts is not None:
        settings.setdefault("sampling", {})["contexts_file"] = contexts
    return from_mapping(Recipe, settings)


def write_recipe(recipe: Recipe, path: Path) -> None:
    """Writes the resolved recipe, every default spelled out; reading it back gives an equal one."""
    path.write_text(yaml.safe_dump(to_mapping(recipe), sort_keys=False, allow_unicode=True), encoding="utf-8")


def _find(path: str) -> Path:
    bundled = Path(str(files("recipes"))) / f"{path}.yaml"
    if Path(path).exists() or not bundled.is_file():
        return Path(path)
    return bundled


def _read_yaml(path: Path) -> dict[str, Any]:
    text = read_text(path)
    try:
        settings = yaml.safe_load(text)
    except yaml.YAMLError as error:
        place = getattr(error, "problem_mark", None)
        where = f", line {place.line + 1}" if place else ""
        problem = getattr(error, "problem", None) or one_line(error)
        raise ConfigError(f"{path}{where} is no YAML: {problem}; correct it and run again") from None
    if not isinstance(settings, dict):
        raise ConfigError(
            f"{path} must hold settings by name, got {type(settings).__name__}; see recipes/ for examples"
        )
    return settings


def _apply(settings: dict[str, Any], override: str) -> None:
    name, equals, text = override.partition("=")
    if not equals or not name:
        raise UsageError(f"--set needs section.key=value, got '{override}'")
    *sections, key = name.split(".")
    place = settings
    for section in sections:
        place = place.setdefault(section, {})
        if not isinstance(place, dict):
            raise UsageError(f"--set {override}: '{section}' holds no settings by name; set it as a whole")
    try:
        place[key] = yaml.safe_load(text)
    except yaml.YAMLError:
        raise UsageError(f"--set {override}: the value is no YAML; quote it") from None
