import pytest
import torch
from peft import LoraConfig, TaskType, get_peft_model
from transformers import AutoModelForCausalLM, AutoTokenizer, BartConfig, BartForCausalLM, DistilBertConfig, GPT2Config

from builders.errors import ConfigError, RunError
from builders.models import load_causal_lm, load_seq2seq
from tests.builders.tiny_models import make_critic
from trainers.kind import load_student, student_loader


def test_the_kind_is_that_of_the_configuration(t5, gpt2):
    assert student_loader(t5) is load_seq2seq.__wrapped__
    assert student_loader(gpt2) is load_causal_lm.__wrapped__


def test_an_architecture_of_both_kinds_goes_by_what_was_saved(tmp_path):
    sizes = {"vocab_size": 20, "d_model": 8, "decoder_layers": 1, "encoder_layers": 1, "decoder_attention_heads": 1}
    BartConfig(**sizes).save_pretrained(tmp_path / "whole")
    BartForCausalLM(BartConfig(**sizes, decoder_ffn_dim=8)).save_pretrained(tmp_path / "decoder")
    assert student_loader(str(tmp_path / "whole")) is load_seq2seq.__wrapped__
    assert student_loader(str(tmp_path / "decoder")) is load_causal_lm.__wrapped__


def test_an_adapter_is_of_the_kind_of_its_base_and_comes_merged(gpt2, tmp_path):
    settings = LoraConfig(task_type=TaskType.CAUSAL_LM, init_lora_weights=False, fan_in_fan_out=True)
    adapted = get_peft_model(AutoModelForCausalLM.from_pretrained(gpt2), settings).eval()
    adapted.save_pretrained(tmp_path)
    AutoTokenizer.from_pretrained(gpt2).save_pretrained(tmp_path)
    model, tokenizer = load_student(str(tmp_path))
    assert tokenizer.padding_side == "left"
    inputs = {"input_ids": torch.tensor([[5, 6, 2]])}
    torch.testing.assert_close(model(**inputs).logits, adapted(**inputs).logits)


def test_other_models_are_one_line(tmp_path):
    DistilBertConfig().save_pretrained(tmp_path / "encoder")
    make_critic(tmp_path / "critic")
    for name, what in (("encoder", "distilbert"), ("critic", "GPT2ForSequenceClassification")):
        with pytest.raises(ConfigError, match=f"{name}' is a {what} model; name one that loads as an encoder-decoder"):
            load_student(str(tmp_path / name))
    with pytest.raises(RunError, match="does not exist"):
        load_student(str(tmp_path / "nowhere"))


def test_a_prompt_without_a_place_for_the_source_is_one_line(tmp_path):
    GPT2Config(prompt_template="=>").save_pretrained(tmp_path)
    with pytest.raises(RunError, match=r"prompt_template in config.json must be a text with \{source\}"):
        student_loader(str(tmp_path))
