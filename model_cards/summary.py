"""The table that ends a run on the terminal."""

import textwrap
from collections.abc import Mapping, Sequence
from typing import Any

from model_cards.formatting import count, figure, share, share_with_error
from model_cards.metrics_file import metrics_from_json
from model_cards.qualification import refused
from model_cards.records import Evaluation, Example, Metrics, Round
from model_cards.run_folder import mentions_microworld, metric_names
from model_cards.vocabulary import MICROWORLD_LIMITS, VERDICTS, figure_words

# What fits a terminal; the report has every figure.
_FIGURES = {
    "paraphrase": ("faithful_non_copy", "copy", "rouge_l"),
    "summary": ("faithful_summary", "copy", "compression"),
}
_EXAMPLES = 5
_WIDTH = 96


def summary_table(metrics: Mapping[str, Any]) -> str:
    """What a run did, in plain text of at most 100 columns but for long sentences.

    Args:
        metrics: The parsed `metrics.json`.

    Returns:
        Sentences sampled, pairs, pairs kept and their precision by the oracle for each round; the systems side by
        side; example outputs of the last student. Parts that were not run are left out.
    """
    record = metrics_from_json(metrics)
    about = [record.name, record.task, record.domain, *([f"seed {record.seed}"] if record.seed is not None else [])]
    parts = ["  ".join(plain(part) for part in about)]
    if record.rounds:
        parts.append(_rounds(record))
    if record.evaluation:
        parts.append(_systems(record.evaluation, _FIGURES.get(record.task, ())))
        student = record.evaluation.last_student
        if student and student.examples:
            parts.append(_examples(student.name, student.examples[:_EXAMPLES], VERDICTS[record.task]))
    if mentions_microworld(metric_names(record)):
        parts.append(wrapped(MICROWORLD_LIMITS))
    return "\n\n".join(parts) + "\n"


def _rounds(metrics: Metrics) -> str:
    rounds = metrics.rounds
    rows = [
        ["Pairs", *(_heading(round_) for round_ in rounds)],
        ["contexts", *(count(round_.contexts) for round_ in rounds)],
        ["sentences sampled", *(count(round_.sampled) for round_ in rounds)],
        ["  distinct ones used", *(count(round_.sentences) for round_ in rounds)],
        ["candidate pairs", *(count(round_.candidates) for round_ in rounds)],
        ["kept by the critics", *(count(round_.kept) for round_ in rounds)],
        ["  of the candidates", *(share(round_.kept, round_.candidates) for round_ in rounds)],
    ]
    if any(refused(round_.refused) for round_ in rounds):
        rows.insert(3, ["  that did not qualify", *(count(refused(round_.refused)) for round_ in rounds)])
    if any(round_.screen for round_ in rounds):
        rows.append(["recall of the screen", *(_screen(round_) for round_ in rounds)])
    if any(round_.audit for round_ in rounds):
        rows.append(["precision by the oracle", *(_precision(round_) for round_ in rounds)])
        shuffled = [round_.audit.shuffled_precision if round_.audit else None for round_ in rounds]
        rows.append(["  targets shuffled", *(share(precision) for precision in shuffled)])
    return aligned(rows)


def _heading(round_: Round) -> str:
    names = {"teacher": "teacher", "self-distillation": "self-distilled", "control": "control"}
    return f"{names.get(round_.origin, plain(round_.origin))}, round {round_.round}"


def _screen(round_: Round) -> str:
    return f"{share(round_.screen.recall)} (at least {share(round_.screen.low)})" if round_.screen else "-"


def _precision(round_: Round) -> str:
    return share_with_error(round_.audit.precision, round_.audit.standard_error) if round_.audit else "-"


def _systems(evaluation: Evaluation, wanted: Sequence[str]) -> str:
    names = [name for name in wanted if name in evaluation.figure_names] or evaluation.figure_names[:3]
    sources = f"Systems (n = {count(evaluation.n)})" if evaluation.n else "Systems"
    rows = [[sources, *(figure_words(name).label for name in names)]]
    for system in evaluation.systems:
        cells = [figure(system.figures[name], name) if name in system.figures else "-" for name in names]
        rows.append([plain(system.name), *cells])
    return aligned(rows)


def _examples(system: str, examples: Sequence[Example], verdict: str) -> str:
    verdicts = {True: f"  [{verdict}]", False: f"  [not {verdict}]", None: ""}
    lines = [f"Examples ({plain(system)})"]
    for example in examples:
        lines += [
            f"  {plain(example.source)}",
            f"    -> {plain(example.output)}{verdicts[example.faithful]}",
        ]
    return "\n".join(lines)


def aligned(rows: Sequence[Sequence[str]]) -> str:
    """First column to the left, the others to the right, a rule under the headings."""
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    lines = []
    for name, *cells in rows:
        right = [cell.rjust(width) for cell, width in zip(cells, widths[1:], strict=True)]
        lines.append("  ".join([name.ljust(widths[0]), *right]))
    return "\n".join([lines[0], "-" * len(lines[0]), *lines[1:]])


def plain(text: str) -> str:
    """Text on one line, without the control characters that a terminal would obey."""
    printable = (character if character.isprintable() else " " for character in str(text))
    return " ".join("".join(printable).split())


def wrapped(text: str) -> str:
    """A paragraph in lines that fit a terminal."""
    return "\n".join(textwrap.wrap(text, _WIDTH))
