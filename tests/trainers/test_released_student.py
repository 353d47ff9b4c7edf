"""A LoRA student, released as an adapter or merged."""

import json
from dataclasses import replace

import pytest
from transformers import AutoModelForCausalLM, AutoModelForSeq2SeqLM, AutoTokenizer

from tests.trainers.conftest import PAIRS, SENTENCES
from tests.trainers.test_finetuning import CONFIG, LORA
from trainers.finetuning import fine_tune
from trainers.paraphraser import Paraphraser
from trainers.released_student import copy_student, released_merged

LEARNT = replace(LORA, learning_rate=3e-2, max_steps=20)


@pytest.fixture(scope="module", params=["t5", "gpt2"])
def adapter(request, tmp_path_factory):
    base = request.getfixturevalue(request.param)
    folder = tmp_path_factory.mktemp("students") / "lora"
    return fine_tune(base, PAIRS, [], LEARNT, folder, seed=0, beside={"control.json": {"signal": "tree"}})


def test_a_merged_student_writes_what_the_adapter_does(adapter, tmp_path, capsys):
    copy_student(adapter, tmp_path, merged=True)
    names = {"training.json", "control.json", "config.json", "model.safetensors", "generation_config.json"}
    assert names <= {path.name for path in tmp_path.iterdir()}
    assert not list(tmp_path.glob("adapter_*"))
    assert "merged into its base" in capsys.readouterr().err
    merged, adapted = (Paraphraser.from_pretrained(str(place)) for place in (tmp_path, adapter))
    assert merged.paraphrase(SENTENCES) == adapted.paraphrase(SENTENCES)
    for name in ("generation_config.json", "training.json"):
        ours, theirs = (json.loads((folder / name).read_text()) for folder in (tmp_path, adapter))
        assert ours == theirs


def test_a_merged_student_loads_with_plain_transformers(adapter, tmp_path):
    copy_student(adapter, tmp_path, merged=True)
    is_decoder = json.loads((adapter / "adapter_config.json").read_text())["task_type"] == "CAUSAL_LM"
    model = (AutoModelForCausalLM if is_decoder else AutoModelForSeq2SeqLM).from_pretrained(tmp_path)
    assert model.config.use_cache
    assert getattr(model.config, "prompt_template", None) == ("{source} =>" if is_decoder else None)
    assert len(AutoTokenizer.from_pretrained(tmp_path)) == model.config.vocab_size


def test_an_adapter_is_copied_as_it_is_and_without_a_blank_card(adapter, tmp_path):
    copy_student(adapter, tmp_path, merged=False)
    assert {path.name for path in tmp_path.iterdir()} == {path.name for path in adapter.iterdir()}
    assert not (adapter / "README.md").exists()


def test_an_adapter_on_another_student_of_the_run_is_merged(t5, tmp_path):
    first = fine_tune(t5, PAIRS, [], CONFIG, tmp_path / "students" / "round-0", seed=0)
    second = fine_tune(str(first), PAIRS, [], LORA, tmp_path / "students" / "round-1", seed=0)
    alone = fine_tune(t5, PAIRS, [], LORA, tmp_path / "students" / "round-2", seed=0)
    assert released_merged(second, "adapter")
    assert not released_merged(alone, "adapter")
    assert released_merged(alone, "merged")
    assert not released_merged(first, "adapter")
