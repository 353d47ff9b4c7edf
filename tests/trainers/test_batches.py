import random

from transformers import AutoTokenizer

from trainers.batches import LengthGroupedSampler, encode_pairs

LENGTHS = [random.Random(i).randint(5, 40) for i in range(1003)]


def batches(order: list[int], size: int = 10) -> list[list[int]]:
    return [order[i : i + size] for i in range(0, len(order), size)]


def test_every_pair_is_seen_once_an_epoch_in_a_new_order():
    sampler = LengthGroupedSampler(LENGTHS, 10, seed=0)
    first, second = list(sampler), list(sampler)
    assert sorted(first) == sorted(second) == list(range(1003))
    assert first != second
    assert first == list(LengthGroupedSampler(LENGTHS, 10, seed=0))


def test_batches_are_of_like_length_and_in_no_order_of_length():
    groups = batches(list(LengthGroupedSampler(LENGTHS, 10, seed=0)))
    padded = sum(max(LENGTHS[i] for i in group) * len(group) for group in groups)
    assert padded < 1.05 * sum(LENGTHS)
    longest = [max(LENGTHS[i] for i in group) for group in groups[:40]]
    assert longest not in (sorted(longest), sorted(longest, reverse=True))


def test_targets_end_in_the_end_token_and_no_side_is_longer_than_allowed(t5, gpt2):
    pair = ("Heavy rain closed the airport in Seattle on Friday.", "The airport was shut by heavy rain on Friday.")
    for tokenizer in map(AutoTokenizer.from_pretrained, (t5, gpt2)):  # one adds the end token, the other does not
        for longest in (8, 100):
            [row] = encode_pairs(tokenizer, [pair], longest)
            assert row["labels"][-1] == tokenizer.eos_token_id
            assert row["labels"].count(tokenizer.eos_token_id) == 1
            assert max(len(row["labels"]), len(row["input_ids"])) <= longest
