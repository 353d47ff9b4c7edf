from pathlib import Path

import pytest
from transformers import AutoTokenizer

from builders.generation import Prompt
from trainers.shortening import shortened
from trainers.student_sampling import StudentSampler


@pytest.fixture(params=["student", "decoder"])
def either(request) -> Path:
    """A trained student of each kind."""
    return request.getfixturevalue(request.param)


def test_samples_depend_on_their_key_and_not_on_the_order_asked(either, pairs):
    sampler = StudentSampler(str(either), 100)
    prompts = [Prompt(source, i) for i, (source, _) in enumerate(pairs[:6])]
    together = sampler.sample(prompts, n=5, temperature=2.0, top_p=0.95)
    assert [len(texts) for texts in together] == [5] * 6
    assert together == sampler.sample(prompts[::-1], n=5, temperature=2.0, top_p=0.95)[::-1]
    [other_key] = sampler.sample([Prompt(prompts[0].text, 99)], n=5, temperature=2.0, top_p=0.95)
    assert other_key != together[0]


def test_a_decoder_only_student_is_given_what_of_a_long_source_its_positions_hold(decoder, pairs):
    long = " ".join(source for source, _ in pairs[:6]) * 20
    tokenizer = AutoTokenizer.from_pretrained(decoder)
    # 256 positions hold the output, the tokens of " =>", the end token, the source, and 8 to spare
    start = shortened(tokenizer, [long], 256 - 30 - len(tokenizer(" =>")["input_ids"]) - 1 - 8)
    assert len(start[0]) < len(long)
    for most in (30, 1000):
        sampler = StudentSampler(str(decoder), most)
        asked = [sampler.sample([Prompt(text, 0)], 1, 0.0, 1.0) for text in (long, *start)]
        assert asked[0]
        assert most > 30 or asked[0] == asked[1]
