"""Mean segmental type-token ratio (Johnson, 1944): different words in each stretch of equally many words."""

import re
from collections.abc import Sequence

SEGMENT = 100  # words; the paper does not state its own

_WORD = re.compile(r"\w+")


def msttr(texts: Sequence[str], segment: int = SEGMENT) -> float | None:
    """The mean, over segments of the texts read one after the other, of different words over words, on 0-100.

    Args:
        texts: One sentence each, in an order that puts no like sentences side by side; words are its lower-cased runs
            of letters, digits and underscores.
        segment: Words a segment; what is left at the end is not counted.

    Returns:
        A value in (0, 100]; None where the texts do not fill one segment.

    Raises:
        ValueError: The segment is below 1.
    """
    if segment < 1:
        raise ValueError(f"segment must be at least 1, got {segment}")
    words = [word for text in texts for word in _WORD.findall(text.lower())]
    starts = range(0, len(words) - segment + 1, segment)
    if not starts:
        return None
    return 100 * sum(len(set(words[start : start + segment])) for start in starts) / (segment * len(starts))
