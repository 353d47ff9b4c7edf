"""The sentences that earlier rounds hold, so that none of them becomes a source again."""

from collections.abc import Sequence
from functools import lru_cache

import numpy as np

from builders.journal import Stage
from builders.randomness import key

_SIDES = ("source", "target")


@lru_cache(maxsize=2)
def known_sentences(rounds: tuple[Stage, ...]) -> np.ndarray:
    """Every source and target of these rounds' pairs, for `stands_in`.

    Returns:
        Their 64-bit hashes in rising order: millions of sentences as text would not fit a worker's memory.
    """
    found: set[int] = set()
    for stage in rounds:
        for shard in range(stage.num_shards):
            table = stage.read_table(shard).select(_SIDES)
            found.update(_hash(text) for side in _SIDES for text in table[side].unique().to_pylist())
    return np.array(sorted(found), dtype=np.uint64)


def stands_in(known: np.ndarray, sentences: Sequence[str]) -> list[bool]:
    """Whether each sentence is among the known ones."""
    hashes = np.array([_hash(sentence) for sentence in sentences], dtype=np.uint64)
    places = np.searchsorted(known, hashes)
    return [place < len(known) and known[place] == found for place, found in zip(places, hashes, strict=True)]


def _hash(sentence: str) -> int:
    return key(0, "sentence", sentence)
