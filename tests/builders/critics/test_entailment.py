import random

import pytest
import torch

from builders.critics.entailment import EntailmentMemo, EntailmentModel
from builders.errors import ConfigError
from builders.models import load_classifier
from tests.builders import tiny_models


def some_pairs(n):
    rng = random.Random(0)
    return [(tiny_models.sentence(rng), tiny_models.passage(rng, rng.randint(1, 3))) for _ in range(n)]


def one_by_one(ref, pairs, label):
    model, tokenizer = load_classifier(ref)
    values = []
    for premise, hypothesis in pairs:
        inputs = tokenizer(premise, hypothesis, return_tensors="pt")
        inputs.pop("token_type_ids", None)
        with torch.inference_mode():
            values.append(model(**inputs).logits.softmax(-1)[0, label].item())
    return values


def test_batched_probabilities_are_those_of_the_plain_model(critic, monkeypatch):
    monkeypatch.setattr("builders.token_batches._TOKENS_PER_BATCH", {"cpu": 300})
    pairs = some_pairs(60)
    assert EntailmentModel(critic).probabilities(pairs) == pytest.approx(one_by_one(critic, pairs, 1), abs=1e-5)


def test_joining_encoded_sentences_equals_encoding_pairs(critic):
    joining, plain = EntailmentModel(critic), EntailmentModel(critic)
    assert joining._joins
    plain._joins = False
    pairs = some_pairs(40)
    assert joining.probabilities(pairs) == plain.probabilities(pairs)


@pytest.mark.parametrize(
    "labels", [("entailment", "neutral"), ("CONTRADICTION", "NEUTRAL", "ENTAILMENT"), ("not_entailment", "entailment")]
)
def test_the_label_is_read_from_the_config(tmp_path, labels):
    ref = tiny_models.make_critic(tmp_path, labels)
    index = [label.lower() for label in labels].index("entailment")
    pairs = some_pairs(5)
    assert EntailmentModel(ref).probabilities(pairs) == pytest.approx(one_by_one(ref, pairs, index), abs=1e-5)


@pytest.mark.parametrize("labels", [("LABEL_0", "LABEL_1"), ("entailment", "Entailment")])
def test_a_model_without_one_entailment_label_is_named(tmp_path, labels):
    ref = tiny_models.make_critic(tmp_path, labels)
    with pytest.raises(
        ConfigError,
        match=rf"model '{ref}' has (no entailment label|\d entailment labels) among \({', '.join(labels)}\)",
    ):
        EntailmentModel(ref)


def test_a_pair_too_long_for_the_model_is_not_believed(critic):
    long = "Boeing said profit rose on Monday. " * 30
    assert EntailmentModel(critic).probabilities([("Apple said so.", long), ("Apple said so.", "Nike.")])[0] == 0.0


def test_the_memo_asks_once(critic, monkeypatch):
    asked = []
    real = EntailmentModel.probabilities

    def counting(self, pairs, encoded):
        asked.extend(pairs)
        return real(self, pairs, encoded)

    monkeypatch.setattr(EntailmentModel, "probabilities", counting)
    memo = EntailmentMemo(critic)
    pairs = some_pairs(5)
    first = memo.probabilities([*pairs, pairs[0]])
    assert memo.probabilities(pairs) == first[:5]
    assert asked == pairs
    assert memo.probabilities([("Same.", "Same.")]) == [1.0]
    assert memo.known(*pairs[0]) == first[0]
    assert memo.known("Never", "asked") is None
