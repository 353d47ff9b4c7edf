"""The NLI critic: length-sorted token-budget batches with a memo beside the literal way.

Literal means what the text of the paper says: batches of a fixed size in the order in which the pairs come, each
padded to its longest pair, and a question asked as often as it comes up.
"""

from collections.abc import Iterable
from functools import lru_cache
from itertools import permutations

import networkx
import torch

from benchmarks.timing import Comparison
from builders.critics.diversity import Diversity, DiversityConfig
from builders.critics.entailment import EntailmentMemo, EntailmentModel
from builders.critics.semantic_equivalence import SemanticEquivalence, SemanticEquivalenceConfig
from builders.filtering import filter_pairs
from builders.models import load_classifier
from builders.pairs import enumerate_unordered_pairs

BATCH = 32  # pairs, of the literal way
THRESHOLD = 0.75  # paper A.2; of the diversity filter too

Questions = list[tuple[str, str]]
Kept = list[set[frozenset[str]]]


def batching_comparison(critic: str, contexts: list[list[str]]) -> Comparison:
    """Every ordered pair of each context's sentences, asked once: what the batches alone bring."""
    questions = [pair for sentences in contexts for pair in permutations(sentences, 2)]
    model = EntailmentModel(critic)

    def check(ours: list[float], reference: list[float]) -> str:
        apart = max(abs(a - b) for a, b in zip(ours, reference, strict=True))
        if apart > 1e-3:
            raise AssertionError(f"probabilities differ by up to {apart:.4f}")
        return f"probabilities differ by at most {apart:.0e}"

    return Comparison(
        name="entailment, each question once",
        n=f"{len(questions):,} ordered pairs",
        reference_name=f"batches of {BATCH} in arrival order",
        ours=lambda: model.probabilities(questions),
        reference=lambda: _Literal(critic).probabilities(questions),
        count=lambda values: {"pairs": len(values)},
        check=check,
    )


def filters_comparison(critic: str, contexts: list[list[str]]) -> Comparison:
    """The semantic equivalence and the diversity filter over each context's sentences."""
    candidates = sum(len(sentences) * (len(sentences) - 1) for sentences in contexts)

    def check(ours: Kept, reference: Kept) -> str:
        shared = sum(len(one & other) for one, other in zip(ours, reference, strict=True))
        either = sum(len(one | other) for one, other in zip(ours, reference, strict=True))
        return f"{shared} of {either} kept pairs in common"

    return Comparison(
        name="entailment, both filters",
        n=f"{len(contexts)} contexts, {candidates:,} ordered pairs",
        reference_name=f"literal, batches of {BATCH}",
        ours=lambda: _filter_with_memo(critic, contexts),
        reference=lambda: [_filter_literally(_Literal(critic), sentences) for sentences in contexts],
        count=lambda kept: {"contexts": len(kept)},
        check=check,
    )


def _filter_with_memo(critic: str, contexts: list[list[str]]) -> Kept:
    """As a shard of a run does it: all contexts together, one memo, a pair and its reverse judged once."""
    memo = EntailmentMemo(critic)
    semantic = SemanticEquivalenceConfig(model=critic, min_entailment=THRESHOLD)
    diversity = DiversityConfig(tau_entail=THRESHOLD)
    names = {"context": "", "passage_id": "", "domain": ""}
    rows = [{**names, "context_id": str(i), "sentences": sentences} for i, sentences in enumerate(contexts)]
    pairs = [pair for row in rows for pair in enumerate_unordered_pairs(row)]
    critics = [SemanticEquivalence(semantic, memo), Diversity(diversity, memo, both_orders=True)]
    found: Kept = [set() for _ in contexts]
    for pair in filter_pairs(pairs, critics).kept:
        found[int(pair.context_id)].add(frozenset((pair.source, pair.target)))
    return found


def _filter_literally(entailment: "_Literal", sentences: list[str]) -> set[frozenset[str]]:
    """Section 3.2 and Algorithm 1 as written, over all ordered pairs of one context."""
    pairs = list(permutations(sentences, 2))
    forward = entailment.probabilities(pairs)
    backward = entailment.probabilities([(y, x) for x, y in pairs])
    scores = {pair: f + b for pair, f, b in zip(pairs, forward, backward, strict=True) if min(f, b) >= THRESHOLD}
    two = list(permutations(scores, 2))
    joined = [p > THRESHOLD for p in entailment.probabilities([(a[0], b[0]) for a, b in two])]
    joined_too = [p > THRESHOLD for p in entailment.probabilities([(a[1], b[1]) for a, b in two])]
    graph = networkx.Graph()
    graph.add_nodes_from(scores)
    graph.add_edges_from(
        edge for edge, by_source, by_target in zip(two, joined, joined_too, strict=True) if by_source or by_target
    )
    components: Iterable[set[tuple[str, str]]] = networkx.connected_components(graph)
    best = [max(component, key=scores.__getitem__) for component in components]
    return {frozenset(pair) for pair in best}


class _Literal:
    """Entailment without sorting, memo or budget."""

    def __init__(self, ref: str) -> None:
        self._model, self._tokenizer = load_classifier(ref)
        self._label = _entailment_label(ref)

    def probabilities(self, questions: Questions) -> list[float]:
        found: list[float] = []
        for start in range(0, len(questions), BATCH):
            premises, hypotheses = zip(*questions[start : start + BATCH], strict=True)
            batch = self._tokenizer(list(premises), list(hypotheses), padding=True, return_tensors="pt")
            with torch.inference_mode():
                logits = self._model(**batch.to(self._model.device)).logits
            found += logits.softmax(dim=-1)[:, self._label].tolist()
        return found


@lru_cache(maxsize=4)
def _entailment_label(ref: str) -> int:
    labels = load_classifier(ref)[0].config.id2label
    return next(int(i) for i, name in labels.items() if str(name).lower().startswith("entail"))
