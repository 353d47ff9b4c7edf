"""Pairs that are true for certain, from the function that draws a benchmark: what a ceiling is trained on."""

from builders.errors import RunError

from .benchmark import draw_rows
from .training_pairs import Task, TextPair


def true_pairs(benchmark: str, task: Task, n: int, seed: int) -> list[TextPair]:
    """Distinct pairs of the meanings that training may know: each source with its first reference.

    Args:
        benchmark: `module:function`, asked for rows of the split "train".
        task: "paraphrase" or "summary".
        n: How many pairs.
        seed: Of the draw.

    Raises:
        ConfigError: The function cannot be imported.
        RunError: It fails, or gives too few rows, one without a reference, or one twice.
    """
    rows = draw_rows(benchmark, task, n, seed, "train")
    needs = "a training on true pairs needs as many as it asks for of the split 'train', each once and with a reference"
    if len(rows) < n:
        raise RunError(f"benchmark '{benchmark}' drew {len(rows):,} rows of {n:,}; {needs}")
    for number, row in enumerate(rows, start=1):
        if not row["references"]:
            raise RunError(f"benchmark '{benchmark}', row {number:,} has no reference; {needs}")
    pairs = [(row["source"], row["references"][0]) for row in rows[:n]]
    if twice := len(pairs) - len(set(pairs)):
        raise RunError(f"benchmark '{benchmark}' drew {twice:,} rows of {n:,} twice; {needs}")
    return pairs
