"""Settings of an ablation (paper, Table 6)."""

import re
from dataclasses import dataclass, field

from builders.errors import ConfigError

_NAME = re.compile(r"[a-z0-9][a-z0-9_]*")


@dataclass(frozen=True, kw_only=True)
class AblationConfig:
    """What is compared with the whole method: it without self-distillation, without critics, without each of them.

    Args:
        seeds: One run of everything for each.
        variants: Further runs by name, each with the settings that differ, written like `--set`:
            `three_rounds: ["self_distillation.rounds=3"]`.
    """

    seeds: tuple[int, ...] = (0, 1, 2)
    variants: dict[str, tuple[str, ...]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if len(set(self.seeds)) != len(self.seeds) or len(self.seeds) < 2 or min(self.seeds) < 0:
            raise ConfigError(f"seeds must be at least 2 different whole numbers from 0, got {list(self.seeds)}")
        for name in self.variants:
            if not _NAME.fullmatch(name):
                raise ConfigError(f"variants must have names of small letters, digits and _, got '{name}'")
