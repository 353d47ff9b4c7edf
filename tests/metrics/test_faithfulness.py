import json
import shutil

import evaluate
import pytest
import torch
from transformers import AutoModelForSequenceClassification, AutoTokenizer

from metrics.faithfulness.entailment import Entailment, entailment_label

CRITIC = "microworld/models/critic"
SOURCES = [
    "Wendara Industrial launched a new vacuum cleaner in Boston.",
    "The Dragons beat the Cougars on Saturday after a goal by Abbott.",
    "The Dragons beat the Cougars on Saturday.",
    "Rain fell.",
    "Rain fell.",
    "",
]
OUTPUTS = [
    "Wendara Industrial's new vacuum cleaner hit the market in Boston.",
    "The Dragons beat the Cougars on Saturday.",
    "The Dragons beat the Cougars on Saturday after a goal by Abbott.",
    "Rain fell.",
    " ",
    "",
]


def compute(**settings):
    rows = {"predictions": OUTPUTS, "sources": SOURCES, "model": CRITIC} | settings
    return evaluate.load("metrics/faithfulness").compute(**rows)


def test_probabilities_are_the_models_own():
    model = AutoModelForSequenceClassification.from_pretrained(CRITIC, dtype="float32")
    tokenizer = AutoTokenizer.from_pretrained(CRITIC)
    pairs = [*zip(SOURCES[:3], OUTPUTS[:3], strict=True), *zip(OUTPUTS[:3], SOURCES[:3], strict=True)]
    expected = []
    for pair in pairs:
        with torch.no_grad():
            expected.append(model(**tokenizer(*pair, return_tensors="pt")).logits[0].softmax(dim=0)[1].item())
    assert Entailment(CRITIC).probabilities(pairs * 2) == pytest.approx(expected * 2, abs=1e-5)


def test_both_ways_count_for_a_paraphrase():
    result = compute()
    # the first both ways, the second from source to output, the third from output to source, the fourth is a copy
    assert [p >= 0.75 for p in result["entailment_forward"]] == [True, True, False, True, False, False]
    assert [p >= 0.75 for p in result["entailment_backward"]] == [True, False, True, True, False, False]
    assert (result["faithfulness"], result["forward"], result["backward"]) == (100 * 2 / 6, 50.0, 50.0)


def test_forward_alone_counts_for_a_summary():
    result = compute(direction="forward")
    assert result["faithfulness"] == result["forward"] == 50.0
    assert (result["backward"], result["entailment_backward"]) == (None, None)


def test_a_probability_at_the_threshold_passes():
    at = compute()["entailment_forward"][0]
    rows = {"predictions": OUTPUTS[:1], "sources": SOURCES[:1], "direction": "forward"}
    assert compute(**rows, threshold=at)["forward"] == 100.0
    assert compute(**rows, threshold=at + 1e-6)["forward"] == 0.0


def test_the_order_of_the_labels_is_read(tmp_path):
    folder = shutil.copytree(CRITIC, tmp_path / "critic")
    config = json.loads((folder / "config.json").read_text())
    config |= {"id2label": {"0": "ENTAILMENT", "1": "other"}, "label2id": {"ENTAILMENT": 0, "other": 1}}
    (folder / "config.json").write_text(json.dumps(config))
    pairs = list(zip(SOURCES[:3], OUTPUTS[:3], strict=True))
    [here, there] = [Entailment(str(place)).probabilities(pairs) for place in (CRITIC, folder)]
    assert there == pytest.approx([1 - p for p in here], abs=1e-5)


def test_wanli_has_entailment_in_the_middle():
    assert entailment_label("wanli", {0: "contradiction", 1: "entailment", 2: "neutral"}) == 1


@pytest.mark.parametrize("labels", [{0: "LABEL_0", 1: "LABEL_1"}, {0: "entailment"}, {0: "entails", 1: "entailed"}])
def test_a_model_without_one_such_label_is_none(labels):
    with pytest.raises(ValueError, match="model 'x' has not one label of several that says entailment"):
        entailment_label("x", labels)


def test_what_is_too_long_cannot_be_judged_but_for_a_copy():
    long = "Rain fell on Dallas. " * 2_500
    pairs = [(long, "Rain fell."), ("Rain fell.", long), (long, long)]
    assert Entailment(CRITIC).probabilities(pairs) == [0.0, 0.0, 1.0]


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"threshold": 0}, r"threshold must lie in \(0, 1\], got 0"),
        ({"direction": "backward"}, 'direction must be "both" or "forward", got \'backward\''),
        ({"model": "nowhere/at/all"}, "model 'nowhere/at/all' does not load"),
        ({"model": "microworld/models/student"}, "lacks weights, such as 'classification_head"),
    ],
)
def test_what_is_wrong_is_named(settings, message):
    with pytest.raises(ValueError, match=message):
        compute(**settings)
