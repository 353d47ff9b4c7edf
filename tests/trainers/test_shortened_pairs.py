import pytest
from transformers import AutoTokenizer

from tests.trainers.conftest import SENTENCES
from trainers.shortened_pairs import report_cuts, shortened_pairs


@pytest.fixture(params=["gpt2", "t5"])
def tokenizer(request):
    return AutoTokenizer.from_pretrained(request.getfixturevalue(request.param))


def test_cuts_are_counted_by_side_and_reported_once(tokenizer, capsys):
    pairs = [(SENTENCES[0], SENTENCES[1]), (f"{SENTENCES[0]} " * 9, SENTENCES[1])]
    longest = (len(tokenizer(SENTENCES[0], add_special_tokens=False)["input_ids"]), 1000)
    cut, counts = shortened_pairs(tokenizer, pairs, longest)
    assert cut == [(SENTENCES[0], SENTENCES[1])] * 2
    assert counts == {"cut_sources": 1, "cut_targets": 0}
    report_cuts("train round-0", counts, 2, longest)
    [line] = capsys.readouterr().err.splitlines()
    assert line.startswith(f"train round-0: of 2 pairs 1 sources (above {longest[0]} tokens) and 0 targets")
    report_cuts("train round-0", {"cut_sources": 0, "cut_targets": 0}, 2, longest)
    assert not capsys.readouterr().err


def test_no_pairs_are_no_cuts(tokenizer):
    assert shortened_pairs(tokenizer, [], (5, 5)) == ([], {"cut_sources": 0, "cut_targets": 0})
