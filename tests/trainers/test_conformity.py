import pytest

from metrics.ted.layers import without_leaves
from metrics.ted.tree_distance import tree_edit_distance
from microworld.parser import parse
from trainers.conformity import asked_signals, bucket_scores, form_scores
from trainers.control_config import ControlConfig

PARSER = "microworld.parser:parse"
ROWS = [
    {"source": "Rain fell.", "references": [], "exemplar": "Orbix sold stocks on Friday."},
    {"source": "Rain fell.", "references": []},
    {"source": "Rain fell.", "references": [], "exemplar": "Stocks were sold by Orbix."},
]
BUCKETS = ControlConfig(compression=(0.4, 0.8))


def summaries(*references):
    return [{"source": "a b c d e", "references": [reference] if reference else []} for reference in references]


def test_an_output_of_the_asked_form_is_at_no_distance_whatever_its_words():
    outputs = ["Acme sold bonds on Monday.", "It rained.", "Bonds were sold by Acme."]
    assert form_scores(ROWS, outputs, PARSER)["conformity"].rows.tolist() == [[0.0], [0.0]]


def test_conformity_is_the_mean_distance_of_whole_trees_without_words():
    outputs = ["Bonds were sold by Acme.", "It rained.", "On Monday there was rain."]
    distances = [
        tree_edit_distance(without_leaves(parse(output)), without_leaves(parse(row["exemplar"])))
        for output, row in zip(outputs, ROWS, strict=True)
        if "exemplar" in row
    ]
    assert min(distances) > 0
    assert form_scores(ROWS, outputs, PARSER)["conformity"].value == sum(distances) / 2


def test_fewer_than_two_exemplars_give_no_figure():
    assert form_scores(ROWS[:2], ["Rain.", "Rain."], PARSER) == {}


def test_a_row_asks_for_the_form_of_its_exemplar():
    [first, none, _] = asked_signals(ROWS, ControlConfig(), "paraphrase", PARSER)
    assert (first, none) == ("(S (S (NP (NN)) (VP (VB) (NP (NN)) (PP (IN) (NP (NNP))))) (.))", "")
    assert asked_signals(ROWS[:1], ControlConfig(layers=2), "paraphrase", PARSER) == ["(S (S) (.))"]


def test_a_row_asks_for_the_bucket_of_its_reference():
    rows = summaries("a b", "a b c", "a b c d e", None)
    assert asked_signals(rows, BUCKETS, "summary", None) == ["compression 0.4", "compression 0.8", "", ""]


@pytest.mark.parametrize(("asked", "share"), [("compression 0.4", 0.25), ("compression 0.8", 0.5)])
def test_the_share_in_the_asked_bucket(asked, share):
    outputs = ["a b", "a b c", "a b c d", "a b c d e"]
    assert bucket_scores(summaries(*[None] * 4), outputs, [asked] * 4, BUCKETS)["in_bucket"].value == share


def test_rows_that_ask_for_nothing_are_no_part_of_the_share():
    asked = ["compression 0.4", "", "compression 0.4"]
    found = bucket_scores(summaries("a", "a", "a"), ["a b", "a b", "a b c d"], asked, BUCKETS)
    assert (found["in_bucket"].value, len(found["in_bucket"].rows)) == (0.5, 2)
    assert bucket_scores(summaries("a", "a"), ["a b", "a b"], ["compression 0.4", ""], BUCKETS) == {}
