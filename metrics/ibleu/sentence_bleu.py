"""BLEU of a sentence and of a corpus, and iBLEU (Sun and Zhou, 2012): all on 0-100, all by `sacrebleu`.

The paper's BLEU lies close to the mean of smoothed sentence scores, some 3 points below `sacrebleu`'s corpus score. So
both variants are here, and a figure has to say which of them it uses; `signature` gives the rest.
"""

from collections.abc import Sequence
from itertools import zip_longest
from typing import Literal, get_args

from sacrebleu.metrics import BLEU

Variant = Literal["corpus", "sentence"]
Reference = str | Sequence[str]  # one sentence, or several that count as equally good

ALPHA = 0.7  # the paper's Copy-Input rows give 0.7 * BLEU(y, reference) - 0.3 * BLEU(y, source)

# `force` changes no score, it only silences advice about tokenised text, which the paper's test sets are.
_SCORERS: dict[str, BLEU] = {
    "corpus": BLEU(force=True),
    "sentence": BLEU(smooth_method="add-k", smooth_value=1, effective_order=True, force=True),  # Lin and Och, 2004
}


def sentence_bleu(candidate: str, references: Sequence[str]) -> float:
    """BLEU of one sentence, the counts of every order above the first smoothed by adding one.

    Returns:
        A value in [0, 100]; 0.0 when no word is shared.
    """
    return float(_SCORERS["sentence"].sentence_score(candidate, references).score)


def corpus_bleu(candidates: Sequence[str], references: Sequence[Reference]) -> float:
    """BLEU of a corpus with `sacrebleu`'s defaults.

    Args:
        candidates: One sentence a row.
        references: One reference a row, or a list of them, not necessarily the same number in each row.

    Returns:
        A value in [0, 100].
    """
    streams = list(zip_longest(*map(_as_list, references)))
    return float(_SCORERS["corpus"].corpus_score(candidates, streams).score)


def sentence_bleus(candidates: Sequence[str], references: Sequence[Reference]) -> list[float]:
    """The `sentence_bleu` of each row."""
    return [sentence_bleu(row, _as_list(reference)) for row, reference in zip(candidates, references, strict=True)]


def ibleu(
    sources: Sequence[str],
    candidates: Sequence[str],
    references: Sequence[Reference],
    alpha: float = ALPHA,
    variant: Variant = "corpus",
) -> float:
    """The figure alpha * BLEU(candidate, reference) - (1 - alpha) * BLEU(candidate, source).

    Args:
        sources: One sentence a row.
        candidates: The paraphrase of each row.
        references: The human paraphrase of each row, or a list of them.
        alpha: The weight of the reference; 1.0 is plain BLEU.
        variant: "corpus" for two corpus scores, "sentence" for the mean of `sentence_ibleu` over the rows.

    Returns:
        A value in [-100 * (1 - alpha), 100 * alpha].

    Raises:
        ValueError: There is no row, the three differ in length, or alpha or variant is out of range.
    """
    if not len(sources) == len(candidates) == len(references) > 0:
        lengths = f"{len(sources)} sources, {len(candidates)} candidates, {len(references)} references"
        raise ValueError(f"iBLEU needs one source, candidate and reference a row, got {lengths}")
    _check_variant(variant)
    if variant == "corpus":
        return weigh(corpus_bleu(candidates, references), corpus_bleu(candidates, sources), alpha)
    rows = zip(sources, candidates, references, strict=True)
    return sum(sentence_ibleu(*row, alpha=alpha) for row in rows) / len(sources)


def sentence_ibleu(source: str, candidate: str, reference: Reference, alpha: float = ALPHA) -> float:
    """iBLEU of one row, with `sentence_bleu` for both of its parts.

    Returns:
        A value in [-100 * (1 - alpha), 100 * alpha].

    Raises:
        ValueError: alpha lies outside [0, 1].
    """
    return weigh(sentence_bleu(candidate, _as_list(reference)), sentence_bleu(candidate, [source]), alpha)


def weigh(to_reference: float, to_source: float, alpha: float) -> float:
    """iBLEU from its two parts.

    Raises:
        ValueError: alpha lies outside [0, 1].
    """
    if not 0.0 <= alpha <= 1.0:
        raise ValueError(f"alpha must lie in [0, 1], got {alpha}")
    return alpha * to_reference - (1 - alpha) * to_source


def signature(variant: Variant) -> str:
    """What `sacrebleu` does, in its own notation, less the number of references, which is up to the rows.

    Raises:
        ValueError: There is no such variant.
    """
    _check_variant(variant)
    scorer = _SCORERS[variant]
    scorer.corpus_score(["word"], [["word"]])  # it refuses to sign before it has scored
    _, _, settings = str(scorer.get_signature()).partition("|")
    return settings


def _check_variant(variant: str) -> None:
    if variant not in get_args(Variant):
        raise ValueError(f'variant must be "corpus" or "sentence", got {variant!r}')


def _as_list(reference: Reference) -> Sequence[str]:
    return [reference] if isinstance(reference, str) else reference
