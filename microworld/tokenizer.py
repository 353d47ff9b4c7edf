"""The tokenizer of the tiny models: a byte-level vocabulary in which every word of both domains is one token."""

import random

from tokenizers import AddedToken, Tokenizer, decoders, models, pre_tokenizers, processors
from transformers import PreTrainedTokenizerFast

from microworld.story import draw_story

PAD, END, SEPARATOR, MASK = "<pad>", "</s>", "<sep>", "<mask>"
_SPECIAL = (PAD, END, SEPARATOR, MASK)
_WORD_SCORE, _BYTE_SCORE = -1.0, -10.0  # a known word always beats its letters; anything else falls back to bytes


def words(stories: int = 12_000, seed: int = 1) -> list[str]:
    """Every word of the training passages as a byte-level piece, and capitalised, since any may start a sentence."""
    rng, split = random.Random(seed), pre_tokenizers.ByteLevel(add_prefix_space=True)
    found = {word for _ in range(stories) for word, _ in split.pre_tokenize_str(draw_story(rng, "train").text)}
    return sorted(found | {word[:2].upper() + word[2:] for word in found if word.startswith("Ġ")})


def build(vocabulary: list[str], template: str | None) -> PreTrainedTokenizerFast:
    """A tokenizer over the words.

    Args:
        vocabulary: The words of `words()`.
        template: None (a language model reads plain text), "single" (`text </s>`) or "pair" (`premise <sep> hypothesis
            </s>`).
    """
    alphabet = sorted(pre_tokenizers.ByteLevel.alphabet())
    pieces = [(token, 0.0) for token in _SPECIAL]
    pieces += [(letter, _BYTE_SCORE) for letter in alphabet]
    pieces += [(word, _WORD_SCORE) for word in vocabulary if word not in alphabet]
    tokenizer = Tokenizer(models.Unigram(pieces, unk_id=0))
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=True)
    tokenizer.decoder = decoders.Sequence([decoders.ByteLevel(), decoders.Strip(" ", 1, 0)])
    tokenizer.add_special_tokens([AddedToken(token, special=True, normalized=False) for token in _SPECIAL])
    if template:
        tokenizer.post_processor = processors.TemplateProcessing(
            single=f"$A {END}",
            pair=f"$A {SEPARATOR} $B {END}" if template == "pair" else f"$A {END} $B {END}",
            special_tokens=[(END, tokenizer.token_to_id(END)), (SEPARATOR, tokenizer.token_to_id(SEPARATOR))],
        )
    return PreTrainedTokenizerFast(
        tokenizer_object=tokenizer,
        bos_token=END,
        eos_token=END,
        pad_token=PAD,
        sep_token=SEPARATOR,
        mask_token=MASK,
        model_max_length=256,
        clean_up_tokenization_spaces=False,
    )
