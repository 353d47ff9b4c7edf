"""What the tiny models are trained with: pairs labelled as the oracle would, and a loop that learns."""

import random

import pytest
import torch
from transformers import GPT2Config, GPT2LMHeadModel

from microworld import measure, train
from microworld.labelled_pairs import draw_pair
from microworld.oracle import entails
from microworld.train_student import draw_example
from microworld.training_loop import fit


def test_pairs_are_labelled_as_the_oracle_would():
    rng = random.Random(6)
    pairs = [draw_pair(rng, "train") for _ in range(400)]
    assert all(pair.entailed == entails(pair.premise, pair.hypothesis) for pair in pairs)
    assert 0.3 < sum(pair.entailed for pair in pairs) / len(pairs) < 0.6


def test_roles_end_where_the_hypothesis_says_them():
    rng = random.Random(7)
    for pair in (draw_pair(rng, "train") for _ in range(100)):
        assert all(not pair.hypothesis[end : end + 1].isalnum() for end in pair.roles)
        assert not (pair.entailed and not all(pair.roles.values()))


def test_the_students_base_sees_a_damaged_sentence_and_restores_it_whole():
    rng = random.Random(8)
    examples = [draw_example(rng) for _ in range(60)]
    assert sum("<mask>" in source for source, _ in examples) > 40
    assert all(target.endswith(".") and "<mask>" not in target for _, target in examples)


@pytest.mark.parametrize("muon_rate", [None, 0.01])
def test_the_loop_learns_a_sequence_and_keeps_the_average(muon_rate):
    torch.manual_seed(0)
    model = GPT2LMHeadModel(GPT2Config(vocab_size=16, n_positions=16, n_embd=16, n_layer=1, n_head=2))
    ids = torch.arange(16)[None].repeat(4, 1)
    first = model(input_ids=ids, labels=ids).loss.item()
    lines: list[str] = []
    trained = fit(
        model,
        lambda step: model(input_ids=ids, labels=ids).loss,
        steps=400,
        learning_rate=0.01,
        anneal=0.5,
        log=lines.append,
        muon_rate=muon_rate,
    )
    assert trained is not model
    assert trained(input_ids=ids, labels=ids).loss.item() < 0.2 * first
    assert [line.split()[1] for line in lines] == ["200/400", "400/400"]


@pytest.mark.parametrize(
    ("main", "mistyped", "remedy"), [(measure.main, "tset", "development"), (train.main, "critc", "critic")]
)
def test_a_mistyped_set_or_model_is_one_clear_line(main, mistyped, remedy):
    with pytest.raises(SystemExit, match=f"{mistyped}.*{remedy}"):
        main([mistyped])
