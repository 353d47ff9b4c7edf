"""What an output has that its source has not: the share of its n-grams, and whether it is a copy."""

import re

_WORD = re.compile(r"\w+")


def novelty(source: str, output: str, order: int = 1) -> float:
    """The share of the output's n-grams, each counted as often as it occurs, that do not occur in the source.

    Args:
        source: A sentence; words are its lower-cased runs of letters, digits and underscores.
        output: What was made of it.
        order: n; 1 for words.

    Returns:
        A value in [0, 100]; 0.0 for an output without an n-gram, which says nothing new.

    Raises:
        ValueError: The order is below 1.
    """
    if order < 1:
        raise ValueError(f"order must be at least 1, got {order}")
    known, said = set(_ngrams(source, order)), _ngrams(output, order)
    return 100 * sum(ngram not in known for ngram in said) / len(said) if said else 0.0


def is_copy(source: str, output: str) -> bool:
    """Whether an output has the source's words in the source's order, whatever their case and punctuation.

    Where neither has a word, as of emoji alone, the texts decide.
    """
    words = _words(source)
    return words == _words(output) and (bool(words) or source.strip() == output.strip())


def _words(text: str) -> list[str]:
    return _WORD.findall(text.lower())


def _ngrams(text: str, order: int) -> list[tuple[str, ...]]:
    words = _words(text)
    return list(zip(*(words[start:] for start in range(order)), strict=False))
