"""Trainings that are killed and go on, by real processes and files."""

import json
import os
import shutil
import time
from dataclasses import replace
from multiprocessing import get_context
from pathlib import Path

import pytest

from tests.trainers.conftest import PAIRS
from tests.trainers.test_best_weights import record
from tests.trainers.test_finetuning import CONFIG, LORA, weights
from trainers.checkpoints import last_checkpoint
from trainers.finetuning import checkpoints_folder, fine_tune

LONG = replace(CONFIG, max_steps=20, evaluations=10, checkpoints=4, keep="best", metric="rouge_l", schedule="cosine")


class KilledError(Exception):
    pass


def killed_at(step: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """Lets a training die when an update is done, as a SIGKILL would: nothing that handles errors knows of it."""

    def on_step_end(self, args, state, control, **kwargs):
        if state.global_step == step:
            raise KilledError

    monkeypatch.setattr("trainers.training_callbacks.ShowProgress.on_step_end", on_step_end)


def base_of(name: str, request: pytest.FixtureRequest, folder: Path) -> str:
    """A base with dropout, whose random state must be taken up as well."""
    copy = shutil.copytree(request.getfixturevalue(name), folder / "base")
    config = json.loads((copy / "config.json").read_text())
    rates = {"dropout_rate": 0.1} if name == "t5" else {"resid_pdrop": 0.1, "embd_pdrop": 0.1, "attn_pdrop": 0.1}
    (copy / "config.json").write_text(json.dumps(config | rates))
    return str(copy)


@pytest.mark.parametrize(
    ("name", "lora", "killed"),  # between two checkpoints, in the first and in the third epoch
    [
        ("t5", None, 13),
        *(pytest.param(*case, marks=pytest.mark.slow) for case in (("t5", LORA.lora, 5), ("gpt2", None, 5))),
        ("gpt2", LORA.lora, 13),
    ],
)
def test_a_killed_training_goes_on_and_ends_the_same(name, lora, killed, pairs, request, tmp_path):
    base, config = base_of(name, request, tmp_path), replace(LONG, lora=lora)
    undisturbed = fine_tune(base, pairs, PAIRS, replace(config, checkpoints=0), tmp_path / "undisturbed", seed=0)
    out = tmp_path / "student"
    with pytest.MonkeyPatch.context() as patch, pytest.raises(KilledError):
        killed_at(killed, patch)
        fine_tune(base, pairs, PAIRS, config, out, seed=0)
    assert not out.exists()
    [left] = checkpoints_folder(out).iterdir()
    assert left.name == f"checkpoint-{killed // 4 * 4}"
    fine_tune(base, pairs, PAIRS, config, out, seed=0)
    assert weights(out) == weights(undisturbed)
    for what in ("history", "steps", "kept_step", "fingerprint"):
        assert record(out)[what] == record(undisturbed)[what]
    assert not checkpoints_folder(out).exists()


def test_a_killed_process_goes_on_from_its_last_checkpoint(t5, pairs, tmp_path, capfd):
    out, config = tmp_path / "student", replace(CONFIG, max_steps=200, checkpoints=20, evaluations=1)
    # A fork, since a fresh process would import torch for seconds; with one thread there is none to lose.
    process = get_context("fork").Process(target=fine_tune, args=(t5, pairs, [], config, out, 0), daemon=True)
    process.start()
    while not any(checkpoints_folder(out).glob("checkpoint-*/whole.json")):
        assert process.is_alive()
        time.sleep(0.01)
    process.kill()  # SIGKILL: nothing can be tidied up
    process.join()
    assert not out.exists()
    capfd.readouterr()
    fine_tune(t5, pairs, [], config, out, seed=0)
    done = int(capfd.readouterr().err.splitlines()[-1].split()[2].split("/")[1])
    assert 0 < done < 200
    undisturbed = fine_tune(t5, pairs, [], replace(config, checkpoints=0), tmp_path / "undisturbed", seed=0)
    assert weights(out) == weights(undisturbed)
    assert sorted(os.listdir(tmp_path)) == ["student", "undisturbed"]


def test_checkpoints_of_another_training_are_thrown_away(t5, pairs, tmp_path):
    out = tmp_path / "student"
    with pytest.MonkeyPatch.context() as patch, pytest.raises(KilledError):
        killed_at(9, patch)
        fine_tune(t5, pairs, PAIRS, LONG, out, seed=0)
    other = fine_tune(t5, pairs, PAIRS, LONG, out, seed=1)
    assert weights(other) == weights(fine_tune(t5, pairs, PAIRS, LONG, tmp_path / "undisturbed", seed=1))


def test_a_checkpoint_that_was_cut_short_counts_for_nothing(tmp_path):
    for step, mark in ((4, "ours"), (8, "ours"), (12, None), (16, "another")):
        folder = tmp_path / f"checkpoint-{step}"
        folder.mkdir()
        if mark:
            (folder / "whole.json").write_text(json.dumps({"fingerprint": mark}))
    assert last_checkpoint(tmp_path, "ours") == tmp_path / "checkpoint-8"
    assert os.listdir(tmp_path) == ["checkpoint-8"]
    assert last_checkpoint(tmp_path, "a third") is None
    assert last_checkpoint(tmp_path / "missing", "ours") is None


def test_what_a_finished_training_could_not_tidy_up_goes_the_next_time(t5, pairs, tmp_path):
    out = fine_tune(t5, pairs, [], CONFIG, tmp_path / "student", seed=0)
    (checkpoints_folder(out) / "checkpoint-3").mkdir(parents=True)
    fine_tune(t5, pairs, [], replace(CONFIG, checkpoints=2), out, seed=0)
    assert os.listdir(tmp_path) == ["student"]


def test_checkpoints_change_no_fingerprint(t5, pairs, tmp_path):
    out = fine_tune(t5, pairs, [], CONFIG, tmp_path / "student", seed=0)
    before = (out / "training.json").stat().st_mtime_ns
    fine_tune(t5, pairs, [], replace(CONFIG, checkpoints=3), out, seed=0)
    assert (out / "training.json").stat().st_mtime_ns == before
