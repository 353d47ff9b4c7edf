"""Passages: a report on one event, at times with a second one in its background, each sentence with its own meaning.

The first sentence tells the event with any number of details. The second adds to it. From the third on a sentence may
also restate an earlier one in other words, but never the one just before it, nor anything that follows from that one,
so that the plain teacher does not learn to restate a sentence. Restatements grow likelier with position and go back to
the lead first, so that a longer context leaves the next sentence less to choose from.
"""

import hashlib
import random
from typing import NamedTuple

from microworld.frames import Frame, Meaning
from microworld.grammar import Sentence
from microworld.oracle import meaning_entails
from microworld.reading import DOMAINS, grammar_of, load

PASSAGE_LENGTH = 6  # sentences: contexts take up to five, and one more follows
RESTATED = (0.0, 0.0, 0.45, 0.65, 0.8, 0.9)  # by position
LEAD_FIRST = 0.85  # how often a restatement goes back to the earliest sentence that it may restate
BACKGROUND = 0.2  # how often a sentence that restates nothing tells another event
WEAKER = 0.05  # how often a restatement says "rose" where the sentence said "soared"
PRONOUN = 0.25  # how often a sentence after the first has a pronoun for what the report is about


class Story(NamedTuple):
    """A passage: its dateline, if it has one, and for each sentence its meaning and the whole event it is about."""

    dateline: str
    sentences: tuple[Sentence, ...]
    meanings: tuple[Meaning, ...]
    events: tuple[Meaning, ...]

    @property
    def text(self) -> str:
        """The passage as it stands in print."""
        return " ".join([*([self.dateline] if self.dateline else []), *(sentence.text for sentence in self.sentences)])


SPLITS = ("train", "development", "test")


def split_of(event: Meaning) -> str:
    """Which of the three disjoint sets of meanings an event belongs to, by the hash of its core roles.

    Returns:
        "train" (8 in 10), "development" (1 in 10) or "test" (1 in 10).
    """
    core = grammar_of(event.frame).frames[event.frame].core
    said = sorted((role, value.rstrip("+")) for role, value in event.roles if role in core)
    digit = hashlib.sha256(repr((event.frame, said)).encode()).digest()[0] % 10
    return {8: "development", 9: "test"}.get(digit, "train")


def has_pronoun(said: Meaning) -> bool:
    """Whether a meaning leaves it to its context who is spoken of."""
    grammar = grammar_of(said.frame)
    types = grammar.frames[said.frame].types
    return any(value in grammar.pronouns.get(types[role], ()) for role, value in said.roles)


def draw_event(rng: random.Random, split: str, frame: Frame) -> Meaning:
    """An event of a frame and a split with every role filled."""
    while split_of(event := _fill(rng, frame, {})) != split:
        pass
    return event


def draw_any_event(rng: random.Random, split: str, domain: str | None = None) -> Meaning:
    """An event of the split, of any frame of a domain or, without one, of both."""
    return draw_event(rng, split, rng.choice(_frames(domain)))


def _frames(domain: str | None) -> list[Frame]:
    return [frame for name in ([domain] if domain else DOMAINS) for frame in load(name).frames.values()]


def _fill(rng: random.Random, frame: Frame, given: dict[str, str]) -> Meaning:
    """An event of the frame with the given roles, the others drawn."""
    grammar, roles = grammar_of(frame.name), dict(given)
    for role, type_name in frame.types.items():
        taken = {roles[other] for other in frame.distinct if other in roles} if role in frame.distinct else set()
        while role not in roles or (role not in given and roles[role] in taken):
            roles[role] = rng.choice(grammar.values(type_name))
    return Meaning(frame.name, frozenset(roles.items()))


def restrict(frame: Frame, event: Meaning, kept: set[str]) -> Meaning:
    """The event with its core and only the kept optional roles."""
    return Meaning(event.frame, frozenset((r, v) for r, v in event.roles if r in frame.core or r in kept))


def draw_story(rng: random.Random, split: str, domain: str | None = None, frame: Frame | None = None) -> Story:
    """A passage about an event of the split: of a frame if one is given, or else of a domain's or any."""
    while (story := _attempt(rng, split, frame or rng.choice(_frames(domain)))) is None:
        pass
    return story


def _attempt(rng: random.Random, split: str, frame: Frame) -> Story | None:
    grammar, report = grammar_of(frame.name), _Report(rng, split, draw_event(rng, split, frame))
    sentences, meanings, events = [], [], []
    for position in range(PASSAGE_LENGTH):
        told = report.next_meaning(position)
        if told is None:
            return None
        said = report.with_pronoun(told) if position else told
        sentence = grammar.realise(said, rng)
        if sentence is None:
            return None
        report.told.append(told)
        sentences.append(sentence)
        meanings.append(said)
        events.append(report.event if told.frame == report.event.frame else report.background or told)
    city = dict(report.event.roles).get("city") or rng.choice(grammar.values("city")) if grammar.dateline else ""
    dateline = grammar.dateline.format(city=city.upper(), agency=rng.choice(grammar.agencies))
    return Story(dateline, tuple(sentences), tuple(meanings), tuple(events))


class _Report:
    """What a passage tells: its event, that in the background, and how much of them was told so far."""

    def __init__(self, rng: random.Random, split: str, event: Meaning) -> None:
        self.rng, self.event, self.grammar = rng, event, grammar_of(event.frame)
        self.frame = self.grammar.frames[event.frame]
        self.hidden = [*self.frame.optional, *self.frame.modifiers]
        rng.shuffle(self.hidden)
        self.revealed: list[str] = []
        self.told: list[Meaning] = []
        self.background: Meaning | None = None
        self.split = split

    def next_meaning(self, position: int) -> Meaning | None:
        """What the next sentence says; None where there is nothing left to say."""
        if position == 0:
            return self._reveal(self.rng.randint(0, 4))
        old = [m for m in dict.fromkeys(self.told[:-1]) if not meaning_entails(self.told[-1], m)]
        if old and self.rng.random() < RESTATED[position]:
            return self._restated(old)
        return self._news() or (self._restated(old) if old else None)

    def with_pronoun(self, told: Meaning) -> Meaning:
        """The same, at times with a pronoun for what the report is about."""
        topic, types = self._topic(), self.grammar.frames[told.frame].types
        pronoun = self.grammar.pronoun(*topic) if topic else None
        if pronoun is None or self.rng.random() >= PRONOUN:
            return told
        roles = ((role, pronoun if (types[role], value) == topic else value) for role, value in told.roles)
        return Meaning(told.frame, frozenset(roles))

    def _restated(self, old: list[Meaning]) -> Meaning:
        said = old[0] if self.rng.random() < LEAD_FIRST else self.rng.choice(old)
        if self.rng.random() >= WEAKER:
            return said
        weaker = Meaning(said.frame, frozenset((role, value.rstrip("+")) for role, value in said.roles))
        return said if meaning_entails(self.told[-1], weaker) else weaker

    def _news(self) -> Meaning | None:
        """A detail that was not told yet, or the other event."""
        if self.background is None and (not self.hidden or self.rng.random() < BACKGROUND):
            self.background = self._other_event()
            if self.background:
                frame = self.grammar.frames[self.background.frame]
                optional = [*frame.optional, *frame.modifiers]
                return restrict(frame, self.background, set(self.rng.sample(optional, self.rng.randint(0, 2))))
        return self._reveal(self.rng.choice((1, 1, 2))) if self.hidden else None

    def _reveal(self, details: int) -> Meaning:
        again = {role for role in self.revealed if self.rng.random() < 0.3}
        news = [self.hidden.pop() for _ in range(min(details, len(self.hidden)))]
        self.revealed += news
        return restrict(self.frame, self.event, {*news, *again})

    def _other_event(self) -> Meaning | None:
        """An event of another kind about what this report is about, of the same split; None where none was found."""
        topic = self._topic()
        places = [
            (frame, role)
            for frame in self.grammar.frames.values()
            for role, type_name in frame.core.items()
            if frame is not self.frame and topic and type_name == topic[0]
        ]
        for _ in range(20 if places else 0):
            frame, role = self.rng.choice(places)
            assert topic is not None
            if split_of(other := _fill(self.rng, frame, {role: topic[1]})) == self.split:
                return other
        return None

    def _topic(self) -> tuple[str, str] | None:
        """Type and value of the first core role that a report can be about."""
        roles, topics = dict(self.event.roles), self.grammar.topics
        return next(((t, roles[r]) for r, t in self.frame.core.items() if t in topics), None)
