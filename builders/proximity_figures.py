"""The figures of paraphrastic proximity, gathered from the judged contexts.

A context is the unit of chance: its pairs share sentences, and all of them share its content. So a figure is the mean
over contexts, with the standard error of that mean; the same over all pairs alike stands beside it as `pooled`.
"""

import math
import statistics
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Closeness:
    """What one judge says of the pairs of a length and temperature; None where there is nothing to average.

    Args:
        equivalent: Pairs.
        share: Of equivalent pairs among distinct ones, mean over contexts that have a pair.
        share_error: Standard error of it.
        pooled_share: Over all pairs alike.
        self_bleu: Of equivalent pairs, on 0-100, mean over contexts that have one.
        self_bleu_error: Standard error of it.
        pooled_self_bleu: Over all equivalent pairs alike.
        contexts_with_equivalent: How many contexts have one.
    """

    equivalent: int
    share: float | None
    share_error: float | None
    pooled_share: float | None
    self_bleu: float | None
    self_bleu_error: float | None
    pooled_self_bleu: float | None
    contexts_with_equivalent: int


@dataclass(frozen=True)
class Cell:
    """A context length and a temperature.

    Args:
        length: In sentences.
        temperature: Of next sentences.
        contexts: Distinct ones.
        contexts_without_pairs: Of them, those with fewer than two distinct sentences.
        distinct: Distinct qualified sentences, mean over contexts.
        pairs: Of distinct sentences.
        critic: What the critic says.
        oracle: What the oracle says; None without one.
        both: Pairs that are equivalent for critic and oracle; None without an oracle.
    """

    length: int
    temperature: float
    contexts: int
    contexts_without_pairs: int
    distinct: float
    pairs: int
    critic: Closeness
    oracle: Closeness | None
    both: int | None


@dataclass(frozen=True)
class Agreement:
    """How far the critic's word is the oracle's, over all pairs alike.

    Args:
        precision: Of the pairs that the critic calls equivalent, the share that are.
        recall: Of the pairs that are equivalent, the share that the critic calls so.
    """

    precision: float | None
    recall: float | None


@dataclass(frozen=True)
class Proximity:
    """What was measured.

    Args:
        cells: By length and temperature.
        agreement: Of critic and oracle; None without an oracle.
        counts: Of sampling, by name: passages found, sentences sampled, refused ones by reason.
        corpus: Where passages came from, and what was read and left out of it; None for the teacher's own.
    """

    cells: tuple[Cell, ...]
    agreement: Agreement | None
    counts: dict[str, int]
    corpus: dict[str, Any] | None = None


def gather(judged: Iterable[dict[str, Any]], counts: dict[str, int], corpus: dict[str, Any] | None = None) -> Proximity:
    """The figures of judged contexts; a context that two passages begin with counts once.

    Args:
        judged: Rows of `proximity_judging.JUDGED_SCHEMA`, in any order.
        counts: Of sampling.
        corpus: Of the passages.
    """
    cells: dict[tuple[int, float], dict[str, dict[str, Any]]] = defaultdict(dict)
    for row in judged:
        cells[row["length"], row["temperature"]][row["context_id"]] = row
    made = tuple(_cell(*at, [rows[name] for name in sorted(rows)]) for at, rows in sorted(cells.items()))
    return Proximity(made, _agreement(made), counts, corpus)


def _cell(length: int, temperature: float, rows: list[dict[str, Any]]) -> Cell:
    has_oracle = rows[0]["known_equivalent"] is not None
    return Cell(
        length=length,
        temperature=temperature,
        contexts=len(rows),
        contexts_without_pairs=sum(row["pairs"] == 0 for row in rows),
        distinct=statistics.fmean(row["distinct"] for row in rows),
        pairs=sum(row["pairs"] for row in rows),
        critic=_closeness(rows, "equivalent", "self_bleu"),
        oracle=_closeness(rows, "known_equivalent", "known_self_bleu") if has_oracle else None,
        both=sum(row["both_equivalent"] for row in rows) if has_oracle else None,
    )


def _closeness(rows: list[dict[str, Any]], count: str, bleu: str) -> Closeness:
    shares = [row[count] / row["pairs"] for row in rows if row["pairs"]]
    bleus = [row[bleu] for row in rows if row[count]]
    equivalent, pairs = sum(row[count] for row in rows), sum(row["pairs"] for row in rows)
    weighed = sum(row[count] * row[bleu] for row in rows if row[count])
    return Closeness(
        equivalent=equivalent,
        share=statistics.fmean(shares) if shares else None,
        share_error=_standard_error(shares),
        pooled_share=_ratio(equivalent, pairs),
        self_bleu=statistics.fmean(bleus) if bleus else None,
        self_bleu_error=_standard_error(bleus),
        pooled_self_bleu=_ratio(weighed, equivalent),
        contexts_with_equivalent=len(bleus),
    )


def _agreement(cells: Sequence[Cell]) -> Agreement | None:
    oracles = [cell.oracle for cell in cells if cell.oracle is not None]
    if not oracles:
        return None
    both = sum(cell.both or 0 for cell in cells)
    precision = _ratio(both, sum(cell.critic.equivalent for cell in cells))
    return Agreement(precision, _ratio(both, sum(oracle.equivalent for oracle in oracles)))


def _standard_error(values: Sequence[float]) -> float | None:
    return statistics.stdev(values) / math.sqrt(len(values)) if len(values) > 1 else None


def _ratio(part: float, whole: float) -> float | None:
    return part / whole if whole else None
