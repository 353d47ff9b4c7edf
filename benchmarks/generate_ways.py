"""Sampling with `generate` of transformers: as the authors call it, and with a rule that stops at a sentence's end."""

from collections.abc import Callable
from functools import lru_cache
from typing import Any

import torch
from transformers import StoppingCriteria

from builders.decoded_text import token_bytes
from builders.generation import Decoding

_LOOKS = 4  # as in builders/generation.py: steps after a full stop in which a next sentence may begin


def authors_way(model: Any, tokenizer: Any, prompts: list[str], decoding: Decoding) -> list[list[str]]:
    """One context a call, `max_new_tokens` always: a row ends early only with the end-of-text token."""
    return [_generate(model, tokenizer, prompt, decoding, []) for prompt in prompts]


def generate_to_sentence_end(
    model: Any, tokenizer: Any, prompts: list[str], decoding: Decoding, is_done: Callable[[str], bool]
) -> list[list[str]]:
    """One context a call; a row that is done is padded, and the call ends with its slowest row."""
    criteria = _FirstSentence(tokenizer, is_done)
    return [_generate(model, tokenizer, prompt, decoding, [criteria]) for prompt in prompts]


def _generate(model: Any, tokenizer: Any, prompt: str, decoding: Decoding, criteria: list[Any]) -> list[str]:
    encoded = tokenizer([prompt], return_tensors="pt").to(model.device)
    width = encoded["input_ids"].shape[1]
    for criterion in criteria:
        criterion.prompt_width = width
    rules: dict[str, Any] = {"no_repeat_ngram_size": decoding.no_repeat_ngram_size}
    if decoding.banned:
        rules["bad_words_ids"] = bad_words(tokenizer, decoding.banned)
    written = model.generate(
        input_ids=encoded["input_ids"],
        attention_mask=encoded["attention_mask"],
        do_sample=True,
        temperature=decoding.temperature,
        top_p=decoding.top_p,
        top_k=0,  # off; the library's default is 50
        num_return_sequences=decoding.num_return,
        min_new_tokens=1,  # as in our loop, no text is empty
        max_new_tokens=decoding.max_new_tokens,
        stopping_criteria=criteria,
        pad_token_id=tokenizer.pad_token_id,
        **rules,
    )
    return tokenizer.batch_decode(written[:, width:], skip_special_tokens=True)


@lru_cache(maxsize=8)
def bad_words(tokenizer: Any, banned: tuple[str, ...]) -> list[list[int]]:
    """The tokens that hold one of the strings, which is all that strings of one character need."""
    parts = [text.encode() for text in banned]
    return [[token] for token, own in enumerate(token_bytes(tokenizer)) if any(part in own for part in parts)]


class _FirstSentence(StoppingCriteria):
    """Ends a row when its first sentence is done, decoding only rows where a sentence may just have ended."""

    def __init__(self, tokenizer: Any, is_done: Callable[[str], bool]) -> None:
        self._tokenizer = tokenizer
        self._is_done = is_done
        self.prompt_width = 0
        self._ends = _ends(tokenizer)

    def __call__(self, input_ids: Any, scores: Any, **kwargs: Any) -> Any:
        """Which rows are done, as `generate` asks after every token."""
        written = input_ids[:, self.prompt_width :].cpu()
        done = torch.zeros(len(written), dtype=torch.bool)
        looked_at = self._ends[written[:, -_LOOKS - 1 : -1]].any(dim=1).nonzero()[:, 0]
        if len(looked_at):
            texts = self._tokenizer.batch_decode(written[looked_at], skip_special_tokens=True)
            done[looked_at] = torch.tensor([self._is_done(text) for text in texts])
        return done.to(input_ids.device)


@lru_cache(maxsize=8)
def _ends(tokenizer: Any) -> torch.Tensor:
    """Which tokens of the vocabulary hold an end of a sentence or line."""
    texts = tokenizer.batch_decode([[token] for token in range(len(tokenizer))])
    return torch.tensor([any(end in text for end in ".?!\n") for text in texts])
