"""The two form metrics beside the reference libraries whose values they equal."""

import re
from itertools import combinations

import zss
from rouge_score.rouge_scorer import RougeScorer

from benchmarks.timing import Comparison
from metrics.rouge_l.overlap import rouge_l, tokens
from metrics.ted.tree_distance import tree_edit_distances
from metrics.ted.trees import parse_tree
from microworld.parser import parse

Pairs = list[tuple[str, str]]


def rouge_l_comparison(contexts: list[list[str]]) -> Comparison:
    """ROUGE-L of every two sentences of each context, with `rapidfuzz` and cached tokens, and with `rouge_score`."""
    pairs = [pair for sentences in contexts for pair in combinations(sentences, 2)]
    scorer = RougeScorer(["rougeL"], use_stemmer=False)

    def ours() -> list[float]:
        tokens.cache_clear()  # each distinct sentence is tokenised once, within the time
        return [rouge_l(a, b) for a, b in pairs]

    def reference() -> list[float]:
        return [scorer.score(a, b)["rougeL"].fmeasure for a, b in pairs]

    return Comparison(
        name="ROUGE-L",
        n=f"{len(pairs):,} pairs of sentences",
        reference_name="rouge_score",
        ours=ours,
        reference=reference,
        count=lambda values: {"pairs": len(values)},
        check=_equal,
    )


def tree_edit_distance_comparison(contexts: list[list[str]], most: int = 16) -> Comparison:
    """Tree edit distance of pairs of parses, and the same with `zss`; either reads each distinct tree once."""
    trees = [[parse(sentence) for sentence in sentences] for sentences in contexts]
    every = [pair for parsed in trees for pair in combinations(parsed, 2)]
    pairs = every[:: max(1, len(every) // most)]
    tree_edit_distances(pairs[:1])  # compiled, or found compiled, outside the timed part
    nodes = [len(tree.split()) for pair in pairs for tree in pair]

    def ours() -> list[int]:
        parse_tree.cache_clear()
        return tree_edit_distances(pairs)

    def reference() -> list[int]:
        read = {tree: _zss_tree(tree) for tree in dict.fromkeys(tree for pair in pairs for tree in pair)}
        return [int(zss.simple_distance(read[a], read[b])) for a, b in pairs]

    return Comparison(
        name="tree edit distance",
        n=f"{len(pairs):,} pairs of trees, {sum(nodes) / len(nodes):.0f} nodes each on average",
        reference_name="zss",
        ours=ours,
        reference=reference,
        count=lambda values: {"pairs": len(values)},
        check=_equal,
    )


def _zss_tree(text: str) -> zss.Node:
    """A bracketed tree as `zss` wants it; words are nodes like any other."""
    above = zss.Node("")
    path = [above]
    for piece in re.findall(r"\([^\s()]+|[^\s()]+|\)", text):
        if piece == ")":
            path.pop()
            continue
        node = zss.Node(piece.removeprefix("("))
        path[-1].addkid(node)
        if piece.startswith("("):
            path.append(node)
    [tree] = above.children
    return tree


def _equal(ours: list[float], reference: list[float]) -> str:
    wrong = sum(a != b for a, b in zip(ours, reference, strict=True))
    if wrong:
        raise AssertionError(f"{wrong} of {len(ours)} values differ from the reference's")
    return "values equal"
