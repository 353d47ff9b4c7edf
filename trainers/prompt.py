"""What a decoder-only student reads and writes: a source put into a prompt, and the target behind it."""

from collections.abc import Sequence
from typing import Any

from builders.errors import RunError
from builders.prompt_tokens import positions

PROMPT_TEMPLATE = "{source} =>"  # short, of characters that every tokenizer has, and rare in running text
_SOURCE = "{source}"
_SPARE = 8  # positions left free, since a word may take more tokens behind another than at the start of a text


def prompt_template(config: Any) -> str:
    """How a model wants to be asked: `prompt_template` in its configuration.

    Args:
        config: Of a causal LM. One that was not trained here has no such key, nor has the base of a LoRA adapter, whose
            own folder holds no `config.json`: both are asked by `PROMPT_TEMPLATE`.

    Raises:
        RunError: The template has no place for the source.
    """
    template = getattr(config, "prompt_template", PROMPT_TEMPLATE)
    if not isinstance(template, str) or _SOURCE not in template:
        raise RunError(f"prompt_template in config.json must be a text with {_SOURCE} in it, got {template!r}")
    return template


def prompt(template: str, source: str) -> str:
    """The text that the student goes on from; it ends where a word ends."""
    return template.replace(_SOURCE, source)


def completion(target: str) -> str:
    """The text that the student goes on with, without the end-of-text token."""
    return f" {target}"


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
