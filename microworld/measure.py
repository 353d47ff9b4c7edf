"""How good the shipped models are: `python -m microworld.measure [test|development|train]`, on meanings of that set."""

import random
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import torch
from transformers import AutoModelForCausalLM, AutoModelForSequenceClassification, AutoTokenizer

from microworld.oracle import entails, meaning
from microworld.story import draw_story

MODELS = Path(__file__).parent / "models"
TEMPERATURE, TOP_P, THRESHOLD = 0.7, 0.9, 0.75  # paper, A.1 and A.2


class Share(NamedTuple):
    """A share with how many it is of."""

    value: float
    n: int

    def __str__(self) -> str:
        return f"{self.value:.4f} (n {self.n})"


def samples(contexts: int, k: int, seed: int, split: str = "test") -> list[list[str]]:
    """k next sentences of the teacher after each of some contexts of one to five sentences from the split."""
    rng = random.Random(f"measure {split} {seed}")
    torch.manual_seed(seed)
    teacher = AutoModelForCausalLM.from_pretrained(MODELS / "teacher", dtype=torch.float32)
    reader = AutoTokenizer.from_pretrained(MODELS / "teacher")
    found = []
    for number in range(contexts):
        story = draw_story(rng, split)
        told = [story.dateline, *(sentence.text for sentence in story.sentences[: number % 5 + 1])]
        prompt = reader(" ".join(told), return_tensors="pt")
        out = teacher.generate(
            **prompt,
            do_sample=True,
            temperature=TEMPERATURE,
            top_p=TOP_P,
            top_k=0,
            num_return_sequences=k,
            max_new_tokens=48,
            suppress_tokens=[reader.eos_token_id],
            pad_token_id=reader.pad_token_id,
            stop_strings=["."],
            tokenizer=reader,
        )
        found.append(reader.batch_decode(out[:, prompt.input_ids.shape[1] :], skip_special_tokens=True))
    return found


def grammatical(sampled: list[list[str]]) -> Share:
    """Share of sampled sentences that are sentences of the world."""
    sentences = [sentence for context in sampled for sentence in context]
    return Share(sum(meaning(sentence) is not None for sentence in sentences) / len(sentences), len(sentences))


def critic_scores(sampled: list[list[str]], pairs: int, seed: int) -> dict[str, Share]:
    """The critic beside the oracle on pairs of different samples of one context.

    Returns:
        `accuracy` of its verdicts on ordered pairs; `precision` and `recall` of "both directions at least 0.75" as a
        test of equivalence.
    """
    drawn = list(_draw(sampled, pairs, random.Random(seed)))
    forward, backward = _probabilities(drawn), _probabilities([(b, a) for a, b in drawn])
    right = [(p > 0.5) == entails(a, b) for p, (a, b) in zip(forward, drawn, strict=True)]
    right += [(p > 0.5) == entails(b, a) for p, (a, b) in zip(backward, drawn, strict=True)]
    kept = [min(f, b) >= THRESHOLD for f, b in zip(forward, backward, strict=True)]
    same = [entails(a, b) and entails(b, a) for a, b in drawn]
    both = sum(k and s for k, s in zip(kept, same, strict=True))
    return {
        "accuracy": Share(sum(right) / len(right), len(right)),
        "precision": Share(both / max(1, sum(kept)), sum(kept)),
        "recall": Share(both / max(1, sum(same)), sum(same)),
    }


def _draw(sampled: list[list[str]], pairs: int, rng: random.Random) -> Iterator[tuple[str, str]]:
    contexts = [distinct for context in sampled if len(distinct := sorted(set(context))) > 1]
    for _ in range(pairs):
        first, second = rng.sample(rng.choice(contexts), 2)
        yield first, second


@torch.inference_mode()
def _probabilities(pairs: list[tuple[str, str]]) -> list[float]:
    critic = AutoModelForSequenceClassification.from_pretrained(MODELS / "critic", dtype=torch.float32)
    reader = AutoTokenizer.from_pretrained(MODELS / "critic")
    found: list[float] = []
    for at in range(0, len(pairs), 128):
        premises, hypotheses = zip(*pairs[at : at + 128], strict=True)
        batch = reader(list(premises), list(hypotheses), padding=True, return_tensors="pt")
        found += critic(**batch).logits.softmax(-1)[:, critic.config.label2id["entailment"]].tolist()
    return found


def report(split: str, contexts: int = 250, k: int = 20, pairs: int = 6000) -> Iterator[str]:
    """The lines of the measurement."""
    sampled = samples(contexts, k, seed=0, split=split)
    yield f"teacher: grammatical {grammatical(sampled)}"
    for name, share in critic_scores(sampled, pairs, seed=0).items():
        yield f"critic: {name} {share}"
    whole = [[sentence for sentence in context if meaning(sentence)] for context in sampled]
    for name, share in critic_scores(whole, pairs, seed=0).items():
        yield f"critic, sentences of the world only: {name} {share}"


if __name__ == "__main__":
    torch.set_num_threads(1)
    for line in report(sys.argv[1] if sys.argv[1:] else "test"):
        print(line, flush=True)
