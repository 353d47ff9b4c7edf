"""One context under its critics again: which sentence entails which, and why each pair lived or fell."""

from dataclasses import dataclass
from itertools import permutations
from typing import Any

from builders.critics.base import Shared
from builders.critics.diversity import DiversityConfig, PairGraph
from builders.critics.settings import CriticsConfig
from builders.filtering import filter_pairs
from builders.journal import Rows
from builders.pairs import Pair, enumerate_candidates


@dataclass(frozen=True)
class JudgedPair:
    """A pair of a context.

    Args:
        source: Its place among the sentences.
        target: Likewise.
        reason: Why it was dropped; None when it was kept.
        scores: What the critics measured of it.
        component: The number of its connected component in the diversity filter, from 0; None if it never came there.
        disputed: Whether the run's own table says otherwise than the critics do now; `reason` follows the table.
    """

    source: int
    target: int
    reason: str | None
    scores: dict[str, float]
    component: int | None = None
    disputed: bool = False


@dataclass(frozen=True)
class Inspection:
    """A context of a run.

    Args:
        context: `context_id`, `passage_id`, `domain` and `context` of the samples.
        round_number: Of the pairs.
        sampled: How many sentences were sampled, repeated ones included; None in a later round.
        sentences: The distinct ones.
        entailment: Probabilities by (premise, hypothesis), places among the sentences: those that were asked for.
        min_entailment: From where on the semantic filter calls it entailment; None without that filter.
        pairs: Kept ones first, then by reason in the order of the critics.
        knows_rejects: Whether the dropped pairs are among them.
    """

    context: dict[str, str]
    round_number: int
    sampled: int | None
    sentences: list[str]
    entailment: dict[tuple[int, int], float]
    min_entailment: float | None
    pairs: list[JudgedPair]
    knows_rejects: bool


def judged_context(rows: Rows, critics: CriticsConfig, kept: Rows | None) -> Inspection:
    """The context of round 0, judged anew; where the last bits of a score decide, the table of kept pairs is right."""
    symmetric = critics.symmetric
    shared = Shared(symmetric, critics.semantic)
    built = [critic.build(shared) for critic in critics.critics]
    found = filter_pairs([pair for row in rows for pair in enumerate_candidates(row, symmetric)], built)
    came = [*found.kept, *(pair for pair, reason in found.rejects if reason == "diversity")]
    components = _components(came, critics, shared)
    sentences = list(dict.fromkeys(sentence for row in rows for sentence in row["sentences"]))
    place = {sentence: i for i, sentence in enumerate(sentences)}
    released = None if kept is None else {(row["source"], row["target"]) for row in kept}
    pairs = []
    for pair, reason in [*((pair, None) for pair in found.kept), *found.rejects]:
        lives = reason is None if released is None else (pair.source, pair.target) in released
        disputed = lives != (reason is None)
        word = None if lives else (reason or "not among the run's kept pairs")
        pairs.append(
            JudgedPair(
                place[pair.source], place[pair.target], word, dict(pair.scores), components.get(id(pair)), disputed
            )
        )
    return Inspection(
        context=context_columns(rows[0]),
        round_number=0,
        sampled=sum(len(row["sentences"]) for row in rows),
        sentences=sentences,
        entailment=_asked(sentences, critics, shared),
        min_entailment=min_entailment(critics),
        pairs=by_reason(pairs, list(found.dropped)),
        knows_rejects=True,
    )


def by_reason(pairs: list[JudgedPair], reasons: list[str]) -> list[JudgedPair]:
    """Kept pairs first, then by reason in the given order; others last."""
    order = {reason: number for number, reason in enumerate([None, *reasons])}
    return sorted(pairs, key=lambda pair: order.get(pair.reason, len(order)))


def _components(pairs: list[Pair], critics: CriticsConfig, shared: Shared) -> dict[int, int]:
    """The connected component (Algorithm 1) of every pair that came to the diversity filter, by the pair's `id()`."""
    last = critics.critics[-1]
    if not isinstance(last, DiversityConfig) or not pairs:
        return {}
    graph = PairGraph(pairs, shared.both_orders)
    graph.fill(shared.entailment(last.model), last.tau_entail)
    labels = graph.components.tolist()
    first = list(dict.fromkeys(labels))  # numbered in the order of the pairs, kept ones first
    return {id(pair): first.index(label) for pair, label in zip(pairs, labels, strict=True)}


def _asked(sentences: list[str], critics: CriticsConfig, shared: Shared) -> dict[tuple[int, int], float]:
    last = critics.critics[-1]
    if critics.semantic is None and not isinstance(last, DiversityConfig):
        return {}
    entailment = shared.entailment(critics.semantic.model if critics.semantic else last.models[0])
    known = {(a, b): entailment.known(sentences[a], sentences[b]) for a, b in permutations(range(len(sentences)), 2)}
    return {places: p for places, p in known.items() if p is not None}


def context_columns(row: dict[str, Any]) -> dict[str, str]:
    """What is shown of a context, of its row of samples."""
    return {name: row[name] for name in ("context_id", "passage_id", "domain", "context")}


def min_entailment(critics: CriticsConfig) -> float | None:
    """From where on the semantic filter calls it entailment; None without that filter."""
    return critics.semantic.min_entailment if critics.semantic else None
