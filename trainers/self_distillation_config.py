"""Settings of self-distillation, apart from its stage so that reading a recipe loads no model code."""

from dataclasses import dataclass
from typing import Literal

from builders.critics.selection import SelectBy
from builders.errors import ConfigError


@dataclass(frozen=True, kw_only=True)
class SelfDistillationConfig:
    """How D_para, the released dataset, is made from a student and fresh contexts.

    Args:
        rounds: Most rounds; they stop early when one brings nothing.
        train_from: What a round's training starts from: the "last" student, on that round's pairs, or the "base" model,
            on the pairs of all rounds of self-distillation so far.
        contexts: Fresh contexts that the teacher is sampled from, in every round.
        sentences_per_context: Teacher sentences of each context that the student is given.
        candidates: Student samples a sentence.
        select: Which candidates of a sentence go on to the diversity filter, of those that the other critics accept:
            "all", the one with the "lowest_rouge_l" to it, or that with the "highest_entailment".
        temperature: Of the student.
        top_p: Nucleus of the student.
        max_new_tokens: Where a candidate that does not end is cut.
    """

    rounds: int = 1  # paper, Section 3.3
    train_from: Literal["last", "base"] = "last"  # paper, Section 3.3
    contexts: int
    sentences_per_context: int = 1  # more bring sentences of the same meaning, which the diversity filter drops again
    candidates: int = 10  # the authors' released code
    select: Literal["all"] | SelectBy = "all"  # the released code takes the lowest ROUGE-L, the paper names no choice
    temperature: float = 0.7  # the authors' released code
    top_p: float = 0.9  # the authors' released code
    max_new_tokens: int = 100  # the authors' released code

    def __post_init__(self) -> None:
        for name in ("rounds", "contexts", "sentences_per_context", "candidates", "max_new_tokens"):
            if getattr(self, name) < 1:
                raise ConfigError(f"{name} must be a whole number from 1, got {getattr(self, name)}")
        if not 0.0 <= self.temperature <= 5.0:
            raise ConfigError(f"temperature must lie in [0, 5], got {self.temperature}")
        if self.temperature == 0.0 and self.candidates > 1:
            problem = f"temperature 0 writes the same candidate {self.candidates} times"
            raise ConfigError(f"{problem}; raise it, or set candidates: 1")
        if not 0.0 < self.top_p <= 1.0:
            raise ConfigError(f"top_p must lie in (0, 1], got {self.top_p}")
