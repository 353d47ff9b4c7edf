"""The compression critic of summaries: the target is clearly shorter than the source (paper, Appendix C)."""

from dataclasses import dataclass

from builders.critics.base import Critic, CriticConfig, Shared, Verdict
from builders.errors import ConfigError
from builders.pairs import Pair


@dataclass(frozen=True, kw_only=True)
class CompressionConfig(CriticConfig):
    """A summary is shorter than this share of its source: |y| < max * |x|."""

    symmetric = False

    max: float = 0.8  # paper, Appendix C

    def __post_init__(self) -> None:
        if not 0.0 < self.max <= 1.0:
            raise ConfigError(f"compression.max must lie in (0, 1], got {self.max}")

    def build(self, shared: Shared) -> "Compression":
        """The critic."""
        return Compression(self)


def compression_ratio(source: str, target: str) -> float:
    """|target| / |source| in words (the paper does not name its unit); infinite for a source without words."""
    words = len(source.split())
    return len(target.split()) / words if words else float("inf")


class Compression(Critic):
    """Drops targets that are not shorter."""

    reasons = ("compression",)

    def __init__(self, config: CompressionConfig) -> None:
        self._max = config.max

    def judge(self, pairs: list[Pair]) -> list[Verdict]:
        """One verdict a pair, in order."""
        ratios = [compression_ratio(pair.source, pair.target) for pair in pairs]
        return [Verdict("compression" if ratio >= self._max else None, {"compression": ratio}) for ratio in ratios]
