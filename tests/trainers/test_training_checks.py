"""Settings that a base cannot take, found without its weights."""

import json
from dataclasses import replace
from pathlib import Path

import pytest
from transformers import AutoConfig, BioGptConfig, BloomConfig, GPT2Config, T5Config

from builders.errors import ConfigError
from tests.trainers.test_finetuning import CONFIG
from trainers.finetuning_config import FineTuningConfig, LoraSettings
from trainers.training_checks import check_training


def refusal(base, config, before=None) -> str:
    with pytest.raises(ConfigError) as caught:
        check_training(str(base), config, before)
    assert "\n" not in str(caught.value)
    return str(caught.value)


def configuration(folder: Path, config: AutoConfig) -> Path:
    config.save_pretrained(folder)
    return folder


def lora(**settings) -> FineTuningConfig:
    return replace(CONFIG, lora=LoraSettings(**settings))


@pytest.mark.parametrize("model_type", ["t5", "mt5", "umt5", "longt5", "switch_transformers"])
def test_fp16_is_refused_for_a_t5(model_type, tmp_path):
    base = configuration(tmp_path, AutoConfig.for_model(model_type))
    told = refusal(base, replace(CONFIG, precision="fp16"))
    assert "gives NaN" in told
    assert told.endswith("set precision: bf16")
    check_training(str(base), replace(CONFIG, precision="bf16"))


def test_fp16_is_refused_without_a_gpu(tmp_path, monkeypatch):
    base = configuration(tmp_path, GPT2Config())
    monkeypatch.setattr("torch.cuda.is_available", lambda: False)
    assert "needs a CUDA GPU" in refusal(base, replace(CONFIG, precision="fp16"))
    monkeypatch.setattr("torch.cuda.is_available", lambda: True)
    check_training(str(base), replace(CONFIG, precision="fp16"))


@pytest.mark.parametrize(
    ("config", "words"),
    [(T5Config(), "is an encoder-decoder model"), (BloomConfig(), "a bloom is not")],
    ids=["t5", "bloom"],
)
def test_packing_is_refused_where_pairs_of_a_row_cannot_be_told_apart(config, words, tmp_path):
    base = configuration(tmp_path, config)
    told = refusal(base, replace(CONFIG, packing=True))
    assert words in told
    assert told.endswith("set packing: false")


def test_packing_is_taken_by_models_that_are_told_positions(tmp_path):
    check_training(str(configuration(tmp_path, GPT2Config())), replace(CONFIG, packing=True))


def test_matrices_that_a_base_lacks_are_found_without_its_weights(tmp_path):
    base = configuration(tmp_path, T5Config(d_model=8, d_kv=4, num_heads=2, d_ff=8, num_layers=1))
    check_training(str(base), lora(target_modules=("q", "v")))
    told = refusal(base, lora(target_modules=("q", "query")))
    assert "has no query; choose from k, o, q, v, wi, wo" in told


def test_an_architecture_without_usual_matrices_wants_them_named(tmp_path):
    base = configuration(tmp_path, BioGptConfig(hidden_size=8, num_attention_heads=2, num_hidden_layers=1))
    assert "lora.target_modules left out" in refusal(base, lora())
    check_training(str(base), lora(target_modules=("q_proj",)))


@pytest.mark.parametrize(
    ("first", "then", "fits"),
    [
        ({}, {}, True),
        ({"dropout": 0.1}, {"dropout": 0.2}, True),
        ({}, {"target_modules": ("q", "v")}, True),  # those that are left out are these
        ({"target_modules": ("q",)}, {}, True),
        ({"rank": 4}, {"rank": 8}, False),
        ({"alpha": 4}, {"alpha": 8}, False),
        ({"target_modules": ("q",)}, {"target_modules": ("q", "v")}, False),
        ({}, {"target_modules": ("q", "k")}, False),
    ],
)
def test_two_lora_trainings_must_fit_each_other(first, then, fits, tmp_path):
    base = configuration(tmp_path, T5Config(d_model=8, d_kv=4, num_heads=2, d_ff=8, num_layers=1))
    if fits:
        check_training(str(base), lora(**then), before=lora(**first))
    else:
        assert "lora must be that of the student it continues (rank:" in refusal(base, lora(**then), lora(**first))


def test_lora_after_a_full_training_is_a_fresh_adapter(tmp_path):
    base = configuration(tmp_path, T5Config(d_model=8, d_kv=4, num_heads=2, d_ff=8, num_layers=1))
    check_training(str(base), lora(rank=8), before=CONFIG)


def test_a_base_that_is_an_adapter_gives_its_shape(tmp_path):
    configuration(tmp_path / "base", T5Config(d_model=8, d_kv=4, num_heads=2, d_ff=8, num_layers=1))
    adapter = {"base_model_name_or_path": str(tmp_path / "base"), "r": 4, "lora_alpha": 8, "target_modules": ["q", "v"]}
    (tmp_path / "adapter").mkdir()
    (tmp_path / "adapter" / "adapter_config.json").write_text(json.dumps(adapter))
    check_training(str(tmp_path / "adapter"), lora(rank=4, alpha=8))
    assert "rank: 4, alpha: 8" in refusal(tmp_path / "adapter", lora(rank=8, alpha=8))
