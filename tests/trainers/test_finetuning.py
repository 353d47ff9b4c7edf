import json
import time
from dataclasses import replace
from multiprocessing import get_context
from pathlib import Path

import pytest
import torch
from transformers import AutoModelForSeq2SeqLM, AutoTokenizer

from builders.errors import ConfigError, RunError
from trainers.finetuning import fine_tune
from trainers.finetuning_config import FineTuningConfig, LoraSettings

CONFIG = FineTuningConfig(learning_rate=1e-2, max_steps=6, batch_size=8, max_length=48)
LORA = replace(CONFIG, lora=LoraSettings(rank=4, alpha=8))


def history(folder: Path, name: str = "loss") -> list[float]:
    entries = json.loads((folder / "training.json").read_text())["history"]
    return [entry[name] for entry in entries if name in entry]


def weights(folder: Path) -> bytes:
    [file] = folder.glob("*.safetensors")
    return file.read_bytes()


@pytest.mark.parametrize("config", [CONFIG, LORA], ids=["full", "lora"])
def test_loss_does_not_change_with_accumulation(config, t5, pairs, tmp_path):
    whole = replace(config, batch_size=16)
    split = replace(config, batch_size=4, gradient_accumulation_steps=4)
    one = history(fine_tune(t5, pairs, [], whole, tmp_path / "one", seed=0))
    four = history(fine_tune(t5, pairs, [], split, tmp_path / "four", seed=0))
    assert len(one) == 6
    assert one[-1] < one[0]
    assert four == pytest.approx(one, rel=1e-4)


@pytest.mark.parametrize("config", [CONFIG, LORA], ids=["full", "lora"])
def test_same_seed_gives_the_same_bytes(config, t5, pairs, tmp_path):
    one, again, other = (
        weights(fine_tune(t5, pairs, pairs[:4], config, tmp_path / name, seed=seed))
        for name, seed in (("one", 1), ("again", 1), ("other", 2))
    )
    assert one == again
    assert one != other


def test_a_finished_training_is_not_done_again(t5, pairs, tmp_path):
    out = fine_tune(t5, pairs, [], CONFIG, tmp_path / "student", seed=0)
    before = (out / "training.json").stat().st_mtime_ns
    fine_tune(t5, pairs, [], CONFIG, out, seed=0)
    assert (out / "training.json").stat().st_mtime_ns == before
    fine_tune(t5, pairs[1:], [], CONFIG, out, seed=0)
    assert (out / "training.json").stat().st_mtime_ns != before


@pytest.mark.parametrize(("evaluations", "steps"), [(1, [6]), (2, [3, 6]), (4, [2, 3, 5, 6]), (9, [1, 2, 3, 4, 5, 6])])
def test_evaluations_are_as_many_as_asked_for(t5, pairs, tmp_path, evaluations, steps):
    config = replace(CONFIG, evaluations=evaluations)
    out = fine_tune(t5, pairs, pairs[:4], config, tmp_path / "student", seed=3)
    record = json.loads((out / "training.json").read_text())
    assert [entry["step"] for entry in record["history"] if "eval_loss" in entry] == steps


def test_training_json_says_what_was_run(t5, pairs, tmp_path):
    out = fine_tune(t5, pairs, pairs[:4], replace(CONFIG, evaluations=2), tmp_path / "student", seed=3)
    record = json.loads((out / "training.json").read_text())
    assert list(record) == [
        *("fingerprint", "base", "method", "pairs", "settings", "history"),
        *("steps", "kept_step", "cut_sources", "cut_targets", "seconds"),
    ]
    assert (record["method"], record["pairs"], record["steps"], record["kept_step"]) == ("full", len(pairs), 6, 6)
    assert record["settings"]["seed"] == 3
    assert [entry["step"] for entry in record["history"] if "eval_loss" in entry] == [3, 6]


def test_student_loads_with_plain_transformers_and_generates_greedily(t5, pairs, tmp_path):
    out = fine_tune(t5, pairs, [], CONFIG, tmp_path / "student", seed=0)
    model, tokenizer = AutoModelForSeq2SeqLM.from_pretrained(out), AutoTokenizer.from_pretrained(out)
    assert model.config.use_cache
    assert not model.generation_config.do_sample
    assert model.generation_config.max_new_tokens == CONFIG.max_length
    batch = tokenizer([pairs[0][0]], return_tensors="pt")
    assert model.generate(**batch).shape[1] <= CONFIG.max_length + 1


@pytest.mark.parametrize("config", [CONFIG, LORA], ids=["full", "lora"])
def test_generation_settings_hold_what_generation_needs_and_nothing_else(config, t5, pairs, tmp_path):
    out = fine_tune(t5, pairs, [], config, tmp_path / "student", seed=0)
    settings = json.loads((out / "generation_config.json").read_text())
    settings.pop("transformers_version")
    assert settings == {
        **{"do_sample": False, "max_new_tokens": CONFIG.max_length},
        **{"decoder_start_token_id": 0, "eos_token_id": 1, "pad_token_id": 0},
    }


def test_a_later_round_continues_the_adapter(t5, pairs, tmp_path):
    first = fine_tune(t5, pairs, [], LORA, tmp_path / "first", seed=0)
    second = fine_tune(str(first), pairs, [], LORA, tmp_path / "second", seed=0)
    assert json.loads((second / "adapter_config.json").read_text())["base_model_name_or_path"] == t5
    assert history(second)[0] < history(first)[0]
    model = AutoModelForSeq2SeqLM.from_pretrained(second)
    assert torch.isfinite(model(input_ids=torch.tensor([[5, 1]]), labels=torch.tensor([[6, 1]])).loss)


@pytest.mark.parametrize("setting", [{"precision": "bf16"}, {"label_smoothing": 0.1}, {"schedule": "cosine"}], ids=str)
def test_settings_reach_the_training(setting, t5, pairs, tmp_path):
    plain = history(fine_tune(t5, pairs, [], CONFIG, tmp_path / "plain", seed=0))
    other = history(fine_tune(t5, pairs, [], replace(CONFIG, **setting), tmp_path / "other", seed=0))
    assert other != plain
    assert other == pytest.approx(plain, rel=0.5)


@pytest.mark.parametrize("config", [CONFIG, LORA], ids=["full", "lora"])
@pytest.mark.parametrize("base", ["t5", "gpt2"])
def test_activation_checkpointing_changes_no_loss(base, config, request, pairs, tmp_path, capfd):
    base = request.getfixturevalue(base)
    plain, saving = (
        fine_tune(base, pairs, pairs[:4], replace(config, activation_checkpointing=on), tmp_path / str(on), seed=0)
        for on in (False, True)
    )
    for name in ("loss", "eval_loss"):
        assert history(saving, name) == pytest.approx(history(plain, name), rel=1e-5)
    assert history(saving)[-1] < history(saving)[0]  # the adapter's inputs have gradients
    assert "use_cache" not in capfd.readouterr().err


def test_adapter_of_another_shape_is_refused(t5, pairs, tmp_path):
    first = fine_tune(t5, pairs, [], LORA, tmp_path / "first", seed=0)
    wider = replace(LORA, lora=LoraSettings(rank=8, alpha=8))
    with pytest.raises(ConfigError, match="rank: 4"):
        fine_tune(str(first), pairs, [], wider, tmp_path / "second", seed=0)


def test_full_fine_tuning_of_a_lora_student_starts_from_its_merged_weights(t5, pairs, tmp_path):
    first = fine_tune(t5, pairs, [], LORA, tmp_path / "first", seed=0)
    second = fine_tune(str(first), pairs, [], CONFIG, tmp_path / "second", seed=0)
    assert not (second / "adapter_config.json").exists()
    assert history(second)[0] < history(first)[0]


def test_a_killed_training_leaves_no_student_and_starts_again(t5, pairs, tmp_path):
    out = tmp_path / "student"
    endless = replace(CONFIG, max_steps=1_000_000)
    # A fork, since a fresh process would import torch for seconds; with one thread there is none to lose.
    process = get_context("fork").Process(target=fine_tune, args=(t5, pairs, [], endless, out, 0), daemon=True)
    process.start()
    try:
        while not any(tmp_path.iterdir()):
            assert process.is_alive()
            time.sleep(0.05)
        time.sleep(0.5)
    finally:
        process.kill()  # SIGKILL: nothing can be tidied up
        process.join()
    assert not out.exists()
    assert weights(fine_tune(t5, pairs, [], CONFIG, out, seed=0)) == weights(
        fine_tune(t5, pairs, [], CONFIG, tmp_path / "undisturbed", seed=0)
    )
    assert sorted(path.name for path in tmp_path.iterdir()) == ["student", "undisturbed"]


def test_no_pairs_is_one_line(t5, tmp_path):
    with pytest.raises(RunError, match="no pairs to train"):
        fine_tune(t5, [], [], CONFIG, tmp_path / "student", seed=0)


def test_a_diverged_training_leaves_nothing(t5, pairs, tmp_path):
    with pytest.raises(RunError, match="lower learning_rate"):
        fine_tune(t5, pairs, [], replace(CONFIG, learning_rate=1e30), tmp_path / "student", seed=0)
    assert list(tmp_path.iterdir()) == []


def test_a_loss_behind_the_last_point_of_the_curve_is_looked_at_too(t5, pairs, tmp_path, monkeypatch):
    monkeypatch.setattr("trainers.training_loop.LOSSES_LOGGED", 2)  # after the second of three updates, and no more
    # The first update has a rate of 0, the second one that ruins the weights.
    config = replace(CONFIG, max_steps=3, warmup_ratio=0.9, learning_rate=1e30)
    with pytest.raises(RunError, match="step 3; lower learning_rate"):
        fine_tune(t5, pairs, [], config, tmp_path / "student", seed=0)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("setting", "value"),
    [
        *(("learning_rate", 0.0), ("batch_size", 0), ("warmup_ratio", 1.0), ("schedule", "square"), ("max_steps", 0)),
        *(("precision", "fp8"), ("metric", "bleu"), ("keep", "first"), ("patience", 0), ("checkpoints", -1)),
        *(
            (name, value)
            for name in ("learning_rate", "epochs", "weight_decay", "warmup_ratio", "label_smoothing")
            for value in (float("inf"), float("nan"))
        ),
    ],
)
def test_settings_out_of_range_are_named(setting, value):
    with pytest.raises(ConfigError, match=setting):
        FineTuningConfig(**{setting: value})
