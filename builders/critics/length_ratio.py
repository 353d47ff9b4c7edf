"""The length ratio of the authors' released code: a paraphrase is about as long as its source."""

from dataclasses import dataclass

from builders.critics.base import Critic, CriticConfig, Shared, Verdict
from builders.errors import ConfigError
from builders.pairs import Pair


@dataclass(frozen=True, kw_only=True)
class LengthRatioConfig(CriticConfig):
    """How long a target may be: min * |x| <= |y| <= max * |x|, in characters.

    Args:
        min: Least share of the source's characters.
        max: Greatest share of the source's characters.
    """

    symmetric = False

    min: float = 0.8  # the authors' released code
    max: float = 1.5  # the authors' released code

    def __post_init__(self) -> None:
        if not 0.0 <= self.min <= self.max < float("inf"):
            raise ConfigError(f"length_ratio.min and .max must be 0 <= min <= max, got {self.min} and {self.max}")

    def build(self, shared: Shared) -> "LengthRatio":
        """The critic."""
        return LengthRatio(self)


class LengthRatio(Critic):
    """Drops targets that are much shorter or longer than their source."""

    reasons = ("length_ratio",)

    def __init__(self, config: LengthRatioConfig) -> None:
        self._min, self._max = config.min, config.max

    def judge(self, pairs: list[Pair]) -> list[Verdict]:
        """One verdict a pair, in order; nothing is about as long as an empty source."""
        return [self._verdict(len(pair.source), len(pair.target)) for pair in pairs]

    def _verdict(self, source: int, target: int) -> Verdict:
        if not source:
            return Verdict("length_ratio")
        ratio = target / source
        return Verdict(None if self._min <= ratio <= self._max else "length_ratio", {"length_ratio": ratio})
