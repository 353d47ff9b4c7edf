"""How fast this machine does the work of the quickstart recipe: `python -m benchmarks.quickstart`.

Its models are made here in their real shapes with random weights: nothing is downloaded, and what they write means
nothing.
"""

import time
from collections.abc import Callable
from typing import Any

import torch
from transformers import (
    GPT2Config,
    GPT2LMHeadModel,
    RobertaConfig,
    RobertaForSequenceClassification,
    T5Config,
    T5ForConditionalGeneration,
)

from builders.generation import Decoding, Prompt, sample_continuations, sample_targets
from builders.models import load_causal_lm, load_seq2seq

WORDS = "Acme said profit rose on Monday because of fresh tariffs and strong demand "
LENGTH, CONTEXT, PASSAGE, PAIR = 26, 100, 150, 56  # tokens of a sentence, a context, a passage, two sentences
SAMPLING: dict[str, Any] = {"temperature": 0.7, "top_p": 0.9}


def main() -> None:
    """Prints the units of work that each model does in a second."""
    torch.manual_seed(0)
    _measure_teacher(GPT2LMHeadModel(GPT2Config()).eval())
    classifier = RobertaConfig(vocab_size=50265, num_hidden_layers=6, max_position_embeddings=514, num_labels=3)
    _measure_classifier(RobertaForSequenceClassification(classifier).eval())
    _measure_student(T5ForConditionalGeneration(T5Config(decoder_start_token_id=0)))


def _measure_teacher(model: GPT2LMHeadModel) -> None:
    _, tokenizer = load_causal_lm("microworld:models/teacher-news")
    text = tokenizer.decode(tokenizer(WORDS * 8)["input_ids"][:CONTEXT])
    prompts = [Prompt(text, number) for number in range(4)]
    rates = {"passages": ([Prompt("", 0)], 1, PASSAGE), "next sentences": (prompts, 24, LENGTH)}
    for name, (asked, k, length) in rates.items():

        def work(asked: list[Prompt] = asked, k: int = k, length: int = length) -> None:
            decoding = Decoding(num_return=k, max_new_tokens=length, **SAMPLING)
            sample_continuations(model, tokenizer, asked, decoding, lambda _: False)

        _report(f"{name} ({model.num_parameters():,} weights)", len(asked) * k, work)


def _measure_classifier(model: RobertaForSequenceClassification) -> None:
    pairs = torch.randint(5, 50_000, (32, PAIR))
    with torch.inference_mode():
        _report(f"entailment, pairs ({model.num_parameters():,} weights)", len(pairs), lambda: model(pairs))


def _measure_student(model: T5ForConditionalGeneration) -> None:
    _, tokenizer = load_seq2seq("microworld:models/student")
    optimizer = torch.optim.AdamW(model.parameters())
    pairs = torch.randint(5, 30_000, (16, LENGTH + 2))

    def update() -> None:
        model(input_ids=pairs, labels=pairs).loss.backward()
        optimizer.step()
        optimizer.zero_grad()

    prompts = [Prompt(WORDS * 2, number) for number in range(16)]
    _report(f"updates of 16 pairs ({model.num_parameters():,} weights)", 1, update)
    model.eval()
    decoding = Decoding(num_return=5, max_new_tokens=LENGTH, **SAMPLING)
    _report("candidates", 80, lambda: sample_targets(model, tokenizer, prompts, decoding))


def _report(name: str, units: int, work: Callable[[], object]) -> None:
    """Runs the work once to warm up and twice by the clock; the faster counts."""
    work()
    seconds = []
    for _ in range(2):
        started = time.perf_counter()
        work()
        seconds.append(time.perf_counter() - started)
    print(f"{name}: {units / min(seconds):.2f} a second", flush=True)


if __name__ == "__main__":
    main()
