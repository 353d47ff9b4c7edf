"""The screen: pairs in which a word finds no match are dropped before the NLI model is asked about them.

It is no part of the paper. It saves most of the NLI calls where few pairs are equivalent, and loses some pairs: its
threshold is calibrated for a wanted recall (`screen_calibration.py`), and a random sample of what it drops is put to
the NLI model in every run.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np

from builders.critics.base import Critic, CriticConfig, Shared, Verdict
from builders.critics.word_match import encoder, worst_matches
from builders.errors import ConfigError
from builders.models import model_identity
from builders.pairs import Pair
from builders.randomness import key


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

    encoder: str | None = None
    layer: int | None = None
    threshold: float | None = None
    recall: float = 0.99
    calibration_pairs: int = 20_000
    audit: float = 0.01

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
        self._layer, self._threshold, self._audit = config.layer, config.threshold, config.audit
        self._semantic = shared.semantic.build(shared)
        self._one_way = not shared.semantic.symmetric
        self._encoder = encoder(config.encoder or shared.semantic.models[0])
        if config.layer >= self._encoder.layers:
            raise ConfigError(f"screen.layer must be below {self._encoder.layers} for its encoder, got {config.layer}")
        self._audited = self._missed = 0

    def judge(self, pairs: list[Pair]) -> list[Verdict]:
        """One verdict a pair, in order."""
        values = [float(values[0]) for values in match_pairs(pairs, self._encoder, [self._layer], self._one_way)]
        dropped = [pair for pair, value in zip(pairs, values, strict=True) if value < self._threshold]
        self._ask(dropped)
        return [Verdict("screen" if value < self._threshold else None, {"screen": value}) for value in values]

    def _ask(self, dropped: list[Pair]) -> None:
        """Puts a sample of the dropped pairs, drawn by their content, to the NLI model."""
        share = self._audit * 2**64
        sample = [pair for pair in dropped if key(0, "screen audit", pair.source, pair.target) < share]
        self._audited += len(sample)
        self._missed += sum(verdict.reason is None for verdict in self._semantic.judge(sample))

    def counts(self) -> dict[str, int]:
        """What the audit found, and its NLI calls."""
        asked = self._semantic.counts()["nli_calls:semantic_equivalence"]
        return {"screen_audited": self._audited, "screen_missed": self._missed, "nli_calls:screen": asked}


def match_pairs(pairs: list[Pair], model: Any, layers: list[int], one_way: bool) -> np.ndarray:
    """The match of each pair's worst-matched word at each of some layers.

    Args:
        pairs: Those of one context are compared together, so that each sentence is run once.
        model: An `Encoder`.
        layers: Of its states.
        one_way: Only the target's words are looked for in the source, as for summaries, and not the reverse too.

    Returns:
        (pairs, layers) cosines.
    """
    found = np.empty((len(pairs), len(layers)))
    members: dict[str, list[int]] = {}
    for i, pair in enumerate(pairs):
        members.setdefault(pair.context_id, []).append(i)
    for group in members.values():
        place: dict[str, int] = {}
        for i in group:
            place.setdefault(pairs[i].source, len(place))
            place.setdefault(pairs[i].target, len(place))
        sources = np.array([place[pairs[i].source] for i in group])
        targets = np.array([place[pairs[i].target] for i in group])
        states = dict(model.states(list(place), layers))
        for column in range(len(layers)):
            matches = worst_matches([states[n][column] for n in range(len(place))])
            values = matches[targets, sources]
            found[group, column] = values if one_way else np.minimum(values, matches[sources, targets])
    return found
