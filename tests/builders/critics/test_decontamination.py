import json
import os

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from builders.critics import decontamination
from builders.critics.base import Shared
from builders.critics.decontamination import Decontamination, DecontaminationConfig, benchmark_texts, shingles
from builders.errors import ConfigError, RunError
from builders.pairs import Pair

SENTENCE = st.lists(st.sampled_from(["a", "B", "c,", "d."]), max_size=9).map(" ".join)


def config(tmp_path, text="One two three four five six seven eight nine.\n", name="test.txt", **values):
    path = tmp_path / name
    path.write_text(text, encoding="utf-8")
    return DecontaminationConfig(files=(str(path),), **values)


def reasons(config, *pairs):
    return [verdict.reason for verdict in config.build(Shared()).judge([Pair(*pair) for pair in pairs])]


def naive_overlap(sentence, texts, n):
    plain = ["".join(c for c in text.lower() if c.isalnum() or c == " ").split() for text in (sentence, *texts)]
    words = plain[0]
    for other in plain[1:]:
        if words and (words == other if len(words) < n or len(other) < n else False):
            return True
        for i in range(len(words) - n + 1):
            for j in range(len(other) - n + 1):
                if words[i : i + n] == other[j : j + n]:
                    return True
    return False


@settings(max_examples=400, deadline=None)
@given(SENTENCE, st.lists(SENTENCE, max_size=3), st.integers(1, 4))
def test_overlap_is_that_of_a_plain_search(sentence, texts, n):
    index = frozenset(shingle for text in texts for shingle in shingles(text, n))
    [verdict] = Decontamination(n, index).judge([Pair("x y z", sentence)])
    assert (verdict.reason == "decontamination") == naive_overlap(sentence, texts, n)


def test_a_pair_is_dropped_for_either_sentence(tmp_path):
    copied, free = "So: TWO three four five, six seven eight nine!", "Two three four five six seven eight ten."
    found = reasons(config(tmp_path), (copied, free), (free, copied), (free, free))
    assert found == ["decontamination", "decontamination", None]


def test_a_short_sentence_counts_as_a_whole(tmp_path):
    found = reasons(config(tmp_path, "Profit rose.\nIt fell.\n"), ("profit rose", "x"), ("Profit rose again.", "x"))
    assert found == ["decontamination", None]


@pytest.mark.parametrize(
    ("name", "text", "texts"),
    [
        ("test.txt", "a\tb\nc\n", ["a\tb", "c"]),
        ("test.tsv", "a\tb\nc\n", ["a", "b", "c"]),
        ("test.jsonl", json.dumps({"source": "a", "refs": ["b", {"x": "c"}], "n": 1}) + "\n\n", ["a", "b", "c"]),
    ],
)
def test_every_text_of_a_file_is_read(tmp_path, name, text, texts):
    (tmp_path / name).write_text(text, encoding="utf-8")
    assert list(benchmark_texts(tmp_path / name)) == texts


def test_the_index_is_made_once_and_again_when_the_file_changes(tmp_path, monkeypatch):
    read = []
    real = decontamination.read_text
    monkeypatch.setattr(decontamination, "read_text", lambda path: read.append(path) or real(path))
    settings = config(tmp_path)
    for _ in range(3):
        settings.build(Shared())
    assert len(read) == 1
    config(tmp_path, "Profit rose.\n")
    assert reasons(settings, ("Profit rose.", "x")) == ["decontamination"]


def test_what_the_files_hold_is_the_identity_not_where_they_lie(tmp_path):
    (tmp_path / "other").mkdir()
    here, there = config(tmp_path), config(tmp_path / "other", name="elsewhere.txt")
    assert here.identity() == there.identity()
    os.remove(here.files[0])
    assert config(tmp_path, "Another.\n").identity() != there.identity()


def test_a_file_that_is_not_there_or_empty_is_named(tmp_path):
    with pytest.raises(RunError, match=r"cannot read .*missing\.txt: No such file"):
        DecontaminationConfig(files=(str(tmp_path / "missing.txt"),)).check()
    with pytest.raises(RunError, match=r"decontamination\.files hold no text: .*test\.txt"):
        config(tmp_path, "\n .\n").check()


@pytest.mark.parametrize(
    ("values", "words"), [({"files": ()}, "at least one file"), ({"files": ("a",), "n": 0}, r"\.n")]
)
def test_values_out_of_range_are_named(values, words):
    with pytest.raises(ConfigError, match=words):
        DecontaminationConfig(**values)
