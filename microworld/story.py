"""Newswire passages: one event told in several sentences, each with a meaning of its own.

A sentence either reveals something new about the event or recaps what was already told. Recaps grow likelier with
position, so that a longer context leaves the next sentence less to choose from. Each sentence says something that the
one before it did not, so that the plain teacher never learns to restate a sentence or a part of it.
"""

import hashlib
import random
from typing import NamedTuple

from microworld.grammar import MODIFIERS, Frame, Grammar, Meaning, Sentence, load

PASSAGE_LENGTH = 6  # sentences: contexts take up to five, and one more follows
RECAP_BY_POSITION = (0.0, 0.4, 0.6, 0.75, 0.85, 0.85)
WEAKER_RECAP = 0.1  # how often a recap says "rose" where the event says "soared"


class Story(NamedTuple):
    """A passage: its dateline, its sentences and what they mean."""

    dateline: str
    sentences: tuple[Sentence, ...]
    meanings: tuple[Meaning, ...]

    @property
    def text(self) -> str:
        """The passage as it stands on the wire."""
        return " ".join([self.dateline, *(sentence.text for sentence in self.sentences)])


def split_of(grammar: Grammar, event: Meaning) -> str:
    """Which of the three disjoint sets of meanings an event belongs to, by the hash of its core roles.

    Returns:
        "train" (8 in 10), "development" (1 in 10) or "test" (1 in 10).
    """
    core = grammar.frames[event.frame].core
    said = sorted((role, value.rstrip("+")) for role, value in event.roles if role in core)
    digit = hashlib.sha256(repr((event.frame, said)).encode()).digest()[0] % 10
    return {8: "development", 9: "test"}.get(digit, "train")


def draw_event(rng: random.Random, split: str, frame_name: str | None = None) -> Meaning:
    """An event of the split with every role of its frame filled, of any frame or of the one that is named."""
    grammar = load()
    while True:
        frame = grammar.frames[frame_name or rng.choice(list(grammar.frames))]
        roles: dict[str, str] = {}
        for role, type_name in frame.types.items():
            taken = {roles[other] for other in frame.distinct if other in roles} if role in frame.distinct else set()
            roles[role] = rng.choice([value for value in grammar.values(type_name) if value not in taken])
        event = Meaning(frame.name, frozenset(roles.items()))
        if split_of(grammar, event) == split:
            return event


def restrict(frame: Frame, event: Meaning, kept: set[str]) -> Meaning:
    """The event with its core and only the kept optional roles."""
    return Meaning(event.frame, frozenset((r, v) for r, v in event.roles if r in frame.core or r in kept))


def draw_story(rng: random.Random, split: str) -> Story:
    """A passage about one event of the split."""
    while (story := _attempt(rng, split)) is None:
        pass
    return story


def _attempt(rng: random.Random, split: str) -> Story | None:
    grammar = load()
    event = draw_event(rng, split)
    frame = grammar.frames[event.frame]
    hidden = [*frame.optional, *MODIFIERS]
    rng.shuffle(hidden)
    revealed: list[str] = []
    told: list[set[str]] = []
    sentences: list[Sentence] = []
    meanings: list[Meaning] = []
    for position in range(PASSAGE_LENGTH):
        recaps = _recaps(revealed, told)
        if hidden and (not recaps or rng.random() >= RECAP_BY_POSITION[position]):
            news = [hidden.pop() for _ in range(min(len(hidden), rng.choice((1, 1, 2)) if position == 0 else 1))]
            said = {*news, *(role for role in revealed if rng.random() < 0.3)}
            revealed += news
        elif recaps:
            said = recaps[0 if len(recaps) == 1 or rng.random() < 0.8 else 1]
        else:
            return None
        meaning = restrict(frame, event, said)
        if position and rng.random() < WEAKER_RECAP:
            meaning = Meaning(meaning.frame, frozenset((role, value.rstrip("+")) for role, value in meaning.roles))
        sentence = grammar.realise(meaning, rng)
        if sentence is None:
            return None
        told.append(said)
        sentences.append(sentence)
        meanings.append(meaning)
    city = dict(event.roles).get("city") or rng.choice(grammar.values("city"))
    return Story(f"{city.upper()} ({rng.choice(grammar.agencies)}) --", tuple(sentences), tuple(meanings))


def _recaps(revealed: list[str], told: list[set[str]]) -> list[set[str]]:
    """The sets of roles that a recap may say, the likeliest first: what the last sentence left out, and what else fits.

    Each is new as a whole and holds a role that the last sentence did not say.
    """
    if not told:
        return []
    left_out = [role for role in revealed if role not in told[-1]]
    repeated = [role for role in revealed if role in told[-1]]
    sets = [{*left_out, *repeated[:n]} for n in range(len(repeated) + 1)] + [{role} for role in left_out]
    return [said for said in sets if left_out and said not in told]
