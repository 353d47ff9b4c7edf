"""Encoder-decoder students of several architectures, with random weights."""

from dataclasses import replace

import pytest
import transformers
from transformers import AutoModelForSeq2SeqLM, AutoTokenizer

from builders.errors import RunError
from tests.trainers.conftest import PAIRS, make_tokenizer
from tests.trainers.test_best_weights import record
from tests.trainers.test_finetuning import CONFIG, LORA, history
from trainers.finetuning import fine_tune
from trainers.seq2seq import longest_sides, seq2seq_trainer

T5 = {"d_model": 32, "d_kv": 8, "num_heads": 4, "d_ff": 64, "num_layers": 1, "num_decoder_layers": 1}
BART = {"d_model": 32, "encoder_layers": 1, "decoder_layers": 1, "encoder_attention_heads": 2}
BART |= {"decoder_attention_heads": 2, "encoder_ffn_dim": 32, "decoder_ffn_dim": 32}
GATED = {"feed_forward_proj": "gated-gelu", "tie_word_embeddings": False}
KINDS = {
    "t5-v1.1": ("T5Config", T5 | GATED),
    "mt5": ("MT5Config", T5),
    "umt5": ("UMT5Config", T5),
    "longt5": ("LongT5Config", T5),
    "bart": ("BartConfig", BART | {"max_position_embeddings": 64}),
    "pegasus": ("PegasusConfig", BART | {"max_position_embeddings": 64}),
    "led": ("LEDConfig", BART | {"attention_window": [8], "max_encoder_position_embeddings": 64}),
}

# Where PEFT knows none that are usual.
MATRICES = {"umt5": ("q", "v"), "longt5": ("q", "v"), "pegasus": ("q_proj", "v_proj"), "led": ("query", "value")}


@pytest.fixture(scope="module")
def make(tmp_path_factory):
    """A function that gives the folder of a model of a kind."""

    def folder_of(kind):
        folder = tmp_path_factory.mktemp(kind)
        tokenizer = make_tokenizer(add_end=True)
        name, sizes = KINDS[kind]
        tokens = {"decoder_start_token_id": 0, "pad_token_id": 0, "bos_token_id": 0, "eos_token_id": 1}
        transformers.set_seed(0)
        config = getattr(transformers, name)(vocab_size=len(tokenizer), **tokens, **sizes)
        AutoModelForSeq2SeqLM.from_config(config).save_pretrained(folder)
        tokenizer.save_pretrained(folder)
        return str(folder)

    return folder_of


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("config", [CONFIG, LORA], ids=["full", "lora"])
def test_an_encoder_decoder_trains(kind, config, make, tmp_path):
    if config.lora:
        config = replace(config, lora=replace(config.lora, target_modules=MATRICES.get(kind)))
    config = replace(config, learning_rate=2e-2, batch_size=6, warmup_ratio=0.0)
    out = fine_tune(make(kind), PAIRS, PAIRS, config, tmp_path / "student", seed=0)
    first, *_, last = history(out, "eval_loss")
    assert last < first * (1.0 if config.lora else 0.95)
    assert len(history(out, "eval_loss")) == 5


@pytest.mark.parametrize("kind", ["bart", "led"])
def test_a_text_behind_the_last_position_is_cut_and_counted(kind, make, tmp_path, capfd):
    long = [(" ".join([source] * 9), target) for source, target in PAIRS]
    config = replace(CONFIG, max_length=1000, max_steps=1)
    out = fine_tune(make(kind), long, [], config, tmp_path / "student", seed=0)
    assert (record(out)["cut_sources"], record(out)["cut_targets"]) == (len(PAIRS), 0)
    assert "lose their last words" in capfd.readouterr().err


def test_a_t5_has_no_last_position(make, t5):
    for folder, sides in ((t5, (999, 999)), (make("bart"), (63, 63)), (make("led"), (63, 999))):
        model, tokenizer = AutoModelForSeq2SeqLM.from_pretrained(folder), AutoTokenizer.from_pretrained(folder)
        assert longest_sides(model, tokenizer, 1000) == sides


def test_several_gpus_in_one_process_are_refused(t5, tmp_path, monkeypatch):
    monkeypatch.setattr("transformers.Seq2SeqTrainingArguments.n_gpu", 2)
    model, tokenizer = AutoModelForSeq2SeqLM.from_pretrained(t5), AutoTokenizer.from_pretrained(t5)
    with pytest.raises(RunError, match=r"2 GPUs stand open to one process.*student\.processes: 2"):
        seq2seq_trainer(model, tokenizer, PAIRS, [], CONFIG, tmp_path, seed=0)
