import json

import numpy as np
import pytest
import torch
from transformers import AutoModel, AutoModelForSequenceClassification, AutoTokenizer, RobertaConfig, RobertaForMaskedLM

from builders.errors import UsageError
from builders.sentence_embeddings import SentenceEncoder, cosine_similarities
from tests.builders import nli_kinds
from tests.builders.tiny_models import make_tokenizer

SENTENCES = [
    "Profit rose.",
    "On Monday, Dell Corp. said that its U.S. sales rose last week.",
    "Boeing said shares gained on Tuesday.",
    "said " * 300,  # longer than the model takes
]


@pytest.fixture(scope="module")
def bert(tmp_path_factory):
    """The body of a BERT with a trained pooler, as SimCSE's are saved."""
    folder = tmp_path_factory.mktemp("bert")
    AutoModelForSequenceClassification.from_pretrained(nli_kinds.make("bert", folder)).base_model.save_pretrained(
        folder
    )
    return str(folder)


def one_by_one(folder, pool):
    """The vectors by transformers, without batches."""
    model, tokenizer = AutoModel.from_pretrained(folder).eval(), AutoTokenizer.from_pretrained(folder)
    rows = []
    for sentence in SENTENCES:
        inputs = tokenizer(sentence, return_tensors="pt", truncation=True, max_length=nli_kinds.LONGEST)
        with torch.inference_mode():
            rows.append(pool(model(**inputs))[0].numpy())
    return np.stack([row / np.linalg.norm(row) for row in rows])


POOLS = {
    "pooler": lambda output: output.pooler_output,
    "cls": lambda output: output.last_hidden_state[:, 0],
    "mean": lambda output: output.last_hidden_state.mean(dim=1),
    "last": lambda output: output.last_hidden_state[:, -1],
}


@pytest.mark.parametrize("pooling", POOLS)
def test_a_batch_has_the_vectors_of_its_sentences_alone(bert, pooling):
    expected = one_by_one(bert, POOLS[pooling])
    assert SentenceEncoder(bert, pooling).vectors(SENTENCES) == pytest.approx(expected, abs=1e-5)
    assert np.ptp(expected, axis=0).max() > 0.01  # they differ, so that the order shows


def test_the_cosine_is_that_of_the_two_vectors(bert):
    encoder = SentenceEncoder(bert, "mean")
    vectors = one_by_one(bert, POOLS["mean"])
    pairs = [(SENTENCES[0], SENTENCES[1]), (SENTENCES[2], SENTENCES[2]), (SENTENCES[1], SENTENCES[0])]
    found = cosine_similarities(encoder, pairs, "cosines")
    assert found == pytest.approx([100 * vectors[0] @ vectors[1], 100, 100 * vectors[0] @ vectors[1]], abs=1e-3)


def test_the_pooling_suits_the_model(bert, critic, student, tmp_path):
    assert SentenceEncoder(bert).pooling == "pooler"
    assert SentenceEncoder(critic).pooling == "last"  # GPT-2
    assert SentenceEncoder(student).pooling == "mean"  # T5's encoder
    tokenizer = make_tokenizer()
    sizes = {"hidden_size": 16, "num_hidden_layers": 1, "num_attention_heads": 2, "intermediate_size": 16}
    RobertaForMaskedLM(RobertaConfig(vocab_size=len(tokenizer), pad_token_id=0, **sizes)).save_pretrained(tmp_path)
    tokenizer.save_pretrained(tmp_path)
    assert SentenceEncoder(str(tmp_path)).pooling == "mean"  # a language model, whose body has no trained pooler
    with pytest.raises(UsageError, match="no pooler behind its first token; take --pooling cls, mean or last"):
        SentenceEncoder(str(tmp_path), "pooler")


@pytest.mark.parametrize(
    ("declared", "pooling"),
    [
        ({"pooling_mode_cls_token": False, "pooling_mode_mean_tokens": True}, "mean"),
        ({"pooling_mode_cls_token": True, "pooling_mode_mean_tokens": False}, "cls"),
        ({"pooling_mode_max_tokens": True}, None),
    ],
)
def test_what_sentence_transformers_has_written_counts(bert, tmp_path, declared, pooling):
    folder = tmp_path / "model"
    AutoModel.from_pretrained(bert).save_pretrained(folder)
    AutoTokenizer.from_pretrained(bert).save_pretrained(folder)
    (folder / "1_Pooling").mkdir()
    (folder / "1_Pooling/config.json").write_text(json.dumps({"word_embedding_dimension": 32} | declared))
    if pooling:
        assert SentenceEncoder(str(folder)).pooling == pooling
    else:
        with pytest.raises(UsageError, match=r"pools by max_tokens; choose one of pooler, cls, mean, last with --pool"):
            SentenceEncoder(str(folder))
    assert SentenceEncoder(str(folder), "last").pooling == "last"
