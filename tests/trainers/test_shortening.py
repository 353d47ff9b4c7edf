import random

import pytest
from transformers import AutoTokenizer

from tests.trainers.conftest import SENTENCES
from trainers.shortening import shortened


@pytest.fixture(params=["gpt2", "t5"])
def tokenizer(request):
    return AutoTokenizer.from_pretrained(request.getfixturevalue(request.param))


def tokens(tokenizer, text):
    return len(tokenizer(text, add_special_tokens=False)["input_ids"])


def test_a_text_that_is_too_long_keeps_the_most_words_that_fit(tokenizer):
    rng = random.Random(0)
    texts = [" ".join(rng.choices(" ".join(SENTENCES).split(), k=rng.randint(1, 60))) for _ in range(50)]
    for text, start in zip(texts, shortened(tokenizer, texts, 20), strict=True):
        words = text.split()
        starts = [" ".join(words[:n]) for n in range(1, len(words) + 1)]
        assert start == max((one for one in starts if tokens(tokenizer, one) <= 20), key=len)


def test_a_text_that_fits_stays_as_it_is(tokenizer):
    text = "  Acme \t posted a profit.\n"
    assert shortened(tokenizer, [text], tokens(tokenizer, text)) == [text]
    assert shortened(tokenizer, [], 5) == []


def test_a_first_word_that_is_too_long_loses_its_end(tokenizer):
    [start] = shortened(tokenizer, ["アクメは月曜日に利益を発表した。"], 7)  # three bytes a character, one token each
    assert start == "アク"
