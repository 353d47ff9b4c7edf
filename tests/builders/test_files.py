import json

import pytest

from builders.errors import RunError
from builders.files import atomic_path, read_text, write_json


def write_half(path, error):
    with atomic_path(path) as partial:
        partial.write_text("half")
        raise error


def names(folder):
    return sorted(path.name for path in folder.iterdir())


def test_a_file_gets_its_name_when_whole(tmp_path):
    with atomic_path(tmp_path / "sub" / "a.txt") as partial:
        partial.write_text("whole")
        assert not (tmp_path / "sub" / "a.txt").exists()
    assert names(tmp_path / "sub") == ["a.txt"]


def test_a_folder_replaces_another_whole(tmp_path):
    for content in ("old", "new"):
        with atomic_path(tmp_path / "folder") as partial:
            partial.mkdir()
            (partial / content).write_text(content)
    assert names(tmp_path) == ["folder"]
    assert names(tmp_path / "folder") == ["new"]


def test_an_error_leaves_nothing_new_and_the_old_as_it_was(tmp_path):
    write_json(tmp_path / "a.json", {"a": 1})
    with pytest.raises(KeyError):
        write_half(tmp_path / "a.json", KeyError())
    assert names(tmp_path) == ["a.json"]
    assert json.loads((tmp_path / "a.json").read_text()) == {"a": 1}


def test_what_a_killed_run_left_is_no_obstacle(tmp_path):
    (tmp_path / ".a.json.partial").write_text("half")
    write_json(tmp_path / "a.json", 1)
    assert names(tmp_path) == ["a.json"]


def test_a_full_disk_is_one_line(tmp_path, small_disk):
    with small_disk(1000), pytest.raises(RunError, match=r"cannot write .*big.json: File too large; free some space"):
        write_json(tmp_path / "big.json", "x" * 10_000)
    assert names(tmp_path) == []


def test_a_library_that_keeps_only_the_words_of_a_full_disk_is_understood(tmp_path):
    error = RuntimeError("Error while serializing: I/O error: No space left on device (os error 28)")
    with pytest.raises(RunError, match="free some space"):
        write_half(tmp_path / "a", error)
    assert names(tmp_path) == []


def test_a_place_that_cannot_be_written_is_one_line(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(RunError, match=r"cannot write .*file/a.json: .*choose another folder"):
        write_json(tmp_path / "file" / "a.json", 1)


def test_reads_text_with_or_without_a_byte_order_mark(tmp_path):
    (tmp_path / "a.txt").write_bytes(b"\xef\xbb\xbfcaf\xc3\xa9")
    assert read_text(tmp_path / "a.txt") == "café"


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (None, "No such file"),
        (b"caf\xe9 bar", "not UTF-8 text (byte 0xe9 at offset 3)"),
        ("folder", "Is a directory"),
    ],
)
def test_unreadable_text_names_the_file_and_what_is_wrong(tmp_path, content, words):
    path = tmp_path / "input.txt"
    if content == "folder":
        path.mkdir()
    elif content is not None:
        path.write_bytes(content)
    with pytest.raises(RunError) as caught:
        read_text(path)
    assert str(path) in str(caught.value)
    assert words in str(caught.value)
    assert "\n" not in str(caught.value)
