import torch

from trainers.keyed_draws import KeyedDraws, greedy_and_samples

SCORES = torch.tensor([0.1, 0.4, 0.05, 0.3, 0.15]).log()


def drawn(numbers, top_p, temperature=1.0, scores=SCORES):
    rows = torch.tensor(numbers)[:, None]
    left = KeyedDraws(rows, 3, temperature, top_p)(torch.zeros(len(rows), 3), scores.repeat(len(rows), 1))
    assert (left > -torch.inf).sum(dim=-1).tolist() == [1] * len(rows)
    return left.argmax(dim=-1).tolist()


def test_numbers_fall_on_the_tokens_in_order_of_their_probability():
    assert drawn([0.0, 0.39, 0.41, 0.69, 0.71, 0.84, 0.86, 0.94, 0.96, 0.999999], 1.0) == [1, 1, 3, 3, 4, 4, 0, 0, 2, 2]


def test_the_nucleus_is_the_fewest_tokens_that_reach_top_p():
    assert drawn([0.0, 0.56, 0.58, 0.999999], 0.6) == [1, 1, 3, 3]  # 4/7 of it and 3/7
    assert drawn([0.999999], 0.01) == [1]


def test_a_nucleus_beyond_the_likeliest_tokens_is_seen_whole():
    flat = torch.zeros(1000)
    assert len(set(drawn([i / 100 for i in range(100)], 0.9, scores=flat))) == 100
    assert drawn([0.5], 0.9, temperature=0.01, scores=torch.arange(1000.0)) == [999]


def test_frequencies_are_those_of_the_tempered_probabilities():
    torch.manual_seed(0)
    found = torch.tensor(drawn(torch.rand(20_000).tolist(), 1.0, temperature=2.0)).bincount(minlength=5) / 20_000
    torch.testing.assert_close(found, (SCORES / 2).softmax(dim=-1), atol=0.012, rtol=0)


def test_a_number_depends_on_seed_text_sample_and_step_alone():
    numbers = greedy_and_samples(1, "It rose.", 3, 20)
    assert not numbers[0].any()
    assert torch.equal(greedy_and_samples(1, "It rose.", 5, 40)[:4, :20], numbers)
    assert len(numbers[1:].unique()) == 60
    for other in (greedy_and_samples(2, "It rose.", 3, 20), greedy_and_samples(1, "It fell.", 3, 20)):
        assert not torch.isin(other[1:], numbers[1:]).any()
