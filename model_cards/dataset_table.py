"""The table of `impossible describe`: datasets side by side, as in the paper's Table 1."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any

from model_cards.formatting import count, figure
from model_cards.paper_tables import TABLE_1
from model_cards.records import Figure
from model_cards.summary import aligned, plain, wrapped
from model_cards.vocabulary import figure_words

_FIGURES = (
    "source_words",
    "target_words",
    "compression",
    "cosine_similarity",
    "h2",
    "h3",
    "msttr",
    "jaccard",
    "ted_3",
    "ted_f",
)
_LONGEST_NAME = 32


def description_table(record: Mapping[str, Any]) -> str:
    """What `impossible describe` prints.

    Args:
        record: As it is in JSON, see docs/datasets.md.

    Returns:
        One row a figure, with the number of pairs that it was taken from; then, in sentences, what the table leaves out
        and what must be known to read it.
    """
    datasets = record["datasets"]
    published = TABLE_1 if record.get("paper") else ()
    rows = [
        ["", "n", *(_shown(each["name"]) for each in datasets), *(row.name for row in published)],
        ["pairs", "", *(count(each["pairs"]) for each in datasets), *(row.pairs for row in published)],
    ]
    blank = [""] * (len(published))
    if any(each["without_text"] for each in datasets):
        rows.append(["rows without a text", "", *(count(each["without_text"]) for each in datasets), *blank])
    if any(each["figures"]["repeated"]["value"] for each in datasets):
        rows.append(_figure_row("repeated", datasets, blank))
    for name in _FIGURES:
        if any(name in each["figures"] for each in (*datasets, *map(asdict, published))):
            cells = [f"{row.figures[name]:.2f}" if name in row.figures else "" for row in published]
            rows.append(_figure_row(name, datasets, cells))
    notes = [wrapped(note) for note in _notes(record)]
    return "\n".join([aligned(rows), "", *notes])


def _figure_row(name: str, datasets: Sequence[Mapping[str, Any]], published: Sequence[str]) -> list[str]:
    found = [each["figures"].get(name) for each in datasets]
    n = next((count(value["n"]) for value in found if value), "")
    cells = [
        figure(Figure(value["value"], value["n"], value.get("standard_error")), name) if value else "-"
        for value in found
    ]
    return [figure_words(name).label, n, *cells, *published]


def _notes(record: Mapping[str, Any]) -> list[str]:
    n, sample = record["n"], record["sample"]
    notes = [
        "n: the pairs that a figure was taken from, those whose texts have the lowest hashes: a random draw that "
        "neither the order of the rows nor the files they lie in can change. After ± the standard error of a mean."
    ]
    if record["asked_n"] and n < record["asked_n"]:
        notes.append(f"--n {record['asked_n']} is more than there is; n is the pairs of the smallest dataset.")
    notes.append(
        "H2, H3: entropy of the targets' 2- and 3-grams, in bits. It grows with n, so that only figures of one n "
        f"compare. MSTTR: different words in {record['segment']} words of targets read in that random order, in per "
        "cent. Jaccard: shared words of source and target, in per cent of the words of either."
    )
    if any("msttr" not in each["figures"] for each in record["datasets"]):
        notes.append(f"No MSTTR where the targets have fewer than {record['segment']} words in all.")
    if record["encoder"]:
        encoder = record["encoder"]
        pairs = "1 pair" if sample == 1 else f"{count(sample)} pairs"
        notes.append(f"Cosine similarity by {encoder['model']} (pooling: {encoder['pooling']}), {pairs}.")
    else:
        notes.append("Not measured: cosine similarity, which needs --encoder MODEL (the paper's is SimCSE).")
    if record["parser"]:
        notes.append(f"TED-3, TED-F: edits between the parses of source and target by {record['parser']}.")
    else:
        notes.append("Not measured: TED-3 and TED-F, which need --parser PARSER, such as stanza.")
    if record.get("paper"):
        notes.append(
            "The paper's columns are its Table 1: of whole datasets, so that their H2 and H3 do not compare with those "
            "of n pairs; MSTTR by a segment that the paper does not state; cosine similarity by SimCSE, trees by "
            "CoreNLP."
        )
    return [plain(note) for note in notes]


def _shown(name: str) -> str:
    line = plain(name)
    return line if len(line) <= _LONGEST_NAME else f"...{line[3 - _LONGEST_NAME :]}"
