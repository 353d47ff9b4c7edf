"""One shard of candidates under the critics, and the tables that it leaves."""

import json
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pyarrow as pa

from builders.answers import Answers
from builders.critics.settings import CriticsConfig, build_critics
from builders.filtering import filter_pairs
from builders.journal import Rows, Stage
from builders.pairs import DIMPLE_SCHEMA, DIMSUM_SCHEMA, Pair, pair_rows
from builders.preference import JOURNAL_SCHEMA, preference_folder, preference_rows
from builders.token_batches import BUDGET, within_memory

# Candidates are judged by whole contexts, about so many at a time: a shard of k = 100 has hundreds of thousands, and
# NLI batches are full long before that. A constant, since a batch's composition shows in the last bits of its scores.
_PAIRS_AT_A_TIME = 20_000

REJECTS_SCHEMA = pa.schema(
    [
        ("context_id", pa.string()),
        ("source", pa.string()),
        ("target", pa.string()),
        ("reason", pa.string()),
        ("scores", pa.string()),  # a JSON object: which ones there are depends on how far the pair came
    ]
)


@dataclass(frozen=True)
class PairsStages:
    """The journals of a stage of pairs: what was kept, against what, and, where the user asked for it, what was not.

    Args:
        pairs: Rows as in `pairs_schema`.
        preference: Rows of `preference.JOURNAL_SCHEMA`.
        rejects: Rows of `REJECTS_SCHEMA`; None does not keep them.
    """

    pairs: Stage
    preference: Stage
    rejects: Stage | None

    @classmethod
    def open(cls, pairs: Stage, keep_rejects: bool) -> "PairsStages":
        """Opens the journals in `pairs.folder` and below it."""
        preference = replace(pairs, folder=preference_folder(pairs)).open()
        rejects = replace(pairs, folder=rejects_folder(pairs)).open() if keep_rejects else None
        return cls(pairs.open(), preference, rejects)

    def missing(self) -> list[int]:
        """The shards that any of the journals lacks, in order."""
        journals = [self.pairs, self.preference, *([self.rejects] if self.rejects else [])]
        return sorted({shard for journal in journals for shard in journal.missing()})


def rejects_folder(pairs: Stage) -> Path:
    """Where the rejects of a stage of pairs lie, if they were kept."""
    return pairs.folder / "rejects"


def pairs_schema(critics: CriticsConfig) -> pa.Schema:
    """The columns of the pairs that these critics keep: DIMPLE's or DIMSUM's."""
    return DIMSUM_SCHEMA if critics.is_summary else DIMPLE_SCHEMA


def judge_shard(
    stages: PairsStages,
    shard: int,
    contexts: Callable[[], Iterable[list[Pair]]],
    critics: CriticsConfig,
    round_number: int,
    counts: dict[str, int],
    both_orders: bool = False,
    answers: Mapping[str, Answers] | None = None,
) -> None:
    """Judges a shard's candidates and writes its tables, the kept pairs last: their file says that all are there.

    Args:
        stages: Where to.
        shard: Its number.
        contexts: Gives the candidates, those of one context side by side; called anew should memory run out.
        critics: Settings.
        round_number: 0 for pairs of the teacher.
        counts: What came before the candidates, by name in the order of the funnel.
        both_orders: Whether each pair to be judged stands for its reverse too.
        answers: What NLI models said of the shard before, by model.
    """
    keep_rejects = stages.rejects is not None
    judged = within_memory(lambda: _judge(contexts(), critics, round_number, both_orders, keep_rejects, answers))
    schema = pairs_schema(critics)
    counted = {"preference": len(judged.preferences)}
    stages.preference.write_shard(shard, judged.preferences, JOURNAL_SCHEMA, counted)
    if stages.rejects:
        stages.rejects.write_shard(shard, judged.rejects, REJECTS_SCHEMA, {"rejects": len(judged.rejects)})
    drops = {f"dropped:{reason}": count for reason, count in judged.dropped.items()}
    kept = {"kept": len(judged.kept)}
    funnel = counts | {"candidates": judged.candidates} | drops | kept | judged.measured | BUDGET.counts()
    stages.pairs.write_shard(shard, pair_rows(judged.kept, round_number, schema), schema, funnel)


@dataclass
class _Judged:
    """What the critics made of a shard's candidates, gathered over its groups."""

    candidates: int = 0
    kept: list[Pair] = field(default_factory=list)
    preferences: Rows = field(default_factory=list)
    rejects: list[dict[str, Any]] = field(default_factory=list)
    dropped: Counter[str] = field(default_factory=Counter)
    measured: Counter[str] = field(default_factory=Counter)


def _judge(
    contexts: Iterable[list[Pair]],
    critics: CriticsConfig,
    round_number: int,
    both_orders: bool,
    keep_rejects: bool,
    answers: Mapping[str, Answers] | None,
) -> _Judged:
    judged = _Judged()
    for group in context_groups(contexts):
        found = filter_pairs(group, build_critics(critics, both_orders, answers))
        judged.candidates += len(group)
        judged.kept += found.kept
        judged.preferences += preference_rows(found, round_number, both_orders)
        judged.dropped.update(found.dropped)
        judged.measured.update(found.measured)
        if keep_rejects:
            judged.rejects += [_reject_row(pair, reason) for pair, reason in found.rejects]
    return judged


def context_groups(contexts: Iterable[list[Pair]]) -> Iterator[list[Pair]]:
    """Whole contexts that are judged together; one empty group when there is none: its funnel names every reason."""
    group: list[Pair] = []
    for candidates in contexts:
        if len(group) >= _PAIRS_AT_A_TIME and candidates and candidates[0].context_id != group[-1].context_id:
            yield group
            group = []
        group += candidates
    yield group


def _reject_row(pair: Pair, reason: str) -> dict[str, Any]:
    scores = json.dumps(dict(pair.scores))
    return {
        "context_id": pair.context_id,
        "source": pair.source,
        "target": pair.target,
        "reason": reason,
        "scores": scores,
    }
