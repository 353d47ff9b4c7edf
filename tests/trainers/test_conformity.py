import pytest

from builders.parsers.loading import load_parser
from metrics.ted.layers import without_leaves
from metrics.ted.tree_distance import tree_edit_distance
from microworld.parser import parse
from trainers.conformity import conformity, in_bucket, requests_like

PARSER = load_parser("microworld.parser:parse")
EXEMPLARS = ["Orbix sold stocks on Friday.", "Stocks were sold by Orbix."]


def test_an_output_of_the_asked_form_is_at_no_distance_whatever_its_words():
    assert conformity(["Acme sold bonds on Monday.", "Bonds were sold by Acme."], EXEMPLARS, PARSER) == {
        "value": 0.0,
        "n": 2,
        "standard_error": 0.0,
    }


def test_conformity_is_the_mean_distance_of_the_trees_without_words():
    outputs = ["Bonds were sold by Acme.", "On Monday there was rain."]
    distances = [
        tree_edit_distance(without_leaves(parse(output)), without_leaves(parse(exemplar)))
        for output, exemplar in zip(outputs, EXEMPLARS, strict=True)
    ]
    assert min(distances) > 0
    assert conformity(outputs, EXEMPLARS, PARSER)["value"] == sum(distances) / 2


def test_a_request_is_the_exemplars_tree_before_the_source():
    assert requests_like(["Rain fell."], ["Orbix sold stocks."], PARSER) == [
        "(S (S (NP NN) (VP VB (NP NN))) .) | Rain fell."
    ]
    assert requests_like(["Rain fell."], ["Orbix sold stocks."], PARSER, layers=2) == ["(S S .) | Rain fell."]


@pytest.mark.parametrize(("asked", "share"), [(0.4, 0.25), (0.8, 0.5)])
def test_the_share_in_the_asked_bucket(asked, share):
    outputs = ["a b", "a b c", "a b c d", "a b c d e"]
    assert in_bucket(["a b c d e"] * 4, outputs, asked, [0.4, 0.8])["value"] == share
