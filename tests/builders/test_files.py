import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from builders.errors import RunError
from builders.files import atomic_path, read_text, remove_abandoned, split_lines, write_json


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


_LOOP = """
import sys
from pathlib import Path
from builders.files import write_json

for i in range(300):
    write_json(Path(sys.argv[1]), [i] * 100)
"""
_HALF = """
import os, signal, sys
from pathlib import Path
from builders.files import atomic_path

with atomic_path(Path(sys.argv[1])) as partial:
    partial.mkdir()
    (partial / "half").write_text("half")
    os.kill(os.getpid(), signal.SIGKILL)
"""


def start(code, path):
    environment = os.environ | {"PYTHONPATH": str(Path(__file__).parents[2])}
    return subprocess.Popen([sys.executable, "-c", code, str(path)], env=environment)


def test_two_processes_may_write_one_file_at_one_time(tmp_path):
    writers = [start(_LOOP, tmp_path / "stage.json") for _ in range(2)]
    assert [writer.wait() for writer in writers] == [0, 0]
    assert json.loads((tmp_path / "stage.json").read_text()) == [299] * 100
    assert names(tmp_path) == ["stage.json"]


def test_what_a_killed_process_left_goes_when_its_name_is_written_again(tmp_path):
    assert start(_HALF, tmp_path / "student").wait() == -signal.SIGKILL
    [left] = tmp_path.iterdir()
    with atomic_path(tmp_path / "student") as partial:
        assert not left.exists()
        partial.mkdir()
    assert names(tmp_path) == ["student"]


def test_only_what_is_abandoned_goes(tmp_path):
    here, day = os.uname().nodename, 24 * 60 * 60
    gone = subprocess.Popen(["true"])
    gone.wait()
    abandoned = [f".a.{gone.pid}@{here}.partial", f".a.{gone.pid}@{here}.old", ".a.1@rested.partial"]
    kept = [f".a.{os.getppid()}@{here}.partial", ".a.1@elsewhere.partial", f"a.{gone.pid}@{here}.partial", ".a.partial"]
    for name in abandoned + kept:
        (tmp_path / name).write_text("half")
    os.utime(tmp_path / ".a.1@rested.partial", (time.time() - day - 1,) * 2)
    remove_abandoned(tmp_path.iterdir())
    assert names(tmp_path) == sorted(kept)


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


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        ("", []),
        ("a", ["a"]),
        ("a\r\nb\n", ["a", "b"]),
        ("a\n\n", ["a", ""]),
        ("a\u2028\u0085\x0bb\n", ["a\u2028\u0085\x0bb"]),
    ],
)
def test_only_a_new_line_ends_a_line(text, lines):
    assert split_lines(text) == lines
