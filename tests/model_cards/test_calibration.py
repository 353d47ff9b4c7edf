"""What a calibration of the semantic critic puts on the dataset's card."""

import json

import pytest

from model_cards.calibration import read_calibration
from model_cards.dataset_card import dataset_card
from model_cards.run_folder import CardError

HEADING = "## How far the semantic critic can be trusted"
POINT = {
    "threshold": 0.75,
    "precision": {"value": 0.943, "low": 0.886, "high": 0.976},
    "recall": {"value": 0.98, "low": 0.908, "high": 0.988},
}


@pytest.fixture
def calibrated(run):
    """A run with pairs, and a calibration of their critic."""
    record = {
        "model": "microworld:models/critic",
        "threshold": 0.75,
        "labelled": 187,
        "scored": 9398,
        "at_threshold": POINT,
        "pairs_stage": "abc",
    }
    write(run / "calibration" / "calibration.json", record)
    write(run / "pairs" / "round-0" / "stage.json", {"fingerprint": "abc"})
    return run


def write(path, value):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(value))


def change(run, **values):
    path = run / "calibration" / "calibration.json"
    write(path, json.loads(path.read_text()) | values)


def card(run):
    return dataset_card(run, run / "dimple", "alice/dimple")


def test_the_card_states_precision_and_recall_with_intervals_and_what_they_rest_on(calibrated):
    text = card(calibrated)
    assert HEADING in text
    assert "A person labelled 187 candidate pairs" in text
    assert "who, is not recorded" in text
    assert "threshold 0.75" in text
    assert "| Precision: accepted pairs that say the same | 94.3% | 88.6% to 97.6% |" in text
    assert "| Recall: pairs that say the same and are accepted | 98.0% | 90.8% to 98.8% |" in text


def test_a_run_without_one_says_nothing_of_it(run):
    assert read_calibration(run) is None
    assert HEADING not in card(run)


def test_a_calibration_of_pairs_that_were_made_anew_since_is_left_out(calibrated):
    change(calibrated, pairs_stage="of other critics")
    assert read_calibration(calibrated) is None
    assert HEADING not in card(calibrated)


def test_what_could_not_be_measured_is_a_dash(calibrated):
    change(calibrated, at_threshold=POINT | {"recall": None})
    assert "| Recall: pairs that say the same and are accepted | - | - |" in card(calibrated)


def test_a_calibration_that_lacks_something_is_one_line(calibrated):
    change(calibrated, at_threshold={})
    with pytest.raises(CardError, match=r"calibration.json lacks or misstates 'precision'; run 'impossible calibrate'"):
        card(calibrated)
