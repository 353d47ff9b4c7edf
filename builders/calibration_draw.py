"""Pairs for people to label: drawn from a run's candidates so that a few hundred labels measure the semantic critic.

Double sampling for stratification (Neyman 1938): candidates drawn with one probability each are scored, and of each
range of scores so many are drawn to be labelled.
"""

import heapq
from collections.abc import Iterator
from typing import Any

import numpy as np
import pyarrow.parquet as pq

from builders.calibrated_stage import CalibratedStage
from builders.config import fingerprint
from builders.critics.base import Shared
from builders.errors import RunError
from builders.filtering import filter_pairs
from builders.pairs import Pair, enumerate_candidates
from builders.progress import track
from builders.randomness import key, uniforms

_CONTEXTS = 1000  # candidates of one context are alike, so many contexts tell more than many pairs of a few
_SCORED_PER_LABEL = 50  # where 2% of the candidates are equivalent, as of GPT-2, as many are accepted as labelled
_PAIRS_AT_A_TIME = 500  # for the progress bar; a constant, as every batch
_SHARES = (0.25, 0.15, 0.15, 0.15, 0.15, 0.15)  # of the labels; the lowest scores hold most pairs, and the recall


def draw(stage: CalibratedStage, n: int, seed: int) -> tuple[list[Pair], dict[str, Any]]:
    """Draws pairs to label.

    The population is the candidate pairs of round 0 that come to the semantic critic.

    Args:
        stage: Of the run.
        n: How many; fewer where there are fewer candidates.
        seed: Of the draw.

    Returns:
        The pairs in a shuffled order, and what is needed to make something of their labels: `scores` and `contexts` of
        all that were scored, `cuts` between the strata, and of each pair to be labelled `id`, `score` and `stratum`.

    Raises:
        RunError: No candidate comes to the critic.
    """
    chosen, total_contexts, total_pairs = _choose_contexts(stage, seed)
    rate = min(1.0, n * _SCORED_PER_LABEL / max(1, sum(pairs for *_, pairs in chosen)))
    shared = Shared(stage.critics.symmetric, stage.critics.semantic)
    critics = [critic.build(shared) for critic in stage.before]
    drawn = filter_pairs(list(_draw_pairs(stage, chosen, rate, seed)), critics).kept
    # The teacher may draw one context twice, and nobody should label a pair twice.
    named = {fingerprint(pair.context_id, pair.source, pair.target): pair for pair in drawn}
    ids, pairs = list(named), list(named.values())
    if not pairs:
        raise RunError(
            f"no candidate pair of {stage.samples.folder} comes to the semantic critic; sample more contexts"
        )
    scores = _score(stage, shared, pairs)
    places = {context: number for number, context in enumerate(dict.fromkeys(pair.context_id for pair in pairs))}
    cuts = _cuts(stage.semantic.min_entailment, scores)
    strata = np.searchsorted(cuts, scores, side="right")
    taken = _choose_labels(strata, ids, n, seed)
    taken.sort(key=lambda i: key(seed, "calibration order", ids[i]))
    sizes = [(int(np.sum(strata == h)), sum(int(strata[i]) == h for i in taken)) for h in range(len(cuts) + 1)]
    record = {
        "scored_by": stage.scored_by(),
        "model": stage.semantic.model,
        "direction": stage.semantic.direction,
        "n": n,
        "seed": seed,
        "contexts_in_run": total_contexts,
        "candidates_in_run": total_pairs,
        "share_drawn": rate * len(chosen) / total_contexts,
        "cuts": cuts,
        "strata": [
            {"pairs": pairs, "to_label": labels, "weight": pairs / labels if labels else None}
            for pairs, labels in sizes
        ],
        "pairs": [{"id": ids[i], "score": float(scores[i]), "stratum": int(strata[i])} for i in taken],
        "scores": [round(float(score), 6) for score in scores],
        "contexts": [places[pair.context_id] for pair in pairs],
    }
    return [pairs[i] for i in taken], record


def _choose_contexts(stage: CalibratedStage, seed: int) -> tuple[list[tuple[int, int, int, int]], int, int]:
    """Random contexts as (draw, shard, row, candidate pairs), and how many contexts and candidates the run has."""
    contexts = candidates = 0

    def counted() -> Iterator[tuple[int, int, int, int]]:
        nonlocal contexts, candidates
        for shard in range(stage.samples.num_shards):
            path = stage.samples.shard_path(shard)
            table = pq.read_table(path, columns=["context_id", "sentences"], partitioning=None)
            for row, sample in enumerate(table.to_pylist()):
                size = len(set(sample["sentences"]))
                pairs = size * (size - 1) // (2 if stage.critics.symmetric else 1)
                contexts, candidates = contexts + 1, candidates + pairs
                yield key(seed, "calibration context", sample["context_id"], shard, row), shard, row, pairs

    chosen = heapq.nsmallest(_CONTEXTS, counted())
    return chosen, contexts, candidates


def _draw_pairs(
    stage: CalibratedStage, chosen: list[tuple[int, int, int, int]], rate: float, seed: int
) -> Iterator[Pair]:
    """Candidates of these contexts, each with the same probability."""
    rows_of: dict[int, list[int]] = {}
    for _, shard, row, _ in chosen:
        rows_of.setdefault(shard, []).append(row)
    for shard in sorted(rows_of):
        rows = stage.samples.read_shard(shard)
        for place in sorted(rows_of[shard]):
            pairs = list(enumerate_candidates(rows[place], stage.critics.symmetric))
            keys = [key(seed, "calibration pair", shard, place, pair.source, pair.target) for pair in pairs]
            drawn = uniforms(np.array(keys, dtype=np.uint64), 0) < rate
            yield from (pair for pair, wanted in zip(pairs, drawn, strict=True) if wanted)


def _score(stage: CalibratedStage, shared: Shared, pairs: list[Pair]) -> np.ndarray:
    """What the threshold is compared with: the lesser of both ways, or the way forward."""
    entailment = shared.entailment(stage.semantic.model)
    parts = [pairs[start : start + _PAIRS_AT_A_TIME] for start in range(0, len(pairs), _PAIRS_AT_A_TIME)]
    scores: list[float] = []
    for part in track(parts, len(parts), "calibration"):
        forward = entailment.probabilities([(pair.source, pair.target) for pair in part])
        if stage.semantic.symmetric:
            backward = entailment.probabilities([(pair.target, pair.source) for pair in part])
            forward = [min(both) for both in zip(forward, backward, strict=True)]
        scores += forward
    return np.array(scores)


def _cuts(threshold: float, scores: np.ndarray) -> list[float]:
    """Where the strata are cut: two places below the threshold, itself, and what is accepted in thirds of its pairs."""
    accepted = scores[scores >= threshold]
    thirds = np.quantile(accepted, [1 / 3, 2 / 3]).tolist() if len(accepted) else []
    return [0.2 * threshold, 0.6 * threshold, threshold, *thirds]


def _choose_labels(strata: np.ndarray, ids: list[str], n: int, seed: int) -> list[int]:
    """Which pairs to label: a random part of each stratum; what one cannot give, the others do."""
    members = [np.flatnonzero(strata == h).tolist() for h in range(len(_SHARES))]
    sizes = [0] * len(members)
    while (left := n - sum(sizes)) > 0 and (open_ := [h for h in range(len(sizes)) if sizes[h] < len(members[h])]):
        whole = sum(_SHARES[h] for h in open_)
        for h in open_:
            more = max(1, int(left * _SHARES[h] / whole))
            sizes[h] = min(len(members[h]), sizes[h] + min(more, n - sum(sizes)))
    for stratum in members:
        stratum.sort(key=lambda i: key(seed, "calibration label", ids[i]))
    return [i for stratum, size in zip(members, sizes, strict=True) for i in stratum[:size]]
