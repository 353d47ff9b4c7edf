"""One shard of candidates under the critics, and the tables that it leaves."""

import json
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pyarrow as pa

from builders.critics.settings import CriticsConfig, build_critics
from builders.filtering import filter_pairs
from builders.journal import Rows, Stage
from builders.pairs import DIMPLE_SCHEMA, DIMSUM_SCHEMA, Pair, pair_rows
from builders.preference import JOURNAL_SCHEMA, preference_folder, preference_rows

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
    contexts: Iterable[list[Pair]],
    critics: CriticsConfig,
    round_number: int,
    counts: dict[str, int],
    both_orders: bool = False,
) -> None:
    """Judges a shard's candidates and writes its tables, the kept pairs last: their file says that all are there.

    Args:
        stages: Where to.
        shard: Its number.
        contexts: Candidates, those of one context side by side.
        critics: Settings.
        round_number: 0 for pairs of the teacher.
        counts: What came before the candidates, by name in the order of the funnel.
        both_orders: Whether each pair to be judged stands for its reverse too.
    """
    rows, preferences, rejects = Rows(), Rows(), Rows()
    schema, candidates = pairs_schema(critics), 0
    dropped, measured = Counter[str](), Counter[str]()
    for group in _groups(contexts):
        found = filter_pairs(group, build_critics(critics, both_orders))
        rows += pair_rows(found.kept, round_number, schema)
        preferences += preference_rows(found, round_number, both_orders)
        candidates += len(group)
        for name, count in found.dropped.items():  # not `update`, which forgets the names of zeros
            dropped[name] += count
        measured.update(found.measured)
        if stages.rejects:
            rejects += [_reject_row(pair, reason) for pair, reason in found.rejects]
    stages.preference.write_shard(shard, preferences, JOURNAL_SCHEMA, {"preference": len(preferences)})
    if stages.rejects:
        stages.rejects.write_shard(shard, rejects, REJECTS_SCHEMA, {"rejects": len(rejects)})
    drops = {f"dropped:{reason}": count for reason, count in dropped.items()}
    funnel = counts | {"candidates": candidates} | drops | {"kept": len(rows)} | measured
    stages.pairs.write_shard(shard, rows, schema, funnel)


def _groups(contexts: Iterable[list[Pair]]) -> Iterator[list[Pair]]:
    """Whole contexts together; one empty group when there is none, whose funnel still names every reason."""
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
