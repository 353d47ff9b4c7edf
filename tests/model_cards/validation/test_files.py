import pytest

from model_cards.validation import documented, files
from model_cards.validation.files import file_problems, path_problem

CARD = {"README.md": b"# A title\n"}


@pytest.mark.parametrize(
    "path", ["README.md", "news/train-00000-of-00001.parquet", "a.b/c-d_e+f (1).txt", "données.csv", ".gitattributes"]
)
def test_takes_names_that_every_system_can_hold(path):
    assert file_problems(CARD | {path: b""}, "model", "me/student") == []


@pytest.mark.parametrize(
    ("path", "problem"),
    [
        ("", "is an empty path"),
        ("/etc/passwd", "is absolute"),
        ("../a", "has '..' between its slashes"),
        ("a/../b", "has '..' between its slashes"),
        ("./a", "has '.' between its slashes"),
        ("a//b", "has 'nothing' between its slashes"),
        ("a/", "has 'nothing' between its slashes"),
        ("a\\b", "holds a backslash"),
        ("a\nb", "holds a control character"),
        ("a\x7fb", "holds a control character"),
        (".git/config", "lies in .git, where the Hub takes no file"),
        ("a/.GIT/config", "where the Hub takes no file"),
        (".cache/huggingface/x", "lies in .cache"),
        ("C:a", "holds :, which Windows refuses"),
        ("what?.txt", "holds ?, which Windows refuses"),
        ("aux.json", "which Windows keeps for a device"),
        ("a /b", "has a part with a blank or a point at its end"),
        ("a./b", "has a part with a blank or a point at its end"),
        ("cafe\u0301.txt", "is not written in composed Unicode"),
        ("\udcff.txt", "is no valid Unicode"),
        ("é" * 128, "has a part of 256 bytes"),
    ],
)
def test_refuses_names_that_some_system_cannot_hold(path, problem):
    assert problem in path_problem(path)


@pytest.mark.parametrize(
    "path",
    [
        ".README.md.4711@host.partial",
        ".README.md.part",
        "news/.train.parquet.1@host.old",
        "model.safetensors.incomplete",
        "dimple.lock",
        "__pycache__/app.cpython-311.pyc",
        "notes.txt~",
        ".DS_Store",
        ".env",
    ],
)
def test_refuses_what_a_write_or_a_tool_left_behind(path):
    [line] = file_problems(CARD | {path: b""}, "model", "me/student")
    assert line.startswith(repr(path))
    assert line.endswith("; remove it")


def test_a_name_with_a_line_break_stays_on_one_line():
    [line] = file_problems(CARD | {"a\nb": b""}, "model", "me/student")
    assert "\n" not in line


@pytest.mark.parametrize(
    ("paths", "problem"),
    [
        (["News/a.parquet", "news/b.parquet"], "news and News are one name on Windows and macOS"),
        (["a.txt", "A.txt"], "a.txt and A.txt are one name"),
        (["STRASSE.txt", "straße.txt"], "are one name"),
        (["news", "news/a.parquet"], "news/a.parquet lies below news, which is a file"),
    ],
)
def test_refuses_names_that_fall_together(paths, problem):
    [line] = file_problems(CARD | dict.fromkeys(paths, b""), "model", "me/student")
    assert problem in line


def test_a_release_has_a_card():
    assert file_problems({"readme.md": b""}, "model", "me/student") == [
        "README.md is missing; a release has a card, so write it first"
    ]


def test_a_script_named_like_the_dataset_is_refused_for_its_name():
    [line] = file_problems(CARD | {"dimple.py": b""}, "dataset", "me/dimple")
    assert line.startswith("dimple.py is named like the repository, so datasets would take it for a loading script")


def test_a_dataset_holds_no_code_at_all():
    [line] = file_problems(CARD | {"tools/clean.PY": b""}, "dataset", "me/dimple")
    assert line.startswith("tools/clean.PY is code")


@pytest.mark.parametrize("repo_type", ["model", "space"])
def test_other_repositories_may_hold_code(repo_type):
    assert file_problems(CARD | {"handler.py": b""}, repo_type, "me/handler") == []


def test_a_file_that_is_not_there_is_named(tmp_path):
    [line] = file_problems(CARD | {"a.txt": tmp_path / "gone"}, "model", "me/student")
    assert line == f"a.txt stands for {tmp_path / 'gone'}, which is no file; make it again"


def test_a_file_has_a_size_the_hub_takes(tmp_path):
    sparse = tmp_path / "large"
    with sparse.open("wb") as large:
        large.truncate(documented.MAX_FILE_BYTES + 1)
    [line] = file_problems(CARD | {"large.txt": sparse}, "model", "me/student")
    assert line == "large.txt has 500 GB and the Hub takes 500 GB a file; split it"


def test_a_folder_has_no_more_entries_than_the_hub_takes():
    shards = {f"news/{number}.txt": b"" for number in range(documented.MAX_FOLDER_ENTRIES + 1)}
    [line] = file_problems(CARD | shards, "dataset", "me/dimple")
    assert line.startswith("news has 10,001 entries and the Hub takes 10,000 a folder")


def test_subfolders_count_as_entries_once():
    shards = {f"{number}/{half}.txt": b"" for number in range(documented.MAX_FOLDER_ENTRIES - 1) for half in "ab"}
    assert file_problems(CARD | shards, "dataset", "me/dimple") == []


def test_a_release_has_no_more_files_than_the_hub_advises(monkeypatch):
    monkeypatch.setattr(files, "MAX_FILES", 2)
    [line] = file_problems(CARD | {"a": b"", "b": b""}, "model", "me/student")
    assert line.startswith("the release has 3 files and the Hub advises at most 2")
