"""A recipe: everything a run depends on, one YAML file, checked before anything starts."""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Literal

from builders.config import from_mapping, to_mapping
from builders.control import is_control
from builders.critics.dissimilarity import TreeEditDistanceConfig
from builders.critics.settings import CriticsConfig
from builders.deduplication import DeduplicationConfig
from builders.errors import ConfigError
from builders.preference import is_preference
from builders.sampling_config import SamplingConfig
from scripts.ablation_config import AblationConfig
from scripts.controls import Control, check_controls
from scripts.recipe_file import apply_override, read_settings
from trainers.control_config import ControlConfig
from trainers.evaluation_config import EvaluationConfig
from trainers.finetuning_config import FineTuningConfig
from trainers.preference_config import PreferenceConfig
from trainers.self_distillation_config import SelfDistillationConfig

_FILE_NAME = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.-]*")
_LARGEST_SEED = 2**32 - 1  # what numpy, and so a training, takes


@dataclass(frozen=True, kw_only=True)
class StudentConfig:
    """The student and how each round trains it.

    Args:
        base: An encoder-decoder model, or a causal LM for a decoder-only student: folder, `package:folder` or Hub id.
        training: On the teacher's pairs (round 0).
        self_training: On the student's own pairs, and of the controls, which make just as many updates.
        processes: For every training but that by preference, on as many devices of this machine; each takes its part of
            a batch.
        release: Of a LoRA student: the "adapter", which needs its base, or the weights with the adapter "merged" into
            them.
    """

    base: str
    training: FineTuningConfig = FineTuningConfig()
    self_training: FineTuningConfig = FineTuningConfig()
    processes: int = 1
    release: Literal["adapter", "merged"] = "adapter"

    def __post_init__(self) -> None:
        if self.processes < 1:
            raise ConfigError(f"processes must be at least 1, got {self.processes}")
        trainings = {"training": self.training, "self_training": self.self_training}
        for name, config in trainings.items():
            self.check_shared_out(f"of {name}", config)
        if self.release == "merged" and not any(config.lora for config in trainings.values()):
            raise ConfigError("release 'merged' is for a LoRA student; add lora to a training, or leave release out")

    def check_shared_out(self, whose: str, config: FineTuningConfig) -> None:
        """Refuses, with a `ConfigError`, a training whose batches cannot be shared out evenly among the processes."""
        if config.batch_size % self.processes:
            problem = f"processes must divide the batch_size {whose}, {config.batch_size}, got {self.processes}"
            raise ConfigError(problem)


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
        preference: Of the student of the last round on the preference rows of all rounds; left out, there is none.
        control: Of the student by the form of its output (paraphrases) or its length (summaries); left out, the student
            that is released is not led by anything.
        controls: Trained and evaluated beside the student that they are the control of; `true_pairs` is the ceiling, a
            student of pairs that the benchmark's function draws.
        evaluation: Of every student; left out, none is evaluated.
        ablation: What to leave out in turn; the run then measures what each part is worth, and releases nothing.
        rows_per_file: Of the released Parquet files.
        license: Of the released dataset and model, as the Hub names it.
        licenses: Of models, by their names here: of one whose card names none, or the one that is chosen of several.
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
    preference: PreferenceConfig | None = None
    control: ControlConfig | None = None
    controls: tuple[Control, ...] = ()
    evaluation: EvaluationConfig | None = None
    ablation: AblationConfig | None = None
    rows_per_file: int = 100_000
    license: str = "apache-2.0"
    licenses: dict[str, str] = field(default_factory=dict)
    language: str = "en"
    notes: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        check_workers(self.workers)
        if self.rows_per_file < 1:
            raise ConfigError(f"rows_per_file must be at least 1, got {self.rows_per_file}")
        check_seed(self.seed)
        check_file_name("name", self.name)
        check_file_name("sampling.domain", self.sampling.domain.name)
        for rows, ends_so in (("preference rows", is_preference), ("parses", is_control)):
            if ends_so(self.sampling.domain.name):
                problem = f"sampling.domain must not end like the {rows} of a domain"
                raise ConfigError(f"{problem}, got '{self.sampling.domain.name}'; name it otherwise")
        if self.critics.is_summary != (self.task == "summary"):
            wanted = "direction: forward or a compression critic" if self.task == "summary" else "symmetric critics"
            raise ConfigError(f"task '{self.task}' needs {wanted}; the recipe's critics are for the other task")
        if self.self_distillation and self.self_distillation.select != "all":
            self.critics.with_selection(self.self_distillation.select)  # refuses what cannot be selected by
        if self.ablation:
            self._check_ablation()
        check_controls(self)
        rounds = self.self_distillation.rounds if self.self_distillation else 0
        if self.preference and self.preference.since > rounds:
            since = self.preference.since
            raise ConfigError(f"preference.since must be a round of this recipe, 0 to {rounds}, got {since}")
        if self.preference and self.student.processes > 1:
            problem = f"student.processes is {self.student.processes}, and training by preference takes one"
            raise ConfigError(f"{problem}; set it to 1, or take out preference")
        if self.preference and self.control:
            problem = "preference rows have no signal, and a led student trained on them would forget to follow one"
            raise ConfigError(f"{problem}; take out preference or control")
        if self.control:
            self.control.check_task(self.task)
            self.student.check_shared_out("of control.training", self.control.training)
            if self.task == "paraphrase" and self.control_parser is None:
                raise ConfigError("control.parser is missing, and no tree_edit_distance critic has one; name a parser")

    @property
    def control_parser(self) -> str | None:
        """The parser whose trees lead the student: that of `control` or else of the tree edit distance critic."""
        if self.control is None or self.task == "summary":
            return None
        critic = self.critics.find(TreeEditDistanceConfig)
        return self.control.parser or (critic.parser if critic else None)

    def _check_ablation(self) -> None:
        if self.task != "paraphrase":
            raise ConfigError(f"ablation is of the paraphrase task, got task '{self.task}'; leave the section out")
        if self.preference:
            raise ConfigError("ablation compares the students before preference; take preference out")
        for section in ("self_distillation", "evaluation"):
            if getattr(self, section) is None:
                raise ConfigError(f"ablation compares nothing without {section}; add it")
        if self.control:
            raise ConfigError("ablation is of the rounds and their critics, not of control; leave one of them out")


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
    return from_mapping(Recipe, read_settings(path, overrides, contexts))


def changed_recipe(recipe: Recipe, overrides: Iterable[str]) -> Recipe:
    """A recipe with settings in place of its own, `section.key=value` each.

    Raises:
        UsageError: A mistake in one of them.
    """
    settings = to_mapping(recipe)
    for override in overrides:
        apply_override(settings, override)
    return from_mapping(Recipe, settings)


def check_workers(workers: int) -> None:
    """Refuses, with a `ConfigError`, fewer than one."""
    if workers < 1:
        raise ConfigError(f"workers must be at least 1, got {workers}")


def check_seed(seed: int) -> None:
    """Refuses, with a `ConfigError`, a seed that a library would not take."""
    if not 0 <= seed <= _LARGEST_SEED:
        raise ConfigError(f"seed must lie in 0..{_LARGEST_SEED}, got {seed}")


def check_file_name(setting: str, value: str) -> None:
    """Refuses, with a `ConfigError`, what cannot name a folder, here and on the Hub."""
    if not _FILE_NAME.fullmatch(value):
        raise ConfigError(f"{setting} must be of letters, digits and _ . - only, got '{value}'")
