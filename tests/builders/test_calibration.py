import numpy as np
import pytest

from builders.calibration import Calibration, report
from builders.errors import RunError

CUTS = [0.15, 0.45, 0.75, 0.9, 0.97]


def record_of(scores, taken, contexts=None, share_drawn=1.0):
    strata = np.searchsorted(CUTS, scores, side="right")
    return {
        "cuts": CUTS,
        "scores": list(scores),
        "contexts": [0] * len(scores) if contexts is None else list(contexts),
        "seed": 0,
        "share_drawn": share_drawn,
        "pairs": [{"id": str(i), "score": scores[i], "stratum": int(strata[i])} for i in taken],
    }


def labels_of(truth, taken):
    return {str(i): bool(truth[i]) for i in taken}


def population(seed, contexts=200, k=30):
    """Scores, truth and contexts of candidates that are alike within a context, as a run's are."""
    rng = np.random.default_rng(seed)
    alike = rng.random((contexts, k)) < rng.beta(0.4, 1.6, contexts)[:, None]
    scores = np.where(alike, rng.beta(12, 1.2, alike.shape), rng.beta(0.3, 5, alike.shape)).ravel()
    truth = rng.random(scores.shape) < np.where(scores >= 0.75, 0.92, 0.01 + 0.5 * scores**2)
    return scores, truth, np.repeat(np.arange(contexts), k)


def drawn(scores, rng, of_each=30):
    strata = np.searchsorted(CUTS, scores, side="right")
    members = [np.flatnonzero(strata == h) for h in range(len(CUTS) + 1)]
    return [int(i) for group in members for i in rng.permutation(group)[:of_each]]


def exact(scores, truth, threshold):
    accepted = scores >= threshold
    return truth[accepted].mean(), (truth & accepted).sum() / truth.sum()


def test_with_every_pair_labelled_the_estimates_are_exact():
    scores, truth, contexts = population(0)
    everything = range(len(scores))
    calibration = Calibration(record_of(scores, everything, contexts), labels_of(truth, everything))
    for threshold in (0.3, 0.75, 0.95):
        point = calibration.at(threshold)
        assert (point["precision"]["value"], point["recall"]["value"]) == pytest.approx(exact(scores, truth, threshold))
        assert point["accepted"] == pytest.approx((scores >= threshold).mean())


@pytest.mark.parametrize("share_drawn", [1.0, 0.5])
def test_intervals_cover_what_is_true_of_all_candidates(share_drawn):
    covered = {"precision": 0, "recall": 0}
    errors = []
    times = 60
    for seed in range(times):
        scores, truth, contexts = population(seed)
        precision, recall = exact(scores, truth, 0.75)
        part = contexts < 200 * share_drawn  # the draw knows only these
        taken = drawn(scores[part], np.random.default_rng(seed))
        record = record_of(scores[part], taken, contexts[part], share_drawn)
        point = Calibration(record, labels_of(truth[part], taken)).at(0.75)
        for name, value in (("precision", precision), ("recall", recall)):
            covered[name] += point[name]["low"] <= value <= point[name]["high"]
        errors.append((point["precision"]["value"] - precision, point["recall"]["value"] - recall))
    assert min(covered.values()) >= 0.88 * times  # 95% less two and a half standard errors
    assert np.abs(np.mean(errors, axis=0)).max() < 0.02  # unbiased, but for the draw


def test_labels_that_are_all_alike_leave_a_doubt():
    scores = np.array([0.05] * 500 + [0.99] * 100)
    taken = [*range(20), *range(500, 520)]
    point = Calibration(record_of(scores, taken), {str(i): i >= 500 for i in taken}).at(0.75)
    assert point["precision"]["value"] == point["recall"]["value"] == 1.0
    assert 0.8 < point["precision"]["low"] < 0.95
    assert 0.4 < point["recall"]["low"] < 0.95  # one in a few hundred of 500 low scores would be many


def test_part_of_the_labels_will_do():
    scores, truth, contexts = population(1)
    taken = drawn(scores, np.random.default_rng(1))
    labels = labels_of(truth, taken)
    record = record_of(scores, taken, contexts)
    whole = Calibration(record, labels).at(0.75)["precision"]
    half = Calibration(record, dict(list(labels.items())[::2])).at(0.75)["precision"]
    assert half["high"] - half["low"] > whole["high"] - whole["low"]
    assert half["low"] < whole["value"] < half["high"]


def test_the_lowest_threshold_that_meets_a_precision():
    scores = np.linspace(0, 0.999, 1000)
    truth = scores >= 0.6  # so precision at t below is 0.4 / (1 - t)
    everything = range(1000)
    found = report(Calibration(record_of(scores, everything), labels_of(truth, everything)), 0.75, 0.8)
    assert found["lowest"]["threshold"] == pytest.approx(0.5)
    assert found["assured"]["threshold"] > found["lowest"]["threshold"]
    assert found["assured"]["precision"]["low"] >= 0.8
    assert found["at_threshold"]["recall"]["value"] == pytest.approx(0.25 / 0.4)


def test_a_precision_that_no_threshold_meets():
    scores = np.linspace(0, 0.999, 1000)
    found = report(Calibration(record_of(scores, range(1000)), {str(i): False for i in range(1000)}), 0.75, 0.5)
    assert (found["lowest"], found["assured"]) == (None, None)
    assert found["at_threshold"]["recall"] is None  # nothing is true


def test_a_threshold_above_every_score_has_no_precision():
    scores = np.array([0.1] * 10 + [0.8] * 10)
    point = Calibration(record_of(scores, range(20)), labels_of(scores > 0.5, range(20))).at(0.9)
    assert (point["precision"], point["labels"]) == (None, 0)


def test_no_threshold_is_offered_below_the_lowest_score_that_has_a_label():
    scores = np.linspace(0.46, 0.999, 1000)
    taken = [i for i in range(1000) if scores[i] >= 0.6]
    found = report(Calibration(record_of(scores, taken), {str(i): True for i in taken}), 0.75, 0.5)
    assert found["lowest"]["threshold"] == found["assured"]["threshold"] == 0.61  # 0.6002 is the lowest


def test_too_few_labels_are_refused():
    scores, truth, contexts = population(1)
    taken = drawn(scores, np.random.default_rng(1))
    labels = labels_of(truth, taken)
    with pytest.raises(RunError, match=r"^19 of the drawn pairs have a label, and at least 20 must; label more$"):
        Calibration(record_of(scores, taken, contexts), dict(list(labels.items())[::9][:19]))
    Calibration(record_of(scores, taken, contexts), dict(list(labels.items())[::9][:20]))


def test_scores_among_which_none_has_a_label_are_named_with_a_pair_to_label():
    scores = np.array([0.05] * 30 + [0.5] * 30 + [0.8] * 30)
    record = record_of(scores, range(90))
    with pytest.raises(RunError) as caught:
        Calibration(record, {str(i): True for i in range(30, 60)})
    assert str(caught.value) == (
        "none of the pairs with scores from 0 to 0.15, 0.75 to 0.9 has a label; label more pairs, such as '0', '60'"
    )
    Calibration(record, {str(i): True for i in range(0, 90, 3)})  # nobody misses labels where there are no pairs
