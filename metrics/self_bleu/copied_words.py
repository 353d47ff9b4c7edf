"""BLEU of outputs to their sources, of a corpus or averaged over its sentences, by `sacrebleu` and on 0-100."""

from collections.abc import Sequence
from typing import Literal, get_args

from sacrebleu.metrics import BLEU

Variant = Literal["corpus", "sentence"]

# The scorers of `metrics/ibleu`, again, since a metric's folder stands alone.
_SCORERS: dict[str, BLEU] = {
    "corpus": BLEU(force=True),
    "sentence": BLEU(smooth_method="add-k", smooth_value=1, effective_order=True, force=True),
}


def corpus_self_bleu(sources: Sequence[str], outputs: Sequence[str]) -> float:
    """BLEU of all outputs together, with `sacrebleu`'s defaults.

    Returns:
        A value in [0, 100]; 100.0 for copies.
    """
    return float(_SCORERS["corpus"].corpus_score(outputs, [sources]).score)


def sentence_self_bleus(sources: Sequence[str], outputs: Sequence[str]) -> list[float]:
    """BLEU of each output, the counts of every order above the first smoothed by adding one.

    Returns:
        Values in [0, 100]; 0.0 where no word is shared, 100.0 for a copy that has a word.
    """
    scorer = _SCORERS["sentence"]
    return [
        float(scorer.sentence_score(*row).score) for row in zip(outputs, ([source] for source in sources), strict=True)
    ]


def signature(variant: Variant) -> str:
    """What `sacrebleu` does in a variant, in its own notation.

    Raises:
        ValueError: There is no such variant.
    """
    if variant not in get_args(Variant):
        raise ValueError(f'variant must be "corpus" or "sentence", got {variant!r}')
    scorer = _SCORERS[variant]
    scorer.corpus_score(["word"], [["word"]])  # it refuses to sign before it has scored
    return str(scorer.get_signature())
