"""What a decoder-only student reads and writes: a source put into a prompt, and the target behind it.

This file ships with every student as it stands and uses nothing of this project.
"""

import re
import sys
from bisect import bisect_right
from collections.abc import Sequence
from typing import Any

PROMPT_TEMPLATE = "{source} =>"  # short, of characters that every tokenizer has, and rare in running text
_SOURCE = "{source}"
_SPARE = 8  # positions left free, since a word may take more tokens behind another than at the start of a text


def prompt_template(config: Any) -> str:
    """How a model wants to be asked: `prompt_template` in its configuration.

    Args:
        config: Of a causal LM. One that was not trained here has no such key, nor has the base of a LoRA adapter, whose
            own folder holds no `config.json`: both are asked by `PROMPT_TEMPLATE`.

    Raises:
        ValueError: The template has no place for the source.
    """
    template = getattr(config, "prompt_template", PROMPT_TEMPLATE)
    if not isinstance(template, str) or _SOURCE not in template:
        raise ValueError(f"prompt_template in config.json must be a text with {_SOURCE} in it, got {template!r}")
    return template


def prompt(template: str, source: str) -> str:
    """The text that the student goes on from; it ends where a word ends."""
    return template.replace(_SOURCE, source)


def completion(target: str) -> str:
    """The text that the student goes on with, without the end-of-text token."""
    return f" {target}"


def positions(model: Any) -> int:
    """How many tokens a model can look at; past counting where only its memory is the limit (T5, BLOOM)."""
    names = ("max_position_embeddings", "max_seq_len")  # the second is MPT's
    config = model.config.get_text_config()  # a model of texts and pictures has one for each
    return next((limit for name in names if (limit := getattr(config, name, None))), sys.maxsize)


def room(model: Any, tokenizer: Any, template: str) -> int:
    """How many tokens source and target may have together, so that the template and the end fit in as well."""
    return positions(model) - len(tokenizer(prompt(template, ""))["input_ids"]) - 1 - _SPARE


def shortened(tokenizer: Any, texts: Sequence[str], max_tokens: int) -> list[str]:
    """The texts, each without its end where it has more than `max_tokens` tokens."""
    if not texts:
        return []
    settings = {"add_special_tokens": False, "truncation": True, "max_length": max_tokens + 1}
    encoded = tokenizer(list(texts), **settings)["input_ids"]
    return [
        # The end of a decoded start may be half a character.
        text if len(ids) <= max_tokens else tokenizer.decode(ids[:max_tokens]).rstrip("\ufffd").strip()
        for text, ids in zip(texts, encoded, strict=True)
    ]


def cut_at_words(tokenizer: Any, texts: Sequence[str], max_tokens: int) -> list[str]:
    """As many whole words of each text as have at most `max_tokens` tokens; of a single longer word its start."""

    def tokens(texts: list[str]) -> list[int]:
        return list(map(len, tokenizer(texts, add_special_tokens=False, verbose=False)["input_ids"])) if texts else []

    def cut(text: str) -> str:
        ends = [word.end() for word in re.finditer(r"\S+", text)]
        whole = bisect_right(ends, max_tokens, key=lambda end: tokens([text[:end]])[0])
        return text[: ends[whole - 1]] if whole else shortened(tokenizer, [text], max_tokens)[0]

    lengths = tokens(list(texts))
    return [text if length <= max_tokens else cut(text) for text, length in zip(texts, lengths, strict=True)]
