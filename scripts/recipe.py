"""A recipe: everything a run depends on, one YAML file, checked before anything starts."""

import difflib
import re
from dataclasses import dataclass, fields
from importlib.resources import files
from pathlib import Path
from typing import Any, Literal

import yaml

from builders.config import from_mapping, read_yaml
from builders.critics.settings import CriticsConfig
from builders.deduplication import DeduplicationConfig
from builders.errors import ConfigError, UsageError
from builders.preference import is_preference
from builders.sampling_config import SamplingConfig
from trainers.evaluation import EvaluationConfig
from trainers.finetuning_config import FineTuningConfig
from trainers.self_distillation import SelfDistillationConfig

Control = Literal["more_training", "fresh_pairs"]
_FILE_NAME = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.-]*")
_LARGEST_SEED = 2**32 - 1  # what numpy, and so a training, takes


@dataclass(frozen=True, kw_only=True)
class StudentConfig:
    """The student and how each round trains it.

    Args:
        base: An encoder-decoder model, or a causal LM for a decoder-only student: folder, `package:folder` or Hub id.
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
        deduplication: Of the pairs of all rounds, across contexts; left out, only equal pairs are merged.
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
    deduplication: DeduplicationConfig | None = None
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
        if not 0 <= self.seed <= _LARGEST_SEED:
            raise ConfigError(f"seed must lie in 0..{_LARGEST_SEED}, got {self.seed}")
        for name, value in {"name": self.name, "sampling.domain": self.sampling.domain.name}.items():
            if not _FILE_NAME.fullmatch(value):  # they name folders, a domain one on the Hub too
                raise ConfigError(f"{name} must be of letters, digits and _ . - only, got '{value}'")
        if is_preference(self.sampling.domain.name):
            problem = (
                f"sampling.domain must not end like the preference rows of a domain, got '{self.sampling.domain.name}'"
            )
            raise ConfigError(f"{problem}; name it otherwise")
        if self.critics.is_summary != (self.task == "summary"):
            wanted = "direction: forward or a compression critic" if self.task == "summary" else "symmetric critics"
            raise ConfigError(f"task '{self.task}' needs {wanted}; the recipe's critics are for the other task")
        for section in ("self_distillation", "evaluation"):
            if self.controls and getattr(self, section) is None:
                raise ConfigError(f"controls {list(self.controls)} say nothing without {section}; add it or set []")


@dataclass(frozen=True, kw_only=True)
class CriticsRecipe:
    """What `impossible filter` takes of a recipe.

    Args:
        critics: In order.
        workers: Processes; cannot change a result.
    """

    critics: CriticsConfig
    workers: int = 1

    def __post_init__(self) -> None:
        if self.workers < 1:
            raise ConfigError(f"workers must be at least 1, got {self.workers}")


def load_critics_recipe(path: str, overrides: list[str]) -> CriticsRecipe:
    """The critics of a recipe, which need have no other section; the arguments are those of `load_recipe`.

    Raises:
        UsageError: A mistake in what is taken of the recipe, a setting that no recipe has, or an override.
        RunError: The file cannot be read.
    """
    settings = _read_settings(path, overrides)
    others = {field.name for field in fields(Recipe)} - {field.name for field in fields(CriticsRecipe)}
    return from_mapping(CriticsRecipe, {name: value for name, value in settings.items() if name not in others})


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
    settings = _read_settings(path, overrides)
    if contexts is not None:
        _set(settings, "sampling.corpus", contexts, "--contexts")
    return from_mapping(Recipe, settings)


def _read_settings(path: str, overrides: list[str]) -> dict[str, Any]:
    settings = read_yaml(_find(path))
    for override in overrides:
        _apply(settings, override)
    return settings


def _find(path: str) -> Path:
    entries = [Path(str(entry)) for entry in files("recipes").iterdir()]
    bundled = {entry.stem: entry for entry in entries if entry.suffix == ".yaml"}
    if Path(path).is_file() or (Path(path).exists() and path not in bundled):
        return Path(path)
    if path in bundled:
        return bundled[path]
    near = difflib.get_close_matches(Path(path).stem, bundled, n=1)
    hint = f"did you mean {near[0]}?" if near else f"bundled are {', '.join(sorted(bundled))}"
    raise UsageError(f"recipe '{path}' is neither a file nor a bundled recipe; {hint}")


def _apply(settings: dict[str, Any], override: str) -> None:
    name, equals, text = override.partition("=")
    if not equals or not name:
        raise UsageError(f"--set needs section.key=value, got '{override}'")
    try:
        value = yaml.safe_load(text)
    except (yaml.YAMLError, ValueError):
        raise UsageError(f"--set {override}: the value is no YAML; quote it") from None
    _set(settings, name, value, f"--set {override}")


def _set(settings: dict[str, Any], name: str, value: Any, option: str) -> None:
    *sections, key = name.split(".")
    place = settings
    for section in sections:
        if place.get(section) is None:  # left out, or spelled out as null in a resolved recipe
            place[section] = {}
        place = place[section]
        if not isinstance(place, dict):
            raise UsageError(f"{option}: '{section}' holds no settings by name; set it as a whole")
    place[key] = value
