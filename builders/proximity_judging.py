"""The pairs of one context's next sentences: which are equivalent, and how alike in form those are."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from typing import Any

import pyarrow as pa

from builders.critics.base import Shared
from builders.critics.semantic_equivalence import SemanticEquivalenceConfig
from builders.journal import Rows
from builders.pairs import enumerate_unordered_pairs
from builders.randomness import key
from metrics.ibleu.sentence_bleu import sentence_bleu

JUDGED_SCHEMA = pa.schema(
    [
        ("context_id", pa.string()),
        ("length", pa.int32()),
        ("temperature", pa.float64()),
        ("distinct", pa.int32()),
        ("pairs", pa.int32()),
        ("equivalent", pa.int32()),
        ("self_bleu", pa.float64()),  # the mean of the equivalent pairs; null without one
        ("known_equivalent", pa.int32()),  # by the oracle; null without one, as are the next two
        ("known_self_bleu", pa.float64()),
        ("both_equivalent", pa.int32()),
    ]
)

Texts = tuple[str, str]


@dataclass(frozen=True)
class KnownMeanings:
    """An oracle that says which sentences mean the same.

    Args:
        name: Of the oracle.
        equivalent: Whether two sentences mean the same; picklable, since worker processes ask it.
        identity: What a fingerprint needs to know of it.
    """

    name: str
    equivalent: Callable[[str, str], bool]
    identity: dict[str, str]


def self_bleu(first: str, second: str) -> float:
    """How alike two sentences are in form: smoothed sentence BLEU of each against the other, averaged.

    Returns:
        A value in [0, 100].
    """
    return (sentence_bleu(first, [second]) + sentence_bleu(second, [first])) / 2


def judge_context(
    samples: Rows, semantic: SemanticEquivalenceConfig, known: KnownMeanings | None, max_pairs: int | None
) -> list[dict[str, Any]]:
    """Judges all pairs of distinct sentences of one context, whose temperatures have many in common.

    Args:
        samples: Rows of teacher samples with `length` and `temperature`, all of one context.
        semantic: The critic.
        known: An oracle, where there is one.
        max_pairs: Of a row, drawn by their content; None judges every pair.

    Returns:
        One row of `JUDGED_SCHEMA` for each row.
    """
    candidates = [_chosen(row, max_pairs) for row in samples]
    pairs = list({(pair.source, pair.target): pair for row in candidates for pair in row}.values())
    texts = [(pair.source, pair.target) for pair in pairs]
    verdicts = semantic.build(Shared(semantic=semantic)).judge(pairs)
    accepted = {both for both, verdict in zip(texts, verdicts, strict=True) if verdict.reason is None}
    true = {both for both in texts if known.equivalent(*both)} if known else None
    bleu = cache(self_bleu)
    judged = []
    for row, chosen in zip(samples, candidates, strict=True):
        own = [(pair.source, pair.target) for pair in chosen]
        by_critic = [both for both in own if both in accepted]
        by_oracle = [both for both in own if both in true] if true is not None else None
        judged.append(
            {
                "context_id": row["context_id"],
                "length": row["length"],
                "temperature": row["temperature"],
                "distinct": len(set(row["sentences"])),
                "pairs": len(own),
                "equivalent": len(by_critic),
                "self_bleu": _mean_bleu(bleu, by_critic),
                "known_equivalent": None if by_oracle is None else len(by_oracle),
                "known_self_bleu": _mean_bleu(bleu, by_oracle or []),
                "both_equivalent": None if by_oracle is None else len(accepted & {*by_oracle}),
            }
        )
    return judged


def _chosen(row: dict[str, Any], max_pairs: int | None) -> list[Any]:
    pairs = list(enumerate_unordered_pairs(row))
    if max_pairs is None or len(pairs) <= max_pairs:
        return pairs
    return sorted(pairs, key=lambda pair: key(row["seed"], "proximity pair", pair.source, pair.target))[:max_pairs]


def _mean_bleu(bleu: Callable[[str, str], float], pairs: list[Texts]) -> float | None:
    return sum(bleu(*both) for both in pairs) / len(pairs) if pairs else None
