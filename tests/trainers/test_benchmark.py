import pytest
from datasets import Dataset

from builders.errors import ConfigError, RunError, UsageError
from trainers.benchmark import benchmark_rows
from trainers.evaluation import EvaluationConfig


def write(folder, name: str, text: str) -> EvaluationConfig:
    (folder / name).write_text(text, encoding="utf-8")
    return EvaluationConfig(data=str(folder / name), n=2)


def test_a_function_named_by_import_path_draws_the_rows(tmp_path, monkeypatch):
    code = "def rows(task, n, seed, split):\n    return [{'source': f'{task} {seed} {split}', 'reference': 'r'}] * n\n"
    (tmp_path / "some_benchmark.py").write_text(code)
    monkeypatch.syspath_prepend(tmp_path)
    rows = benchmark_rows(EvaluationConfig(benchmark="some_benchmark:rows", n=3, seed=7), "summary")
    assert rows == [{"source": "summary 7 test", "reference": "r"}] * 3


def test_jsonl_and_tsv_hold_the_same_rows(tmp_path):
    expected = [{"source": "a b.", "reference": "c."}, {"source": "d.", "reference": None}]
    jsonl = '{"source": "a b.", "reference": "c."}\n\n{"source": "d."}\n{"source": "over n"}\n'
    assert benchmark_rows(write(tmp_path, "rows.jsonl", jsonl), "paraphrase") == expected
    assert benchmark_rows(write(tmp_path, "rows.tsv", "a b.\tc.\nd.\n"), "paraphrase") == expected


def test_a_row_may_have_an_exemplar_with_or_without_a_reference(tmp_path):
    expected = [
        {"source": "a.", "reference": "b.", "exemplar": "c."},
        {"source": "d.", "reference": None, "exemplar": "e."},
    ]
    jsonl = '{"source": "a.", "reference": "b.", "exemplar": " c."}\n{"source": "d.", "exemplar": "e."}\n'
    assert benchmark_rows(write(tmp_path, "rows.jsonl", jsonl), "paraphrase") == expected
    assert benchmark_rows(write(tmp_path, "rows.tsv", "a.\tb.\tc.\nd.\t\te.\n"), "paraphrase") == expected


@pytest.mark.parametrize(
    ("name", "text", "where"),
    [
        ("rows.tsv", "a\tb\tc\td\n", "line 1: 4 columns"),
        ("rows.tsv", "a\tb\n\tb\n", "line 2: the source"),
        ("rows.jsonl", '{"text": "a"}\n', 'line 1: not an object with a "source"'),
        ("rows.jsonl", "[]\n", 'line 1: not an object with a "source"'),
        ("rows.jsonl", "a\n", "line 1 is not valid JSON: 'a'"),
        ("rows.jsonl", '{"source": "a \\ud800"}\n', "line 1 has half a character"),
        ("rows.jsonl", '{"source": "a", "reference": 3}\n', "line 1: the reference"),
        ("rows.jsonl", '{"source": "a", "exemplar": " "}\n', "line 1: the exemplar"),
        ("rows.tsv", "a\tb\n", "gives 1 test rows"),
    ],
)
def test_a_bad_file_names_its_line(tmp_path, name, text, where):
    with pytest.raises(RunError, match=where) as error:
        benchmark_rows(write(tmp_path, name, text), "paraphrase")
    assert "\n" not in str(error.value)


@pytest.mark.parametrize("target", ["reference", "target"])
def test_a_dataset_or_a_table_gives_its_rows(tmp_path, target):
    rows = [{"source": "a b.", target: "c."}, {"source": "d.", target: None}, {"source": "over n", target: "e."}]
    Dataset.from_list(rows).to_parquet(tmp_path / "folder/data/test-00000-of-00001.parquet")
    Dataset.from_list(rows[::-1]).to_parquet(tmp_path / "folder/data/train-00000-of-00001.parquet")
    expected = [{"source": "a b.", "reference": "c."}, {"source": "d.", "reference": None}]
    for place in ("folder", "folder/data/test-00000-of-00001.parquet"):
        assert benchmark_rows(EvaluationConfig(data=str(tmp_path / place), n=2), "paraphrase") == expected
    trained = benchmark_rows(EvaluationConfig(data=str(tmp_path / "folder"), split="train", n=2), "paraphrase")
    assert [row["source"] for row in trained] == ["over n", "d."]


def test_a_dataset_without_the_split_or_the_column_is_named(tmp_path):
    Dataset.from_list([{"text": "a b."}] * 2).to_parquet(tmp_path / "folder/data/train-00000-of-00001.parquet")
    with pytest.raises(
        UsageError, match=r"folder has no split 'test'; name one of train with evaluation.split, or --spl"
    ):
        benchmark_rows(EvaluationConfig(data=str(tmp_path / "folder")), "paraphrase")
    with pytest.raises(UsageError, match=r"folder has no column 'source'; it has text; rename one of them"):
        benchmark_rows(EvaluationConfig(data=str(tmp_path / "folder"), split="train"), "paraphrase")
    with pytest.raises(ConfigError, match=r"split of a benchmark must be 'test' or 'development', got 'train'"):
        EvaluationConfig(benchmark="a:b", split="train")


def test_a_missing_file_and_a_missing_function_are_named(tmp_path):
    with pytest.raises(RunError, match=r"nowhere\.tsv"):
        benchmark_rows(EvaluationConfig(data=str(tmp_path / "nowhere.tsv")), "paraphrase")
    for path in ("no_such_module:rows", "json:no_such_function"):
        with pytest.raises(ConfigError, match=path):
            benchmark_rows(EvaluationConfig(benchmark=path), "paraphrase")
    with pytest.raises(ConfigError, match=r"evaluation\.benchmark"):
        benchmark_rows(EvaluationConfig(), "paraphrase")


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ("raise IndexError(n)", "failed: 2; it is called as rows"),
        ("return None", "failed: 'NoneType' object is not iterable"),
        ("yield {'source': 'a'}\n    raise KeyError(n)", "failed: 2"),
        ("return [{'source': 'a'}, {'text': 'b'}]", "row 2: not an object with a \"source\" but {'text': 'b'}"),
        ("return ['a', 'b']", 'row 1: not an object with a "source"'),
        ("return [{'source': 3}] * 2", "row 1: the source must be a sentence, got 3"),
    ],
)
def test_a_benchmark_that_gives_no_rows_is_named(tmp_path, monkeypatch, body, words):
    name = tmp_path.name  # a module of its own for each case
    (tmp_path / f"{name}.py").write_text(f"def rows(task, n, seed, split):\n    {body}\n")
    monkeypatch.syspath_prepend(tmp_path)
    with pytest.raises(RunError) as caught:
        benchmark_rows(EvaluationConfig(benchmark=f"{name}:rows", n=2), "paraphrase")
    assert words in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_benchmark_that_takes_other_arguments_is_named():
    with pytest.raises(RunError, match=r"benchmark 'json:loads' failed: .*; it is called as rows\(task, n, seed, "):
        benchmark_rows(EvaluationConfig(benchmark="json:loads"), "paraphrase")


@pytest.mark.parametrize("separator", ["\u2028", "\u0085"])
def test_a_line_separator_inside_a_row_does_not_end_it(tmp_path, separator):
    jsonl = f'{{"source": "a{separator}b."}}\r\n{{"source": "c."}}\r\n'
    rows = benchmark_rows(write(tmp_path, "rows.jsonl", jsonl), "paraphrase")
    assert [row["source"] for row in rows] == [f"a{separator}b.", "c."]
