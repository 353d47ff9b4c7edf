"""The critic: a stock GPT-2 sequence classifier that tells whether a premise entails a hypothesis.

It starts from a language model's weights and learns from grammar-made pairs of training meanings, labelled by the
oracle. It gets one layer more than the language model has, and two signals below that layer: where the hypothesis has
said a role, does the premise hold it? And the language-model loss of entailed hypotheses. The last layer then only has
to look for a role that the premise does not hold. With the verdict alone the critic learns many times more slowly, with
the roles judged on the last layer it learns them but not the verdict, and without the language-model loss it learns the
roles more slowly.
"""

import random
from collections.abc import Callable
from typing import NamedTuple

import torch
from torch.nn import functional
from transformers import (
    BatchEncoding,
    GPT2Config,
    GPT2ForSequenceClassification,
    GPT2LMHeadModel,
    PreTrainedTokenizerFast,
)

from microworld.grammar import Frame, Meaning, load
from microworld.oracle import meaning, meaning_entails
from microworld.story import draw_event, draw_story, restrict
from microworld.training_loop import fit, padded

STEPS, BATCH = 2000, 64
NOT_ENTAILED, ENTAILED, IGNORED = 0, 1, -100


class LabelledPair(NamedTuple):
    """A premise, a hypothesis, the oracle's verdict, and whether the premise holds each role that the hypothesis says.

    `roles` maps the last character of a role in the hypothesis to that.
    """

    premise: str
    hypothesis: str
    entailed: bool
    roles: dict[int, bool]


def train(
    language_model: GPT2LMHeadModel, tokenizer: PreTrainedTokenizerFast, log: Callable[[str], None], steps: int = STEPS
) -> GPT2ForSequenceClassification:
    """Train the critic.

    Args:
        language_model: Its weights are the start.
        tokenizer: Builds `premise <sep> hypothesis </s>`.
        log: Takes the progress lines.
        steps: Optimizer steps.
    """
    rng = random.Random("critic pairs")
    critic = untrained(language_model)
    accuracy = 0.5

    def loss_of_step(step: int) -> torch.Tensor:
        nonlocal accuracy
        value, right = loss([draw_pair(rng, "train") for _ in range(BATCH)], critic, tokenizer)
        accuracy += 0.02 * (right - accuracy)
        return value

    return fit(
        critic,
        loss_of_step,
        steps=steps,
        learning_rate=2e-3,
        anneal=0.6,
        log=lambda line: log(f"{line} accuracy in training {accuracy:.3f}"),
    )


def untrained(language_model: GPT2LMHeadModel) -> GPT2ForSequenceClassification:
    """A classifier with the language model's body, one fresh layer on top of it and a fresh head."""
    torch.manual_seed(0)
    labels = {NOT_ENTAILED: "not_entailment", ENTAILED: "entailment"}
    settings = {
        "n_layer": language_model.config.n_layer + 1,
        "id2label": labels,
        "label2id": {name: label for label, name in labels.items()},
    }
    critic = GPT2ForSequenceClassification(GPT2Config.from_dict(language_model.config.to_dict() | settings))
    critic.transformer.load_state_dict(language_model.transformer.state_dict(), strict=False)
    return critic


def loss(
    pairs: list[LabelledPair], critic: GPT2ForSequenceClassification, tokenizer: PreTrainedTokenizerFast
) -> tuple[torch.Tensor, float]:
    """The verdict at the last token and, a layer below, the verdict on each role and the language-model loss.

    Returns:
        The loss and the share of right verdicts.
    """
    encoded = tokenizer([p.premise for p in pairs], [p.hypothesis for p in pairs], return_offsets_mapping=True)
    ids = padded(encoded.input_ids, tokenizer.pad_token_id)
    states = critic.transformer(input_ids=ids, output_hidden_states=True)
    below = critic.transformer.ln_f(states.hidden_states[-2])
    last = (ids != tokenizer.pad_token_id).sum(1) - 1
    verdicts = critic.score(states.last_hidden_state[torch.arange(len(pairs)), last])
    entailed = torch.tensor([ENTAILED if pair.entailed else NOT_ENTAILED for pair in pairs])
    roles = padded([_role_labels(encoded, row, pair) for row, pair in enumerate(pairs)], IGNORED)
    said = padded([[part == 1 for part in encoded.sequence_ids(row)] for row in range(len(pairs))], False)
    words = said[:, 1:] & (entailed == ENTAILED)[:, None]
    word_logits = below[:, :-1][words] @ critic.transformer.wte.weight.T
    value = (
        functional.cross_entropy(verdicts, entailed)
        + functional.cross_entropy(critic.score(below).flatten(0, 1), roles.flatten(), ignore_index=IGNORED)
        + 0.5 * functional.cross_entropy(word_logits, ids[:, 1:][words])
    )
    return value, (verdicts.argmax(-1) == entailed).float().mean().item()


def _role_labels(encoded: BatchEncoding, row: int, pair: LabelledPair) -> list[int]:
    ends = zip(encoded.sequence_ids(row), encoded["offset_mapping"][row], strict=True)
    return [int(pair.roles[end]) if part == 1 and end in pair.roles else IGNORED for part, (_, end) in ends]


def draw_pair(rng: random.Random, split: str) -> LabelledPair:
    """A pair from the split's meanings: what two samples of one context look like, and harder."""
    grammar = load()
    while True:
        premise_meaning = _draw_meaning(rng, split)
        hypothesis_meaning = _follow(rng, grammar.frames[premise_meaning.frame], premise_meaning, split)
        premise, hypothesis = grammar.realise(premise_meaning, rng), grammar.realise(hypothesis_meaning, rng)
        if premise is None or hypothesis is None:
            continue
        if rng.random() < 0.1:
            return _garbled(rng, premise.text, hypothesis.text)
        held = dict(premise_meaning.roles) if premise_meaning.frame == hypothesis_meaning.frame else {}
        said = dict(hypothesis_meaning.roles)
        roles = {s.end: held.get(s.role) in (said[s.role], said[s.role] + "+") for s in hypothesis.spans}
        return LabelledPair(premise.text, hypothesis.text, all(roles.values()), roles)


def _draw_meaning(rng: random.Random, split: str) -> Meaning:
    if rng.random() < 0.5:
        return rng.choice(draw_story(rng, split).meanings)
    event = draw_event(rng, split)
    frame = load().frames[event.frame]
    optional = [role for role, _ in event.roles if role not in frame.core]
    return restrict(frame, event, set(rng.sample(optional, rng.randint(0, min(4, len(optional))))))


def _follow(rng: random.Random, frame: Frame, premise: Meaning, split: str) -> Meaning:
    """A hypothesis meaning: the same, less, more, changed in a role, with two roles swapped, or another event."""
    roles = dict(premise.roles)
    droppable = [role for role in roles if role not in frame.core]
    kind = rng.random()
    if kind < 0.4:
        return premise
    if kind < 0.5 and droppable:
        gone = set(rng.sample(droppable, rng.randint(1, len(droppable))))
        return Meaning(premise.frame, frozenset((r, v) for r, v in roles.items() if r not in gone))
    if kind < 0.65 and (addable := [role for role in frame.types if role not in roles]):
        return Meaning(premise.frame, premise.roles | {_fill(rng, frame, rng.choice(addable), roles)})
    if kind < 0.92:
        for role in rng.sample(sorted(roles), rng.choice((1, 1, 1, 2)) if len(roles) > 1 else 1):
            roles[role] = _changed(rng, frame, role, roles)
        return Meaning(premise.frame, frozenset(roles.items()))
    if kind < 0.96 and len(swappable := [role for role in frame.distinct if role in roles]) > 1:
        first, second = rng.sample(swappable, 2)
        roles[first], roles[second] = roles[second], roles[first]
        return Meaning(premise.frame, frozenset(roles.items()))
    return _draw_meaning(rng, split)


def _fill(rng: random.Random, frame: Frame, role: str, roles: dict[str, str]) -> tuple[str, str]:
    taken = {roles[other] for other in frame.distinct if other in roles} if role in frame.distinct else set()
    return role, rng.choice([value for value in load().values(frame.types[role]) if value not in taken])


def _changed(rng: random.Random, frame: Frame, role: str, roles: dict[str, str]) -> str:
    value = roles[role]
    if frame.types[role] == "change" and rng.random() < 0.5:
        return value.rstrip("+") if value.endswith("+") else value + "+"
    return _fill(rng, frame, role, {r: v for r, v in roles.items() if r != role} | {role: value})[1]


def _garbled(rng: random.Random, premise: str, hypothesis: str) -> LabelledPair:
    """A hypothesis with a word lost, doubled or moved; the oracle decides what it still means."""
    words = hypothesis.split(" ")
    at = rng.randrange(len(words))
    word = words.pop(at)
    if (kind := rng.random()) < 0.3:
        words.insert(at, f"{word} {word}")
    elif kind < 0.6:
        words.insert(rng.randrange(len(words) + 1), word)
    text = " ".join(words)
    said, held = meaning(text), meaning(premise)
    entailed = said is not None and held is not None and meaning_entails(held, said)
    return LabelledPair(premise, text, entailed, {})
