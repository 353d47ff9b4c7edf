import hashlib

from huggingface_hub.utils.sha import git_hash

from model_cards.release.changes import Change, card_difference, differing, find_changes
from model_cards.release.contents import Release
from model_cards.release.state import RemoteFile, State

RELEASE = Release("dataset", "alice/dimple", "news", "1.0", {}, "", owned=("news/*.parquet",))


def regular(data: bytes) -> RemoteFile:
    return RemoteFile(len(data), git_hash(data), is_lfs=False)


def large(data: bytes) -> RemoteFile:
    return RemoteFile(len(data), hashlib.sha256(data).hexdigest(), is_lfs=True)


def test_what_is_there_already_is_no_change(tmp_path):
    (tmp_path / "table").write_bytes(b"rows" * 10**6)
    state = State(files={"README.md": regular(b"card"), "news/train.parquet": large(b"rows" * 10**6)})
    files = {"README.md": b"card", "news/train.parquet": tmp_path / "table"}
    assert find_changes(files, RELEASE, state) == []


def test_new_and_changed_files_are_told_apart():
    state = State(files={"README.md": regular(b"card")})
    files = {"README.md": b"Card", "news/train.parquet": b"rows"}
    assert find_changes(files, RELEASE, state) == [
        Change("changed", "README.md", 4),
        Change("new", "news/train.parquet", 4),
    ]


def test_only_files_of_an_earlier_release_are_removed():
    stale, others = "news/train-00001-of-00002.parquet", ("biomedical/train.parquet", "notes.txt", ".gitattributes")
    state = State(files={name: regular(b"old") for name in (stale, *others)})
    assert find_changes({}, RELEASE, state) == [Change("removed", stale, 3)]


def test_a_file_of_the_same_size_but_other_content_differs():
    there = {"a": regular(b"1234"), "b": large(b"1234")}
    assert differing({"a": b"1235", "b": b"1234", "c": b"new"}, there) == ["a", "c"]


def test_the_difference_of_a_card_shows_only_lines_that_change():
    lines = list(card_difference("title\n\nold\n", "title\n\nnew\n"))
    assert lines[2:] == ["@@ -1,3 +1,3 @@", " title", " ", "-old", "+new"]
    assert list(card_difference("same\n", "same\n")) == []
