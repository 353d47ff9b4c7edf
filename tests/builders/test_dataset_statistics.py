import itertools
import json
import statistics

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from builders import dataset_statistics as module
from builders.critics.compression import compression_ratio
from builders.dataset_statistics import dataset_statistics, scan_figures
from builders.pair_scan import PairScan
from builders.pairs import DIMPLE_SCHEMA, pair_id
from builders.randomness import key
from metrics.jaccard.shared_words import jaccard
from metrics.msttr.segments import msttr
from metrics.ngram_entropy.ngrams import ngram_entropy
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


def scanned(pairs):
    scan = PairScan()
    for start in range(0, len(pairs), 7):
        scan.add(pairs[start : start + 7])
    return scan


def by_hash(pairs):
    return sorted(pairs, key=lambda pair: key(0, "pair", *pair))


TEXT = st.text(st.sampled_from("abΣé東 .,_1"), min_size=1, max_size=40).filter(str.strip)


@given(st.lists(st.tuples(TEXT, TEXT), min_size=1, max_size=60), st.integers(1, 60))
@settings(max_examples=60, deadline=None)
def test_they_are_those_of_the_plain_functions(pairs, n):
    n = min(n, len(pairs))
    figures = scan_figures(scanned(pairs), n)
    chosen = by_hash(pairs)[:n]
    sources, targets = zip(*chosen, strict=True)
    values = {name: figure["value"] for name, figure in figures.items()}
    assert (values["h2"], values["h3"]) == (ngram_entropy(targets, 2), ngram_entropy(targets, 3))
    assert values.get("msttr") == msttr(targets)
    assert values["jaccard"] == pytest.approx(statistics.fmean(map(jaccard, sources, targets)), rel=1e-12)
    assert values["compression"] == pytest.approx(statistics.fmean(map(compression_ratio, sources, targets)), rel=1e-12)
    assert values["target_words"] == pytest.approx(statistics.fmean(len(text.split()) for text in targets), rel=1e-12)
    assert values["repeated"] == (n - len(set(chosen))) / n
    assert {figure["n"] for figure in figures.values()} == {n}


def test_a_standard_error_is_that_of_the_mean():
    pairs = list(zip(SENTENCES, reversed(SENTENCES), strict=True))
    values = [jaccard(*pair) for pair in pairs]
    error = scan_figures(scanned(pairs), len(pairs))["jaccard"]["standard_error"]
    assert error == pytest.approx(statistics.stdev(values) / len(values) ** 0.5)


def test_a_card_has_what_describing_the_same_pairs_gives():
    pairs = list(itertools.pairwise(SENTENCES))
    described = scan_figures(scanned(pairs), len(pairs))
    assert dataset_statistics(table(), None).items() <= described.items()
