"""How much the words of two pairs of sentences are alike, exactly and by MinHash.

The Jaccard index of two sets is the share of their union that both hold. MinHash keeps a fixed number of hashes of a
set, two of which agree with that very probability, and bands of them bring together the sets that are much alike
(Leskovec, Rajaraman and Ullman, Mining of Massive Datasets, chapter 3).
"""

import hashlib
import re
from collections.abc import Set as AbstractSet

from datasketch import MinHash

_WORD = re.compile(r"\w+")
_RECALL = 0.999  # of two sets just as alike as the threshold asks, the share that some band brings together


def normalised(text: str) -> str:
    """A text without regard to case, punctuation and white space; one of nothing else stays as it is."""
    return " ".join(_WORD.findall(text.casefold())) or text


def shingles(source: str, target: str, length: int) -> frozenset[str]:
    """The runs of `length` words of both sentences together, normalised; a shorter sentence is one run."""
    found: set[str] = set()
    for text in (source, target):
        words = normalised(text).split()
        found.update(" ".join(words[i : i + length]) for i in range(max(1, len(words) - length + 1)))
    return frozenset(found)


def jaccard_index(one: AbstractSet[str], other: AbstractSet[str]) -> float:
    """The share of the members of either set that are in both, in [0, 1]."""
    shared = len(one & other)
    return shared / (len(one) + len(other) - shared)


def band_rows(threshold: float, permutations: int) -> int | None:
    """The most hashes a band at which sets at the threshold are brought together almost surely; None if none are."""
    found = [
        rows for rows in range(1, permutations + 1) if 1 - (1 - threshold**rows) ** (permutations // rows) >= _RECALL
    ]
    return max(found, default=None)


class Bands:
    """Sets of shingles as the numbers of the buckets that they fall into.

    Args:
        rows: Hashes a band, see `band_rows`.
        permutations: Hashes of a set.
        seed: Of the permutations.
    """

    def __init__(self, rows: int, permutations: int, seed: int) -> None:
        self._rows = rows
        self._empty = MinHash(num_perm=permutations, seed=seed)

    def buckets(self, members: AbstractSet[str]) -> list[int]:
        """One signed 64-bit number a band; sets that share one may be alike, sets that share none hardly are."""
        signature = self._empty.copy()
        signature.update_batch([member.encode("utf-8") for member in members])
        hashes, rows = signature.hashvalues, self._rows
        return [_number(band, hashes[band * rows : (band + 1) * rows].tobytes()) for band in range(len(hashes) // rows)]


def _number(band: int, hashes: bytes) -> int:
    digest = hashlib.blake2b(hashes, digest_size=8, person=band.to_bytes(4, "little")).digest()
    return int.from_bytes(digest, "little", signed=True)
