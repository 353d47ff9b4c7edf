"""BERT-iBLEU (Niu et al., 2021): the weighted harmonic mean of closeness in meaning and distance in words."""

from collections.abc import Sequence

from sacrebleu.metrics import BLEU

BETA = 4.0  # Niu et al., 2021: how much more closeness in meaning weighs

# The sentence scorer of `metrics/ibleu`, again, since a metric's folder stands alone.
_SCORER = BLEU(smooth_method="add-k", smooth_value=1, effective_order=True, force=True)
_NO_DISTANCE = 1e-9  # a copy's BLEU is 100 but for the last bits


def self_bleu(source: str, output: str) -> float:
    """BLEU of an output to its source, the counts of every order above the first smoothed by adding one.

    Returns:
        A value in [0, 100]; 0.0 when no word is shared, 100.0 for a copy that has a word.
    """
    return float(_SCORER.sentence_score(output, [source]).score)


def bert_ibleu(bert_score: float, bleu_to_source: float, beta: float = BETA) -> float:
    """BERT-iBLEU of one row: ((beta / BERTScore + 1 / (1 - Self-BLEU)) / (beta + 1)) ** -1, times 100.

    Args:
        bert_score: F1 to the source, at most 1.
        bleu_to_source: As `self_bleu` gives it, in [0, 100].
        beta: The weight of the first.

    Returns:
        A value in [0, 100]; 0.0 for a copy, and where the BERTScore is 0 or below.

    Raises:
        ValueError: beta is not above 0.
    """
    if not beta > 0:
        raise ValueError(f"beta must be above 0, got {beta}")
    distance = 1 - bleu_to_source / 100
    if bert_score <= 0 or distance < _NO_DISTANCE:
        return 0.0
    return 100 * (beta + 1) / (beta / bert_score + 1 / distance)


def bert_ibleu_rows(
    sources: Sequence[str], outputs: Sequence[str], bert_scores: Sequence[float], beta: float = BETA
) -> list[float]:
    """The `bert_ibleu` of each row.

    Args:
        sources: One sentence a row.
        outputs: What was made of each.
        bert_scores: The BERTScore-F1 of each output to its source.
        beta: As in `bert_ibleu`.
    """
    rows = zip(sources, outputs, bert_scores, strict=True)
    return [bert_ibleu(score, self_bleu(source, output), beta) for source, output, score in rows]


def signature() -> str:
    """What `sacrebleu` does, in its own notation."""
    _SCORER.corpus_score(["word"], [["word"]])  # it refuses to sign before it has scored
    return str(_SCORER.get_signature())
