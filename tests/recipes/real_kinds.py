"""Small models of the very classes and tokenizer kinds that the recipes name, under their ids on the loopback Hub.

Nothing but size and weights differs from a real run. Teachers and students have learnt a few sentences, so that what
they write qualifies.
"""

import json
import random
from pathlib import Path

import sentencepiece
import torch
from tokenizers import ByteLevelBPETokenizer, Tokenizer, models, pre_tokenizers, trainers
from transformers import (
    BioGptConfig,
    BioGptForCausalLM,
    BioGptTokenizer,
    GPT2Config,
    GPT2LMHeadModel,
    GPT2Tokenizer,
    RobertaConfig,
    RobertaForSequenceClassification,
    RobertaTokenizer,
    T5Config,
    T5ForConditionalGeneration,
    T5Tokenizer,
)

from tests.builders.tiny_models import passage, sentence
from tests.hub.server import Hub

WANLI = ("contradiction", "entailment", "neutral")  # its order, and that of the cross-encoders
NAMES = {
    "openai-community/gpt2": "gpt2",
    "openai-community/gpt2-xl": "gpt2",
    "microsoft/BioGPT-Large": "biogpt",
    "alisawuffles/roberta-large-wanli": "roberta",
    "cross-encoder/nli-MiniLM2-L6-H768": "roberta",
    "google-t5/t5-small": "t5",
    "google-t5/t5-large": "t5",
}


def publish(hub: Hub, folder: Path, ids: set[str]) -> None:
    """Puts a model under each of the ids, as their real repositories hold them."""
    for kind in {NAMES[name] for name in ids}:
        if not (folder / kind).exists():
            globals()[f"make_{kind}"](folder / kind)
            (folder / kind / "README.md").write_text("---\nlicense: mit\n---\n")
    for name in ids:
        hub.create("model", name).add_folder(folder / NAMES[name])


def corpus() -> list[str]:
    rng = random.Random(0)
    return [passage(rng, 12) for _ in range(200)]


def _byte_pairs(folder: Path, specials: list[str]) -> tuple[str, str]:
    folder.mkdir(parents=True)
    trained = ByteLevelBPETokenizer()
    trained.train_from_iterator(corpus(), vocab_size=400, special_tokens=specials, show_progress=False)
    vocabulary, merges = trained.save_model(str(folder))
    return vocabulary, merges


def make_gpt2(folder: Path) -> None:
    """Byte-level BPE without a padding token; the only special token begins and ends texts."""
    tokenizer = GPT2Tokenizer(*_byte_pairs(folder, ["<|endoftext|>"]))
    end = tokenizer.eos_token_id
    config = GPT2Config(
        vocab_size=len(tokenizer), n_positions=320, n_embd=32, n_layer=1, n_head=2, bos_token_id=end, eos_token_id=end
    )
    _teach(GPT2LMHeadModel(config), tokenizer, folder)


def biogpt_tokenizer(folder: Path) -> BioGptTokenizer:
    """Moses words and BPE in plain Python; every text begins with </s>, which also ends it."""
    folder.mkdir(parents=True)
    trained = Tokenizer(models.BPE(unk_token="<unk>", end_of_word_suffix="</w>"))
    trained.pre_tokenizer = pre_tokenizers.Sequence([pre_tokenizers.WhitespaceSplit(), pre_tokenizers.Punctuation()])
    specials = ["<s>", "<pad>", "</s>", "<unk>"]
    settings = {"vocab_size": 400, "special_tokens": specials, "end_of_word_suffix": "</w>", "show_progress": False}
    trained.train_from_iterator(corpus(), trainers.BpeTrainer(**settings))
    vocabulary = trained.get_vocab()
    merges = json.loads(trained.to_str())["model"]["merges"]
    (folder / "vocab.json").write_text(json.dumps(vocabulary), encoding="utf-8")
    lines = ["#version: 0.2", *(f"{' '.join(pair) if isinstance(pair, list) else pair} 1" for pair in merges)]
    (folder / "merges.txt").write_text("\n".join(lines) + "\n", encoding="utf-8")
    return BioGptTokenizer(str(folder / "vocab.json"), str(folder / "merges.txt"))


def biogpt_config(tokenizer: BioGptTokenizer) -> BioGptConfig:
    return BioGptConfig(
        vocab_size=len(tokenizer),
        hidden_size=32,
        num_hidden_layers=1,
        num_attention_heads=2,
        intermediate_size=64,
        max_position_embeddings=320,
        hidden_dropout_prob=0.0,
        attention_probs_dropout_prob=0.0,
    )


def make_biogpt(folder: Path) -> None:
    tokenizer = biogpt_tokenizer(folder)
    _teach(BioGptForCausalLM(biogpt_config(tokenizer)), tokenizer, folder)


def make_roberta(folder: Path) -> None:
    """An NLI classifier with random opinions and WANLI's order of labels."""
    tokenizer = RobertaTokenizer(*_byte_pairs(folder, ["<s>", "<pad>", "</s>", "<unk>", "<mask>"]))
    torch.manual_seed(2)
    config = RobertaConfig(
        vocab_size=len(tokenizer),
        hidden_size=32,
        num_hidden_layers=1,
        num_attention_heads=2,
        intermediate_size=64,
        max_position_embeddings=258,
        type_vocab_size=1,
        initializer_range=0.5,
        id2label=dict(enumerate(WANLI)),
        label2id={label: number for number, label in enumerate(WANLI)},
        bos_token_id=0,
        pad_token_id=1,
        eos_token_id=2,
    )
    RobertaForSequenceClassification(config).save_pretrained(folder)
    tokenizer.save_pretrained(folder)


def make_t5(folder: Path) -> None:
    """A sentencepiece model with T5's sentinels."""
    folder.mkdir(parents=True)
    sentencepiece.SentencePieceTrainer.train(
        sentence_iterator=iter(corpus()),
        model_prefix=str(folder / "spiece"),
        vocab_size=120,
        hard_vocab_limit=False,
        pad_id=0,
        eos_id=1,
        unk_id=2,
        bos_id=-1,
        minloglevel=2,
    )
    (folder / "spiece.vocab").unlink()
    tokenizer = T5Tokenizer.from_pretrained(folder)
    torch.manual_seed(0)
    config = T5Config(
        vocab_size=len(tokenizer), d_model=16, d_kv=8, d_ff=32, num_layers=1, num_heads=2, decoder_start_token_id=0
    )
    _teach_answers(T5ForConditionalGeneration(config), tokenizer, folder)


def _teach_answers(model, tokenizer, folder: Path) -> None:
    """A second or two of training to answer any sentence of the corpus with another, so that outputs qualify."""
    rng, settings = random.Random(1), {"return_tensors": "pt", "padding": True}
    optimizer = torch.optim.AdamW(model.parameters(), lr=1e-2)
    for _ in range(150):
        sources, targets = ([sentence(rng) for _ in range(8)] for _ in range(2))
        labels = tokenizer(targets, **settings)["input_ids"]
        labels[labels == tokenizer.pad_token_id] = -100
        model(**tokenizer(sources, **settings), labels=labels).loss.backward()
        optimizer.step()
        optimizer.zero_grad()
    model.save_pretrained(folder)
    tokenizer.save_pretrained(folder)


def _teach(model, tokenizer, folder: Path) -> None:
    """A second or two of training on whole texts of the corpus."""
    torch.manual_seed(0)
    optimizer = torch.optim.AdamW(model.parameters(), lr=1e-2)
    rows = [tokenizer(text)["input_ids"][:64] for text in corpus()]
    rows = torch.tensor([row for row in rows if len(row) == 64])
    for step in range(150):
        batch = rows[torch.arange(step * 8, step * 8 + 8) % len(rows)]
        model(input_ids=batch, labels=batch).loss.backward()
        optimizer.step()
        optimizer.zero_grad()
    model.save_pretrained(folder)
    tokenizer.save_pretrained(folder)
