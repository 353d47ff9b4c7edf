"""Section 3.2 as it is written, over the samples of one context; what `benchmarks/critics.py` compares with.

All ordered pairs go through the NLI model, in batches of a fixed size in the order in which they come, each padded to
its longest pair; the rest through `rouge_score`, `zss` and Algorithm 1 with NLI calls of its own. Each filter asks a
distinct ordered pair of sentences once.
"""

import re
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import permutations

import numpy as np
import torch
import zss
from rouge_score.rouge_scorer import RougeScorer
from scipy.sparse import csr_array
from scipy.sparse.csgraph import connected_components

from builders.models import load_classifier
from metrics.ted.tree_distance import each_at_least

BATCH = 32  # pairs
MIN_ENTAILMENT = 0.75  # paper A.2; of Algorithm 1 too, where the paper states none
MAX_ROUGE_L, MIN_TED = 0.75, 12  # paper A.2

TextPair = tuple[str, str]


@dataclass
class Literal:
    """The pipeline and what it has measured so far.

    Args:
        model: The NLI classifier.
        label: Index of its entailment label.
        parse: From a sentence to its bracketed tree.
        most_trees: How many pairs of a context `zss` compares.

    Attributes:
        trees: Pairs that came to the tree edit distance (`all`), and those that `zss` compared (`asked`).
        seconds: By stage.
        calls: Of the NLI model, by filter.
        tokens: That the NLI model has read, padding included.
        padding: How many of these were padding.
        known: What the semantic equivalence filter was told.
    """

    model: str
    label: int
    parse: Callable[[str], str]
    most_trees: int = 200
    trees: Counter[str] = field(default_factory=Counter)
    seconds: defaultdict[str, float] = field(default_factory=lambda: defaultdict(float))
    calls: Counter[str] = field(default_factory=Counter)
    tokens: int = 0
    padding: int = 0
    known: dict[TextPair, float] = field(default_factory=dict)

    def filter(self, sentences: list[str]) -> set[frozenset[str]]:
        """The surviving pairs of one context; (x, y) and (y, x) have one sum, and argmax leaves open which it is."""
        pairs = list(permutations(sentences, 2))
        with self._timed("semantic equivalence"):
            p = self.probabilities(pairs, "semantic equivalence")
            self.known |= p
            pairs = [pair for pair in pairs if min(p[pair], p[pair[::-1]]) >= MIN_ENTAILMENT]
        with self._timed("ROUGE-L"):
            pairs = self.rouge_l_filter(pairs)
        with self._timed("parser"):
            trees = {sentence: self.parse(sentence) for pair in pairs for sentence in pair}
        pairs = self._dissimilar(pairs, trees)
        with self._timed("diversity"):
            return self._diverse(pairs, {pair: p[pair] + p[pair[::-1]] for pair in pairs})

    @staticmethod
    def rouge_l_filter(pairs: list[TextPair]) -> list[TextPair]:
        """The pairs that share few enough words."""
        scorer = RougeScorer(["rougeL"], use_stemmer=False)
        return [pair for pair in pairs if scorer.score(*pair)["rougeL"].fmeasure <= MAX_ROUGE_L]

    def _dissimilar(self, pairs: list[TextPair], trees: dict[str, str]) -> list[TextPair]:
        """By `zss` on an even part of the pairs, whose time stands for that of all; the others by our own distance.

        A context in which most pairs are equivalent would take `zss` ten minutes.
        """
        part = pairs[:: -(-len(pairs) // self.most_trees)] if pairs else []
        begun = time.perf_counter()
        passed = set(tree_filter(part, trees))
        self.seconds["tree edit distance"] += (time.perf_counter() - begun) * len(pairs) / max(1, len(part))
        self.trees["asked"] += len(part)
        self.trees["all"] += len(pairs)
        ours = each_at_least([(trees[a], trees[b]) for a, b in pairs], MIN_TED)
        found = [pair for pair, far in zip(pairs, ours, strict=True) if far]
        if set(found) & set(part) != passed:
            raise AssertionError("zss and our tree edit distance disagree")
        return found

    def _diverse(self, pairs: list[TextPair], score: dict[TextPair, float]) -> set[frozenset[str]]:
        """Algorithm 1; edges by whole matrices, which is faster than the paper's loop over all pairs of pairs."""
        if not pairs:
            return set()
        edges = np.zeros((len(pairs), len(pairs)), dtype=bool)
        asked = {two for side in (0, 1) for two in permutations(dict.fromkeys(pair[side] for pair in pairs), 2)}
        p = self.probabilities(sorted(asked), "diversity")
        for side in (0, 1):
            distinct = list(dict.fromkeys(pair[side] for pair in pairs))
            entails = np.array([[a == b or p[a, b] > MIN_ENTAILMENT for b in distinct] for a in distinct])
            place = [distinct.index(pair[side]) for pair in pairs]
            edges |= entails[np.ix_(place, place)]
        _, components = connected_components(csr_array(edges), directed=False)
        best: dict[int, TextPair] = {}
        for pair, component in zip(pairs, components, strict=True):
            if component not in best or score[pair] > score[best[component]]:
                best[component] = pair
        return {frozenset(pair) for pair in best.values()}

    def probabilities(self, pairs: list[TextPair], used_by: str) -> dict[TextPair, float]:
        """The entailment probability of each pair, in batches as they come."""
        model, tokenizer = load_classifier(self.model)
        found: list[float] = []
        for start in range(0, len(pairs), BATCH):
            premises, hypotheses = zip(*pairs[start : start + BATCH], strict=True)
            batch = tokenizer(list(premises), list(hypotheses), padding=True, return_tensors="pt")
            self.tokens += batch["input_ids"].numel()
            self.padding += int((batch["attention_mask"] == 0).sum())
            with torch.inference_mode():
                logits = model(**batch.to(model.device)).logits
            found += logits.float().softmax(dim=-1)[:, self.label].tolist()
        self.calls[used_by] += len(pairs)
        return dict(zip(pairs, found, strict=True))

    @contextmanager
    def _timed(self, stage: str) -> Iterator[None]:
        begun = time.perf_counter()
        yield
        self.seconds[stage] += time.perf_counter() - begun


def tree_filter(pairs: list[TextPair], trees: dict[str, str]) -> list[TextPair]:
    """The pairs whose trees are far enough apart; each distinct tree is read once."""
    read = {sentence: _zss_tree(tree) for sentence, tree in trees.items()}
    return [(a, b) for a, b in pairs if zss.simple_distance(read[a], read[b]) >= MIN_TED]


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
