"""Parts of a recipe, for commands that need no more of it: its other sections may be left out."""

from dataclasses import dataclass, field, fields
from typing import Any, TypeVar, cast

from builders.config import from_mapping
from builders.critics.semantic_equivalence import SemanticEquivalenceConfig
from builders.critics.settings import CriticsConfig
from builders.errors import ConfigError
from builders.sampling_config import SamplingConfig
from scripts.recipe import Recipe, StudentConfig, check_file_name, check_seed, check_workers
from scripts.recipe_file import read_settings
from trainers.evaluation_config import EvaluationConfig
from trainers.training_pairs import Task

Part = TypeVar("Part")


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
        check_workers(self.workers)


@dataclass(frozen=True, kw_only=True)
class ProximityRecipe:
    """What `impossible proximity` takes of a recipe.

    Args:
        name: Of the default folder.
        seed: Of every draw.
        workers: Processes; cannot change a result.
        sampling: Of the teacher.
        critics: Of which the semantic equivalence filter judges.
        evaluation: Of which the oracle judges beside it.
    """

    name: str
    seed: int = 0
    workers: int = 1
    sampling: SamplingConfig
    critics: CriticsConfig
    evaluation: EvaluationConfig | None = None

    def __post_init__(self) -> None:
        check_workers(self.workers)
        check_seed(self.seed)
        check_file_name("name", self.name)
        if self.critics.semantic is None:
            problem = "critics name no semantic_equivalence, which says what pairs are equivalent"
            raise ConfigError(f"{problem}; add it to them")

    @property
    def semantic(self) -> SemanticEquivalenceConfig:
        """The semantic equivalence filter."""
        assert self.critics.semantic is not None
        return self.critics.semantic

    @property
    def oracle(self) -> str | None:
        """The import path of the oracle, if there is one."""
        return self.evaluation.oracle if self.evaluation else None


@dataclass(frozen=True, kw_only=True)
class StudentRecipe:
    """What `impossible train --data` takes of a recipe.

    Args:
        name: Of the default folder.
        task: What the pairs are: paraphrases are trained on in both directions.
        seed: Of every draw.
        student: Of which `base` and `training` matter.
        license: Of what is made with the student's base.
        licenses: Of that base, where its card names none.
    """

    name: str
    task: Task = "paraphrase"
    seed: int = 0
    student: StudentConfig
    license: str = Recipe.license
    licenses: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        check_seed(self.seed)
        check_file_name("name", self.name)


@dataclass(frozen=True, kw_only=True)
class TeacherRecipe:
    """What `impossible evaluate` takes of a recipe whose teacher is a baseline.

    Args:
        sampling: Of the teacher, which is asked for its likeliest sentence.
    """

    sampling: SamplingConfig


def load_critics_recipe(path: str, overrides: list[str]) -> CriticsRecipe:
    """The critics of a recipe, which need have no other section; the arguments are those of `load_recipe`.

    Raises:
        UsageError: A mistake in what is taken of the recipe, a setting that no recipe has, or an override.
        RunError: The file cannot be read.
    """
    return _part_of_recipe(CriticsRecipe, read_settings(path, overrides))


def load_proximity_recipe(path: str, overrides: list[str], contexts: str | None = None) -> ProximityRecipe:
    """The teacher and the critics of a recipe, and its oracle if it has one; otherwise as `load_recipe`."""
    return _part_of_recipe(ProximityRecipe, read_settings(path, overrides, contexts))


def load_student_recipe(path: str, overrides: list[str]) -> StudentRecipe:
    """The student of a recipe, which need have no teacher and no critics; otherwise as `load_recipe`."""
    return _part_of_recipe(StudentRecipe, read_settings(path, overrides))


def load_teacher_recipe(path: str) -> TeacherRecipe:
    """The teacher of a recipe; otherwise as `load_recipe`."""
    return _part_of_recipe(TeacherRecipe, read_settings(path, []))


def _part_of_recipe(part: type[Part], settings: dict[str, Any]) -> Part:
    others = {each.name for each in fields(Recipe)} - {each.name for each in fields(cast(Any, part))}
    return from_mapping(part, {name: value for name, value in settings.items() if name not in others})
