"""The dissimilarity filter (paper, Section 3.2).

ROUGE-L forbids copying words, tree edit distance forbids swapping them one by one.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from builders.critics.base import Critic, CriticConfig, Shared, Verdict
from builders.errors import ConfigError
from builders.named import code_identity, import_named, users_code
from builders.pairs import Pair
from metrics.rouge_l.overlap import rouge_l
from metrics.ted.tree_distance import parse_tree, tree_edit_distance


@dataclass(frozen=True, kw_only=True)
class RougeLConfig(CriticConfig):
    """Pairs above this ROUGE-L F-measure share too many words."""

    max: float = 0.75  # paper A.2

    def __post_init__(self) -> None:
        if not 0.0 < self.max <= 1.0:
            raise ConfigError(f"rouge_l.max must lie in (0, 1], got {self.max}")

    def build(self, shared: Shared) -> "RougeL":
        """The critic."""
        return RougeL(self)


@dataclass(frozen=True, kw_only=True)
class TreeEditDistanceConfig(CriticConfig):
    """Pairs below this distance between their constituency parses share their syntax.

    Args:
        min: In tree edits.
        parser: `module:function`, from a sentence to a bracketed tree.
    """

    min: int = 12  # paper A.2
    parser: str

    def __post_init__(self) -> None:
        if self.min < 0:
            raise ConfigError(f"tree_edit_distance.min must be at least 0, got {self.min}")
        if ":" not in self.parser:
            raise ConfigError(f"tree_edit_distance.parser must read 'module:function', got '{self.parser}'")

    def build(self, shared: Shared) -> "TreeEditDistance":
        """The critic."""
        return TreeEditDistance(self)

    def identity(self) -> dict[str, Any]:
        """The settings, the parser by the content of its file."""
        return {**super().identity(), "parser": code_identity("parser", self.parser)}

    def check(self) -> None:
        """Asks the parser for one tree."""
        load_parser(self.parser)("Profit rose 5 percent on Monday.")


class RougeL(Critic):
    """Drops near-copies."""

    reasons = ("rouge_l",)

    def __init__(self, config: RougeLConfig) -> None:
        self._max = config.max

    def judge(self, pairs: list[Pair]) -> list[Verdict]:
        """One verdict a pair, in order."""
        values = [rouge_l(pair.source, pair.target) for pair in pairs]
        return [Verdict("rouge_l" if value > self._max else None, {"rouge_l": value}) for value in values]


class TreeEditDistance(Critic):
    """Drops pairs of one syntax; each distinct sentence is parsed once."""

    reasons = ("tree_edit_distance",)

    def __init__(self, config: TreeEditDistanceConfig) -> None:
        self._min = config.min
        self._parse = load_parser(config.parser)

    def judge(self, pairs: list[Pair]) -> list[Verdict]:
        """One verdict a pair, in order."""
        values = [tree_edit_distance(self._parse(pair.source), self._parse(pair.target)) for pair in pairs]
        reasons = ["tree_edit_distance" if value < self._min else None for value in values]
        scores = [{"tree_edit_distance": value} for value in values]
        return [Verdict(reason, score) for reason, score in zip(reasons, scores, strict=True)]


def load_parser(path: str) -> Callable[[str], str]:
    """The constituency parser at `module:function`, which critic and evaluation share.

    Returns:
        A function from a sentence to its bracketed tree. It asks the parser once a sentence, and raises a `RunError`
        where that gives no such tree.

    Raises:
        ConfigError: There is no such function.
    """
    parse = import_named("parser", path)

    @lru_cache(maxsize=100_000)
    def tree(sentence: str) -> str:
        remedy = "it must give one tree such as '(S (NN profit) (VBD rose))' for any text"
        with users_code(f"parser '{path}' failed on {sentence!r}", remedy):
            found: str = parse(sentence)
            parse_tree(found)  # raises what `tree_edit_distance` would: it is malformed, or no text at all
        return found

    return tree
