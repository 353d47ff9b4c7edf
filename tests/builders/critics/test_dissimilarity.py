import pytest
from rouge_score.rouge_scorer import RougeScorer

from builders.critics.dissimilarity import RougeL, RougeLConfig, TreeEditDistance, TreeEditDistanceConfig
from builders.errors import ConfigError, RunError
from builders.pairs import Pair

PARSERS = "tests.builders.critics.parsers"


def judge(critic, source, target):
    [verdict] = critic.judge([Pair(source, target)])
    return verdict


@pytest.mark.parametrize(
    ("target", "reason"),
    [
        ("The council approved the budget.", "rouge_l"),  # a copy
        ("The council approved the new budget.", "rouge_l"),
        ("Lawmakers signed off on the spending plan.", None),
    ],
)
def test_rouge_l_drops_copies(target, reason):
    source = "The council approved the budget."
    verdict = judge(RougeL(RougeLConfig()), source, target)
    assert verdict.reason == reason
    assert verdict.scores["rouge_l"] == pytest.approx(RougeScorer(["rougeL"]).score(source, target)["rougeL"].fmeasure)


def test_a_rouge_l_at_the_threshold_is_kept():
    assert judge(RougeL(RougeLConfig(max=0.75)), "a b c d", "a b c x").reason is None


def tree_edit_distance(**settings):
    return TreeEditDistance(TreeEditDistanceConfig(**{"parser": f"{PARSERS}:flat", **settings}))


@pytest.mark.parametrize(("least", "reason"), [(2, None), (3, "tree_edit_distance")])
def test_tree_edit_distance_drops_one_syntax(least, reason):
    verdict = judge(tree_edit_distance(min=least), "a b c", "a x y")
    assert (verdict.reason, verdict.scores) == (reason, {})


def test_the_distance_of_what_is_kept_is_filled_in_at_the_end():
    pairs = [Pair("a b c", "a x y"), Pair("a b c", "d e f")]
    tree_edit_distance().complete(pairs)
    assert [pair.scores for pair in pairs] == [{"tree_edit_distance": 2}, {"tree_edit_distance": 3}]


@pytest.mark.parametrize(
    ("settings", "distance"), [({}, 4), ({"leaves": False}, 1), ({"layers": 2}, 1), ({"layers": 1}, 0)]
)
def test_layers_and_leaves_are_the_recipes(settings, distance):
    [pair] = pairs = [Pair("a b c", "d e")]
    critic = tree_edit_distance(**settings, min=distance)
    critic.complete(pairs)
    assert pair.scores == {"tree_edit_distance": distance}
    assert critic.judge(pairs)[0].reason is None
    assert tree_edit_distance(**settings, min=distance + 1).judge(pairs)[0].reason == "tree_edit_distance"


def test_trees_may_come_with_the_pairs():
    pair = Pair("a", "b", source_tree="(S (X a))", target_tree="(S b)")
    critic = tree_edit_distance(parser="given", min=2)
    assert critic.judge([pair])[0].reason is None
    critic.complete([pair])
    assert pair.scores == {"tree_edit_distance": 2}


@pytest.mark.parametrize("parser", ["no_such_module:parse", f"{PARSERS}:no_such_function"])
def test_a_parser_that_is_not_there_is_named(parser):
    with pytest.raises(ConfigError, match=f"parser '{parser}' cannot be imported"):
        tree_edit_distance(parser=parser)


@pytest.mark.parametrize("parser", ["given", f"{PARSERS}:flat"])
def test_a_parser_that_is_there_passes_its_check(parser):
    TreeEditDistanceConfig(parser=parser).check()


def test_a_parser_that_fails_does_not_pass_its_check():
    with pytest.raises(RunError, match="it must give one tree"):
        TreeEditDistanceConfig(parser=f"{PARSERS}:broken").check()


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (lambda: RougeLConfig(max=0.0), r"rouge_l.max must lie in \(0, 1\], got 0.0"),
        (lambda: TreeEditDistanceConfig(min=-1, parser="a:b"), "tree_edit_distance.min must be at least 0, got -1"),
        (lambda: TreeEditDistanceConfig(layers=0), "tree_edit_distance.layers must be at least 1, got 0"),
        (
            lambda: TreeEditDistanceConfig(parser="ab"),
            "parser must be .*'module:function', got 'ab'",
        ),
    ],
)
def test_values_out_of_range_are_named(make, words):
    with pytest.raises(ConfigError, match=words):
        make()
