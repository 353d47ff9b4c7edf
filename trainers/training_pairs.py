"""From kept pairs to what a student is trained on: (source, target) in a fixed order."""

from collections.abc import Iterable, Mapping
from typing import Any, Literal, NamedTuple

from builders.errors import RunError

TextPair = tuple[str, str]
Task = Literal["paraphrase", "summary"]


class PreferenceRow(NamedTuple):
    """What the critics accepted for a sentence, and what they refused."""

    prompt: str
    chosen: str
    rejected: str


def training_pairs(rows: Iterable[Mapping[str, Any]], task: Task, both_directions: bool = True) -> list[TextPair]:
    """The training set of one round, from rows with `source` and `target` columns (DIMPLE or DIMSUM).

    Args:
        rows: Kept pairs, in the order in which they shall be trained on before shuffling.
        task: "paraphrase" or "summary".
        both_directions: Also train on target -> source. Every critic of the paraphrase task judges a pair and its
            reverse alike (entailment is asked for both ways, ROUGE-L and tree edit distance are symmetric), so the
            reverse of a kept pair was kept as well: the paper's candidates are *ordered* pairs (Section 3.1). A
            summary is never reversed: its source does not follow from it.

    Returns:
        Distinct pairs in order of first appearance.

    Raises:
        RunError: No rows, so there is nothing to learn from.
    """
    pairs = [(row["source"], row["target"]) for row in rows]
    if task == "paraphrase" and both_directions:
        pairs = [ordered for source, target in pairs for ordered in ((source, target), (target, source))]
    if not pairs:
        raise RunError("no training pairs: the critics kept none; sample more contexts or loosen the critics")
    return list(dict.fromkeys(pairs))
