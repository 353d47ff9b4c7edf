"""Random draws keyed by what they are for, so that no order of work, worker count or restart changes them."""

import hashlib

import numpy as np

_GOLDEN = np.uint64(0x9E3779B97F4A7C15)  # splitmix64 (Steele, Lea and Flood 2014)
_MIX_1 = np.uint64(0xBF58476D1CE4E5B9)
_MIX_2 = np.uint64(0x94D049BB133111EB)


def key(seed: int, *parts: str | int) -> int:
    """A 64-bit key for one purpose, such as `key(seed, "sentence", context_id)`."""
    text = "\x1f".join(f"{type(part).__name__}:{part}" for part in (seed, *parts))
    return int.from_bytes(hashlib.blake2b(text.encode("utf-8"), digest_size=8).digest(), "little")


def uniforms(keys: np.ndarray, step: int) -> np.ndarray:
    """One number in [0, 1) for every key at this step: splitmix64 of the key's own stream.

    Args:
        keys: uint64, any shape.
        step: The position in each key's stream, from 0.
    """
    with np.errstate(over="ignore"):  # the algorithm is arithmetic modulo 2**64
        state = keys + _GOLDEN * np.uint64(step + 1)
        state = (state ^ (state >> np.uint64(30))) * _MIX_1
        state = (state ^ (state >> np.uint64(27))) * _MIX_2
        state = state ^ (state >> np.uint64(31))
    return (state >> np.uint64(11)).astype(np.float64) * 2.0**-53


def pick(key: int, n: int) -> int:
    """A whole number in [0, n) drawn with this key."""
    return int(uniforms(np.array([key], dtype=np.uint64), 0)[0] * n)
