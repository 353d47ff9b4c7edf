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


@pytest.mark.parametrize(("least", "reason"), [(2, None), (3, "tree_edit_distance")])
def test_tree_edit_distance_drops_one_syntax(least, reason):
    critic = TreeEditDistance(TreeEditDistanceConfig(min=least, parser=f"{PARSERS}:flat"))
    verdict = judge(critic, "a b c", "a x y")
    assert (verdict.reason, verdict.scores) == (reason, {"tree_edit_distance": 2})


@pytest.mark.parametrize("parser", ["no_such_module:parse", f"{PARSERS}:no_such_function"])
def test_a_parser_that_is_not_there_is_named(parser):
    with pytest.raises(ConfigError, match=f"parser '{parser}' cannot be imported"):
        TreeEditDistance(TreeEditDistanceConfig(parser=parser))


@pytest.mark.parametrize("name", ["broken", "silent", "failing"])
def test_a_parser_that_gives_no_tree_is_named(name):
    with pytest.raises(RunError, match=f"parsers:{name}' failed on 'a b': .*; it must give one tree") as caught:
        judge(TreeEditDistance(TreeEditDistanceConfig(parser=f"{PARSERS}:{name}")), "a b", "c")
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (lambda: RougeLConfig(max=0.0), r"rouge_l.max must lie in \(0, 1\], got 0.0"),
        (lambda: TreeEditDistanceConfig(min=-1, parser="a:b"), "tree_edit_distance.min must be at least 0, got -1"),
        (lambda: TreeEditDistanceConfig(parser="ab"), "'module:function', got 'ab'"),
    ],
)
def test_values_out_of_range_are_named(make, words):
    with pytest.raises(ConfigError, match=words):
        make()
