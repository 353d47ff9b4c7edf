import pytest

from builders.critics.base import Shared
from builders.critics.restatement import RestatementConfig
from builders.critics.semantic_equivalence import SemanticEquivalenceConfig
from builders.critics.settings import CriticsConfig
from builders.errors import ConfigError
from builders.pairs import Pair

CRITIC = "microworld:models/critic"
SUMMARY = SemanticEquivalenceConfig(model=CRITIC, direction="forward")


def test_a_target_that_its_source_follows_from_is_dropped():
    whole, shorter = "There was a rise in Acme's profit on Monday.", "Acme's profit rose on Monday."
    less = "There was a rise in Acme's profit."
    memo = Shared(semantic=SUMMARY)
    verdicts = RestatementConfig().build(memo).judge([Pair(whole, shorter), Pair(whole, less)])
    assert [verdict.reason for verdict in verdicts] == ["restatement", None]
    truth = memo.entailment(CRITIC)
    assert [verdict.scores["restatement"] for verdict in verdicts] == [
        truth.known(shorter, whole),
        truth.known(less, whole),
    ]
    assert not RestatementConfig.symmetric


@pytest.mark.parametrize("value", [0.0, 1.0, float("nan")])
def test_a_value_out_of_range_is_named(value):
    with pytest.raises(ConfigError, match=r"restatement\.max_entailment must lie in \(0, 1\)"):
        RestatementConfig(max_entailment=value)


def test_it_needs_a_model_and_a_summary():
    with pytest.raises(ConfigError, match=r"restatement\.model is not set"):
        CriticsConfig.from_value([{"compression": {}}, "restatement"], "critics")
    with pytest.raises(ConfigError, match="these are the critics of paraphrases"):
        CriticsConfig.from_value([{"semantic_equivalence": {"model": CRITIC}}, "restatement"], "critics")


def test_without_the_filter_whose_model_it_shares_it_keeps_that_model():
    names = [{"compression": {}}, {"semantic_equivalence": {"model": CRITIC, "direction": "forward"}}, "restatement"]
    critics = CriticsConfig.from_value(names, "critics")
    assert critics.nli_models == [CRITIC]
    assert critics.without("semantic_equivalence").nli_models == [CRITIC]


def test_the_model_of_its_own_is_looked_for(tmp_path):
    own = RestatementConfig(model=str(tmp_path / "missing"))
    with pytest.raises(Exception, match="missing"):
        own.check()
    assert own.models == (str(tmp_path / "missing"),)
    assert RestatementConfig(model=CRITIC).identity()["model"]
