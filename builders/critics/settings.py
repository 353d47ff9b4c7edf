"""The critics of a recipe: an ordered list, read from it and built."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, TypeVar

from builders.config import from_mapping, to_mapping
from builders.critics.base import BorrowingConfig, Critic, CriticConfig, Shared
from builders.critics.compression import CompressionConfig
from builders.critics.decontamination import DecontaminationConfig
from builders.critics.dissimilarity import RougeLConfig, TreeEditDistanceConfig
from builders.critics.diversity import DiversityConfig
from builders.critics.language import LanguageConfig
from builders.critics.length_ratio import LengthRatioConfig
from builders.critics.numbers import NumbersConfig
from builders.critics.own_critic import OwnCriticConfig
from builders.critics.personal_data import PersonalDataConfig
from builders.critics.repetition import RepetitionConfig
from builders.critics.restatement import RestatementConfig
from builders.critics.screen import ScreenConfig, check_screen
from builders.critics.selection import SelectBy, SelectionConfig
from builders.critics.semantic_equivalence import SemanticEquivalenceConfig
from builders.critics.toxicity import ToxicityConfig
from builders.errors import ConfigError

_CONFIGS: dict[str, type[CriticConfig]] = {
    "rouge_l": RougeLConfig,
    "screen": ScreenConfig,
    "semantic_equivalence": SemanticEquivalenceConfig,
    "tree_edit_distance": TreeEditDistanceConfig,
    "compression": CompressionConfig,
    "restatement": RestatementConfig,
    "selection": SelectionConfig,
    "diversity": DiversityConfig,
    "numbers": NumbersConfig,
    "length_ratio": LengthRatioConfig,
    "language": LanguageConfig,
    "repetition": RepetitionConfig,
    "personal_data": PersonalDataConfig,
    "toxicity": ToxicityConfig,
    "decontamination": DecontaminationConfig,
}
C = TypeVar("C", bound=CriticConfig)
_NAMES = {config: name for name, config in _CONFIGS.items()}


@dataclass(frozen=True)
class CriticsConfig:
    """The critics in the order in which they judge; put cheap ones first and diversity last."""

    critics: tuple[CriticConfig, ...]

    def __post_init__(self) -> None:
        names = [_name(critic) for critic in self.critics]
        for name in names:
            if names.count(name) > 1:
                raise ConfigError(f"critics must name each critic once, got '{name}' {names.count(name)} times")
        if "screen" in names and "semantic_equivalence" not in names[names.index("screen") :]:
            raise ConfigError(
                "critics must name semantic_equivalence after screen, whose calls it saves; move or add it"
            )
        selection = self.find(SelectionConfig)
        by_entailment = selection is not None and selection.by == "highest_entailment"
        if by_entailment and "semantic_equivalence" not in names[: names.index("selection")]:
            problem = "selection by highest_entailment needs semantic_equivalence before it, whose scores it compares"
            raise ConfigError(f"critics: {problem}; add it or select by lowest_rouge_l")
        restatement = self.find(RestatementConfig)
        if restatement and not self.is_summary:
            problem = "restatement drops what says as much as its source, and these are the critics of paraphrases"
            raise ConfigError(f"critics: {problem}; take it out, or set semantic_equivalence.direction: forward")
        if "diversity" in names[:-1]:  # Algorithm 1 takes the pairs that survived the other filters
            raise ConfigError(f"critics must end with 'diversity', got the order {', '.join(names)}")
        for critic in self.critics:
            if isinstance(critic, BorrowingConfig) and not critic.models and self.semantic is None:
                problem = (
                    f"{_name(critic)}.model is not set and there is no semantic_equivalence critic to share one with"
                )
                raise ConfigError(f"{problem}; set it")

    @classmethod
    def from_value(cls, value: Any, where: str) -> "CriticsConfig":
        """Reads `[{rouge_l: {max: 0.75}}, ...]`; a bare name takes the paper's settings."""
        if not isinstance(value, list | tuple):
            raise ConfigError(f"{where} must be a list of critics, got {value!r}")
        critics: list[CriticConfig] = []
        for i, entry in enumerate(value):
            name, settings = _name_and_settings(entry, f"{where}[{i}]")
            settings = {} if settings is None else settings
            critics.append(_read(name, settings, f"{where}[{i}].{name}"))
        if not critics:
            raise ConfigError(f"{where} must name at least one critic, got none")
        return cls(tuple(critics))

    def to_value(self) -> list[dict[str, Any]]:
        """The list that `from_value` reads."""
        return [{_name(critic): to_mapping(critic)} for critic in self.critics]

    def identity(self) -> list[dict[str, Any]]:
        """What a fingerprint needs to know: the settings, and models, code and files by their content."""
        return [{_name(critic): critic.identity()} for critic in self.critics]

    def check(self) -> None:
        """Finds what would only be noticed when a critic is first asked.

        Raises:
            ConfigError: A setting that names something of another kind.
            RunError: A model, file or code that is not there.
        """
        for critic in self.critics:
            critic.check()
        screen = self.find(ScreenConfig)
        if screen is not None and self.semantic is not None:
            check_screen(screen, self.semantic.model)

    @property
    def symmetric(self) -> bool:
        """Whether no critic tells (x, y) from (y, x)."""
        return all(critic.symmetric for critic in self.critics)

    @property
    def is_summary(self) -> bool:
        """Whether these are Appendix C's critics."""
        return any(
            isinstance(critic, CompressionConfig)
            or (isinstance(critic, SemanticEquivalenceConfig) and critic.direction == "forward")
            for critic in self.critics
        )

    @property
    def models(self) -> list[str]:
        """The models that the critics ask."""
        return list(dict.fromkeys(model for critic in self.critics for model in critic.models))

    @property
    def nli_models(self) -> list[str]:
        """Those of them that are asked what follows from what."""
        asked = [critic for critic in self.critics if isinstance(critic, SemanticEquivalenceConfig | BorrowingConfig)]
        return list(dict.fromkeys(model for critic in asked for model in critic.models))

    @property
    def semantic(self) -> SemanticEquivalenceConfig | None:
        """The semantic equivalence filter."""
        return self.find(SemanticEquivalenceConfig)

    def find(self, kind: type[C]) -> C | None:
        """The critic with settings of that kind, if there is one."""
        return next((critic for critic in self.critics if isinstance(critic, kind)), None)

    def with_selection(self, by: SelectBy) -> "CriticsConfig":
        """The same critics with a selection of one target a source, just before the diversity filter.

        Raises:
            ConfigError: They have one already, or none whose scores it could compare.
        """
        at = len(self.critics) - (self.find(DiversityConfig) is not None)
        return CriticsConfig((*self.critics[:at], SelectionConfig(by=by), *self.critics[at:]))

    def without(self, name: str) -> "CriticsConfig":
        """The same critics but for the one that a recipe calls by that name; what it lent to another stays there."""
        kept = [critic for critic in self.critics if _name(critic) != name]
        if name == "semantic_equivalence" and self.semantic is not None:
            kept = [critic for critic in kept if not isinstance(critic, ScreenConfig)]  # it saves that critic's calls
            lent = self.semantic.model
            kept = [
                replace(critic, model=critic.model or lent) if isinstance(critic, BorrowingConfig) else critic
                for critic in kept
            ]
        return CriticsConfig(tuple(kept))

    @property
    def names(self) -> list[str]:
        """Of the critics, as a recipe calls them."""
        return [_name(critic) for critic in self.critics]

    def replaced(self, old: CriticConfig, new: CriticConfig) -> "CriticsConfig":
        """The same critics with one of them changed."""
        return CriticsConfig(tuple(new if critic is old else critic for critic in self.critics))


def _name_and_settings(entry: Any, where: str) -> tuple[str, Any]:
    name: Any = entry
    settings: Any = None
    if isinstance(entry, dict) and len(entry) == 1:
        [(name, settings)] = entry.items()
    if not isinstance(name, str) or (name not in _CONFIGS and ":" not in name):
        choice = f"{', '.join(_CONFIGS)}, or a critic of your own as 'module:Class'"
        raise ConfigError(f"{where} must be one of {choice}, with its settings, got {entry!r}")
    return name, settings


def _read(name: str, settings: Any, where: str) -> CriticConfig:
    if name in _CONFIGS:
        return from_mapping(_CONFIGS[name], settings, where)
    return from_mapping(OwnCriticConfig, {"path": name, "settings": settings}, where)


def _name(critic: CriticConfig) -> str:
    return critic.path if isinstance(critic, OwnCriticConfig) else _NAMES[type(critic)]


def build_critics(
    config: CriticsConfig,
    both_orders: bool = False,
    answers: Mapping[str, Mapping[tuple[str, str], float]] | None = None,
) -> list[Critic]:
    """The critics themselves, with fresh entailment memos: build them once a shard.

    Args:
        config: Settings.
        both_orders: Whether each pair to be judged stands for its reverse too (see `Diversity`).
        answers: As in `Shared`.
    """
    shared = Shared(both_orders, config.semantic, answers=answers or {})
    return [critic.build(shared) for critic in config.critics]
