import numpy as np
import pytest
import torch

from builders.nucleus import draw


def nucleus_by_hand(probabilities, top_p):
    order = sorted(range(len(probabilities)), key=lambda token: -probabilities[token])
    nucleus, mass = [], 0.0
    for token in order:
        nucleus.append(token)
        mass += probabilities[token]
        if mass >= top_p:
            break
    return nucleus


@pytest.mark.parametrize("vocabulary", [5, 300])  # below and above the first look
@pytest.mark.parametrize("top_p", [0.3, 0.9, 1.0])
def test_draws_invert_the_cumulative_distribution_of_the_nucleus(vocabulary, top_p):
    logits = torch.randn(1, vocabulary, generator=torch.Generator().manual_seed(0)) * 0.1
    probabilities = (logits / 0.7).softmax(-1)[0].double().tolist()
    nucleus = nucleus_by_hand(probabilities, top_p)
    steps = np.linspace(0, 1, 2001, endpoint=False)
    tokens = draw(logits.expand(len(steps), -1), steps, 0.7, top_p)
    assert list(dict.fromkeys(tokens.tolist())) == nucleus
    mass = sum(probabilities[token] for token in nucleus)
    for token in nucleus:
        assert (tokens == token).mean() == pytest.approx(probabilities[token] / mass, abs=2 / 2001)


def test_zero_temperature_is_greedy():
    logits = torch.tensor([[0.0, 3.0, 1.0], [5.0, 3.0, 1.0]])
    assert draw(logits, np.array([0.99, 0.99]), 0, 0.9).tolist() == [1, 0]


def test_the_largest_uniform_stays_in_the_nucleus():
    logits = torch.tensor([[4.0, 3.0, -9.0]])
    assert draw(logits, np.array([np.nextafter(1, 0)]), 1.0, 0.9).tolist() == [1]
