"""Random entailment between a few sentences, asked as a model is, and a note of every question."""

import random
from contextlib import contextmanager
from unittest import mock

from hypothesis import strategies as st

SENTENCES = [f"sentence {letter}" for letter in "abcdefg"]
PROBABILITIES = [0.02, 0.5, 0.74, 0.75, 0.76, 0.9, 0.97]  # few values: ties, and the thresholds
THRESHOLDS = st.sampled_from([0.5, 0.75, 0.9])


class RandomTable:
    """In place of an NLI model.

    Attributes:
        values: By (premise, hypothesis); a sentence entails itself, which no model need be asked.
        waves: The questions, call by call.
    """

    def __init__(self, values):
        self.values = values
        self.waves = []

    @property
    def asked(self):
        return [question for wave in self.waves for question in wave]

    def encode(self, sentences):
        return dict.fromkeys(sentences)

    def probabilities(self, pairs, encoded):
        self.waves.append(list(pairs))
        return [self.values[pair] for pair in pairs]

    def entails(self, premise, hypothesis):
        return 1.0 if premise == hypothesis else self.values[premise, hypothesis]


@contextmanager
def in_place_of_the_model(table):
    """What `EntailmentMemo` asks meanwhile."""
    with mock.patch("builders.critics.entailment.entailment_model", return_value=table):
        yield


@st.composite
def tables(draw):
    """Any probabilities of some sentences, few or many of them high; and where else to draw from."""
    names = SENTENCES[: draw(st.integers(2, len(SENTENCES)))]
    rng = random.Random(draw(st.integers(0, 2**32)))
    low = rng.choice([0, 4, 12])
    chances = [1 + low, 1, 1, 1, 1, 1, 1]
    questions = [(a, b) for a in names for b in names if a != b]
    values = rng.choices(PROBABILITIES, chances, k=len(questions))
    return RandomTable(dict(zip(questions, values, strict=True))), rng
