import pytest

from builders.critics.entailment import entailment_model
from trainers.entailment_ranking import entailment_ranking

CRITIC = "microworld:models/critic"
SOURCE = "Profit rose at Dell on Monday."
OUTPUTS = ["On Monday, Dell's profit rose.", "Profit rose at Dell.", "Sales fell at Dell on Monday."]


def test_a_paraphrase_counts_by_the_weaker_direction_and_a_summary_by_the_one_from_its_source():
    nli = entailment_model(CRITIC)
    forward = nli.probabilities([(SOURCE, output) for output in OUTPUTS])
    backward = nli.probabilities([(output, SOURCE) for output in OUTPUTS])
    assert entailment_ranking(CRITIC, "summary")(SOURCE, OUTPUTS) == pytest.approx(forward, abs=1e-6)
    weaker = [min(pair) for pair in zip(forward, backward, strict=True)]
    assert entailment_ranking(CRITIC, "paraphrase")(SOURCE, OUTPUTS) == pytest.approx(weaker, abs=1e-6)
    assert weaker != forward
