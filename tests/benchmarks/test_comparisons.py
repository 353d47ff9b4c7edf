"""Both ways of each benchmark do the same work; how fast they are is not a test's business."""

import json

import pytest

from benchmarks import entailment
from benchmarks.__main__ import main
from benchmarks.metrics import rouge_l_comparison, tree_edit_distance_comparison
from benchmarks.sampling import sampling_comparison
from tests.builders import tiny_models

TEACHER = "microworld:models/teacher"
CONTEXTS = [
    [
        "Acme's profit rose by 5 percent.",
        "There was a 5 percent rise in Acme's profit.",
        "Acme posted a 5 percent rise in profit.",
        "Acme's profit fell on Monday.",
    ],
    ["Denver was hit by a storm.", "A storm struck Denver and closed roads.", "It was Denver that a storm hit."],
]


@pytest.fixture(scope="module")
def critic(tmp_path_factory):
    return tiny_models.make_critic(tmp_path_factory.mktemp("models") / "critic")


@pytest.mark.parametrize("make", [rouge_l_comparison, tree_edit_distance_comparison])
def test_metrics_and_their_references_give_equal_values(make):
    comparison = make(CONTEXTS)
    ours = comparison.ours()
    assert comparison.check(ours, comparison.reference()) == "values equal"
    assert comparison.count(ours) == {"pairs": 9}
    with pytest.raises(AssertionError, match="1 of 9 values differ"):
        comparison.check([ours[0] + 1, *ours[1:]], comparison.reference())


def test_both_samplers_write_whole_sentences_and_are_counted_alike():
    comparison = sampling_comparison(TEACHER, n=2, k=6)
    ours, reference = comparison.ours(), comparison.reference()
    for samples in (ours, reference):
        assert [len(texts) for texts in samples] == [6, 6]
        counts = comparison.count(samples)
        assert 10 <= counts["sentences"] <= 12
        assert counts["tokens"] > 5 * counts["sentences"]
    assert "tokens a sentence" in comparison.check(ours, reference)


def test_both_ways_of_asking_the_critic_give_the_same_probabilities(critic):
    comparison = entailment.batching_comparison(critic, CONTEXTS)
    values = comparison.ours()
    assert len(values) == 4 * 3 + 3 * 2
    assert len({round(value, 4) for value in values}) > 5  # a critic of one opinion would show nothing
    assert "at most" in comparison.check(values, comparison.reference())


def test_filters_with_a_memo_keep_what_the_paper_read_literally_keeps(critic, monkeypatch):
    monkeypatch.setattr(entailment, "THRESHOLD", 0.15)  # about the median opinion of the random critic
    comparison = entailment.filters_comparison(critic, CONTEXTS)
    ours, reference = comparison.ours(), comparison.reference()
    assert ours == reference
    assert any(ours)
    assert comparison.check(ours, reference).startswith(f"{sum(map(len, ours))} of")


def test_a_benchmark_without_its_model_is_skipped_with_the_reason(capsys, tmp_path):
    status = main(["--only", "entailment", "--critic", str(tmp_path), "--json", "--repeats", "1"])
    record = json.loads(capsys.readouterr().out)
    assert status == 1
    assert record["comparisons"] == []
    assert "holds no config.json" in record["skipped"]["entailment"]
    assert record["machine"]["cores"] >= 1


def test_the_table_says_what_was_timed_and_where(capsys):
    assert main(["--only", "rouge_l", "--repeats", "1"]) == 0
    table = capsys.readouterr().out
    assert "pairs/s" in table
    assert "reference: rouge_score; values equal" in table
    assert "cores" in table
