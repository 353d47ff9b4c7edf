"""Running the critics over pairs, whoever made them: the teacher, a student, or a user's own table."""

from collections import Counter
from dataclasses import dataclass, field

from builders.critics.base import Critic
from builders.pairs import Pair


@dataclass
class Filtered:
    """What the critics made of candidates.

    Attributes:
        kept: In order.
        rejects: The dropped pairs with the reason of each, by critic and then in order.
        dropped: Counts by reason: every reason that the critics may give, in their order, also where none was dropped.
        measured: What else the critics counted.
    """

    kept: list[Pair]
    rejects: list[tuple[Pair, str]] = field(default_factory=list)
    dropped: Counter[str] = field(default_factory=Counter)
    measured: Counter[str] = field(default_factory=Counter)


def filter_pairs(pairs: list[Pair], critics: list[Critic]) -> Filtered:
    """Runs the critics one after the other, each on what the ones before it kept.

    Args:
        pairs: Candidates; their `scores` are filled with what the critics measure.
        critics: In order.
    """
    found = Filtered(pairs, dropped=Counter({reason: 0 for critic in critics for reason in critic.reasons}))
    for critic in critics:
        kept = []
        for pair, verdict in zip(found.kept, critic.judge(found.kept), strict=True):
            pair.scores.update(verdict.scores)
            if verdict.reason is None:
                kept.append(pair)
            else:
                found.rejects.append((pair, verdict.reason))
                found.dropped[verdict.reason] += 1
        found.kept = kept
    for critic in critics:
        critic.complete(found.kept)
        found.measured.update(critic.counts())
    return found
