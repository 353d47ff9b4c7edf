"""What is measured of paraphrastic proximity."""

from dataclasses import dataclass
from typing import Literal

from builders.errors import ConfigError

Cut = Literal["first", "last"]


@dataclass(frozen=True, kw_only=True)
class ProximityConfig:
    """What is measured.

    Args:
        lengths: Of contexts, in sentences.
        temperatures: Of next sentences.
        contexts: Of each length.
        k: Next sentences a context and temperature.
        cut: Whether contexts are a passage's first sentences or its last ones.
        max_pairs: Of a context and temperature, drawn by their content; None judges every pair.
    """

    lengths: tuple[int, ...] = (1, 2, 3, 4, 5)  # paper, Section 2
    temperatures: tuple[float, ...] = (0.5, 0.7, 1.0)  # ours: on both sides of pair generation's 0.7
    contexts: int = 100  # the paper has 1000
    k: int = 20  # the paper has 100, which make 26 times as many pairs
    cut: Cut = "first"
    max_pairs: int | None = None

    def __post_init__(self) -> None:
        for name, lowest in {"contexts": 1, "k": 2}.items():
            if getattr(self, name) < lowest:
                raise ConfigError(f"{name} must be at least {lowest}, got {getattr(self, name)}")
        if self.max_pairs is not None and self.max_pairs < 1:
            raise ConfigError(f"max_pairs must be at least 1, got {self.max_pairs}")
        if not self.lengths or min(self.lengths) < 1:
            raise ConfigError(f"lengths must be whole numbers of at least 1, got {list(self.lengths)}")
        if not self.temperatures or not all(0.0 < one <= 5.0 for one in self.temperatures):
            raise ConfigError(f"temperatures must lie in (0, 5], got {list(self.temperatures)}")
        for name in ("lengths", "temperatures"):
            object.__setattr__(self, name, tuple(sorted(set(getattr(self, name)))))
