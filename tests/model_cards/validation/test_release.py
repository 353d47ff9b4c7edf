import shutil

from model_cards.dataset_card import write_dataset_card
from model_cards.validation.release import release_problems


def files_of(folder):
    return {str(path.relative_to(folder)): path for path in folder.rglob("*") if path.is_file()}


def test_the_dataset_of_a_run_is_fit_for_release(run):
    write_dataset_card(run, run / "dimple", repo_id="me/dimple")
    assert release_problems(files_of(run / "dimple"), "dataset", "me/dimple", [str(run)]) == []


def test_problems_of_the_card_name_it(run):
    files = files_of(run / "dimple") | {"README.md": b"---\nlicense: my-own\n---\n"}
    [line] = release_problems(files, "dataset", "me/dimple")
    assert line.startswith("README.md, license: ")


def test_a_card_is_utf_8():
    [line] = release_problems({"README.md": b"---\nlicense: mit\n---\ncaf\xe9\n"}, "model", "me/student")
    assert line == "README.md is not UTF-8 text (byte 24); save it as UTF-8"


def test_a_card_that_names_the_run_folder_is_found(run):
    card = f"---\nlicense: mit\n---\n`{run}/student`\n"
    [line] = release_problems({"README.md": card.encode()}, "model", "me/student", [str(run)])
    assert line.startswith("README.md, line 4: names ")


def test_a_secret_in_any_file_is_found(run):
    shutil.copy(run / "recipe.yaml", run / "dimple/recipe.yaml")
    write_dataset_card(run, run / "dimple", repo_id="me/dimple")
    with (run / "dimple/recipe.yaml").open("a") as recipe:
        recipe.write("# hf_" + "x" * 34)
    [line] = release_problems(files_of(run / "dimple"), "dataset", "me/dimple")
    assert line.startswith("recipe.yaml, line ")


def test_files_unfit_to_be_opened_are_said_alone():
    [line] = release_problems({"README.md": b"no card", "../a": b""}, "model", "me/student")
    assert line.startswith("'../a'")
