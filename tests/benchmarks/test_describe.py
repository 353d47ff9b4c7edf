"""The measurement of `describe` runs, on few pairs, and its data is like a language's."""

import json
from collections import Counter

import pyarrow.parquet as pq
import pytest

from benchmarks.large_dataset import check, main, write_pairs


def test_the_words_of_the_pairs_follow_zipfs_law(tmp_path):
    write_pairs(tmp_path / "a.parquet", 3000)
    table = pq.read_table(tmp_path / "a.parquet").to_pydict()
    counts = Counter(word for text in table["source"] for word in text.lower().rstrip(".").split())
    lengths = [len(text.split()) for text in table["target"]]
    assert 19 < sum(lengths) / 3000 < 21
    assert (min(lengths), max(lengths)) == (10, 30)
    (_, first), *_, (_, hundredth) = counts.most_common(100)
    assert 60 < first / hundredth < 170


def test_it_compares_with_the_plain_functions_and_prints_what_it_took(capsys):
    assert main(["--pairs", "300", "--json"]) == 0
    record = json.loads(capsys.readouterr().out)
    assert record["pairs"] == record["figures"]["h2"]["n"] == 300
    assert 50 < record["peak_mb"] < 1000


def test_a_wrong_figure_is_found(tmp_path):
    write_pairs(tmp_path / "a.parquet", 30)
    with pytest.raises(AssertionError, match="h2"):
        check(tmp_path / "a.parquet", {name: {"value": 1.0} for name in ("h2", "h3", "jaccard")})
