import random

import numpy as np
import pytest

from metrics.ibleu.bleu_counts import bleu_counts, bleu_of_counts
from metrics.ibleu.sentence_bleu import corpus_bleu

WORDS = ["the", "profit", "of", "Acme", "rose", "fell", ".", ",", "5", "%"]


@pytest.mark.parametrize("seed", range(5))
def test_sums_of_rows_give_the_corpus_score_of_sacrebleu(seed):
    rng = random.Random(seed)

    def sentence(least: int) -> str:
        return " ".join(rng.choices(WORDS, k=rng.randint(least, 9)))

    for _ in range(100):
        candidates = [sentence(0) for _ in range(rng.randint(1, 6))]
        references = [[sentence(1) for _ in range(rng.randint(1, 3))] for _ in candidates]
        rows = [bleu_counts(*row) for row in zip(candidates, references, strict=True)]
        assert bleu_of_counts(np.sum(rows, axis=0)) == pytest.approx(corpus_bleu(candidates, references), abs=1e-9)


def test_many_sums_at_once():
    rows = np.array(
        [bleu_counts(text, ["Profit rose at Acme ."]) for text in ("Profit rose .", "", "Profit rose at Acme .")]
    )
    assert bleu_of_counts(rows).tolist() == [bleu_of_counts(row) for row in rows]
    assert bleu_of_counts(rows)[1:].tolist() == [0.0, pytest.approx(100)]
