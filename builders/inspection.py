"""One context of a run under its critics again: which sentence entails which, and why each pair lived or fell."""

import json
from dataclasses import dataclass, replace
from itertools import permutations
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow.parquet as pq
from scipy.sparse import csr_array
from scipy.sparse.csgraph import connected_components

from builders.config import from_mapping
from builders.critics.base import Shared
from builders.critics.diversity import DiversityConfig
from builders.critics.semantic_equivalence import SemanticEquivalenceConfig
from builders.critics.settings import CriticsConfig
from builders.errors import RunError, UsageError
from builders.filtering import filter_pairs
from builders.journal import Rows, Stage
from builders.judging import rejects_folder
from builders.pairs import Pair, enumerate_pairs, enumerate_unordered_pairs

_IDS_SHOWN = 5


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


def inspect(run: Path, context_id: str, round_number: int = 0) -> Inspection:
    """Looks at one context.

    Of round 0 its pairs are enumerated and judged anew; of a later one, whose student would have to be sampled again,
    the pairs are those of the run's tables.

    Args:
        run: The folder of a run.
        context_id: Or what it begins with, if no other does.
        round_number: 0 is the teacher's.

    Raises:
        UsageError: No context, or more than one, is called so.
        RunError: The run has no such round.
    """
    stage = Stage.load(_folder(run, "pairs", round_number))
    samples = Stage.load(_folder(run, "samples", round_number))
    shard, rows = _find(samples, context_id)
    found = rows[0]["context_id"]
    critics = from_mapping(CriticsConfig, stage.description["critics"], "critics")
    kept = _rows_of(stage, shard, found)
    if round_number == 0:
        return _judged(rows, critics, kept)
    rejects = replace(stage, folder=rejects_folder(stage))
    return _read(rows[0], round_number, critics, kept or [], _rows_of(rejects, shard, found))


def _folder(run: Path, kind: str, round_number: int) -> Path:
    if not run.is_dir():
        raise UsageError(f"'{run}' is no run folder; name one that 'impossible run' made")
    folder = run / kind / f"round-{round_number}"
    if not (folder / "stage.json").is_file():
        there = sorted(path.parent.name.removeprefix("round-") for path in run.glob(f"{kind}/round-*/stage.json"))
        has = f"it has {', '.join(there)}" if there else "it has none yet; run 'impossible build' first"
        raise RunError(f"{run} has no {kind} of round {round_number}; {has}")
    return folder


def _find(samples: Stage, prefix: str) -> tuple[int, Rows]:
    """The shard and the rows of a context; the teacher may have drawn the same one twice."""
    found: dict[str, int] = {}
    others: list[str] = []
    for shard in sorted({*range(samples.num_shards)} - {*samples.missing()}):
        for name in pq.read_table(samples.shard_path(shard), columns=["context_id"], partitioning=None)[0].to_pylist():
            if name.startswith(prefix):
                found.setdefault(name, shard)
            elif len(others) < _IDS_SHOWN:
                others.append(name)
    if prefix in found:
        found = {prefix: found[prefix]}
    if len(found) != 1:
        if found:
            problem, names = f"{len(found)} contexts begin with '{prefix}'", list(found)[:_IDS_SHOWN]
        else:
            problem, names = f"no context of the run is '{prefix}' or begins so", others
        raise UsageError(f"{problem}; some to choose from: {', '.join(names)}")
    [(name, shard)] = found.items()
    return shard, _rows_of(samples, shard, name) or []


def _rows_of(stage: Stage, shard: int, context_id: str) -> Rows | None:
    """The rows of a context in one shard; None when the stage has not made it."""
    if shard in stage.missing():
        return None
    table = pq.read_table(stage.shard_path(shard), filters=[("context_id", "==", context_id)], partitioning=None)
    rows: Rows = table.to_pylist()
    return rows


def _judged(rows: Rows, critics: CriticsConfig, kept: Rows | None) -> Inspection:
    """The context of round 0, judged anew; where the last bits of a score decide, the table of kept pairs is right."""
    symmetric = critics.symmetric
    enumerate_row = enumerate_unordered_pairs if symmetric else enumerate_pairs
    shared = Shared(symmetric, critics.nli_model)
    built = [critic.build(shared) for critic in critics.critics]
    found = filter_pairs([pair for row in rows for pair in enumerate_row(row)], built)
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
        context=_context(rows[0]),
        round_number=0,
        sampled=sum(len(row["sentences"]) for row in rows),
        sentences=sentences,
        entailment=_asked(sentences, critics, shared),
        min_entailment=_min_entailment(critics),
        pairs=_by_reason(pairs, list(found.dropped)),
        knows_rejects=True,
    )


def _by_reason(pairs: list[JudgedPair], reasons: list[str]) -> list[JudgedPair]:
    """Kept pairs first, then by reason in the given order; others last."""
    order = {reason: number for number, reason in enumerate([None, *reasons])}
    return sorted(pairs, key=lambda pair: order.get(pair.reason, len(order)))


def _components(pairs: list[Pair], critics: CriticsConfig, shared: Shared) -> dict[int, int]:
    """The connected component (Algorithm 1) of every pair that came to the diversity filter, by the pair's `id()`."""
    last = critics.critics[-1]
    if not isinstance(last, DiversityConfig) or not pairs:
        return {}
    entailment = shared.entailment(last.model or critics.nli_model or "")
    sides = [("source", "source"), ("target", "target")]
    sides += [("source", "target"), ("target", "source")] if shared.both_orders else []

    def joined(a: Pair, b: Pair) -> bool:
        known = (entailment.known(getattr(a, side), getattr(b, other)) for side, other in sides)
        return any(p is not None and p > last.tau_entail for p in known)  # type: ignore[attr-defined]

    edges = np.array([[joined(a, b) for b in pairs] for a in pairs])
    _, labels = connected_components(csr_array(edges), directed=False)
    first = list(dict.fromkeys(labels.tolist()))  # numbered in the order of the pairs, kept ones first
    return {id(pair): first.index(label) for pair, label in zip(pairs, labels.tolist(), strict=True)}


def _asked(sentences: list[str], critics: CriticsConfig, shared: Shared) -> dict[tuple[int, int], float]:
    models = [critics.nli_model, *critics.critics[-1].models]
    model = next((model for model in models if model), None)
    if model is None:
        return {}
    entailment = shared.entailment(model)
    known = {(a, b): entailment.known(sentences[a], sentences[b]) for a, b in permutations(range(len(sentences)), 2)}
    return {places: p for places, p in known.items() if p is not None}


def _read(
    row: dict[str, Any], round_number: int, critics: CriticsConfig, kept: Rows, rejects: Rows | None
) -> Inspection:
    """The pairs of a later round, as the run's tables have them."""
    rows = [*kept, *(rejects or [])]
    sentences = list(dict.fromkeys([*(row["source"] for row in rows), *(row["target"] for row in rows)]))
    place = {sentence: i for i, sentence in enumerate(sentences)}
    columns = [name for name in (kept[0] if kept else {}) if isinstance(kept[0][name], float | int) and name != "round"]
    entailment, pairs = {}, []
    for found in rows:
        source, target = place[found["source"]], place[found["target"]]
        scores = json.loads(found["scores"]) if "reason" in found else {name: found[name] for name in columns}
        pairs.append(JudgedPair(source, target, found.get("reason"), scores))
        for key, places in (("entailment_forward", (source, target)), ("entailment_backward", (target, source))):
            if scores.get(key) is not None:
                entailment[places] = scores[key]
    return Inspection(
        context=_context(row),
        round_number=round_number,
        sampled=None,
        sentences=sentences,
        entailment=entailment,
        min_entailment=_min_entailment(critics),
        pairs=_by_reason(pairs, sorted({pair.reason for pair in pairs if pair.reason})),
        knows_rejects=rejects is not None,
    )


def _context(row: dict[str, Any]) -> dict[str, str]:
    return {name: row[name] for name in ("context_id", "passage_id", "domain", "context")}


def _min_entailment(critics: CriticsConfig) -> float | None:
    found = (critic for critic in critics.critics if isinstance(critic, SemanticEquivalenceConfig))
    return next((critic.min_entailment for critic in found), None)
