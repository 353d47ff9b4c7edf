from pathlib import Path

import pytest
from transformers import AutoTokenizer

from builders.generation import Prompt
from trainers.paraphraser import Paraphraser, in_length_order
from trainers.shortening import shortened


@pytest.fixture(params=["student", "decoder"])
def either(request) -> Path:
    """A trained student of each kind."""
    return request.getfixturevalue(request.param)


def test_greedy_gives_what_was_learnt_in_the_order_asked(either, pairs):
    asked = [source for source, _ in pairs[:6]]
    outputs = Paraphraser(str(either)).greedy(asked + asked[:1])
    assert outputs == [target for _, target in pairs[:6]] + [pairs[0][1]]


def test_samples_depend_on_their_key_and_not_on_the_order_asked(either, pairs):
    paraphraser = Paraphraser(str(either))
    prompts = [Prompt(source, i) for i, (source, _) in enumerate(pairs[:6])]
    together = paraphraser.sample(prompts, n=5, temperature=2.0, top_p=0.95)
    assert [len(texts) for texts in together] == [5] * 6
    assert together == paraphraser.sample(prompts[::-1], n=5, temperature=2.0, top_p=0.95)[::-1]
    [other_key] = paraphraser.sample([Prompt(prompts[0].text, 99)], n=5, temperature=2.0, top_p=0.95)
    assert other_key != together[0]


@pytest.mark.parametrize("sentences", [[], ["Acme posted a profit of $4 million on Monday."] * 3])
def test_no_sentences_and_equal_sentences(either, sentences):
    assert len(set(Paraphraser(str(either)).greedy(sentences))) == min(1, len(sentences))


def test_a_decoder_only_student_is_given_what_of_a_long_source_its_positions_hold(decoder, pairs):
    long = " ".join(source for source, _ in pairs[:6]) * 20
    tokenizer = AutoTokenizer.from_pretrained(decoder)
    paraphraser = Paraphraser(str(decoder), max_new_tokens=30)
    # 256 positions hold the output, the tokens of " =>", the end token, the source, and 8 to spare
    start = shortened(tokenizer, [long], 256 - 30 - len(tokenizer(" =>")["input_ids"]) - 1 - 8)
    assert len(start[0]) < len(long)
    assert paraphraser.greedy([long]) == paraphraser.greedy(start)
    assert Paraphraser(str(decoder), max_new_tokens=1000).greedy([long])


def test_a_plain_language_model_is_asked_like_a_student(gpt2):
    assert len(Paraphraser(gpt2, max_new_tokens=5).greedy(["Acme posted a profit.", "Heavy rain."])) == 2


@pytest.mark.parametrize(
    ("sentences", "label", "shown"),
    [(5, "evaluate", "evaluate: 3/3 (0 s)\n"), (2, "evaluate", ""), (5, None, "")],  # one batch is no long work
)
def test_progress_is_shown_over_batches_under_a_label(capsys, sentences, label, shown):
    prompts = [Prompt("a" * length, 0) for length in range(sentences, 0, -1)]
    texts = in_length_order(prompts, 2, lambda batch: [[prompt.text] for prompt in batch], label)
    assert texts == [[prompt.text] for prompt in prompts]
    assert capsys.readouterr().err == shown
