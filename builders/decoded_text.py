"""Texts from tokens; BioGPT's come with spaces that were not in what it has read."""

import html
import re
from functools import lru_cache
from typing import Any

_SLASH = re.compile(r" */ *")
_RATIO = re.compile(r"(?<=\d): (?=\d)")
_BYTE = re.compile(r"<0x([0-9A-F]{2})>")  # how sentencepiece writes a part of a character


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


@lru_cache(maxsize=8)
def token_bytes(tokenizer: Any) -> list[bytes]:
    """What each token of the vocabulary adds to a text that has begun; a special token adds nothing.

    In bytes, since a token may be a part of a character.
    """
    from transformers import BioGptTokenizer  # slow to import

    known = range(len(tokenizer))
    names = tokenizer.convert_ids_to_tokens(list(known))
    if isinstance(tokenizer, BioGptTokenizer):  # escapes "<" and "[" in what it reads, and decoding drops outer spaces
        special = set(tokenizer.all_special_tokens)
        return [b"" if name in special else html.unescape(name.replace("</w>", " ")).encode() for name in names]
    begun = tokenizer("a", add_special_tokens=False)["input_ids"]
    settings = {"skip_special_tokens": True, "clean_up_tokenization_spaces": False}
    start = tokenizer.decode(begun, **settings)
    texts = tokenizer.batch_decode([[*begun, token] for token in known], **settings)
    added = [text.removeprefix(start) for text in texts]
    return [_part(name) if "\ufffd" in text else text.encode() for name, text in zip(names, added, strict=True)]


def _part(name: str) -> bytes:
    """The bytes of a token that is no whole text, from its name in the vocabulary."""
    from transformers.convert_slow_tokenizer import bytes_to_unicode  # slow to import

    byte = _BYTE.fullmatch(name)
    if byte:
        return bytes([int(byte[1], 16)])
    table = {character: number for number, character in bytes_to_unicode().items()}
    return bytes(table[character] for character in name) if set(name) <= set(table) else name.encode()
