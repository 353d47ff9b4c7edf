"""Critics that look at one sentence at a time: k = 100 samples make 4,950 pairs of 100 sentences."""

from abc import abstractmethod

from builders.critics.base import Critic, Verdict
from builders.pairs import Pair


class SentenceCritic(Critic):
    """Drops a pair when its source or its target is dropped; each distinct sentence is judged once."""

    def __init__(self) -> None:
        self._known: dict[str, Verdict] = {}

    @abstractmethod
    def judge_sentences(self, sentences: list[str]) -> list[Verdict]:
        """One verdict a sentence, in order; a higher score must be a worse one, as a pair is given the higher."""

    def judge(self, pairs: list[Pair]) -> list[Verdict]:
        """One verdict a pair, in order: the source's reason, else the target's."""
        texts = dict.fromkeys(text for pair in pairs for text in (pair.source, pair.target))
        new = [text for text in texts if text not in self._known]
        if new:
            self._known.update(zip(new, self.judge_sentences(new), strict=True))
        return [_worse(self._known[pair.source], self._known[pair.target]) for pair in pairs]


def _worse(source: Verdict, target: Verdict) -> Verdict:
    if source is target:
        return source
    scores = dict(source.scores)
    for name, value in target.scores.items():
        scores[name] = max(value, scores.get(name, value))
    return Verdict(source.reason or target.reason, scores)
