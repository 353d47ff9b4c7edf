"""The report of an ablation: what each part of the method is worth, with spreads over the seeds (paper, Table 6)."""

import statistics
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from scipy.stats import t as student_t

from model_cards.formatting import count, figure, share
from model_cards.records import Figure
from model_cards.rendering import render_html, render_markdown, write_whole
from model_cards.run_folder import mentions_microworld, read_json
from model_cards.summary import aligned
from model_cards.vocabulary import MICROWORLD_LIMITS, figure_words

ABLATION = "ablation.json"
_FIGURES = ("faithful_non_copy", "faithful", "copy", "rouge_l", "ibleu")
_CONFIDENCE = 0.95


@dataclass(frozen=True)
class Difference:
    """A row less the whole method, seed by seed: the mean, and half of its 95% interval by Student's t."""

    mean: float
    half: float

    @property
    def verdict(self) -> str:
        """What the interval allows to say."""
        if abs(self.mean) <= self.half:
            return "not told apart"
        return "more" if self.mean > 0 else "less"


@dataclass(frozen=True)
class Row:
    """An arm's student, control or part over all seeds.

    Args:
        title: In words.
        is_whole: Whether this is what the others are compared with.
        figures: Means over the seeds with the standard error of the mean.
        headline: The first figure of each seed.
        difference: Of the first figure; None for the whole method itself.
        kept: Pairs of all rounds, the mean over the seeds.
        precision: Of these by the oracle; None where nobody judged them.
        stopped: In how many seeds self-distillation stopped before its last round.
    """

    title: str
    is_whole: bool
    figures: dict[str, Figure]
    headline: tuple[float, ...]
    difference: Difference | None
    kept: float
    precision: float | None
    stopped: int


def ablation_rows(record: Mapping[str, Any]) -> list[Row]:
    """The rows of a parsed `ablation.json`."""
    names = figure_names(record)
    [whole] = [row for row in record["rows"] if row["is_whole"]]
    reference = _values(whole, names[0])
    return [_row(row, names, reference) for row in record["rows"]]


def figure_names(record: Mapping[str, Any]) -> list[str]:
    """The figures that the systems have, the headline first."""
    found = record["rows"][0]["seeds"][0]["figures"]
    return [name for name in _FIGURES if name in found]


def paired_difference(values: Sequence[float], reference: Sequence[float]) -> Difference:
    """How far values lie from those of the same seeds, with the interval of a paired t-test.

    Args:
        values: At least two, one a seed.
        reference: As many.
    """
    differences = [value - other for value, other in zip(values, reference, strict=True)]
    error = statistics.stdev(differences) / len(differences) ** 0.5
    quantile = float(student_t.ppf((1 + _CONFIDENCE) / 2, len(differences) - 1))
    return Difference(statistics.fmean(differences), quantile * error)


def ablation_table(record: Mapping[str, Any]) -> str:
    """The table on a terminal."""
    names, rows = figure_names(record), ablation_rows(record)
    headings = [figure_words(name).label for name in names[:3]]
    table = [["", *headings, f"{headings[0]}, difference", "pairs", "true"]]
    for row in rows:
        cells = [figure(row.figures[name], name) for name in names[:3]]
        difference, pairs = difference_words(row.difference, names[0]), count(round(row.kept))
        table.append([row.title, *cells, difference, pairs, share(row.precision)])
    seeds = ", ".join(map(str, record["seeds"]))
    first = f"{record['name']}  seeds {seeds}  mean ± standard error over the seeds; differences with 95% intervals"
    return f"{first}\n\n{aligned(table)}"


def write_ablation_report(folder: Path) -> None:
    """Writes `ablation.md` and `report.html` beside `ablation.json`.

    Raises:
        CardError: It cannot be read, or they cannot be written.
    """
    record = read_json(folder / ABLATION)
    names = figure_names(record)
    values = {
        "record": record,
        "rows": ablation_rows(record),
        "names": names,
        "difference_words": difference_words,
        "limits": MICROWORLD_LIMITS if mentions_microworld([str(record["benchmark"])]) else None,
    }
    write_whole(folder / "ablation.md", render_markdown("ablation.md.jinja", **values))
    write_whole(folder / "report.html", render_html("ablation.html.jinja", **values))


def difference_words(difference: Difference | None, name: str) -> str:
    """A difference in the unit of its figure, with what its interval allows to say."""
    if difference is None:
        return "-"
    words = figure_words(name)
    scale, decimals = (100, 1) if words.is_share else (1, words.decimals)
    return f"{scale * difference.mean:+.{decimals}f} ± {scale * difference.half:.{decimals}f}, {difference.verdict}"


def _row(row: Mapping[str, Any], names: Sequence[str], reference: Sequence[float]) -> Row:
    headline = _values(row, names[0])
    rounds = [[(made["kept"], made["precision"]) for made in seed["pairs"]] for seed in row["seeds"]]
    kept = [sum(number for number, _ in made) for made in rounds]
    judged = [(number, precision) for made in rounds for number, precision in made if precision is not None]
    return Row(
        title=row["title"],
        is_whole=row["is_whole"],
        figures={name: _mean(_values(row, name)) for name in names},
        headline=tuple(headline),
        difference=None if row["is_whole"] else paired_difference(headline, reference),
        kept=statistics.fmean(kept),
        precision=sum(n * p for n, p in judged) / sum(n for n, _ in judged) if judged else None,
        stopped=sum(seed["stopped"] is not None for seed in row["seeds"]),
    )


def _values(row: Mapping[str, Any], name: str) -> list[float]:
    return [seed["figures"][name]["value"] for seed in row["seeds"]]


def _mean(values: Sequence[float]) -> Figure:
    mean, error = statistics.fmean(values), statistics.stdev(values) / len(values) ** 0.5
    # Rows here are seeds: what holds for a share of so many sentences does not hold for its mean over them.
    return Figure(mean, len(values), error, mean - 1.96 * error, mean + 1.96 * error)
