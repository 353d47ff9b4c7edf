"""What annotators found, as the table that `impossible annotate report` prints."""

from collections.abc import Mapping, Sequence
from typing import Any


def annotation_table(record: Mapping[str, Any]) -> str:
    """The means of each system, the annotators' agreement and, where they are there, differences and the paper's rows.

    Args:
        record: The report as `impossible annotate report --json` prints it.
    """
    questions = list(next(iter(record["systems"].values())))
    rows = [["Ratings, 3 is best", "items", *questions]]
    for name, figures in record["systems"].items():
        items = max(figure["items"] for figure in figures.values())
        rows.append([name, f"{items:,}", *(_mean(figures[question]) for question in questions)])
    parts = [_aligned(rows), _agreement(record["alpha"], questions), _annotators(record["annotators"])]
    if differences := record.get("differences"):
        parts.insert(1, _differences(differences, questions))
    if paper := record.get("paper"):
        rows = [[system["name"], *(f"{system['ratings'][q]:.2f}" for q in questions)] for system in paper["systems"]]
        parts.append(f"The paper's {paper['table']}\n{_aligned([['', *questions], *rows])}")
    return "\n\n".join(parts) + "\n"


def _mean(figure: Mapping[str, Any]) -> str:
    if figure["mean"] is None:
        return "-"
    error = figure["standard_error"]
    return f"{figure['mean']:.2f}" + ("" if error is None else f" ± {error:.2f}")


def _agreement(alpha: Mapping[str, Any], questions: Sequence[str]) -> str:
    lines = [f"Krippendorff's alpha ({alpha['level']}), 1 is perfect agreement"]
    width = max(map(len, (*questions, "overall")))
    for name in (*questions, "overall"):
        found = alpha[name]
        if found["alpha"] is None:
            lines.append(f"  {name:{width}}      -  not defined: {found['undefined']}")
        else:
            lines.append(f"  {name:{width}}  {found['alpha']:5.2f}  {_based_on(found)}")
    return "\n".join(lines)


def _based_on(found: Mapping[str, Any]) -> str:
    return f"{found['ratings']:,} ratings of {found['units']:,} units"


def _annotators(annotators: Mapping[str, Mapping[str, int]]) -> str:
    rows = [["Annotators", "answered", "of", "cannot judge"]]
    for name, figures in annotators.items():
        rows.append([f"  {name}", *(f"{figures[column]:,}" for column in ("answered", "asked", "cannot_judge"))])
    return _aligned(rows)


def _differences(differences: Mapping[str, Any], questions: Sequence[str]) -> str:
    rows = [[f"Difference from {differences['against']}", *questions]]
    for name, figures in differences.items():
        if name != "against":
            rows.append([name, *(_difference(figures[question]) for question in questions)])
    table = _aligned(rows)
    return f"{table}\n* its 95% interval has no zero in it" if any(_has_star(row) for row in rows[1:]) else table


def _has_star(cells: Sequence[str]) -> bool:
    return any(cell.endswith("*") for cell in cells[1:])


def _difference(figure: Mapping[str, Any]) -> str:
    if figure["difference"] is None:
        return "-"
    mark = "*" if figure["low"] > 0 or figure["high"] < 0 else ""
    return f"{figure['difference']:+.2f} ({figure['low']:+.2f} to {figure['high']:+.2f}){mark}"


def _aligned(rows: Sequence[Sequence[str]]) -> str:
    """Columns under each other, the first to the left and the others to the right."""
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    lines = (
        "  ".join(
            [row[0].ljust(widths[0]), *(cell.rjust(width) for cell, width in zip(row[1:], widths[1:], strict=True))]
        )
        for row in rows
    )
    return "\n".join(line.rstrip() for line in lines)
