"""The licences of a recipe's models: what they forbid is said before anything runs, and the cards name them."""

import json
import shutil
from pathlib import Path

import pytest

from builders.model_place import resolve
from tests.scripts.conftest import impossible, overrides

TEACHER = "microworld:models/teacher-news"


@pytest.fixture
def teacher(tmp_path):
    """Makes the shipped teacher's folder again, under another licence; returns it."""

    def under(licence: str | None) -> str:
        folder = shutil.copytree(resolve(TEACHER), tmp_path / "teacher")
        (folder / "README.md").unlink()
        if licence:
            (folder / "README.md").write_text(f"---\nlicense: {licence}\n---\n")
        return str(folder)

    return under


def sample(folder: Path, **settings: object):
    few = {"sampling.contexts": 2, "sampling.k": 2, "sampling.max_sentences": 1, "workers": 1}
    named = {name.replace("__", "."): value for name, value in settings.items()}
    return impossible("sample", "microworld-demo", "--out", folder, *overrides(few | named))


@pytest.mark.parametrize(
    ("licence", "problem"),
    [
        ("cc-by-nc-4.0", "allows no commercial use, and apache-2.0 does; set license: cc-by-nc-4.0"),
        ("[mit, cc-by-nc-4.0]", "is under cc-by-nc-4.0, which allows no commercial use"),
        ("llama2", "is under llama2, which allows it to improve no other language model"),
    ],
)
def test_what_a_licence_forbids_is_said_before_anything_runs(teacher, tmp_path, licence, problem):
    refused = sample(tmp_path / "run", sampling__teacher=teacher(licence))
    assert (refused.status, refused.out) == (2, "")
    [line] = refused.err.splitlines()
    assert line.startswith(f"impossible: sampling.teacher: '{tmp_path}/teacher' is under ")
    assert problem in line
    assert not (tmp_path / "run").exists()


def test_a_release_under_a_fitting_licence_may_run(teacher, tmp_path):
    outcome = sample(tmp_path / "run", sampling__teacher=teacher("cc-by-nc-4.0"), license="cc-by-nc-4.0")
    assert (outcome.status, outcome.complaints) == (0, [])


def test_one_of_several_licences_may_be_chosen(teacher, tmp_path):
    folder = teacher("[mit, cc-by-nc-4.0]")
    outcome = sample(tmp_path / "run", sampling__teacher=folder, licenses=json.dumps({folder: "mit"}))
    assert (outcome.status, outcome.complaints) == (0, [])


@pytest.mark.parametrize("licence", [None, "my-licence-1.0"])
def test_an_unknown_licence_is_told_in_a_line(teacher, tmp_path, licence):
    folder = teacher(licence)
    outcome = sample(tmp_path / "run", sampling__teacher=folder)
    assert outcome.status == 0
    [line] = outcome.complaints
    assert f"{folder} ({licence or 'unknown'})" in line
    assert "see that they allow a release under apache-2.0" in line


@pytest.mark.parametrize(
    ("licenses", "problem"),
    [
        ({TEACHER: "mit"}, f"licenses: '{TEACHER}' is under apache-2.0 by its card, not mit"),
        ({"gpt2": "mit"}, f"licenses: 'gpt2' is no model of the recipe; it has {TEACHER}, "),
        ("mit", "licenses must be a mapping, got 'mit'"),
        ({TEACHER: 2}, f"licenses.{TEACHER} must be a text, got 2"),
    ],
)
def test_licences_that_a_recipe_gets_wrong(tmp_path, licenses, problem):
    refused = sample(tmp_path / "run", licenses=json.dumps(licenses))
    assert (refused.status, refused.out) == (2, "")
    assert problem in refused.err
    assert len(refused.err.splitlines()) == 1


def test_figures_and_cards_name_the_licence_of_every_model(finished):
    metrics = json.loads((finished / "metrics.json").read_text(encoding="utf-8"))
    licences = {model["role"]: model["licenses"] for model in metrics["models"]}
    assert licences == {"teacher": ["apache-2.0"], "critic": ["mit"], "student base": ["apache-2.0"]}
    for card in ("dimple/README.md", "student/README.md"):
        text = (finished / card).read_text(encoding="utf-8")
        assert f"| `{TEACHER}` | teacher | apache-2.0 | SHA-256 of its files" in text
        assert (
            f"- `apache-2.0` (of `{TEACHER}`, `microworld:models/student`) asks nothing of what a model writes" in text
        )
        assert "This release is under `apache-2.0`." in text
