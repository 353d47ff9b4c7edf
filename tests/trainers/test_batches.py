import random

from transformers import AutoTokenizer

from trainers.batches import IGNORED, LengthGroupedBatches, Rows, encode_pairs

LENGTHS = [random.Random(i).randint(5, 40) for i in range(1003)]


def epoch(number: int, **settings) -> list[list[int]]:
    batches = LengthGroupedBatches([(length, 0) for length in LENGTHS], 10, **settings)
    batches.set_epoch(number)
    return list(batches)


def rows(batches: list[list[int]]) -> list[int]:
    return [row for batch in batches for row in batch]


def test_every_pair_is_seen_once_an_epoch_in_a_new_order():
    first, second = epoch(0), epoch(1)
    assert sorted(rows(first)) == sorted(rows(second)) == list(range(1003))
    assert first != second
    assert first != epoch(0, seed=1)
    assert len(first) == len(LengthGroupedBatches([(length, 0) for length in LENGTHS], 10))


def test_an_epoch_does_not_depend_on_those_before_it():
    batches = LengthGroupedBatches([(length, 0) for length in LENGTHS], 10)
    list(batches)
    batches.set_epoch(5)
    assert list(batches) == epoch(5)


def test_batches_are_of_like_length_and_in_no_order_of_length():
    groups = epoch(0)
    padded = sum(max(LENGTHS[i] for i in group) * len(group) for group in groups)
    assert padded < 1.05 * sum(LENGTHS)
    longest = [max(LENGTHS[i] for i in group) for group in groups[:40]]
    assert longest not in (sorted(longest), sorted(longest, reverse=True))


def test_sources_and_targets_that_are_padded_apart_are_both_of_like_length():
    sides = [(random.Random(i).randint(5, 40), random.Random(10_000 + i).randint(5, 40)) for i in range(4000)]
    groups = list(LengthGroupedBatches(sides, 32))
    padded = sum(max(sides[i][side] for i in group) * len(group) for group in groups for side in (0, 1))
    assert padded < 1.15 * sum(map(sum, sides))  # lengths that have nothing to do with each other; 1.5 by their sum


def test_the_batches_of_an_update_are_of_like_length():
    groups = epoch(0, batches_an_update=4)
    updates = [[LENGTHS[row] for row in rows(groups[i : i + 4])] for i in range(0, 100, 4)]
    assert max(max(lengths) - min(lengths) for lengths in updates) < 10


def test_processes_share_every_batch_out():
    parts = [epoch(3, process=process, processes=4) for process in range(4)]
    for number, whole in enumerate(epoch(3)):
        shared = rows([part[number] for part in parts])
        # the last batch has three rows, and the fourth process the first of them again, without a loss
        assert sorted(shared) == sorted(whole + [1003 + whole[0]] * (4 - len(whole)))


def test_a_row_behind_the_last_has_no_loss():
    plain = [{"input_ids": [5, 6], "labels": [7, 1]}, {"input_ids": [8], "labels": [9, 9, 1]}]
    given = Rows(plain)
    assert [given[0], given[1], len(given)] == [*plain, 2]
    assert given[3] == {"input_ids": [8], "labels": [IGNORED] * 3}
    assert plain[1]["labels"] == [9, 9, 1]


def test_targets_end_in_the_end_token_once(t5, gpt2):
    pair = ("Heavy rain closed the airport in Seattle on Friday.", "The airport was shut by heavy rain on Friday.")
    for tokenizer in map(AutoTokenizer.from_pretrained, (t5, gpt2)):  # one adds the end token, the other does not
        [row] = encode_pairs(tokenizer, [pair])
        assert row["labels"][-1] == tokenizer.eos_token_id
        assert row["labels"].count(tokenizer.eos_token_id) == 1
        assert tokenizer.decode(row["labels"][:-1]) == pair[1]
