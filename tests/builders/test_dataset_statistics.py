import itertools
import json

import pyarrow as pa
import pytest

from builders import dataset_statistics as module
from builders.dataset_statistics import dataset_statistics
from builders.pairs import DIMPLE_SCHEMA, pair_id
from metrics.ted.tree_distance import tree_edit_distance

SENTENCES = [
    f"Profit at firm {index} rose {index % 7} percent in the {index % 3} quarter of the year." for index in range(60)
]


def flat_tree(sentence):
    return f"(S {' '.join(f'(W {word})' for word in sentence.rstrip('.').split())})"


def flat(sentences):
    return [flat_tree(sentence) for sentence in sentences]


def table(sentences=SENTENCES):
    rows = [
        dict.fromkeys(DIMPLE_SCHEMA.names) | {"id": pair_id("news", one, other), "source": one, "target": other}
        for one, other in itertools.pairwise(sentences)
    ]
    return pa.Table.from_pylist(rows, schema=DIMPLE_SCHEMA)


def test_every_figure_has_the_number_of_pairs_it_was_taken_from(monkeypatch):
    monkeypatch.setattr(module, "PAIRS", 50)
    monkeypatch.setattr(module, "PARSED_PAIRS", 20)
    figures = dataset_statistics(table(), flat)
    assert {name: figure["n"] for name, figure in figures.items()} == {
        **dict.fromkeys(("h2", "h3", "msttr", "jaccard"), 50),
        **dict.fromkeys(("ted_3", "ted_f"), 20),
    }
    assert {name for name, figure in figures.items() if "standard_error" in figure} == {"jaccard", "ted_3", "ted_f"}
    json.dumps(figures)


def test_they_do_not_depend_on_the_order_of_the_pairs(monkeypatch):
    monkeypatch.setattr(module, "PARSED_PAIRS", 20)
    pairs = table()
    backwards = pairs.take(list(range(len(pairs) - 1, -1, -1)))
    assert dataset_statistics(backwards, flat) == dataset_statistics(pairs, flat)


def test_trees_are_compared_whole_and_by_three_layers():
    figures = dataset_statistics(table(SENTENCES[:2]), flat)
    assert figures["ted_f"]["value"] == tree_edit_distance(*flat(SENTENCES[:2])) > 0
    assert figures["ted_3"]["value"] == figures["ted_f"]["value"]  # words of a flat tree stand in its third layer
    deep = dataset_statistics(
        table(SENTENCES[:2]), lambda sentences: [f"(TOP (TOP {tree}))" for tree in flat(sentences)]
    )
    assert deep["ted_3"]["value"] == 0.0


@pytest.mark.parametrize(
    ("pairs", "parse", "names"),
    [
        (table(), None, {"h2", "h3", "msttr", "jaccard"}),
        (table(SENTENCES[:3]), None, {"h2", "h3", "jaccard"}),  # too few words for a segment
        (table([]), flat, set()),
    ],
)
def test_what_is_not_defined_is_left_out(pairs, parse, names):
    assert dataset_statistics(pairs, parse).keys() == names


def test_one_pair_has_no_standard_error():
    assert "standard_error" not in dataset_statistics(table(SENTENCES[:2]), None)["jaccard"]
