"""A teacher of GPT-2's real shape with random weights, whose sentences have the lengths of real ones.

Random weights never end a sentence, so a forward hook does, for our sampler and for `generate` alike: it alone sets
the full stop's logit. Whether a row's n-th token is the stop is decided, at the rate of real lengths, by the last
digits of some other tokens' logits: the row's whole past decides them, and they are as good as random. So lengths
follow the table whatever temperature, nucleus and rules do. Behind a stop only a capitalised word may come, which is
what shows a splitter that a sentence is over. All other tokens are made-up words.

The last layer norm is scaled up, or half the vocabulary would be in every nucleus. With it the next token's entropy is
2.1 nats at temperature 0.7, and half of the nuclei hold more than 19 tokens: an assumption, about what real ones do.
"""

from pathlib import Path
from typing import Any

import numpy as np
import torch
from tokenizers import Tokenizer
from tokenizers.decoders import ByteLevel as ByteLevelDecoder
from tokenizers.models import BPE
from tokenizers.pre_tokenizers import ByteLevel
from transformers import GPT2Config, GPT2LMHeadModel, PreTrainedTokenizerFast

SHAPES: dict[str, dict[str, int]] = {
    "tiny": {"n_embd": 64, "n_layer": 2, "n_head": 2, "vocab_size": 8_000},  # for tests
    "gpt2": {},
    "gpt2-xl": {"n_embd": 1600, "n_layer": 48, "n_head": 25},
}
CONTEXT = 120  # tokens
SENTENCE = 24  # tokens of each of a context's five
# Tokens of a sentence at each 5% of the 2,345 ACL test sources of ParaSCI (Dong et al. 2021), a line each:
#   tokenizer = AutoTokenizer.from_pretrained("gpt2")
#   numpy.quantile([len(tokenizer(" " + line.strip())["input_ids"]) for line in file], numpy.linspace(0, 1, 21))
LENGTHS = (7, 13, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 27, 28, 30, 31, 34, 37, 42, 76)
SHARPNESS = 6.0  # scale of the last layer norm at GPT-2's width; logits grow with the root of the width
END = "<|endoftext|>"
NAMES = 5_000  # capitalised words, the last of the vocabulary
FIRST_WORD = 1 + len(ByteLevel.alphabet())  # behind the end of text and all bytes
_SYLLABLES = [consonant + vowel for consonant in "bdfgklmnprstvz" for vowel in "aeiou"]
_NEVER = -1e4  # a logit


def save_teacher(folder: Path, shape: str) -> None:
    """Writes the model, and a tokenizer with a word a token and as many tokens as GPT-2's."""
    config = GPT2Config(**SHAPES[shape])
    _tokenizer(config.vocab_size).save_pretrained(folder)
    torch.manual_seed(0)
    model = GPT2LMHeadModel(config)
    torch.nn.init.constant_(model.transformer.ln_f.weight, SHARPNESS * (GPT2Config().n_embd / config.n_embd) ** 0.5)
    model.save_pretrained(folder)


def _tokenizer(size: int) -> Any:
    letters = sorted(ByteLevel.alphabet())
    n, places = len(_SYLLABLES), range(size - FIRST_WORD)
    words = ["".join(_SYLLABLES[place // n**digit % n] for digit in range(3)) for place in places]
    words[-NAMES:] = map(str.capitalize, words[-NAMES:])
    vocabulary = {text: number for number, text in enumerate([END, *letters, *(f"\u0120{word}" for word in words)])}
    tokenizer = Tokenizer(BPE(vocab=vocabulary, merges=[], ignore_merges=True))
    tokenizer.pre_tokenizer = ByteLevel(add_prefix_space=True)
    tokenizer.decoder = ByteLevelDecoder()
    return PreTrainedTokenizerFast(tokenizer_object=tokenizer, bos_token=END, eos_token=END, pad_token=END)


def contexts(tokenizer: Any, n: int) -> list[str]:
    """Texts of `CONTEXT` tokens: sentences of made-up words."""
    rng, size = np.random.default_rng(0), len(tokenizer)
    ids = rng.integers(FIRST_WORD, size - NAMES, (n, CONTEXT))
    ids[:, ::SENTENCE] = rng.integers(size - NAMES, size, (n, CONTEXT // SENTENCE))
    ids[:, SENTENCE - 1 :: SENTENCE] = tokenizer.convert_tokens_to_ids(".")
    return [text.strip() for text in tokenizer.batch_decode(ids)]


def hazard() -> torch.Tensor:
    """The share of sentences of at least n tokens that have just n, for n from 0 up to the longest."""
    reached = np.interp(np.arange(LENGTHS[-1] + 1), LENGTHS, np.linspace(0, 1, len(LENGTHS)), left=0.0)
    return torch.from_numpy(np.diff(reached, prepend=0.0) / (1 - np.concatenate([[0.0], reached[:-1]])))


class ForcedLengths:
    """The forward hook; prompts have `CONTEXT` tokens and no padding."""

    def __init__(self, tokenizer: Any) -> None:
        self._stop = tokenizer.convert_tokens_to_ids(".")
        self._hazard = hazard().tolist()

    def __call__(self, model: Any, args: Any, kwargs: dict[str, Any], output: Any) -> None:
        """Sets the logits of what follows, in place."""
        logits = output.logits[:, -1]
        nth = output.past_key_values.get_seq_length() - CONTEXT + 1
        chance = self._hazard[nth] if nth < len(self._hazard) else 1 / SENTENCE  # of a later sentence, by `generate`
        some = logits[:, FIRST_WORD : FIRST_WORD + 8].float()
        stops = some @ torch.linspace(700, 1_300, 8, device=some.device) % 1 < chance
        begins = kwargs["input_ids"][:, -1] == self._stop
        logits[:, :FIRST_WORD] = _NEVER
        logits[begins, :-NAMES] = _NEVER
        logits[stops & ~begins, self._stop] = -_NEVER
