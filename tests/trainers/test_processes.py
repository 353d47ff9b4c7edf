"""Trainings in two processes on the CPU."""

import os
import signal
from dataclasses import replace
from multiprocessing.context import ForkServerProcess

import pytest

from builders.errors import RunError, UsageError
from tests.trainers.conftest import PAIRS
from tests.trainers.test_best_weights import record
from tests.trainers.test_finetuning import CONFIG, LORA, history
from trainers.finetuning import fine_tune
from trainers.processes import check_not_launched

# The last batch of an epoch has one pair, so that there is none for the second process.
SEVENTEEN = PAIRS * 2 + [(f"{source} Again.", target) for source, target in PAIRS[:5]]


@pytest.mark.slow
@pytest.mark.parametrize("settings", [{}, {"lora": LORA.lora}, {"gradient_accumulation_steps": 2}], ids=str)
@pytest.mark.parametrize("base", ["t5", "gpt2"])
def test_two_processes_have_the_losses_of_one(base, settings, request, tmp_path):
    config = replace(CONFIG, max_steps=None, epochs=2, evaluations=2, metric="rouge_l", **settings)
    one, two = (
        fine_tune(request.getfixturevalue(base), SEVENTEEN, PAIRS[:5], config, tmp_path / str(n), seed=0, processes=n)
        for n in (1, 2)
    )
    for name in ("loss", "eval_loss", "eval_rouge_l"):
        assert history(two, name) == pytest.approx(history(one, name), rel=1e-5)
    assert record(two)["processes"] == 2
    assert record(two)["steps"] == record(one)["steps"]
    assert record(two)["fingerprint"] != record(one)["fingerprint"]  # each process draws a dropout of its own


@pytest.mark.slow
def test_what_goes_wrong_in_a_process_is_one_line_and_ends_them_all(t5, tmp_path):
    config = replace(CONFIG, learning_rate=1e30)
    with pytest.raises(RunError, match="lower learning_rate"):
        fine_tune(t5, PAIRS, PAIRS, config, tmp_path / "student", seed=0, processes=2)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.slow
def test_a_process_that_is_killed_ends_the_training(t5, tmp_path, monkeypatch):
    started = []
    start = ForkServerProcess.start

    def start_and_kill(process):
        start(process)
        started.append(process)
        if len(started) == 2:
            os.kill(process.pid, signal.SIGKILL)

    monkeypatch.setattr("multiprocessing.context.ForkServerProcess.start", start_and_kill)
    with pytest.raises(RunError, match="ended with status -9, most often for want of memory"):
        fine_tune(t5, PAIRS, [], CONFIG, tmp_path / "student", seed=0, processes=2)
    for process in started:
        process.join(10)
        assert process.exitcode is not None
    assert list(tmp_path.iterdir()) == []


def test_a_command_that_was_launched_several_times_is_refused(monkeypatch):
    check_not_launched()
    monkeypatch.setenv("WORLD_SIZE", "2")
    with pytest.raises(UsageError, match=r"one of 2 processes \(WORLD_SIZE\).*student\.processes"):
        check_not_launched()


def test_more_processes_than_gpus_are_refused(t5, tmp_path, monkeypatch):
    monkeypatch.setattr("torch.cuda.is_available", lambda: True)
    monkeypatch.setattr("torch.cuda.device_count", lambda: 1)
    with pytest.raises(RunError, match="there are 1 GPUs; set it to 1 or fewer"):
        fine_tune(t5, PAIRS, [], CONFIG, tmp_path / "student", seed=0, processes=2)
