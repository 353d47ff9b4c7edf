import numpy as np
import pytest
import torch
from tokenizers import Tokenizer, models, pre_tokenizers, trainers
from transformers import AutoModel, AutoTokenizer, RobertaConfig, RobertaModel, RobertaTokenizer

from metrics.bert_ibleu.bert_score import BertScorer
from metrics.bert_ibleu.encoder import Encoder

CRITIC, STUDENT = "microworld/models/critic", "microworld/models/student"
CANDIDATES = ["Profit rose sharply last year.", "Rain fell.", "利润上升 😀", "It said so, it said.", "Yes"]
REFERENCES = [
    "Sharply up was profit last year, it said.",
    "Seattle saw rain.",
    "利润",
    "It said so, it said.",
    "No, never.",
]


@pytest.fixture(scope="module")
def roberta(tmp_path_factory):
    """A RoBERTa of random weights, wide enough that its tokens differ, with a byte-level tokenizer of its kind."""
    folder = tmp_path_factory.mktemp("roberta")
    specials, alphabet = ["<s>", "<pad>", "</s>", "<unk>", "<mask>"], pre_tokenizers.ByteLevel.alphabet()
    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    trainer = trainers.BpeTrainer(
        vocab_size=300, special_tokens=specials, initial_alphabet=alphabet, show_progress=False
    )
    tokenizer.train_from_iterator(CANDIDATES + REFERENCES, trainer)
    tokenizer.model.save(str(folder))
    RobertaTokenizer.from_pretrained(folder, model_max_length=62).save_pretrained(folder)
    torch.manual_seed(0)
    sizes = {"hidden_size": 32, "num_hidden_layers": 4, "num_attention_heads": 2, "intermediate_size": 64}
    config = RobertaConfig(vocab_size=300, max_position_embeddings=64, initializer_range=0.3, **sizes)
    RobertaModel(config).save_pretrained(folder)
    return str(folder)


def literal(model, layer, candidate, reference, front=""):
    """The definition, one sentence at a time and one token after the other."""
    network, tokenizer = AutoModel.from_pretrained(model, dtype="float32").eval(), AutoTokenizer.from_pretrained(model)
    network = network.get_encoder() if network.config.is_encoder_decoder else network

    def states(text):
        ids = tokenizer(front + text, return_tensors="pt")["input_ids"]
        with torch.no_grad():
            rows = network(input_ids=ids, output_hidden_states=True).hidden_states[layer][0].double().numpy()
        return rows, [i for i, token in enumerate(ids[0].tolist()) if token not in tokenizer.all_special_ids]

    def cosine(a, b):
        return np.dot(a, b) / np.sqrt(np.dot(a, a) * np.dot(b, b))

    (one, one_text), (other, other_text) = states(candidate), states(reference)
    precision = sum(max(cosine(one[i], row) for row in other) for i in one_text) / len(one_text)
    recall = sum(max(cosine(row, other[i]) for row in one) for i in other_text) / len(other_text)
    return precision, recall, 2 * precision * recall / (precision + recall)


@pytest.mark.parametrize("layer", [1, 3, 4])
def test_it_is_greedy_matching_of_an_encoders_layer(roberta, layer):
    expected = [literal(roberta, layer, *pair, front=" ") for pair in zip(CANDIDATES, REFERENCES, strict=True)]
    for score, values in zip(BertScorer(roberta, layer).scores(CANDIDATES, REFERENCES), expected, strict=True):
        assert score == pytest.approx(values, abs=1e-5)


@pytest.mark.parametrize("model", [CRITIC, STUDENT])
def test_it_is_greedy_matching_of_a_decoder_and_of_half_an_encoder_decoder(model):
    scorer = BertScorer(model)
    assert scorer.layer == {CRITIC: 5, STUDENT: 3}[model]
    expected = [literal(model, -1, *pair) for pair in zip(CANDIDATES, REFERENCES, strict=True)]
    for score, values in zip(scorer.scores(CANDIDATES, REFERENCES), expected, strict=True):
        assert score == pytest.approx(values, abs=1e-5)


@pytest.mark.parametrize("budget", [1, 40])
def test_batches_do_not_show(roberta, budget):
    several = [f"{text} {CANDIDATES[i % 3]}" for i, text in enumerate(CANDIDATES + REFERENCES)]
    pairs = ([one for one in several for _ in several], several * len(several))
    whole = BertScorer(roberta, 3, tokens_per_batch=10**6).scores(*pairs)
    for score, values in zip(BertScorer(roberta, 3, budget).scores(*pairs), whole, strict=True):
        assert score == pytest.approx(values, abs=1e-5)


def test_each_distinct_sentence_is_encoded_once_and_more_pairs_than_fit_keep_their_order():
    scorer, read = BertScorer(CRITIC, 1), []
    scorer._encoder._model.register_forward_hook(lambda *call: read.append(len(call[-1].last_hidden_state)))
    outputs = [f"Profit rose {'very ' * (i % 7)}{i} percent." for i in range(600)]
    scores = scorer.scores(outputs, ["Profit rose."] * 600)
    assert sum(read) == 601
    for i in (0, 255, 256, 599):
        assert scores[i] == pytest.approx(scorer.scores([outputs[i]], ["Profit rose."])[0], abs=1e-5)


def test_the_two_sides_are_precision_and_recall():
    [(precision, recall, f1)] = BertScorer(CRITIC).scores(["Profit rose."], ["Profit rose sharply last year, it said."])
    [(backwards, forwards, same)] = BertScorer(CRITIC).scores(
        ["Profit rose sharply last year, it said."], ["Profit rose."]
    )
    assert precision > recall
    assert (precision, recall, f1) == pytest.approx((forwards, backwards, same), abs=1e-6)


def test_a_copy_scores_one_and_empty_text_zero():
    same, empty, blank, both = BertScorer(CRITIC).scores(
        ["Rain fell.", "", "Rain.", ""], ["Rain fell.", "Rain.", " ", ""]
    )
    assert same == pytest.approx((1.0, 1.0, 1.0), abs=1e-5)
    assert empty == blank == both == (0.0, 0.0, 0.0)


def test_nothing_has_no_scores():
    assert BertScorer(CRITIC).scores([], []) == []


@pytest.mark.parametrize(("model", "longest"), [(CRITIC, 256), ("roberta", 62)])
def test_what_a_model_cannot_take_is_not_read(model, longest, roberta):
    model = roberta if model == "roberta" else model
    [row] = Encoder(model, 1).tokenize(["Rain " * 10_000]).values()
    assert len(row.ids) == longest
    [score] = BertScorer(model).scores(["Rain " * 10_000], ["Rain " * 9_000])
    assert score == pytest.approx((1.0, 1.0, 1.0), abs=1e-5)


def test_the_signature_names_model_and_layer():
    assert BertScorer(STUDENT, 2).signature == f"{STUDENT}_L2_no-idf"


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ((CRITIC, 6), r"layer must lie in 1\.\.5 for model 'microworld/models/critic', got 6"),
        ((CRITIC, 0), r"layer must lie in 1\.\.5"),
        ((CRITIC, 1, 0), "tokens_per_batch must be at least 1, got 0"),
        (("nowhere/at/all",), "model 'nowhere/at/all' does not load: .*; name a saved model folder or a Hub id"),
    ],
)
def test_what_is_wrong_is_one_line(arguments, message):
    with pytest.raises(ValueError, match=message) as caught:
        BertScorer(*arguments)
    assert "\n" not in str(caught.value)


def test_sides_of_different_length_are_named():
    with pytest.raises(ValueError, match="as many candidates as references, got 1, 2"):
        BertScorer(CRITIC).scores(["a"], ["a", "b"])


def test_weights_that_are_lacking_are_named(roberta, tmp_path):
    model = RobertaModel.from_pretrained(roberta)
    weights = {name: weight for name, weight in model.state_dict().items() if "layer.0" not in name}
    model.save_pretrained(tmp_path, state_dict=weights)
    AutoTokenizer.from_pretrained(roberta).save_pretrained(tmp_path)
    with pytest.raises(ValueError, match=r"lacks weights, such as 'encoder\.layer\.0"):
        BertScorer(str(tmp_path))
