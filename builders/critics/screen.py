"""The screen: pairs in which a word finds no match are dropped before the NLI model is asked about them.

It is no part of the paper. It saves most of the NLI calls where few pairs are equivalent, and loses some pairs: its
threshold is calibrated for a wanted recall (`screen_calibration.py`), and a random sample of what it drops is put to
the NLI model in every run.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

from builders.configuration import read_configuration
from builders.critics.base import Critic, CriticConfig, Shared, Verdict
from builders.critics.word_match import Encoder, encoder, worst_matches
from builders.errors import ConfigError
from builders.models import model_identity
from builders.pairs import Pair, by_context
from builders.randomness import key

_SENTENCES_AT_A_TIME = 256


@dataclass(frozen=True, kw_only=True)
class ScreenConfig(CriticConfig):
    """Which pairs the NLI model need not see.

    Args:
        encoder: The model whose hidden states are compared, by default the semantic equivalence filter's own.
        layer: Of the states, from 0 (the embeddings); chosen in calibration when left out.
        threshold: Least match of the worst-matched word, a cosine; calibrated when left out.
        recall: Least share of the pairs that the NLI model would keep which calibration may leave.
        calibration_pairs: How many pairs calibration puts to the NLI model.
        audit: Share of the dropped pairs that is put to the NLI model all the same, to measure the recall.
    """

    encoder: str | None = None  # its states are there for nothing, and serve better than a language model's
    layer: int | None = None  # depends on the encoder
    threshold: float | None = None  # depends on the encoder
    recall: float = 0.99  # loses one pair in a hundred
    calibration_pairs: int = 40_000  # a few contexts at k = 100
    audit: float = 0.01  # costs as many NLI calls

    def __post_init__(self) -> None:
        if not 0.0 < self.recall < 1.0:
            raise ConfigError(f"screen.recall must lie in (0, 1), got {self.recall}")
        if not 0.0 <= self.audit <= 1.0:
            raise ConfigError(f"screen.audit must lie in [0, 1], got {self.audit}")
        if self.calibration_pairs < 1:
            raise ConfigError(f"screen.calibration_pairs must be at least 1, got {self.calibration_pairs}")
        if self.layer is not None and self.layer < 0:
            raise ConfigError(f"screen.layer must be at least 0, got {self.layer}")
        if self.threshold is not None and not -1.0 <= self.threshold <= 1.0:
            raise ConfigError(f"screen.threshold must lie in [-1, 1], got {self.threshold}")
        if self.threshold is not None and self.layer is None:
            raise ConfigError(f"screen.threshold {self.threshold} says nothing without screen.layer; set both or none")

    @property
    def models(self) -> tuple[str, ...]:
        """The encoder, if it is one of its own."""
        return (self.encoder,) if self.encoder else ()

    def build(self, shared: Shared) -> "Screen":
        """The critic."""
        return Screen(self, shared)

    def identity(self) -> dict[str, Any]:
        """The settings, an encoder of its own by its content."""
        return {**super().identity(), "encoder": model_identity(self.encoder) if self.encoder else None}


def check_screen(config: ScreenConfig, nli_model: str) -> None:
    """Looks at the configuration of the encoder, without its weights.

    Args:
        config: The settings.
        nli_model: The encoder, where they name none.

    Raises:
        ConfigError: It has no such layer.
        RunError: There is no such model.
    """
    layers = int(read_configuration(config.encoder or nli_model).num_hidden_layers) + 1
    if config.layer is not None and config.layer >= layers:
        raise ConfigError(f"screen.layer must be below {layers} for its encoder, got {config.layer}")


class Screen(Critic):
    """Drops pairs with a word that finds no match.

    Args:
        config: With `layer` and `threshold`.
        shared: With the semantic equivalence filter's settings and its memo.
    """

    reasons = ("screen",)

    def __init__(self, config: ScreenConfig, shared: Shared) -> None:
        if config.layer is None or config.threshold is None:
            raise ConfigError("screen.layer and screen.threshold are not set, and this command does not calibrate them")
        assert shared.semantic is not None  # `CriticsConfig` has seen to it
        self._layer, self._threshold, self._share = config.layer, config.threshold, config.audit
        self._semantic = shared.semantic.build(Shared(semantic=shared.semantic))  # what the audit learns stays its own
        self._one_way = not shared.semantic.symmetric
        self._encoder = encoder(config.encoder or shared.semantic.models[0])
        self._audited = self._missed = 0
        self._matches: dict[str, Matches] = {}
        shared.hopeless = self.hopeless

    def judge(self, pairs: list[Pair]) -> list[Verdict]:
        """One verdict a pair, in order."""
        values = np.empty(len(pairs))
        contexts = by_context(pairs)
        found = Matches.of_contexts(
            [[pairs[i] for i in group] for group in contexts.values()], self._encoder, [self._layer]
        )
        for (context_id, group), [matches] in zip(contexts.items(), found, strict=True):
            self._matches[context_id] = matches
            values[group] = matches.of([pairs[i] for i in group], self._one_way)
        passed = values >= self._threshold
        self._audit([pair for pair, passes in zip(pairs, passed, strict=True) if not passes])
        return [
            Verdict(None if passes else "screen", {"screen": float(value)})
            for passes, value in zip(passed, values, strict=True)
        ]

    def _audit(self, dropped: list[Pair]) -> None:
        """Puts a sample of the dropped pairs, drawn by their content, to the NLI model."""
        share = self._share * 2**64
        sample = [pair for pair in dropped if key(0, "screen audit", pair.source, pair.target) < share]
        self._audited += len(sample)
        self._missed += sum(verdict.reason is None for verdict in self._semantic.judge(sample))

    def counts(self) -> dict[str, int]:
        """What the audit found, and its NLI calls."""
        asked = self._semantic.counts()["nli_calls_semantic_equivalence"]
        return {"screen_audited": self._audited, "screen_missed": self._missed, "nli_calls_screen": asked}

    def hopeless(self, context_id: str, sentences: list[str]) -> np.ndarray:
        """For each (premise, hypothesis) of a context's sentences, whether the hypothesis has a word without a match.

        The diversity filter takes such a hypothesis for not entailed.
        """
        matches = self._matches[context_id]
        rows = [matches.place[sentence] for sentence in sentences]
        found: np.ndarray = self._threshold > matches.values[np.ix_(rows, rows)].T
        return found


@dataclass(frozen=True)
class Matches:
    """How well the words of each sentence of a context are found in each other sentence, at one layer.

    Args:
        place: Row and column of each sentence.
        values: See `worst_matches`.
    """

    place: dict[str, int]
    values: np.ndarray

    @classmethod
    def of_contexts(cls, contexts: list[list[Pair]], model: Encoder, layers: list[int]) -> Iterator[list["Matches"]]:
        """Of the sentences of each context's pairs, at each of some layers.

        Small contexts go through the model together, and of large ones few are in memory at a time.
        """
        waiting: list[dict[str, int]] = []
        for pairs in contexts:
            sentences = dict.fromkeys(sentence for pair in pairs for sentence in (pair.source, pair.target))
            waiting.append({sentence: i for i, sentence in enumerate(sentences)})
            if sum(map(len, waiting)) >= _SENTENCES_AT_A_TIME:
                yield from cls._of_sentences(waiting, model, layers)
                waiting = []
        yield from cls._of_sentences(waiting, model, layers)

    @classmethod
    def _of_sentences(
        cls, places: list[dict[str, int]], model: Encoder, layers: list[int]
    ) -> Iterator[list["Matches"]]:
        distinct = list(dict.fromkeys(sentence for place in places for sentence in place))
        states = {distinct[i]: found for i, found in model.states(distinct, layers)}
        for place in places:
            yield [cls(place, worst_matches([states[text][n] for text in place])) for n in range(len(layers))]

    def of(self, pairs: list[Pair], one_way: bool) -> np.ndarray:
        """The match of each pair's worst-matched word.

        Args:
            pairs: Of this context.
            one_way: Only the target's words are looked for in the source, as for summaries, and not the reverse too.
        """
        sources = np.array([self.place[pair.source] for pair in pairs])
        targets = np.array([self.place[pair.target] for pair in pairs])
        found: np.ndarray = self.values[targets, sources]
        return found if one_way else np.minimum(found, self.values[sources, targets])
