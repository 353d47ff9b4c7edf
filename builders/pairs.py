"""Candidate pairs: every two samples of one context (paper, Section 3.1), and the rows that the kept ones become."""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import combinations, permutations
from typing import Any

import pyarrow as pa

_IDENTITY = [
    ("id", pa.string()),
    ("source", pa.string()),
    ("target", pa.string()),
    ("context", pa.string()),
    ("context_id", pa.string()),
    ("passage_id", pa.string()),
    ("domain", pa.string()),
    ("round", pa.int32()),
    ("entailment_forward", pa.float64()),
    ("entailment_backward", pa.float64()),
]
DIMPLE_SCHEMA = pa.schema([*_IDENTITY, ("rouge_l", pa.float64()), ("tree_edit_distance", pa.int32())])
DIMSUM_SCHEMA = pa.schema([*_IDENTITY, ("compression", pa.float64())])


@dataclass(slots=True)
class Pair:
    """Two sentences of one context; `scores` holds what critics have measured so far, by column name.

    The trees are bracketed ones that come with the data, for the parser `given`.
    """

    source: str
    target: str
    context: str = ""
    context_id: str = ""
    passage_id: str = ""
    domain: str = ""
    scores: dict[str, float] = field(default_factory=dict)
    source_tree: str = ""
    target_tree: str = ""

    @property
    def id(self) -> str:
        """16 hex digits of (domain, source, target)."""
        return pair_id(self.domain, self.source, self.target)


def pair_id(domain: str, source: str, target: str) -> str:
    """The id of a pair in DIMPLE and DIMSUM: 16 hex digits of (domain, source, target)."""
    return hashlib.sha256("\x1f".join((domain, source, target)).encode("utf-8")).hexdigest()[:16]


def enumerate_pairs(row: dict[str, Any]) -> Iterator[Pair]:
    """All ordered pairs (s_m, s_n), m != n, of the distinct sentences of a teacher-samples row: the paper's C_i."""
    for source, target in permutations(dict.fromkeys(row["sentences"]), 2):
        yield _pair(row, source, target)


def enumerate_unordered_pairs(row: dict[str, Any]) -> Iterator[Pair]:
    """The same, each two sentences once, for critics that judge both orders alike.

    Every paraphrase critic is symmetric (entailment both ways, ROUGE-L F, tree edit distance), and Algorithm 1 joins
    (a, b) and (b, a) into one component, since a entails b. So one of the two stands for both. Which one is drawn by
    the hash of its content: a fixed order, such as the sampling order, would show in the data.
    """
    for first, second in combinations(dict.fromkeys(row["sentences"]), 2):
        swap = _coin(first, second)
        yield _pair(row, second, first) if swap else _pair(row, first, second)


def enumerate_candidates(row: dict[str, Any], symmetric: bool) -> Iterator[Pair]:
    """The candidates of a teacher-samples row: one order of each pair where the critics judge both alike, else both."""
    return enumerate_unordered_pairs(row) if symmetric else enumerate_pairs(row)


def _pair(row: dict[str, Any], source: str, target: str) -> Pair:
    return Pair(source, target, row["context"], row["context_id"], row["passage_id"], row["domain"])


def _coin(first: str, second: str) -> bool:
    low, high = sorted((first, second))
    odd = hashlib.blake2b(f"{low}\x1f{high}".encode(), digest_size=1).digest()[0] & 1
    return bool(odd) != (first == high)


def by_context(pairs: list[Pair]) -> dict[str, list[int]]:
    """The places of each context's pairs in a list, by context id."""
    members: dict[str, list[int]] = {}
    for i, pair in enumerate(pairs):
        members.setdefault(pair.context_id, []).append(i)
    return members


def pair_rows(pairs: list[Pair], round_number: int, schema: pa.Schema) -> list[dict[str, Any]]:
    """The kept pairs as rows of `DIMPLE_SCHEMA` or `DIMSUM_SCHEMA`; a score that no critic measured is null."""
    rows = []
    for pair in pairs:
        row = {name: pair.scores.get(name) for name in schema.names}
        row |= {name: getattr(pair, name) for name in schema.names if hasattr(pair, name)}
        rows.append(row | {"round": round_number})
    return rows
