from types import SimpleNamespace

import pytest
import torch

from builders.critics.base import Shared
from builders.critics.sentence_classifier import SentenceClassifier, sentence_classifier, toxic_labels
from builders.critics.toxicity import ToxicityConfig
from builders.errors import ConfigError, RunError
from builders.models import load_classifier
from builders.pairs import Pair
from tests.builders import tiny_models
from tests.builders.critics.test_entailment import some_pairs

SENTENCES = list(dict.fromkeys(text for pair in some_pairs(30) for text in pair))


def config_of(labels, problem_type=None):
    return SimpleNamespace(id2label=dict(enumerate(labels)), num_labels=len(labels), problem_type=problem_type)


@pytest.fixture(scope="module")
def model(tmp_path_factory):
    return tiny_models.make_critic(tmp_path_factory.mktemp("models"), ("neutral", "Toxic", "identity_hate"))


@pytest.fixture(scope="module")
def multi_label_model(tmp_path_factory):
    folder = tmp_path_factory.mktemp("models")
    ref = tiny_models.make_critic(folder, ("toxic", "obscene", "threat"))
    model, tokenizer = load_classifier(ref)
    model.config.problem_type = "multi_label_classification"
    return tiny_models._save(model, tokenizer, folder / "multi")


def one_by_one(ref, probability):
    model, tokenizer = load_classifier(ref)
    with torch.inference_mode():
        return [probability(model(**tokenizer(text, return_tensors="pt")).logits[0]) for text in SENTENCES]


def test_labels_that_exclude_each_other_are_summed(model, monkeypatch):
    monkeypatch.setattr("builders.token_batches._TOKENS_PER_BATCH", {"cpu": 200})
    expected = one_by_one(model, lambda logits: logits.softmax(-1)[[1, 2]].sum().item())
    assert SentenceClassifier(model, ()).probabilities(SENTENCES) == pytest.approx(expected, abs=1e-5)


def test_of_several_labels_at_once_the_likeliest_counts(multi_label_model):
    expected = one_by_one(multi_label_model, lambda logits: logits.sigmoid().max().item())
    assert SentenceClassifier(multi_label_model, ()).probabilities(SENTENCES) == pytest.approx(expected, abs=1e-5)


def test_a_pair_is_dropped_for_either_sentence_and_each_is_classified_once(model, monkeypatch):
    values = dict(zip(SENTENCES, sentence_classifier(model, ()).probabilities(SENTENCES), strict=True))
    asked = []
    real = SentenceClassifier.probabilities
    monkeypatch.setattr(
        SentenceClassifier, "probabilities", lambda self, texts: asked.append(texts) or real(self, texts)
    )
    calm, heated = min(values, key=values.get), max(values, key=values.get)
    limit = (values[calm] + values[heated]) / 2
    critic = ToxicityConfig(model=model, max=limit).build(Shared())
    verdicts = critic.judge([Pair(calm, heated), Pair(heated, calm), Pair(calm, calm)])
    assert [verdict.reason for verdict in verdicts] == ["toxicity", "toxicity", None]
    assert verdicts[0].scores["toxicity"] == pytest.approx(values[heated], abs=1e-5)
    critic.judge([Pair(heated, heated)])
    assert asked == [[calm, heated]]


def test_a_sentence_too_long_for_the_model_is_not_cleared(model):
    assert SentenceClassifier(model, ()).probabilities(["Nike said so. " * 99, "Nike."])[0] == 1.0


@pytest.mark.parametrize(
    ("labels", "wanted", "found"),
    [
        (("non-toxic", "toxic"), (), [1]),
        (("hate", "nothate"), (), [0]),
        (("Offensive", "not_offensive"), (), [0]),
        (("hateful", "offensive", "neither"), (), [0, 1]),
        (("LABEL_0", "LABEL_1"), ("label_1",), [1]),
    ],
)
def test_labels_are_found_by_name(labels, wanted, found):
    assert toxic_labels("m", config_of(labels), wanted) == found


@pytest.mark.parametrize(
    ("config", "wanted", "words"),
    [
        (config_of(("LABEL_0", "LABEL_1")), (), r"model 'm' has no label that says toxic among \(LABEL_0, LABEL_1\)"),
        (config_of(("toxic", "fine")), ("bad",), r"toxicity.labels must be of toxic, fine, got 'bad'"),
        (config_of(("toxic", "threat")), (), r"labels of model 'm' \(toxic, threat\) all count as toxic"),
    ],
)
def test_a_model_without_fitting_labels_is_named(config, wanted, words):
    with pytest.raises(ConfigError, match=words) as caught:
        toxic_labels("m", config, wanted)
    assert "toxicity.labels" in str(caught.value)


def test_labels_that_may_all_apply_can_all_be_toxic():
    assert toxic_labels("m", config_of(("toxic", "threat"), "multi_label_classification")) == [0, 1]


def test_a_model_is_checked_before_it_is_needed(model, tmp_path):
    ToxicityConfig(model=model).check()
    with pytest.raises(ConfigError, match="got 'bad'"):
        ToxicityConfig(model=model, labels=("bad",)).check()
    with pytest.raises(RunError, match="does not exist"):
        ToxicityConfig(model=str(tmp_path / "none")).check()
    assert ToxicityConfig(model=model).models == (model,)
    assert "sha256" in ToxicityConfig(model=model).identity()["model"]


def test_a_value_out_of_range_is_named():
    with pytest.raises(ConfigError, match=r"toxicity\.max must lie in \[0, 1\), got 1.0"):
        ToxicityConfig(model="m", max=1.0)
