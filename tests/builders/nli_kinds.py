"""Small NLI classifiers of the kinds that the Hub has, each with a tokenizer of its own kind and random opinions.

Nothing but size and weights differs from the real ones: special tokens, token types, positions, labels and their order.
"""

import json
from collections.abc import Iterator
from pathlib import Path

import torch
from tokenizers import SentencePieceUnigramTokenizer
from tokenizers.implementations import BertWordPieceTokenizer, ByteLevelBPETokenizer
from transformers import (
    BartConfig,
    BartForSequenceClassification,
    BertConfig,
    BertForSequenceClassification,
    BertTokenizer,
    DebertaV2Config,
    DebertaV2ForSequenceClassification,
    DebertaV2Tokenizer,
    RobertaConfig,
    RobertaForSequenceClassification,
    RobertaTokenizer,
    XLNetConfig,
    XLNetForSequenceClassification,
    XLNetTokenizer,
)

from tests.builders.tiny_models import passage
from tests.recipes.real_kinds import corpus

LONGEST = 100  # tokens
_SHAPE = {"hidden_size": 32, "num_hidden_layers": 2, "num_attention_heads": 2, "intermediate_size": 64}
_WILD = {"initializer_range": 0.4}  # opinions that differ from pair to pair


def make(kind: str, folder: Path, labels: tuple[str, ...] | None = None) -> str:
    """A model of that kind in a folder, with its usual labels or others."""
    torch.manual_seed(2)
    build, usual = KINDS[kind]
    names = labels or usual
    model, tokenizer = build({"id2label": dict(enumerate(names)), "label2id": {n: i for i, n in enumerate(names)}})
    model.save_pretrained(folder)
    tokenizer.save_pretrained(folder)
    return str(folder)


def _roberta(labels):
    """`<s> A </s></s> B </s>`; positions start behind the padding token's, so that the table has two more places."""
    tokenizer = _byte_pairs()
    config = RobertaConfig(
        vocab_size=len(tokenizer),
        max_position_embeddings=LONGEST + 2,
        type_vocab_size=1,
        **_ids(tokenizer),
        **labels,
        **_SHAPE,
        **_WILD,
    )
    return RobertaForSequenceClassification(config), tokenizer


def _bart(labels):
    """RoBERTa's tokenizer; encoder and decoder, and the state at the last </s> counts."""
    tokenizer = _byte_pairs()
    sizes = {"layers": 2, "attention_heads": 2, "ffn_dim": 64}
    shape = {f"{side}_{name}": size for side in ("encoder", "decoder") for name, size in sizes.items()}
    config = BartConfig(
        vocab_size=len(tokenizer),
        d_model=32,
        max_position_embeddings=LONGEST,
        init_std=0.4,
        **shape,
        **_ids(tokenizer),
        **labels,
    )
    return BartForSequenceClassification(config), tokenizer


def _bert(labels):
    """`[CLS] A [SEP] B [SEP]` with token types, lower-cased."""
    trained = BertWordPieceTokenizer()
    trained.train_from_iterator(corpus(), vocab_size=200, show_progress=False)
    tokenizer = BertTokenizer(vocab=trained.get_vocab(), model_max_length=LONGEST)
    config = BertConfig(
        vocab_size=len(tokenizer),
        max_position_embeddings=LONGEST,
        pad_token_id=tokenizer.pad_token_id,
        **labels,
        **_SHAPE,
        **_WILD,
    )
    return BertForSequenceClassification(config), tokenizer


def _deberta(labels):
    """`[CLS] A [SEP] B [SEP]` in sentencepiece units, with token types that the model ignores; relative positions."""
    vocab = [*_pieces(["[PAD]", "[CLS]", "[SEP]", "[UNK]"], "[UNK]"), ("[MASK]", 0.0)]
    tokenizer = DebertaV2Tokenizer(vocab=vocab, unk_id=3, model_max_length=LONGEST)
    config = DebertaV2Config(
        vocab_size=len(tokenizer),
        max_position_embeddings=LONGEST,
        relative_attention=True,
        position_buckets=16,
        norm_rel_ebd="layer_norm",
        share_att_key=True,
        pos_att_type=["p2c", "c2p"],
        position_biased_input=False,
        type_vocab_size=0,
        pad_token_id=0,
        pooler_hidden_size=32,
        **labels,
        **_SHAPE,
        **_WILD,
    )
    return DebertaV2ForSequenceClassification(config), tokenizer


def _xlnet(labels):
    """`A <sep> B <sep> <cls>`: the last token's state counts, so padding stands on the left; no limit of positions."""
    specials = ["<unk>", "<s>", "</s>", "<cls>", "<sep>", "<pad>", "<mask>", "<eod>", "<eop>"]
    tokenizer = XLNetTokenizer(vocab=_pieces(specials, "<unk>"), model_max_length=LONGEST)
    config = XLNetConfig(vocab_size=len(tokenizer), d_model=32, n_layer=2, n_head=2, d_inner=64, **labels, **_WILD)
    return XLNetForSequenceClassification(config), tokenizer


def _byte_pairs() -> RobertaTokenizer:
    trained = ByteLevelBPETokenizer()
    specials = ["<s>", "<pad>", "</s>", "<unk>", "<mask>"]
    trained.train_from_iterator(corpus(), vocab_size=400, special_tokens=specials, show_progress=False)
    model = json.loads(trained.to_str())["model"]
    merges = [tuple(pair) for pair in model["merges"]]
    return RobertaTokenizer(vocab=model["vocab"], merges=merges, model_max_length=LONGEST)


def _pieces(specials: list[str], unknown: str) -> list[tuple[str, float]]:
    trained = SentencePieceUnigramTokenizer()
    settings = {"special_tokens": specials, "unk_token": unknown, "show_progress": False}
    trained.train_from_iterator(corpus(), vocab_size=150, **settings)
    return [(piece, score) for piece, score in json.loads(trained.to_str())["model"]["vocab"]]


def _ids(tokenizer) -> dict[str, int]:
    return {"bos_token_id": 0, "pad_token_id": tokenizer.pad_token_id, "eos_token_id": 2}


KINDS = {
    "roberta": (_roberta, ("contradiction", "entailment", "neutral")),  # as roberta-large-wanli has them
    "bart": (_bart, ("contradiction", "neutral", "entailment")),  # as bart-large-mnli
    "bert": (_bert, ("contradiction", "entailment", "neutral")),  # as the cross-encoders
    "deberta": (_deberta, ("entailment", "neutral", "contradiction")),
    "two labels": (_deberta, ("entailment", "not_entailment")),  # as the zero-shot classifiers
    "xlnet": (_xlnet, ("ENTAILMENT", "NEUTRAL", "CONTRADICTION")),
}


def texts(rng, longest: int = 2) -> Iterator[str]:
    """Sentences and passages of mixed lengths, without end."""
    while True:
        yield passage(rng, rng.randint(1, longest))
