"""Every kind of NLI model is asked in batches what it would say of a pair alone, through its own tokenizer's call."""

import random
from itertools import islice

import numpy as np
import pytest
import torch

from builders.critics.entailment import EntailmentModel, check_nli_model
from builders.critics.word_match import Encoder
from builders.errors import ConfigError
from builders.models import load_classifier
from tests.builders import nli_kinds

kinds = pytest.mark.parametrize("kind", list(nli_kinds.KINDS))


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    return {kind: nli_kinds.make(kind, tmp_path_factory.mktemp("nli") / "model") for kind in nli_kinds.KINDS}


@pytest.fixture(autouse=True)
def _small_batches(monkeypatch):
    monkeypatch.setattr("builders.token_batches._TOKENS_PER_BATCH", {"cpu": 500})


def some_pairs(n):
    """Of all lengths, some of them twice."""
    texts = nli_kinds.texts(random.Random(0))
    pairs = [(next(texts), next(texts)) for _ in range(n)]
    return [*pairs, *pairs[: n // 4]]


def alone(ref, pairs):
    """The plain model on one pair at a time."""
    model, tokenizer = load_classifier(ref)
    [label] = [index for index, name in model.config.id2label.items() if name.lower() == "entailment"]
    values = []
    for premise, hypothesis in pairs:
        inputs = tokenizer(premise, hypothesis, return_tensors="pt")
        if inputs["input_ids"].shape[1] > nli_kinds.LONGEST:
            values.append(0.0)
            continue
        with torch.inference_mode():
            values.append(model(**inputs).logits.softmax(-1)[0, label].item())
    return values


def pair_of_length(tokenizer, length):
    """A pair of so many tokens with the special ones."""
    for words in range(1, length):
        for end in ("", ".", "..", "..."):
            pair = ("Boeing said profit rose on Monday.", " ".join(["sales"] * words) + end)
            if len(tokenizer(*pair)["input_ids"]) == length:
                return pair
    raise AssertionError(f"no pair of {length} tokens")


@kinds
def test_probabilities_are_those_of_the_plain_model_one_pair_at_a_time(made, kind):
    pairs = some_pairs(32)
    expected = alone(made[kind], pairs)
    assert len({round(value, 3) for value in expected}) > 10  # it has opinions
    model = EntailmentModel(made[kind])
    assert model.probabilities(pairs) == pytest.approx(expected, abs=1e-5)
    assert model.padding > 0  # rows of several lengths stood in one batch


@kinds
def test_the_order_of_pairs_and_what_stands_beside_them_do_not_matter(made, kind):
    pairs, model = some_pairs(16), EntailmentModel(made[kind])
    expected = dict(zip(pairs, model.probabilities(pairs), strict=True))
    shuffled = random.Random(1).sample(pairs, len(pairs))
    assert model.probabilities(shuffled) == pytest.approx([expected[pair] for pair in shuffled], abs=1e-5)
    assert model.probabilities(pairs[:1]) == pytest.approx([expected[pairs[0]]], abs=1e-5)


@kinds
def test_tokenising_sentences_once_is_worth_it_for_every_kind(made, kind):
    joining, plain, pairs = EntailmentModel(made[kind]), EntailmentModel(made[kind]), some_pairs(8)
    assert joining._joins
    plain._joins = False
    assert joining.probabilities(pairs) == plain.probabilities(pairs)


@kinds
def test_a_pair_as_long_as_the_model_reads_is_judged_and_one_token_more_is_not_believed(made, kind):
    _, tokenizer = load_classifier(made[kind])
    fitting, longer = (pair_of_length(tokenizer, nli_kinds.LONGEST + more) for more in (0, 1))
    [value, none] = EntailmentModel(made[kind]).probabilities([fitting, longer])
    assert value == pytest.approx(alone(made[kind], [fitting])[0], abs=1e-5)
    assert value > 0.0
    assert none == 0.0


@pytest.mark.parametrize("labels", [("Neutral", "CONTRADICTION", "Entailment"), ("NOT_ENTAILMENT", "ENTAILMENT")])
@pytest.mark.parametrize("kind", ["roberta", "deberta"])
def test_the_label_is_found_whatever_its_place_and_case(tmp_path, kind, labels):
    ref, pairs = nli_kinds.make(kind, tmp_path, labels), some_pairs(8)
    check_nli_model(ref)
    assert EntailmentModel(ref).probabilities(pairs) == pytest.approx(alone(ref, pairs), abs=1e-5)


@pytest.mark.parametrize(
    ("labels", "words"),
    [
        (("LABEL_0", "LABEL_1", "LABEL_2"), r"no entailment label among \(LABEL_0, LABEL_1, LABEL_2\)"),
        (("entailment", "Entailment"), r"2 entailment labels among \(entailment, Entailment\)"),
        (("LABEL_0",), r"one label \(LABEL_0\), so it gives no probabilities"),  # a cross-encoder's regression
        (("entailment",), r"one label \(entailment\), so it gives no probabilities"),
    ],
)
@pytest.mark.parametrize("look", [check_nli_model, EntailmentModel])
def test_a_model_of_other_labels_is_named(tmp_path, labels, words, look):
    ref = nli_kinds.make("bert", tmp_path, labels)
    with pytest.raises(ConfigError, match=f"model '{ref}' has {words}; name an NLI model"):
        look(ref)


def states(model, sentences):
    """By sentence and layer."""
    found = dict(model.states(sentences, list(range(model.layers))))
    return [found[i] for i in range(len(sentences))]


@kinds
def test_as_an_encoder_it_gives_the_states_of_each_token_alone(made, kind):
    model, sentences = Encoder(made[kind]), list(islice(nli_kinds.texts(random.Random(2)), 12))
    together = states(model, sentences)
    lengths = [len(ids) for ids in model.tokenizer(sentences)["input_ids"]]
    assert len(set(lengths)) > 3
    for sentence, found, length in zip(sentences, together, lengths, strict=True):
        [single] = states(model, [sentence])
        assert len(found) == len(single) == model.layers
        for layer, expected in zip(found, single, strict=True):
            assert layer.shape == (min(length, nli_kinds.LONGEST), 32)
            assert np.isfinite(layer).all()
            np.testing.assert_allclose(np.linalg.norm(layer, axis=1), 1.0, rtol=1e-5)
            np.testing.assert_allclose(layer, expected, atol=1e-5)


@kinds
def test_an_encoder_has_the_states_of_the_embeddings_and_of_every_layer(made, kind):
    model, sentence = Encoder(made[kind]), "Boeing said profit rose."
    inputs = model.tokenizer(sentence, return_tensors="pt")
    body = load_classifier(made[kind])[0].base_model
    with torch.inference_mode():
        outputs = body(**inputs, output_hidden_states=True)
    expected = outputs.encoder_hidden_states if kind == "bart" else outputs.hidden_states
    assert model.layers == len(expected) == 3
    for layer, raw in zip(states(model, [sentence])[0], expected, strict=True):
        raw = raw[0].numpy()
        np.testing.assert_allclose(layer, raw / np.linalg.norm(raw, axis=1, keepdims=True), atol=1e-5)


def test_of_an_encoder_decoder_the_encoder_is_used(made):
    assert type(Encoder(made["bart"]).model).__name__ == "BartEncoder"


@kinds
def test_a_sentence_longer_than_an_encoder_reads_is_cut(made, kind):
    [found] = states(Encoder(made[kind]), ["Boeing said profit rose on Monday. " * 30])
    assert {len(layer) for layer in found} == {nli_kinds.LONGEST}
