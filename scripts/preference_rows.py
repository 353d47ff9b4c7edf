"""From the preference rows of a dataset to what a student is trained on by preference."""

from typing import TYPE_CHECKING

from builders.errors import RunError
from trainers.training_pairs import PreferenceRow

if TYPE_CHECKING:
    from builders.pairs_builder import PairsBuilder


def preference_rows(builder: "PairsBuilder", since: int) -> dict[str, list[PreferenceRow]]:
    """The rows of a `<domain>-preference` configuration by split, in the order of the pairs that they belong to.

    Those of `train` hold nothing that stands in `test`, see `preference_splits`.

    Args:
        builder: Of that configuration.
        since: The first round whose rows are wanted.

    Raises:
        RunError: No pair of the training split has such a row.
    """
    rows = {
        split: [PreferenceRow(row["prompt"], row["chosen"], row["rejected"]) for row in table.to_pylist()]
        for split, table in builder.preference_tables(since).items()
    }
    if not rows["train"]:
        remedy = "sample more contexts, or more sentences or candidates of each"
        raise RunError(f"'{builder.config.name}' has no rows to train on by preference; {remedy}")
    return rows
