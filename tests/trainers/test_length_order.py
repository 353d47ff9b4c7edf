from functools import partial

import pytest

from builders.progress import track
from trainers.length_order import in_length_order


@pytest.mark.parametrize(
    ("texts", "label", "shown"),
    [(5, "evaluate", "evaluate: 3/3 (0 s)\n"), (2, "evaluate", ""), (5, None, "")],  # one batch is no long work
)
def test_progress_is_shown_over_batches_under_a_label(capsys, texts, label, shown):
    asked = ["a" * length for length in range(texts, 0, -1)]
    progress = partial(track, label=label) if label else None
    assert in_length_order(asked, 2, lambda batch: [asked[i] for i in batch], progress) == asked
    assert capsys.readouterr().err == shown


def test_batches_hold_texts_of_like_length():
    batches = []
    in_length_order(["ccc", "a", "dd", "b"], 2, lambda batch: batches.append(batch) or batch)
    assert batches == [[1, 3], [2, 0]]
