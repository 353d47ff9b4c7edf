"""Texts from tokens; BioGPT's come with spaces that were not in what it has read."""

import re
from typing import Any

_SLASH = re.compile(r" */ *")
_RATIO = re.compile(r"(?<=\d): (?=\d)")


def decode(tokenizer: Any, rows: list[list[int]]) -> list[str]:
    """The texts of rows of tokens, without special tokens.

    BioGPT's tokenizer takes "8/13", "mg/kg", "+/-" and "1:1000" apart, and gives "8 / 13" and "1: 1000" back. They are
    joined again, which does not change how the text is tokenised. (Decimals and thousands come back whole.)
    """
    from transformers import BioGptTokenizer  # slow to import

    texts: list[str] = tokenizer.batch_decode(rows, skip_special_tokens=True)
    if isinstance(tokenizer, BioGptTokenizer):
        texts = [_RATIO.sub(":", _SLASH.sub("/", text)) for text in texts]
    return texts
