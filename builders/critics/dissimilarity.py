"""The dissimilarity filter (paper, Section 3.2).

ROUGE-L forbids copying words, tree edit distance forbids swapping them one by one.
"""

from dataclasses import dataclass
from typing import Any

from builders.critics.base import Critic, CriticConfig, Shared, Verdict
from builders.errors import ConfigError
from builders.pairs import Pair
from builders.parsers.loading import GIVEN, check_parser_name, load_parser, pair_trees, parser_identity
from builders.tree_distances import each_distance_at_least, tree_distances
from metrics.rouge_l.overlap import rouge_l
from metrics.ted.layers import part_of_tree
from metrics.ted.tree_distance import at_least, tree_edit_distances


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

    The paper does not say whether the words of its trees count. Here they do by default, as they stand in the trees
    that a parser prints; so a sentence with a dozen words can reach 12 by synonyms alone. `leaves: false` compares
    syntax alone, as work on syntactically controlled paraphrase does, and wants a threshold of its own.

    Args:
        min: In tree edits.
        parser: `stanza`, the URL of a CoreNLP server, `given` (trees in the data), or `module:function`, from a
            sentence to a bracketed tree.
        layers: How many layers from the root down are compared, such as 3; by default the whole trees.
        leaves: Whether words are nodes like the others.
    """

    min: int = 12  # paper A.2
    parser: str = "stanza"  # the paper's is CoreNLP (A.2), which needs a server; this is the same group's successor
    layers: int | None = None  # paper A.2: between the parses; TED-3 is a measure of Section 4.1 alone
    leaves: bool = True  # not stated in the paper

    def __post_init__(self) -> None:
        if self.min < 0:
            raise ConfigError(f"tree_edit_distance.min must be at least 0, got {self.min}")
        if self.layers is not None and self.layers < 1:
            raise ConfigError(f"tree_edit_distance.layers must be at least 1, got {self.layers}")
        check_parser_name("tree_edit_distance.parser", self.parser)

    def build(self, shared: Shared) -> "TreeEditDistance":
        """The critic."""
        return TreeEditDistance(self)

    def identity(self) -> dict[str, Any]:
        """The settings, the parser by what it is."""
        return {**super().identity(), "parser": parser_identity(self.parser)}

    def check(self) -> None:
        """Asks the parser for one tree."""
        tree = "(S)" if self.parser == GIVEN else load_parser(self.parser)(["Profit rose 5 percent on Monday."])[0]
        at_least(tree, tree, 1)  # compiled here, once, and not by every worker
        tree_edit_distances([(tree, tree)])


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
        self._config = config
        if config.parser != GIVEN:
            load_parser(config.parser)  # so that one that is not there is noticed before the first pair

    def judge(self, pairs: list[Pair]) -> list[Verdict]:
        """One verdict a pair, in order; without the distances, which most pairs do not need."""
        answers = each_distance_at_least(self._trees(pairs), self._config.min)
        return [Verdict(None if answer else "tree_edit_distance") for answer in answers]

    def complete(self, pairs: list[Pair]) -> None:
        """Fills in `tree_edit_distance`."""
        for pair, distance in zip(pairs, tree_distances(self._trees(pairs)), strict=True):
            pair.scores["tree_edit_distance"] = distance

    def _trees(self, pairs: list[Pair]) -> list[tuple[str, str]]:
        trees = pair_trees(self._config.parser, pairs)
        if self._config.layers is None and self._config.leaves:
            return trees
        part = part_of_tree(self._config.layers, self._config.leaves)
        smaller = {tree: part(tree) for tree in {tree for pair in trees for tree in pair}}
        return [(smaller[source], smaller[target]) for source, target in trees]
