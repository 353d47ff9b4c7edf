"""The commands with a decoder-only student: the same as with an encoder-decoder one."""

import json

import pytest
from transformers import pipeline

from tests.scripts.conftest import impossible, overrides

SOURCE = "Dell said profit rose 5 percent on Monday."
SETTINGS = overrides({"student.base": "microworld:models/teacher-news", "self_distillation": "null", "controls": "[]"})


@pytest.fixture(scope="module")
def trained(tmp_path_factory, tiny):
    """The folder of a decoder-only student of round 0, trained for four updates by `impossible train`."""
    out = tmp_path_factory.mktemp("decoder") / "run"
    outcome = impossible("train", "microworld-demo", "--out", out, *tiny, *SETTINGS)
    assert outcome.status == 0, outcome.err
    assert not outcome.complaints
    assert "full fine-tuning on" in outcome.out
    return out / "students" / "round-0"


def test_it_is_evaluated_and_paraphrases(trained):
    outcome = impossible("paraphrase", trained, SOURCE)
    assert (outcome.status, outcome.err) == (0, "")
    [printed] = outcome.out.splitlines()
    several = impossible("paraphrase", trained, SOURCE, "--n", 3, "--json")
    assert json.loads(several.out)["source"] == SOURCE
    evaluated = impossible("evaluate", trained, "--benchmark", "microworld.benchmark:news", "--n", 2, "--json")
    assert json.loads(evaluated.out)["systems"][0]["figures"]["copy"]["n"] == 2
    # the stock pipeline and `impossible paraphrase`, which never prints nothing, say the same
    generate = pipeline("text-generation", model=str(trained))
    [answer] = generate(f"{SOURCE} =>", return_full_text=False, min_new_tokens=1)
    assert answer["generated_text"].strip() == printed


def test_the_whole_recipe_runs_to_its_report(tmp_path, tiny):
    outcome = impossible("run", "microworld-demo-decoder", "--out", tmp_path / "run", *tiny)
    assert outcome.status == 0, outcome.err
    assert not outcome.complaints
    metrics = json.loads((tmp_path / "run" / "metrics.json").read_text(encoding="utf-8"))
    names = [system["name"] for system in metrics["evaluation"]["systems"]]
    assert names[:3] == ["plain teacher", "student, round 0", "student, self-distilled"]
    config = json.loads((tmp_path / "run" / "student" / "config.json").read_text(encoding="utf-8"))
    assert config["prompt_template"] == "{source} =>"
    assert (tmp_path / "run" / "report.html").is_file()
