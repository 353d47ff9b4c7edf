"""What a student is trained on when the pairs are somebody's own: a table's rows, some of them held out."""

from dataclasses import dataclass

from builders.assembly import SPLITS
from builders.errors import RunError
from builders.pair_tables import PairTable
from builders.randomness import key, pick

from .training_pairs import Task, TextPair, training_pairs


@dataclass(frozen=True)
class TablePairs:
    """The pairs of a table.

    Args:
        train: To train on, see `training_pairs`.
        validation: To take the validation loss on.
        without_text: Rows that were left out because their source or target is empty.
        held_out: Rows that were left out of `train` because a text of theirs stands in `validation`.
    """

    train: list[TextPair]
    validation: list[TextPair]
    without_text: int
    held_out: int


def table_pairs(table: PairTable, task: Task, both_directions: bool = True) -> TablePairs:
    """Splits a table by the content of its sources, so that the order of its rows and what else it holds matter not.

    Args:
        table: Sentence pairs.
        task: "paraphrase" or "summary".
        both_directions: As of `training_pairs`.

    Raises:
        RunError: The table cannot be read, or leaves no pairs to train on.
    """
    rows = [(row["source"].strip(), row["target"].strip()) for row in table.rows()]
    pairs = [(source, target) for source, target in rows if source and target]
    validation = [pair for pair in pairs if _is_held_out(pair[0])]
    texts = {text for pair in validation for text in pair}
    train = [pair for pair in pairs if texts.isdisjoint(pair)]
    if not train:
        raise RunError(f"{table.name} leaves no pairs to train on, of {len(rows):,} rows; name a larger table")
    return TablePairs(
        train=training_pairs([{"source": source, "target": target} for source, target in train], task, both_directions),
        validation=list(dict.fromkeys(validation)),
        without_text=len(rows) - len(pairs),
        held_out=len(pairs) - len(validation) - len(train),
    )


def _is_held_out(source: str) -> bool:
    return pick(key(0, "validation", source), 100) < SPLITS["validation"]
