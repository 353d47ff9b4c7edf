import json

import pytest

from builders.errors import RunError
from builders.pair_tables import open_pair_table
from trainers.table_pairs import table_pairs


@pytest.fixture
def table(tmp_path):
    def made(pairs):
        path = tmp_path / "mine.jsonl"
        path.write_text("".join(json.dumps({"source": a, "target": b}) + "\n" for a, b in pairs))
        return open_pair_table(str(path))

    return made


MANY = [(f"Sentence {number}.", f"Another {number}.") for number in range(400)]


def test_every_pair_is_trained_on_in_both_directions_or_held_out(table):
    pairs = table_pairs(table(MANY), "paraphrase")
    assert 5 <= len(pairs.validation) <= 40  # of 400, with a chance of 5 per cent each
    assert set(pairs.validation) < set(MANY)
    trained = [pair for pair in MANY if pair not in pairs.validation]
    assert pairs.train == [each for a, b in trained for each in ((a, b), (b, a))]
    assert (pairs.without_text, pairs.held_out) == (0, 0)


def test_summaries_are_not_reversed(table):
    assert set(table_pairs(table(MANY), "summary").train) < set(MANY)


def test_the_split_does_not_depend_on_the_order_or_the_other_rows(table):
    validation = set(table_pairs(table(MANY), "summary").validation)
    assert set(table_pairs(table(MANY[::-1]), "summary").validation) == validation
    assert set(table_pairs(table(MANY[:200]), "summary").validation) == validation & set(MANY[:200])


def test_nothing_that_is_held_out_is_trained_on_under_another_source(table):
    held_out = table_pairs(table(MANY), "summary").validation[0]
    pairs = table_pairs(table([*MANY, held_out[::-1], ("Sentence of its own.", held_out[0])]), "summary")
    assert pairs.held_out == 2
    assert not {text for pair in pairs.train for text in pair} & set(held_out)


def test_rows_without_text_are_left_out_and_counted(table):
    pairs = table_pairs(table([*MANY, ("", "It rose."), ("It rose.", "  ")]), "summary")
    assert pairs.without_text == 2
    assert all(source and target for source, target in pairs.train)


def test_repeated_pairs_are_trained_on_once(table):
    assert table_pairs(table(MANY * 2), "summary").train == table_pairs(table(MANY), "summary").train


def test_a_table_that_leaves_nothing(table):
    with pytest.raises(RunError, match=r"mine leaves no pairs to train on, of 2 rows; name a larger table"):
        table_pairs(table([("", "a"), ("b", "")]), "paraphrase")
