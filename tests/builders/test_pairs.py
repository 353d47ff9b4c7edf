from itertools import permutations

from builders.pairs import DIMPLE_SCHEMA, DIMSUM_SCHEMA, Pair, enumerate_pairs, enumerate_unordered_pairs, pair_rows

ROW = {
    "context": "Profit rose.",
    "context_id": "c",
    "passage_id": "p",
    "domain": "news",
    "sentences": ["a.", "b.", "a.", "c.", "d.", "e."],
}


def test_all_ordered_pairs_of_distinct_sentences():
    pairs = [(pair.source, pair.target) for pair in enumerate_pairs(ROW)]
    assert pairs == list(permutations(["a.", "b.", "c.", "d.", "e."], 2))


def test_unordered_pairs_are_the_same_each_once():
    ordered = {(pair.source, pair.target) for pair in enumerate_pairs(ROW)}
    once = [(pair.source, pair.target) for pair in enumerate_unordered_pairs(ROW)]
    assert len(once) == len(ordered) / 2
    assert {frozenset(pair) for pair in once} == {frozenset(pair) for pair in ordered}


def test_orientation_goes_by_content_not_by_sampling_order():
    sentences = [f"sentence {i}." for i in range(40)]
    forward = {(p.source, p.target) for p in enumerate_unordered_pairs(ROW | {"sentences": sentences})}
    backward = {(p.source, p.target) for p in enumerate_unordered_pairs(ROW | {"sentences": sentences[::-1]})}
    assert forward == backward
    first = sum(sentences.index(source) < sentences.index(target) for source, target in forward)
    assert 0.4 < first / len(forward) < 0.6


def test_rows_hold_the_columns_of_their_dataset():
    pair = Pair("a.", "b.", "Profit rose.", "c", "p", "news", {"rouge_l": 0.5, "entailment_forward": 0.9})
    [row] = pair_rows([pair], 1, DIMPLE_SCHEMA)
    assert list(row) == DIMPLE_SCHEMA.names
    assert (row["id"], row["round"], row["rouge_l"], row["tree_edit_distance"]) == (pair.id, 1, 0.5, None)
    assert list(pair_rows([pair], 0, DIMSUM_SCHEMA)[0]) == DIMSUM_SCHEMA.names


def test_ids_tell_domain_source_and_target_apart():
    made = [("a", "b", "c"), ("a", "c", "b"), ("b", "b", "c"), ("a", "bc", "")]
    assert len({Pair(source, target, domain=domain).id for domain, source, target in made}) == 4
