"""Sampling k next sentences of a context: this project's loop beside `generate(num_return_sequences=k)`.

Both get the same batch of contexts, temperature, nucleus, length limit and rule for when a row is done. What differs:
`generate` runs every prompt k times and keeps rows that are done in the batch until the slowest one is.
"""

from collections.abc import Mapping
from typing import Any

import torch
from transformers import StoppingCriteria

from benchmarks.timing import Comparison
from benchmarks.workload import MAX_NEW_TOKENS, TEMPERATURE, TOP_P, K, contexts, kept_sentences, sample
from builders.models import load_causal_lm
from builders.sentences import first_sentence_done

_LOOKS = 4  # as in builders/generation.py: steps after a full stop in which a next sentence may begin


def sampling_comparison(teacher: str, n: int = 8, k: int = K) -> Comparison:
    """`k` sentences after each of `n` contexts in one batch; sentences are the qualified ones, tokens are theirs."""
    prompts = contexts(n)
    _, tokenizer = load_causal_lm(teacher)

    def count(samples: list[list[str]]) -> Mapping[str, int]:
        sentences = [text for texts in kept_sentences(samples) for text in texts]
        return {"sentences": len(sentences), "tokens": sum(map(len, tokenizer(sentences)["input_ids"]))}

    def check(ours: list[list[str]], reference: list[list[str]]) -> str:
        lengths = [count(samples)["tokens"] / max(1, count(samples)["sentences"]) for samples in (ours, reference)]
        return "draws differ; {:.1f} and {:.1f} tokens a sentence".format(*lengths)

    return Comparison(
        name="sampling the teacher",
        n=f"{n} contexts, k = {k}",
        reference_name="generate, same stop rule",
        ours=lambda: sample(teacher, prompts, k),
        reference=lambda: _generate(teacher, prompts, k),
        count=count,
        check=check,
    )


def _generate(teacher: str, prompts: list[str], k: int) -> list[list[str]]:
    model, tokenizer = load_causal_lm(teacher)  # pads on the left
    encoded = tokenizer(prompts, padding=True, return_tensors="pt").to(model.device)
    width = encoded["input_ids"].shape[1]
    written = model.generate(
        input_ids=encoded["input_ids"],
        attention_mask=encoded["attention_mask"],
        do_sample=True,
        temperature=TEMPERATURE,
        top_p=TOP_P,
        top_k=0,  # off; the library's default is 50
        num_return_sequences=k,
        min_new_tokens=1,  # as in our loop, no text is empty
        max_new_tokens=MAX_NEW_TOKENS,
        stopping_criteria=[_FirstSentence(tokenizer, width)],
        pad_token_id=tokenizer.pad_token_id,
    )
    texts = tokenizer.batch_decode(written[:, width:], skip_special_tokens=True)
    return [texts[i : i + k] for i in range(0, len(texts), k)]


class _FirstSentence(StoppingCriteria):
    """Ends a row when its first sentence is done, decoding only rows where a sentence may just have ended."""

    def __init__(self, tokenizer: Any, prompt_width: int) -> None:
        self._tokenizer = tokenizer
        self._prompt_width = prompt_width
        texts = tokenizer.batch_decode([[token] for token in range(len(tokenizer))])
        self._ends = torch.tensor([any(end in text for end in ".?!\n") for text in texts])

    def __call__(self, input_ids: Any, scores: Any, **kwargs: Any) -> Any:
        """Which rows are done, as `generate` asks after every token."""
        written = input_ids[:, self._prompt_width :].cpu()
        done = torch.zeros(len(written), dtype=torch.bool)
        recent = written[:, -_LOOKS - 1 : -1]
        looked_at = self._ends[recent].any(dim=1).nonzero()[:, 0]
        if len(looked_at):
            texts = self._tokenizer.batch_decode(written[looked_at], skip_special_tokens=True)
            done[looked_at] = torch.tensor([first_sentence_done(text) for text in texts])
        return done.to(input_ids.device)
