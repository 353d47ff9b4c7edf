"""What a decoder-only model can be asked: how its texts begin and end in tokens, and how long they may get."""

import sys
from typing import Any


def positions(model: Any) -> int:
    """How many tokens a decoder-only model can look at; past counting where only its memory is the limit (BLOOM)."""
    names = ("max_position_embeddings", "max_seq_len")  # the second is MPT's
    config = model.config.get_text_config()  # a model of texts and pictures has one for each
    return next((limit for name in names if (limit := getattr(config, name, None))), sys.maxsize)


def prompt_tokens(tokenizer: Any, texts: list[str]) -> list[list[int]]:
    """The tokens that a decoder-only model goes on from, one row a text.

    An empty text is the beginning-of-text token, or where there is none the end-of-text token, which stands between
    the texts that such models have read. What a tokenizer puts behind a text to end it is left out. The name of such a
    token that stands in a text, such as "</s>", is text.
    """
    start = tokenizer.bos_token_id if tokenizer.bos_token_id is not None else tokenizer.eos_token_id
    # It need not tell that a text is longer than the model's window: such texts are cut.
    last, *rows = tokenizer(["a", *texts], split_special_tokens=True, verbose=False)["input_ids"]
    if last[-1] == tokenizer.eos_token_id:
        rows = [row[:-1] for row in rows]
    return [row or [start] for row in rows]


def end_tokens(model: Any, tokenizer: Any) -> list[int]:
    """The tokens that end a text: the tokenizer's, and those at which `generate` would stop (Llama 3 has several)."""
    own = getattr(model.generation_config, "eos_token_id", None)
    ends = {tokenizer.eos_token_id, *(own if isinstance(own, list) else [own])}
    return sorted(end for end in ends if end is not None and end < len(tokenizer))
