"""The code that ships with every released student, so that it can be used without this project."""

from pathlib import Path

import trainers
from model_cards.usage_code import SHELLS, SHIPPED

_CLASS = (
    "paraphraser",
    "batch_writing",
    "inputs",
    "keyed_draws",
    "leading",
    "length_order",
    "prompt",
    "ranking",
    "sentence_form",
    "shortening",
)


def inference_code() -> dict[str, Path]:
    """The files by their names in the student's folder: `Paraphraser` with its siblings, pipeline and handler."""
    folder = Path(trainers.__path__[0])
    return {name: SHIPPED / name for name in SHELLS} | {f"{name}.py": folder / f"{name}.py" for name in _CLASS}
