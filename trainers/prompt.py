"""What a decoder-only student reads and writes: a source put into a prompt, and the target behind it.

This file ships with every student as it stands and uses nothing of this project.
"""

import sys
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
    """How many tokens a model can look at, as `builders.prompt_tokens` has it; past counting for one such as T5."""
    names = ("max_position_embeddings", "max_seq_len")
    config = model.config.get_text_config()
    return next((limit for name in names if (limit := getattr(config, name, None))), sys.maxsize)


def around(tokenizer: Any, template: str) -> int:
    """How many tokens to reckon with beside those of source and target: the template's, the end and some to spare."""
    return len(tokenizer(prompt(template, ""))["input_ids"]) + 1 + _SPARE


def room(model: Any, tokenizer: Any, template: str) -> int:
    """How many tokens source and target may have together, so that the template and the end fit in as well."""
    return positions(model) - around(tokenizer, template)
