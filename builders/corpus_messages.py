"""What is said of a corpus: what was taken of it and what was not."""

from collections.abc import Mapping

from builders.corpus_rows import corpus_column
from builders.opened_table import Opened
from builders.sampling_config import SamplingConfig

# What the user calls the settings that the messages name.
SETTINGS = {"contexts": "sampling.contexts", "min_sentences": "sampling.min_sentences"}


def summary(opened: Opened, counts: dict[str, int], names: Mapping[str, str]) -> str:
    """One line on what was taken and what was not."""
    line = f"contexts of {opened.place}: {counts['contexts']:,} from {counts['rows']:,} {opened.unit}s"
    words = {
        "too_short": "passages too short",
        "repeated": "contexts repeated",
        "rows_left": f"{opened.unit}s left, since {names['contexts']} asks for no more",
    }
    return "; ".join([line, *(f"{counts[name]:,} {said}" for name, said in words.items() if counts.get(name))])


def no_contexts(config: SamplingConfig, opened: Opened, rows: int, names: Mapping[str, str]) -> str:
    """Why so many rows gave no context, and what to do."""
    column = corpus_column(config, opened)
    if not rows:
        return f"{opened.place} holds no contexts: it is empty; put one context a line in it, or rows with '{column}'"
    least = f"{config.min_sentences} whole sentence{'s' if config.min_sentences > 1 else ''}"
    problem = f"{opened.place} holds no contexts: none of {rows:,} {opened.unit}s has {least} under '{column}'"
    return f"{problem}; name another column, or lower {names['min_sentences']}"
