import pytest

from trainers.ranking import best_outputs

SOURCE = "Profit rose at Acme."
GREEDY, OFTEN, SELDOM = "Acme's profit was up.", "At Acme, profit rose.", "It was Acme that rose."
OUTPUTS = [GREEDY, SELDOM, OFTEN, "profit rose, at ACME!", "", "At Acme profit rose.", GREEDY]


def test_copies_and_repetitions_are_left_out_and_the_rest_is_ordered_by_how_often_it_was_drawn():
    assert best_outputs(SOURCE, OUTPUTS) == [GREEDY, OFTEN, SELDOM]
    assert best_outputs(SOURCE, [SOURCE, "profit rose at acme"]) == []


def test_a_critic_orders_what_is_left_and_ties_stay_as_they_were():
    asked = []

    def critic(source, outputs):
        asked.append((source, outputs))
        return [float(text == SELDOM) for text in outputs]

    assert best_outputs(SOURCE, OUTPUTS, critic) == [SELDOM, GREEDY, OFTEN]
    assert asked == [(SOURCE, [GREEDY, OFTEN, SELDOM])]


def test_likeness_to_an_exemplar_decides_before_the_critic():
    def critic(source, outputs):
        return [len(text) for text in outputs]

    assert best_outputs(SOURCE, OUTPUTS, critic, "On Monday, sales fell.") == [OFTEN, SELDOM, GREEDY]


def test_a_critic_that_scores_only_some_is_named():
    with pytest.raises(ValueError, match="a critic must give one score an output, got 1 for 3"):
        best_outputs(SOURCE, OUTPUTS, lambda source, outputs: [1.0])
