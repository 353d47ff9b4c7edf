"""Choosing the screen's layer and threshold on the first candidates of a run (see `screen.py`)."""

from collections.abc import Iterable
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

from builders.config import fingerprint
from builders.critics.base import Shared
from builders.critics.screen import Matches, ScreenConfig
from builders.critics.settings import CriticsConfig, build_critics
from builders.critics.word_match import Encoder, encoder
from builders.errors import RunError
from builders.files import kept
from builders.filtering import filter_pairs
from builders.journal import one_thread
from builders.pairs import Pair, by_context
from builders.randomness import key
from builders.token_batches import within_memory

# Other contexts have other words: a quarter of the loss allowed is kept for what the calibration has not seen.
_SHARE_OF_LOSS = 0.75
_CONTEXTS = 40  # the least to take pairs from: those of one context say the same things of the same names
_LEAST_KEPT = 300  # so that half a per cent of them is more than one pair


def needs_calibration(critics: CriticsConfig) -> bool:
    """Whether the critics have a screen whose threshold is not set."""
    screen = critics.find(ScreenConfig)
    return screen is not None and screen.threshold is None


def calibrated_once(critics: CriticsConfig, contexts: Iterable[list[Pair]], origin: str, folder: Path) -> CriticsConfig:
    """As `calibrate`, with the choice kept in `folder/screen.json` until critics or candidates change.

    Args:
        critics: With a screen.
        contexts: Candidates, context by context; looked at only when there is no choice yet.
        origin: Fingerprint of where the candidates come from.
        folder: Made when missing.
    """
    screen = critics.find(ScreenConfig)
    assert screen is not None
    assert critics.semantic is not None
    before = [critic.identity() for critic in critics.critics[: critics.critics.index(screen)]]
    own = {name: value for name, value in screen.identity().items() if name != "audit"}
    mark = fingerprint("screen", before, own, critics.semantic.identity(), origin)
    with one_thread():  # a threshold is the match of one pair, to the last bit
        record = kept(folder / "screen.json", mark, lambda: calibrate(critics, contexts))
    return critics.replaced(screen, replace(screen, layer=record["layer"], threshold=record["threshold"]))


def calibrate(critics: CriticsConfig, contexts: Iterable[list[Pair]]) -> dict[str, Any]:
    """A layer and a threshold for the screen.

    Args:
        critics: With a screen.
        contexts: Candidates, context by context; some are drawn of each, of those that the critics before the screen
            keep, until there are `calibration_pairs`.

    Returns:
        `layer` and `threshold`, and what the choice rests on: `pairs`, how many of them the NLI model keeps (`kept`),
        and the `share` of them that passes the screen.

    Raises:
        RunError: Too few pairs are kept to choose by.
    """
    config = critics.find(ScreenConfig)
    assert config is not None
    place = critics.critics.index(config)
    shared = Shared(semantic=critics.semantic)
    assert shared.semantic is not None
    semantic, model = shared.semantic.build(shared), encoder(config.encoder or shared.semantic.models[0])
    layers = list(range(model.layers)) if config.layer is None else [config.layer]
    one_way, most = not shared.semantic.symmetric, -(-config.calibration_pairs // _CONTEXTS)
    matches, entailed, seen = [], [], 0

    def look(candidates: list[Pair]) -> tuple[np.ndarray, list[bool]]:
        before = build_critics(CriticsConfig(critics.critics[:place])) if place else []
        pairs = filter_pairs(candidates, before).kept
        pairs = sorted(pairs, key=lambda pair: key(0, "screen calibration", pair.source, pair.target))[:most]
        values = _values(pairs, model, layers, one_way)
        return values, [verdict.reason is None for verdict in semantic.judge(pairs)]

    for candidates in contexts:
        values, passed = within_memory(partial(look, candidates))
        matches.append(values)
        entailed += passed
        seen += len(passed)
        if seen >= config.calibration_pairs:
            break
    chosen = np.array(entailed, dtype=bool)
    if chosen.sum() < _LEAST_KEPT:
        raise RunError(
            f"the screen cannot be calibrated: the NLI model keeps {chosen.sum()} of the first {seen:,} pairs and "
            f"{_LEAST_KEPT} are needed; raise screen.calibration_pairs, set screen.layer and screen.threshold, or "
            "leave the screen out"
        )
    return _choice(np.concatenate(matches), chosen, layers, config.recall) | {"pairs": seen, "kept": int(chosen.sum())}


def _choice(values: np.ndarray, chosen: np.ndarray, layers: list[int], recall: float) -> dict[str, Any]:
    """The layer whose threshold lets the fewest pairs pass, where each lets enough of the chosen ones pass."""
    thresholds = np.quantile(values[chosen], (1.0 - recall) * _SHARE_OF_LOSS, axis=0, method="lower")
    shares = (values >= thresholds).mean(axis=0)
    best = int(shares.argmin())
    return {"layer": layers[best], "threshold": float(thresholds[best]), "share": float(shares[best])}


def _values(pairs: list[Pair], model: Encoder, layers: list[int], one_way: bool) -> np.ndarray:
    """(pairs, layers): the match of each pair's worst-matched word."""
    found = np.empty((len(pairs), len(layers)))
    groups = list(by_context(pairs).values())
    members = [[pairs[i] for i in group] for group in groups]
    for group, some, at_layers in zip(groups, members, Matches.of_contexts(members, model, layers), strict=True):
        found[group] = np.stack([matches.of(some, one_way) for matches in at_layers], axis=1)
    return found
