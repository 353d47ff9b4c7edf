"""The small table that a person fills with labels, written and read as spreadsheets write and read it."""

import csv
import io
from pathlib import Path

from builders.errors import RunError, UsageError
from builders.files import atomic_path, read_text
from builders.pairs import Pair

COLUMNS = ("id", "source", "target", "label")
_ANSWERS = {"1": True, "yes": True, "y": True, "0": False, "no": False, "n": False}


def write_label_file(path: Path, ids: list[str], pairs: list[Pair]) -> None:
    """Writes pairs with an empty column for labels.

    Raises:
        UsageError: The file is there and holds labels, which would be lost.
    """
    if path.exists() and (done := len(read_labels(path))):
        remedy = f"read them with --labels {path}, or move the file away"
        raise UsageError(f"{path} holds {done} labels, which a new draw would overwrite; {remedy}")
    with atomic_path(path) as partial, partial.open("w", encoding="utf-8", newline="") as file:
        table = csv.writer(file, "excel-tab", lineterminator="\n")
        table.writerow(COLUMNS)
        for name, pair in zip(ids, pairs, strict=True):
            table.writerow([name, _one_line(pair.source), _one_line(pair.target), ""])


def read_labels(path: Path) -> dict[str, bool]:
    """The labels of a table by id; rows without one are left out.

    Raises:
        RunError: The file cannot be read, or a row is not as it was written.
    """
    rows = csv.reader(io.StringIO(read_text(path), newline=""), "excel-tab")
    header = next(rows, [])
    if not {"id", "label"} <= set(header):
        raise RunError(f"{path} must begin with the columns {', '.join(COLUMNS)}, got {', '.join(header)!r:.60}")
    labels: dict[str, bool] = {}
    for row in rows:
        where = f"{path}, line {rows.line_num}"
        cells = dict(zip(header, row, strict=False))
        name, label = cells.get("id", "").strip(), cells.get("label", "").strip().lower()
        if not label:
            continue
        if label not in _ANSWERS:
            raise RunError(f"{where}: the label must be 1 or 0, or yes or no, got '{cells['label']}'; correct it")
        if labels.setdefault(name, _ANSWERS[label]) != _ANSWERS[label]:
            raise RunError(f"{where}: pair '{name}' has two labels that differ; keep one of them")
    return labels


def _one_line(text: str) -> str:
    return " ".join(text.split())
