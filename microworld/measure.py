"""How good the shipped models are: `python -m microworld.measure [test|development|train]`, on meanings of that set."""

import random
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import torch
from transformers import AutoModelForCausalLM, AutoModelForSequenceClassification, AutoTokenizer

from microworld.differences import KINDS
from microworld.frames import Meaning
from microworld.labelled_pairs import NOT_OF_THE_WORLD, draw_pair
from microworld.oracle import entails, meaning
from microworld.reading import DOMAINS, grammar_of
from microworld.story import SPLITS, Story, draw_story

MODELS = Path(__file__).parent / "models"
TEMPERATURE, TOP_P, THRESHOLD = 0.7, 0.9, 0.75  # paper, A.1 and A.2


class Share(NamedTuple):
    """A share with how many it is of."""

    value: float
    n: int

    def __str__(self) -> str:
        return f"{self.value:.4f} (n {self.n})"


class Sampled(NamedTuple):
    """A passage, how many of its sentences were the context, and the next sentences that the teacher sampled."""

    story: Story
    length: int
    sentences: list[str]


def samples(domain: str, contexts: int, k: int, seed: int, split: str = "test") -> list[Sampled]:
    """k next sentences of a domain's teacher after each of some contexts of one to five sentences from the split."""
    rng = random.Random(f"measure {domain} {split} {seed}")
    torch.manual_seed(seed)
    teacher = AutoModelForCausalLM.from_pretrained(MODELS / f"teacher-{domain}", dtype=torch.float32)
    reader = AutoTokenizer.from_pretrained(MODELS / f"teacher-{domain}")
    found = []
    for number in range(contexts):
        story, length = draw_story(rng, split, domain), number % 5 + 1
        told = " ".join(filter(None, [story.dateline, *(sentence.text for sentence in story.sentences[:length])]))
        prompt = reader(told, return_tensors="pt")
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
        sentences = reader.batch_decode(out[:, prompt.input_ids.shape[1] :], skip_special_tokens=True)
        found.append(Sampled(story, length, sentences))
    return found


def grammatical(sampled: list[Sampled]) -> Share:
    """Share of sampled sentences that are sentences of the world."""
    return _share([meaning(sentence) is not None for each in sampled for sentence in each.sentences])


def consistent(sampled: list[Sampled]) -> Share:
    """Share of the sampled sentences of the world whose core roles agree with what their context has told.

    A sentence of a frame that the context has told must be about that event; one of another frame must share what the
    passage is about.
    """
    told = [(each, said) for each in sampled for said in map(meaning, each.sentences) if said]
    return _share([_agrees(each.story.events[: each.length], said) for each, said in told])


def _agrees(events: tuple[Meaning, ...], said: Meaning) -> bool:
    same = [event for event in events if event.frame == said.frame]
    core = grammar_of(said.frame).frames[said.frame].core
    roles = [(role, type_name, dict(said.roles)[role]) for role, type_name in core.items()]
    if same:
        return all(_names(said.frame, type_name, value, dict(same[0].roles)[role]) for role, type_name, value in roles)
    known = dict(events[0].roles).values()
    return any(_names(said.frame, type_name, value, other) for _, type_name, value in roles for other in known)


def _names(frame: str, type_name: str, value: str, told: str) -> bool:
    """Whether a value is the one that was told, a weaker case of it, or a pronoun for it."""
    return value in (told, told.rstrip("+"), grammar_of(frame).pronoun(type_name, told))


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
    return {
        "accuracy": _share(right),
        "precision": _share([same[at] for at, accepted in enumerate(kept) if accepted]),
        "recall": _share([kept[at] for at, true in enumerate(same) if true]),
    }


def confusion(pairs: int, seed: int, split: str = "test") -> dict[str, tuple[Share, Share]]:
    """The critic beside the oracle on pairs made by the grammar, by the kind of difference of the two sentences.

    Returns:
        Of each kind, how often the hypothesis follows and how often the verdict ("at least 0.5") is right.
    """
    rng = random.Random(f"confusion {split} {seed}")
    drawn = [draw_pair(rng, split) for _ in range(pairs)]
    judged = _probabilities([(pair.premise, pair.hypothesis) for pair in drawn])
    found: dict[str, tuple[Share, Share]] = {}
    for kind in (*KINDS, NOT_OF_THE_WORLD):
        of_kind = [(pair.entailed, p > 0.5) for pair, p in zip(drawn, judged, strict=True) if pair.kind == kind]
        found[kind] = _share([true for true, _ in of_kind]), _share([true == said for true, said in of_kind])
    return found


def _share(hits: list[bool]) -> Share:
    return Share(sum(hits) / max(1, len(hits)), len(hits))


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
    for domain in DOMAINS:
        sampled = samples(domain, contexts, k, seed=0, split=split)
        yield f"teacher-{domain}: grammatical {grammatical(sampled)}"
        yield f"teacher-{domain}: consistent with its context {consistent(sampled)}"
        every = [each.sentences for each in sampled]
        for name, share in critic_scores(every, pairs, seed=0).items():
            yield f"critic on {domain}: {name} {share}"
        whole = [[sentence for sentence in context if meaning(sentence)] for context in every]
        for name, share in critic_scores(whole, pairs, seed=0).items():
            yield f"critic on {domain}, sentences of the world only: {name} {share}"
    yield "critic on pairs made by the grammar, by what the second sentence changes: share that follows, right verdicts"
    for kind, (follows, right) in confusion(2 * pairs, seed=0, split=split).items():
        yield f"  {kind}: {follows.value:.4f} {right}"


def main(arguments: list[str]) -> None:
    """Prints the measurement on the named set of meanings, or on test."""
    split = " ".join(arguments) or "test"
    if split not in SPLITS:
        sys.exit(f"There is no set of meanings '{split}' to measure on; name one of {', '.join(SPLITS)}.")
    torch.set_num_threads(1)
    for line in report(split):
        print(line, flush=True)


if __name__ == "__main__":
    main(sys.argv[1:])
