import json
import shutil
import sys
from pathlib import Path

import pytest
import torch
from peft import LoraConfig, TaskType, get_peft_model
from transformers import (
    AutoModelForSeq2SeqLM,
    AutoTokenizer,
    BioGptConfig,
    BioGptForCausalLM,
    GPT2Config,
    GPT2LMHeadModel,
    T5Config,
    T5ForConditionalGeneration,
)

from builders.errors import RunError
from builders.model_place import resolve
from builders.models import load_causal_lm, load_classifier, load_sampled_lm, load_seq2seq, model_identity


def test_a_package_reference_is_a_folder_inside_the_package(tmp_path, monkeypatch, student):
    shutil.copytree(student, tmp_path / "some_package" / "models" / "student")
    (tmp_path / "some_package" / "__init__.py").write_text("")
    monkeypatch.syspath_prepend(tmp_path)
    assert Path(resolve("some_package:models/student")) == tmp_path / "some_package" / "models" / "student"


def test_a_hub_id_stays_as_it_is():
    assert resolve("gpt2-xl") == "gpt2-xl"
    assert resolve("alisawuffles/roberta-large-wanli") == "alisawuffles/roberta-large-wanli"


def test_models_load_in_fp32_ready_to_use(tmp_path, student):
    AutoModelForSeq2SeqLM.from_pretrained(student, dtype=torch.bfloat16).save_pretrained(tmp_path)
    AutoTokenizer.from_pretrained(student).save_pretrained(tmp_path)
    model, tokenizer = load_seq2seq(str(tmp_path))
    assert model.dtype == torch.float32
    assert not model.training
    assert tokenizer.pad_token_id is not None


def test_a_classifier_knows_its_padding(critic):
    model, tokenizer = load_classifier(critic)
    assert model.config.pad_token_id == tokenizer.pad_token_id
    assert tokenizer.padding_side == "right"


def test_an_adapter_comes_merged_into_its_base(tmp_path, student):
    base, tokenizer = AutoModelForSeq2SeqLM.from_pretrained(student), AutoTokenizer.from_pretrained(student)
    settings = LoraConfig(task_type=TaskType.SEQ_2_SEQ_LM, target_modules=["q", "v"], init_lora_weights=False)
    adapted = get_peft_model(base, settings)
    adapted.save_pretrained(tmp_path / "adapter")
    tokenizer.save_pretrained(tmp_path / "adapter")
    inputs = {"input_ids": torch.tensor([[5, 6, 2]]), "decoder_input_ids": torch.tensor([[0, 7]])}
    expected = adapted.eval()(**inputs).logits
    merged, _ = load_seq2seq(str(tmp_path / "adapter"))
    torch.testing.assert_close(merged(**inputs).logits, expected)


@pytest.mark.parametrize(
    ("ref", "words"),
    [
        ("./missing", "does not exist"),
        ("{tmp}", "holds no config.json"),
        ("{tmp}/file.txt", "is no folder"),
        ("no_such_package:models", "no package 'no_such_package'"),
        ("nobody/no-such-model", "does not load"),
    ],
)
def test_a_path_that_is_no_model_is_one_line(tmp_path, ref, words):
    (tmp_path / "file.txt").write_text("text")
    ref = ref.replace("{tmp}", str(tmp_path))
    with pytest.raises(RunError) as caught:
        load_seq2seq(ref)
    assert ref in str(caught.value)
    assert words in str(caught.value)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("config", "words"),
    [
        ("{", "is not valid JSON: '{'"),
        ("[]", "must hold an object, got []"),
        ("{}", "has no base_model_name_or_path, got None"),
        ('{"base_model_name_or_path": null}', "has no base_model_name_or_path, got None"),
        ('{"base_model_name_or_path": 3}', "has no base_model_name_or_path, got 3"),
    ],
)
@pytest.mark.parametrize("use", [load_seq2seq, model_identity])
def test_a_damaged_adapter_is_one_line(tmp_path, config, words, use, student):
    AutoTokenizer.from_pretrained(student).save_pretrained(tmp_path)
    (tmp_path / "adapter_config.json").write_text(config)
    with pytest.raises(RunError) as caught:
        use(str(tmp_path))
    assert f"{tmp_path}/adapter_config.json {words}" in str(caught.value)
    assert "\n" not in str(caught.value)


def test_the_wrong_kind_of_model_is_one_line(teacher, student):
    with pytest.raises(RunError, match="does not load as a causal language model"):
        load_causal_lm(student)
    with pytest.raises(RunError, match=r"no trained weights for 'score.weight'"):
        load_classifier(teacher)


@pytest.mark.parametrize("kind", ["gpt2", "t5"])
def test_a_missing_tokenizer_is_not_taken_for_an_empty_one(tmp_path, kind):
    # transformers itself makes one without words of them
    make, load = {
        "gpt2": (lambda: GPT2LMHeadModel(GPT2Config(n_embd=8, n_layer=1, n_head=1)), load_causal_lm),
        "t5": (
            lambda: T5ForConditionalGeneration(T5Config(d_model=8, d_ff=8, num_layers=1, num_heads=1)),
            load_seq2seq,
        ),
    }[kind]
    make().save_pretrained(tmp_path)
    with pytest.raises(RunError, match="comes without a tokenizer; put the files of its tokenizer beside"):
        load(str(tmp_path))


def test_a_package_that_a_tokenizer_needs_is_named(tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "sacremoses", None)  # importing it fails
    settings = {"vocab_size": 10, "hidden_size": 8, "num_hidden_layers": 1, "num_attention_heads": 1}
    BioGptForCausalLM(BioGptConfig(**settings, intermediate_size=8)).save_pretrained(tmp_path)
    (tmp_path / "vocab.json").write_text("{}")
    (tmp_path / "merges.txt").write_text("\n")
    with pytest.raises(RunError, match=r"need to install sacremoses .*; install .*'impossible-distillation\[biogpt\]'"):
        load_causal_lm(str(tmp_path))


def test_damaged_weights_are_one_line(tmp_path, student):
    shutil.copytree(student, tmp_path / "damaged")
    weights = tmp_path / "damaged" / "model.safetensors"
    weights.write_bytes(weights.read_bytes()[:100])
    with pytest.raises(RunError, match="does not load as an encoder-decoder model"):
        load_seq2seq(str(tmp_path / "damaged"))


def test_identity_goes_by_content_not_by_place(tmp_path, student, teacher):
    shutil.copytree(student, tmp_path / "elsewhere")
    assert model_identity(student) == model_identity(str(tmp_path / "elsewhere"))
    assert model_identity(student) != model_identity(teacher)
    weights = tmp_path / "elsewhere" / "model.safetensors"
    data = bytearray(weights.read_bytes())
    data[-1] ^= 1
    weights.write_bytes(data)
    model_identity.cache_clear()
    assert model_identity(student) != model_identity(str(tmp_path / "elsewhere"))


def test_the_tokens_that_end_texts_are_of_a_models_identity(tmp_path, teacher):
    shutil.copytree(teacher, tmp_path / "other")
    settings = json.loads((tmp_path / "other" / "generation_config.json").read_text())
    for change, differs in [({"eos_token_id": [2, 7]}, True), ({"max_length": 99}, False)]:
        (tmp_path / "other" / "generation_config.json").write_text(json.dumps(settings | change))
        model_identity.cache_clear()
        assert (model_identity(str(tmp_path / "other")) != model_identity(teacher)) == differs


def test_a_sampled_model_computes_in_bf16_only_when_asked(teacher):
    assert load_sampled_lm(teacher)[0] is load_causal_lm(teacher)[0]
    assert load_sampled_lm(teacher)[0].dtype == torch.float32
    assert load_sampled_lm(teacher, True)[0].dtype == torch.bfloat16
