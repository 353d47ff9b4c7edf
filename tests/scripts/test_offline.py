"""HF_HUB_OFFLINE=1: the commands work on models in the Hub's cache, and ask nobody for anything.

The libraries read it when they are imported, so each test has a process of its own.
"""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
import torch
from huggingface_hub import snapshot_download
from peft import LoraConfig, TaskType, get_peft_model
from transformers import AutoModelForSeq2SeqLM, AutoTokenizer

from builders.model_place import resolve
from tests.recipes.real_kinds import publish
from tests.recipes.test_bundled import SMALL, lenient_critics
from tests.scripts.conftest import overrides

RUN = """
import contextlib, io, json, sys
from scripts.cli import main
asked, outcomes = [], []
def note(event, values):
    if event in ("socket.connect", "socket.getaddrinfo") and not isinstance(values[1], (str, bytes)):
        asked.append(str(values))  # a path would be a socket of this machine alone
sys.addaudithook(note)
for command in json.loads(sys.argv[1]):
    with contextlib.redirect_stdout(io.StringIO()) as out, contextlib.redirect_stderr(io.StringIO()) as err:
        status = main(command)
    outcomes.append([status, out.getvalue(), err.getvalue()])
print(json.dumps([asked, outcomes]))
"""
TEACHER, CRITIC, STUDENT = "openai-community/gpt2", "cross-encoder/nli-MiniLM2-L6-H768", "google-t5/t5-small"
STAGES = ("sample", "build", "train", "self-distill", "run")


def offline(home: Path, *commands: list[object]) -> list[tuple[int, str, str]]:
    """What commands say in a process that has only the cache under `home`."""
    words = json.dumps([[str(word) for word in command] for command in commands])
    settings = {**os.environ, "HF_HOME": str(home), "HF_HUB_OFFLINE": "1", "OMP_NUM_THREADS": "1"}
    ended = subprocess.run(
        [sys.executable, "-c", RUN, words], env=settings, capture_output=True, text=True, check=False
    )
    assert ended.returncode == 0, ended.stderr
    asked, outcomes = json.loads(ended.stdout)
    assert asked == []
    return [tuple(outcome) for outcome in outcomes]


def fetch(home: Path, name: str, **which: object) -> None:
    """As `hf download NAME` does."""
    snapshot_download(name, cache_dir=home / "hub", **which)


def missing(name: str) -> str:
    problem = f"model '{name}' is not in the Hub's cache, or only in part, and HF_HUB_OFFLINE is set"
    return f"{problem}; get it by 'hf download {name}' with HF_HUB_OFFLINE unset\n"


def test_a_model_that_the_cache_lacks_is_one_line(hub, tmp_path):
    rows = tmp_path / "rows.tsv"
    rows.write_text("Profit rose.\tProfits were up.\nSales fell.\tSales were down.\n", encoding="utf-8")
    hub.create("model", "alice/begun").edit("config.json", '{"model_type": "t5", "is_encoder_decoder": true}')
    fetch(tmp_path, "alice/begun")
    recipe = ["quickstart-gpt2", "--out", tmp_path / "run"]
    outcomes = offline(
        tmp_path,
        *[[command, *recipe] for command in STAGES],
        ["evaluate", STUDENT, "--data", rows],
        ["paraphrase", STUDENT, "Profit rose."],
        ["paraphrase", "alice/begun", "Profit rose."],
    )
    expected = ["sampling.teacher: " + missing(TEACHER)] * len(STAGES) + [missing(STUDENT)] * 2
    assert outcomes == [(1, "", f"impossible: {line}") for line in [*expected, missing("alice/begun")]]
    assert not (tmp_path / "run").exists()


def test_a_recipe_is_refused_before_hours_for_a_model_of_a_later_stage(hub, tmp_path):
    publish(hub, tmp_path / "models", {STUDENT})
    for name in (TEACHER, CRITIC):
        hub.create("model", name).edit("config.json", '{"model_type": "gpt2"}')
        hub.repo("model", name).edit("model.safetensors", "is not read")
    for name, which in {TEACHER: {}, STUDENT: {}, CRITIC: {"allow_patterns": ["config.json"]}}.items():
        fetch(tmp_path, name, **which)
    [outcome] = offline(tmp_path, ["run", "quickstart-gpt2", "--out", tmp_path / "run"])
    assert outcome == (1, "", "impossible: critics: " + missing(CRITIC))


def test_a_student_is_used_from_the_cache(hub, tmp_path):
    folder = resolve("microworld:models/student")
    hub.create("model", "alice/student").add_folder(Path(folder))
    torch.manual_seed(0)
    shape = {"target_modules": ["q", "v"], "lora_alpha": 64, "init_lora_weights": False}  # far from the base
    settings = LoraConfig(task_type=TaskType.SEQ_2_SEQ_LM, **shape)
    adapted = get_peft_model(AutoModelForSeq2SeqLM.from_pretrained(folder), settings)
    adapted.peft_config["default"].base_model_name_or_path = "alice/student"
    adapted.save_pretrained(tmp_path / "adapter")
    AutoTokenizer.from_pretrained(folder).save_pretrained(tmp_path / "adapter")
    hub.create("model", "alice/adapter").add_folder(tmp_path / "adapter")
    for name in ("alice/student", "alice/adapter"):
        fetch(tmp_path, name)
    models = (folder, "alice/student", tmp_path / "adapter", "alice/adapter")
    benchmark = ("--benchmark", "microworld.benchmark:news", "--n", 3)
    outcomes = offline(
        tmp_path,
        *[["paraphrase", model, "Profit rose at Dell."] for model in models],
        *[["evaluate", model, *benchmark, "--json"] for model in models[:2]],
    )
    assert {(status, err) for status, _, err in outcomes} == {(0, "")}
    whole, published, adapter, published_adapter, *figures = [out for _, out, _ in outcomes]
    assert whole == published != adapter == published_adapter
    here, cached = (json.loads(out)["systems"][0]["figures"] for out in figures)
    assert here == cached


@pytest.mark.slow
def test_a_recipe_runs_stage_by_stage_from_the_cache(hub, tmp_path):
    publish(hub, tmp_path / "models", {TEACHER, CRITIC, STUDENT})
    for name in (TEACHER, CRITIC, STUDENT):
        fetch(tmp_path, name)
    recipe = ["quickstart-gpt2", "--out", tmp_path / "run", *overrides(SMALL), *lenient_critics("quickstart-gpt2")]
    for status, _, err in offline(tmp_path, *[[command, *recipe] for command in STAGES]):
        assert status == 0, err
    assert (tmp_path / "run/report.html").is_file()
    [outcome] = offline(tmp_path, ["paraphrase", tmp_path / "run/student", "Profit rose at Dell."])
    assert outcome[0] == 0, outcome
