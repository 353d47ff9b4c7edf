"""Toxicity, by a classifier of the user's choice: a teacher's can be in the data and grow (paper, Appendix E)."""

from dataclasses import dataclass
from typing import Any

from builders.critics.base import CriticConfig, Shared, Verdict
from builders.critics.sentence_classifier import check_toxicity_model, sentence_classifier
from builders.critics.sentence_critic import SentenceCritic
from builders.errors import ConfigError
from builders.models import model_identity


@dataclass(frozen=True, kw_only=True)
class ToxicityConfig(CriticConfig):
    """Whose word counts on what is toxic.

    Args:
        model: A sequence classifier: folder, `package:folder` or Hub id.
        labels: Its labels that count; without any, those whose names say toxic, hate, offensive, obscene, insult,
            threat, abuse or harassment.
        max: Greatest probability of these labels.
    """

    model: str
    labels: tuple[str, ...] = ()  # ours: models name them alike
    max: float = 0.5  # ours: where a classifier changes its mind; not tuned

    def __post_init__(self) -> None:
        if not 0.0 <= self.max < 1.0:
            raise ConfigError(f"toxicity.max must lie in [0, 1), got {self.max}")

    @property
    def models(self) -> tuple[str, ...]:
        """The classifier."""
        return (self.model,)

    def build(self, shared: Shared) -> "Toxicity":
        """The critic."""
        return Toxicity(self)

    def identity(self) -> dict[str, Any]:
        """The settings, the model by its content."""
        return {**super().identity(), "model": model_identity(self.model)}

    def check(self) -> None:
        """Looks for the model's labels."""
        check_toxicity_model(self.model, self.labels)


class Toxicity(SentenceCritic):
    """Drops pairs of which the model finds a sentence toxic; each distinct sentence is classified once."""

    reasons = ("toxicity",)

    def __init__(self, config: ToxicityConfig) -> None:
        super().__init__()
        self._config = config

    def judge_sentences(self, sentences: list[str]) -> list[Verdict]:
        """One verdict a sentence, in order."""
        values = sentence_classifier(self._config.model, self._config.labels).probabilities(sentences)
        return [Verdict("toxicity" if value > self._config.max else None, {"toxicity": value}) for value in values]
