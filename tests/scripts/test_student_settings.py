"""What a recipe says of its trainings, refused before anything runs."""

import pytest

from builders.errors import ConfigError, UsageError
from scripts.checks import check_recipe
from scripts.pipeline import Pipeline
from scripts.recipe import load_recipe
from trainers.finetuning import fine_tune
from trainers.finetuning_config import FineTuningConfig, LoraSettings

LORA = "student.training.lora={rank: 4, alpha: 8}"


@pytest.mark.parametrize(
    ("overrides", "words"),
    [
        (["student.processes=0"], "processes must be at least 1, got 0"),
        (["student.processes=5"], "processes must divide the batch_size of training"),
        (["student.release=merged"], "release 'merged' is for a LoRA student"),
        (["student.release=whole"], "student.release must be one of 'adapter', 'merged'"),
        (["student.training.precision=fp8"], "student.training.precision must be one of"),
        (["student.training.bf16=true"], "unknown setting 'bf16'"),
        (["student.training.patience=0"], "patience must be a whole number from 1"),
    ],
)
def test_a_setting_out_of_range_is_one_line(overrides, words):
    with pytest.raises(ConfigError) as caught:
        load_recipe("microworld-demo", overrides)
    assert words in str(caught.value)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("overrides", "words"),
    [
        (["student.training.precision=fp16"], "student.training: precision 'fp16' gives NaN"),
        (["student.self_training.packing=true"], "student.self_training: packing is for decoder-only"),
        ([LORA, "student.self_training.lora={rank: 8}"], "student.self_training: lora must be that of the student"),
        (["student.training.lora={target_modules: [query]}"], "student.training: lora.target_modules"),
    ],
)
def test_a_training_that_cannot_be_is_found_before_a_run(overrides, words, tmp_path):
    with pytest.raises(ConfigError) as caught:
        check_recipe(load_recipe("microworld-demo", overrides), tmp_path)
    assert str(caught.value).startswith(words)
    assert "\n" not in str(caught.value)


def test_rounds_that_start_from_the_base_may_have_adapters_of_their_own(tmp_path):
    overrides = [LORA, "student.self_training.lora={rank: 8}", "self_distillation.train_from=base"]
    check_recipe(load_recipe("microworld-demo", overrides), tmp_path)


def test_a_command_that_was_started_by_a_launcher_is_refused(tmp_path, monkeypatch):
    monkeypatch.setenv("WORLD_SIZE", "2")
    with pytest.raises(UsageError, match=r"student\.processes"):
        check_recipe(load_recipe("microworld-demo", []), tmp_path)


def test_a_changed_release_is_made_again(tmp_path):
    config = FineTuningConfig(max_steps=1, batch_size=1, lora=LoraSettings(rank=2))
    pairs = [("Profit rose.", "There was a rise in profit.")]
    student = fine_tune("microworld:models/student", pairs, [], config, tmp_path / "students" / "round-1", seed=0)
    for release, weights in (("adapter", "adapter_model"), ("merged", "model"), ("adapter", "adapter_model")):
        pipeline = Pipeline(load_recipe("microworld-demo", [LORA, f"student.release={release}"]), tmp_path)
        pipeline.made["final_student",] = student
        out = pipeline.release_student()
        assert [path.stem for path in out.glob("*.safetensors")] == [weights]
        written = (out / "training.json").stat().st_mtime_ns
        del pipeline.made["release_student",]
        assert (pipeline.release_student() / "training.json").stat().st_mtime_ns == written
