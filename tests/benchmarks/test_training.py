"""Both ways of the comparison make the same updates; speed is no test's business."""

import json

import pytest
import torch
from transformers import AutoModelForCausalLM, AutoModelForSeq2SeqLM

from benchmarks.timed_training import STUDENT, TEACHER, Workload, compare
from benchmarks.training_comparison import main
from benchmarks.training_flops import flops_a_token
from builders.model_place import resolve
from trainers.finetuning_config import FineTuningConfig

CONFIG = FineTuningConfig(max_steps=2, batch_size=4, learning_rate=1e-4, warmup_ratio=0.0)


@pytest.fixture(autouse=True)
def _one_thread():
    torch.set_num_threads(1)


@pytest.mark.parametrize("base", [STUDENT, TEACHER])
def test_both_ways_make_the_same_updates(base):
    record = compare(Workload(name="test", base=base, config=CONFIG, repeats=1))
    assert record["loss_difference"] < 1e-5
    assert record["spread"] == [record["ratio"]] * 2
    assert 0 <= record["padding"] < record["padding_unsorted"] < 0.5


def test_operations_are_six_for_each_weight_that_a_token_passes():
    causal = AutoModelForCausalLM.from_pretrained(resolve(TEACHER))
    named = dict(causal.named_parameters())
    passed = sum(value.numel() for name, value in named.items() if ".h." in name or "ln_f" in name)
    assert flops_a_token(causal) == 6 * (passed + causal.get_output_embeddings().weight.numel())
    seq2seq = AutoModelForSeq2SeqLM.from_pretrained(resolve(STUDENT))
    apart = ("shared", "relative_attention_bias")
    inner = sum(value.numel() for name, value in seq2seq.named_parameters() if not any(part in name for part in apart))
    assert flops_a_token(seq2seq) == 6 * (inner + seq2seq.get_output_embeddings().weight.numel()) / 2


def test_the_command_prints_its_summary_last(capsys):
    sizes = ["--updates", "2", "--shape-updates", "0", "--repeats", "1", "--batch-size", "4"]
    assert main([*sizes, "--json"]) == 0
    record, short = map(json.loads, capsys.readouterr().out.splitlines())
    assert set(short) == {"ratio", "padding", "loss_difference"}
    assert short["ratio"] == min(model["ratio"] for model in record["models"].values())
