"""The critics of a recipe: an ordered list, read from it and built."""

from dataclasses import dataclass
from typing import Any

from builders.config import from_mapping, to_mapping
from builders.critics.base import Critic
from builders.critics.compression import Compression, CompressionConfig
from builders.critics.dissimilarity import RougeL, RougeLConfig, TreeEditDistance, TreeEditDistanceConfig
from builders.critics.diversity import Diversity, DiversityConfig
from builders.critics.entailment import EntailmentMemo
from builders.critics.semantic_equivalence import SemanticEquivalence, SemanticEquivalenceConfig
from builders.errors import ConfigError

_CONFIGS: dict[str, type] = {
    "rouge_l": RougeLConfig,
    "semantic_equivalence": SemanticEquivalenceConfig,
    "tree_edit_distance": TreeEditDistanceConfig,
    "compression": CompressionConfig,
    "diversity": DiversityConfig,
}
_NAMES = {config: name for name, config in _CONFIGS.items()}


@dataclass(frozen=True)
class CriticsConfig:
    """The critics in the order in which they judge; put cheap ones first and diversity last."""

    critics: tuple[Any, ...]

    def __post_init__(self) -> None:
        if not self.critics:
            raise ConfigError("critics must name at least one critic, got none")
        names = [_NAMES[type(critic)] for critic in self.critics]
        for name in names:
            if names.count(name) > 1:
                raise ConfigError(f"critics must name each critic once, got '{name}' {names.count(name)} times")
        if "diversity" in names:
            if names[-1] != "diversity":  # Algorithm 1 takes the pairs that survived the other filters
                raise ConfigError(f"critics must end with 'diversity', got the order {', '.join(names)}")
            self.diversity_model()

    @classmethod
    def from_value(cls, value: Any, where: str) -> "CriticsConfig":
        """Reads `[{rouge_l: {max: 0.75}}, ...]`; a bare name takes the paper's settings."""
        if not isinstance(value, list | tuple):
            raise ConfigError(f"{where} must be a list of critics, got {value!r}")
        critics: list[Any] = []
        for i, entry in enumerate(value):
            name, settings = _name_and_settings(entry, f"{where}[{i}]")
            settings = {} if settings is None else settings
            critics.append(from_mapping(_CONFIGS[name], settings, f"{where}[{i}].{name}"))
        return cls(tuple(critics))

    def to_value(self) -> list[dict[str, Any]]:
        """The list that `from_value` reads."""
        return [{_NAMES[type(critic)]: to_mapping(critic)} for critic in self.critics]

    @property
    def is_summary(self) -> bool:
        """Whether these are Appendix C's critics, which do not treat the two sentences of a pair alike."""
        forward = [c.direction == "forward" for c in self.critics if isinstance(c, SemanticEquivalenceConfig)]
        return any(forward) or any(isinstance(critic, CompressionConfig) for critic in self.critics)

    @property
    def models(self) -> list[str]:
        """The NLI models that the critics ask."""
        models = [c.model for c in self.critics if isinstance(c, SemanticEquivalenceConfig | DiversityConfig)]
        return list(dict.fromkeys(model for model in models if model is not None))

    def diversity_model(self) -> str:
        """The NLI model of the diversity filter: its own, or the semantic equivalence filter's."""
        for kind in (DiversityConfig, SemanticEquivalenceConfig):
            for critic in self.critics:
                if isinstance(critic, kind) and critic.model is not None:
                    return str(critic.model)
        raise ConfigError("diversity.model is not set and there is no semantic_equivalence critic to share one with")


def _name_and_settings(entry: Any, where: str) -> tuple[str, Any]:
    name: Any = entry
    settings: Any = None
    if isinstance(entry, dict) and len(entry) == 1:
        [(name, settings)] = entry.items()
    if not isinstance(name, str) or name not in _CONFIGS:
        raise ConfigError(f"{where} must be one of {', '.join(_CONFIGS)} with its settings, got {entry!r}")
    return name, settings


def build_critics(config: CriticsConfig, both_orders: bool = False) -> list[Critic]:
    """The critics themselves, with fresh entailment memos: build them once a shard.

    Args:
        config: Settings.
        both_orders: Whether each pair to be judged stands for its reverse too (see `Diversity`).
    """
    memos = {model: EntailmentMemo(model) for model in config.models}
    critics: list[Critic] = []
    for settings in config.critics:
        match settings:
            case RougeLConfig():
                critics.append(RougeL(settings))
            case TreeEditDistanceConfig():
                critics.append(TreeEditDistance(settings))
            case CompressionConfig():
                critics.append(Compression(settings))
            case SemanticEquivalenceConfig():
                critics.append(SemanticEquivalence(settings, memos[settings.model]))
            case DiversityConfig():
                critics.append(Diversity(settings, memos[config.diversity_model()], both_orders))
    return critics
