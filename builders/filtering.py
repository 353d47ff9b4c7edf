"""Running the critics over pairs, whoever made them: the teacher, a student, or a user's own table."""

from collections import Counter

from builders.critics.base import Critic
from builders.pairs import Pair


def filter_pairs(pairs: list[Pair], critics: list[Critic]) -> tuple[list[Pair], Counter[str]]:
    """Runs the critics one after the other, each on what the ones before it kept.

    Args:
        pairs: Candidates; their `scores` are filled with what the critics measure.
        critics: In order.

    Returns:
        The kept pairs in order, and the number of dropped ones by reason: every reason that the critics may give, in
        their order, also where none was dropped.
    """
    dropped: Counter[str] = Counter({reason: 0 for critic in critics for reason in critic.reasons})
    for critic in critics:
        kept = []
        for pair, verdict in zip(pairs, critic.judge(pairs), strict=True):
            pair.scores.update(verdict.scores)
            if verdict.reason is None:
                kept.append(pair)
            else:
                dropped[verdict.reason] += 1
        pairs = kept
    return pairs, dropped


def funnel(contexts: int, sentences: int, candidates: int, dropped: Counter[str], kept: int) -> dict[str, int]:
    """The counts of a shard of pairs, from contexts down to what was kept."""
    drops = {f"dropped:{reason}": count for reason, count in dropped.items()}
    return {"contexts": contexts, "sentences": sentences, "candidates": candidates, **drops, "kept": kept}
