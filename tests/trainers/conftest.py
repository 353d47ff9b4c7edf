"""Tiny models of stock classes with a byte-level BPE tokenizer, made once a session from a few sentences."""

from pathlib import Path

import pytest
import torch
from tokenizers import Tokenizer, decoders, models, pre_tokenizers, processors
from tokenizers.trainers import BpeTrainer
from transformers import (
    GPT2Config,
    GPT2LMHeadModel,
    PreTrainedTokenizerFast,
    T5Config,
    T5ForConditionalGeneration,
    set_seed,
)

from trainers.finetuning import fine_tune
from trainers.finetuning_config import FineTuningConfig

SENTENCES = [
    "Acme posted a profit of $4 million on Monday.",
    "On Monday, Acme reported earnings of $4 million.",
    "The court upheld the ruling against the bank.",
    "The ruling against the bank was upheld by the court.",
    "Heavy rain closed the airport in Seattle on Friday.",
    "The airport in Seattle was shut on Friday by heavy rain.",
]
PAIRS = [(SENTENCES[i], SENTENCES[i ^ 1]) for i in range(len(SENTENCES))]


@pytest.fixture(scope="session", autouse=True)
def _one_thread():
    torch.set_num_threads(1)  # tiny models are slower on more, and the bytes of a training depend on it


@pytest.fixture(scope="session")
def pairs() -> list[tuple[str, str]]:
    return PAIRS * 5 + [(f"{source} It is number {i}.", target) for i, (source, target) in enumerate(PAIRS * 3)]


def make_tokenizer(add_end: bool) -> PreTrainedTokenizerFast:
    bpe = Tokenizer(models.BPE())
    bpe.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    bpe.decoder = decoders.ByteLevel()
    specials = ["<pad>", "</s>"]
    trainer = BpeTrainer(
        vocab_size=400,
        special_tokens=specials,
        initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
        show_progress=False,
    )
    bpe.train_from_iterator(SENTENCES, trainer)
    if add_end:
        bpe.post_processor = processors.TemplateProcessing(
            single="$A </s>", pair="$A </s> $B </s>", special_tokens=[("</s>", 1)]
        )
    return PreTrainedTokenizerFast(tokenizer_object=bpe, pad_token="<pad>", eos_token="</s>")


@pytest.fixture(scope="session")
def t5(tmp_path_factory) -> str:
    """The folder of a random T5 whose dropout is off, so that losses can be compared exactly."""
    folder: Path = tmp_path_factory.mktemp("models") / "t5"
    tokenizer = make_tokenizer(add_end=True)
    set_seed(0)
    sizes = {"d_model": 32, "d_kv": 8, "num_heads": 4, "d_ff": 64, "num_layers": 1, "num_decoder_layers": 1}
    config = T5Config(vocab_size=len(tokenizer), dropout_rate=0.0, decoder_start_token_id=0, **sizes)
    T5ForConditionalGeneration(config).save_pretrained(folder)
    tokenizer.save_pretrained(folder)
    return str(folder)


@pytest.fixture(scope="session")
def gpt2(tmp_path_factory) -> str:
    """The folder of a random GPT-2 whose dropout is off as well."""
    folder: Path = tmp_path_factory.mktemp("models") / "gpt2"
    tokenizer = make_tokenizer(add_end=False)
    set_seed(0)
    sizes = {"n_embd": 32, "n_layer": 1, "n_head": 4, "n_positions": 256}
    quiet = {"resid_pdrop": 0.0, "embd_pdrop": 0.0, "attn_pdrop": 0.0}
    config = GPT2Config(vocab_size=len(tokenizer), bos_token_id=1, eos_token_id=1, **sizes, **quiet)
    GPT2LMHeadModel(config).save_pretrained(folder)
    tokenizer.save_pretrained(folder)
    return str(folder)


@pytest.fixture(scope="session")
def student(t5, tmp_path_factory) -> Path:
    """A student that has learnt the six pairs well enough to write whole sentences."""
    config = FineTuningConfig(learning_rate=1e-2, max_steps=150, batch_size=12, max_length=48)
    return fine_tune(t5, PAIRS * 2, [], config, tmp_path_factory.mktemp("students") / "round-0", seed=0)


@pytest.fixture(scope="session")
def decoder(gpt2, tmp_path_factory) -> Path:
    """A decoder-only student that has learnt the same."""
    config = FineTuningConfig(learning_rate=1e-2, max_steps=150, batch_size=12, max_length=48)
    return fine_tune(gpt2, PAIRS * 2, [], config, tmp_path_factory.mktemp("students") / "decoder", seed=0)
