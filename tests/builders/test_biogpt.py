"""BioGPT as a teacher: a tokenizer in plain Python, texts that begin with the token that ends them, its own spaces."""

import json

import pytest
import torch
from transformers import BioGptForCausalLM, BioGptTokenizer

from builders.decoded_text import decode
from builders.finished_texts import ending_tokens
from builders.generation import Decoding, Prompt, sample_continuations
from tests.recipes.real_kinds import biogpt_config, biogpt_tokenizer

PROMPTS = [
    Prompt("Boeing said profit rose on Monday.", 11),
    Prompt("", 12),
    Prompt("Dell Corp. said that sales fell last week. Nike said shares gained.", 13),
]


@pytest.fixture(scope="module")
def tokenizer(tmp_path_factory):
    made = biogpt_tokenizer(tmp_path_factory.mktemp("models") / "biogpt")
    made.padding_side = "left"  # as load_causal_lm has it
    return made


@pytest.fixture(scope="module")
def letters(tmp_path_factory):
    """One whose words come apart into letters, and can be any."""
    folder = tmp_path_factory.mktemp("letters")
    characters = [chr(code) for code in range(33, 127)]
    tokens = ["<s>", "<pad>", "</s>", "<unk>", *characters, *(f"{character}</w>" for character in characters)]
    (folder / "vocab.json").write_text(json.dumps({token: number for number, token in enumerate(tokens)}))
    (folder / "merges.txt").write_text("\n")
    return BioGptTokenizer(str(folder / "vocab.json"), str(folder / "merges.txt"))


def test_greedy_continuations_are_those_of_generate(tokenizer):
    torch.manual_seed(0)
    model = BioGptForCausalLM(biogpt_config(tokenizer)).eval()
    for weights in model.parameters():
        torch.nn.init.normal_(weights, std=0.5)  # or all texts would be alike
    expected = []
    for prompt in PROMPTS:  # each alone, so without padding
        ids = tokenizer(prompt.text, return_tensors="pt")["input_ids"]
        with torch.inference_mode():
            made = model.generate(ids, do_sample=False, max_new_tokens=20, begin_suppress_tokens=[2])
        expected.append(tokenizer.decode(made[0, ids.shape[1] :], skip_special_tokens=True))
    settings = {"num_return": 1, "temperature": 0, "top_p": 1.0, "max_new_tokens": 20}
    assert [texts[0] for texts in sample_continuations(model, tokenizer, PROMPTS, Decoding(**settings))] == expected
    assert len(set(expected)) > 1


def test_sentence_ends_are_found_in_its_vocabulary(letters):
    ends = {letters.convert_ids_to_tokens(int(token)) for token in ending_tokens(letters, ".?!").nonzero()[0]}
    assert ends == {".", "?", "!", ".</w>", "?</w>", "!</w>"}


@pytest.mark.parametrize(
    "text",
    [
        "It rose in 8/13 patients (61.5%, p < 0.05) to 1,200 cells/ml.",
        "A dose of 0.5 +/- 0.1 mg/kg, diluted 1:1000, was well-tolerated and/or safe: 5 of 7 agreed.",
    ],
)
def test_texts_have_the_spaces_of_what_was_read(letters, text):
    tokens = letters(text)["input_ids"]
    assert decode(letters, [tokens]) == [text]
    assert letters.decode(tokens, skip_special_tokens=True) != text
    assert letters(letters.decode(tokens, skip_special_tokens=True))["input_ids"] == tokens
