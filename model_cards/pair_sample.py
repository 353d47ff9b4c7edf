"""A sample of a dataset's pairs for the report, small enough for one page."""

from typing import Any

from model_cards.dataset_files import dataset_config
from model_cards.run_folder import Run
from model_cards.scores import SCORES

PAIRS = 200
_LONGEST = 500  # characters of a text; a context may be far longer


def sampled_pairs(run: Run) -> list[dict[str, Any]]:
    """Pairs spread evenly over all splits, in the order of the dataset.

    Returns:
        At most `PAIRS` rows with their split, texts cut to what a reader needs, and `scores`, those that they have.

    Raises:
        CardError: A table cannot be read.
    """
    config = dataset_config(run.dataset_folder, run.metrics.config)
    return [_shown(split, row) for split, row in config.spread(PAIRS)] if config else []


def _shown(split: str, row: dict[str, Any]) -> dict[str, Any]:
    return {
        "split": split,
        "round": row.get("round"),
        "source": _cut(row["source"]),
        "target": _cut(row["target"]),
        "context": _cut_before(row.get("context") or ""),
        "scores": {name: row[name] for name in SCORES if row.get(name) is not None},
    }


def _cut(text: str) -> str:
    return text if len(text) <= _LONGEST else text[: _LONGEST - 1] + "\N{HORIZONTAL ELLIPSIS}"


def _cut_before(text: str) -> str:
    """The end of a context, which is what the sentences go on from."""
    return text if len(text) <= _LONGEST else "\N{HORIZONTAL ELLIPSIS}" + text[1 - _LONGEST :]
