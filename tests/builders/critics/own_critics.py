"""Critics for tests, named as a recipe names them."""

import math

import numpy as np

from builders.critics.base import Critic, Verdict
from builders.errors import RunError

constant = 1


class NoQuestions:
    """Merely has `judge`."""

    reasons = ("question",)

    def __init__(self, max_marks=0):
        if max_marks < 0:
            raise ValueError("max_marks must be at least 0")
        self._max_marks = max_marks

    def judge(self, pairs):
        marks = [pair.source.count("?") + pair.target.count("?") for pair in pairs]
        return [Verdict("question" if count > self._max_marks else None, {"marks": count}) for count in marks]


class Counting(Critic):
    symmetric = True

    def __init__(self, *, names=()):
        self._seen = 0

    def judge(self, pairs):
        self._seen += len(pairs)
        return [Verdict("unannounced")] * len(pairs)

    def complete(self, pairs):
        for pair in pairs:
            pair.scores["completed"] = 1

    def counts(self):
        return {"seen": self._seen}


class Given:
    """Gives what it was told to."""

    def __init__(self, what):
        self._what = what

    def judge(self, pairs):
        answers = {
            "raise": lambda: pairs[99],
            "exit": lambda: exit("done"),
            "none": lambda: None,
            "few": list,
            "bool": lambda: [True] * len(pairs),
            "reason": lambda: [Verdict(3)] * len(pairs),
            "scores": lambda: [Verdict(None, {"x": "high"})] * len(pairs),
            "nan": lambda: [Verdict(None, {"x": math.nan})] * len(pairs),
            "infinite": lambda: [Verdict(None, {"x": np.float32(-math.inf)})] * len(pairs),
            "text": lambda: [Verdict(None, {"x": "0.5"})] * len(pairs),
            "truth": lambda: [Verdict(None, {"x": True})] * len(pairs),
            "numbers": lambda: [Verdict(None, {"x": np.float32(0.5), "y": 2})] * len(pairs),
            "no memory": lambda: memory("Unable to allocate 1 TiB"),
            "no mapping": lambda: [Verdict(None, 3)] * len(pairs),
        }
        return answers[self._what]()


class OneReason(NoQuestions):
    reasons = "question"


def memory(words):
    raise MemoryError(words)


class TooGreat(NoQuestions):
    def __init__(self):
        memory("Unable to allocate 1 TiB")


class NoModel(NoQuestions):
    def __init__(self):
        raise RunError("model 'x' does not exist; name another")


def function(pairs):
    return []


class NoJudge:
    pass
