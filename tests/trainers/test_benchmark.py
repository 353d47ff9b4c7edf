from dataclasses import replace

import pytest
from datasets import Dataset
from huggingface_hub import HfApi

from builders.errors import ConfigError, RunError, UsageError
from trainers.benchmark import benchmark_rows, open_benchmark
from trainers.evaluation_config import EvaluationConfig
from trainers.named_benchmarks import NAMED_BENCHMARKS


def write(folder, name: str, text: str) -> EvaluationConfig:
    (folder / name).write_text(text, encoding="utf-8")
    return EvaluationConfig(data=str(folder / name), n=2)


def test_a_function_named_by_import_path_draws_the_rows(tmp_path, monkeypatch):
    code = "def rows(task, n, seed, split):\n    return [{'source': f'{task} {seed} {split}', 'reference': 'r'}] * n\n"
    (tmp_path / "some_benchmark.py").write_text(code)
    monkeypatch.syspath_prepend(tmp_path)
    rows = benchmark_rows(EvaluationConfig(benchmark="some_benchmark:rows", n=3, seed=7), "summary")
    assert rows == [{"source": "summary 7 test", "references": ["r"]}] * 3


def test_jsonl_and_tsv_hold_the_same_rows(tmp_path):
    expected = [{"source": "a b.", "references": ["c."]}, {"source": "d.", "references": []}]
    jsonl = '{"source": "a b.", "reference": "c."}\n\n{"source": "d."}\n{"source": "over n"}\n'
    assert benchmark_rows(write(tmp_path, "rows.jsonl", jsonl), "paraphrase") == expected
    assert benchmark_rows(write(tmp_path, "rows.tsv", "a b.\tc.\nd.\n"), "paraphrase") == expected


def test_a_tsv_with_a_head_and_a_json_array_hold_the_same_rows(tmp_path):
    expected = [{"source": "a b.", "references": ["c."]}, {"source": "d.", "references": ["e."]}]
    array = '[{"source": "a b.", "reference": "c."},\n {"source": "d.", "reference": "e."}]'
    assert benchmark_rows(write(tmp_path, "rows.json", array), "paraphrase") == expected
    assert (
        benchmark_rows(write(tmp_path, "rows.tsv", "reference\tsource\nc.\ta b.\ne.\td.\n"), "paraphrase") == expected
    )


def test_a_row_may_have_an_exemplar_with_or_without_a_reference(tmp_path):
    expected = [
        {"source": "a.", "references": ["b."], "exemplar": "c."},
        {"source": "d.", "references": [], "exemplar": "e."},
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
    expected = [{"source": "a b.", "references": ["c."]}, {"source": "d.", "references": []}]
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
    with pytest.raises(UsageError, match=r"folder has no column 'source'; it has text; name the right ones as columns"):
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


def test_references_stand_in_lists_and_in_several_columns(tmp_path):
    rows = [{"a": "f.", "b": "g.", "c": ["h.", "i."]}, {"a": "x.", "b": None, "c": []}]
    Dataset.from_list(rows).to_parquet(tmp_path / "rows.parquet")
    read = benchmark_rows(EvaluationConfig(data=str(tmp_path / "rows.parquet"), columns=("a", "b", "c")), "paraphrase")
    assert [row["references"] for row in read] == [["g.", "h.", "i."], []]
    jsonl = '{"source": "a.", "references": ["b.", "c."]}\n{"source": "d.", "reference": ["e."]}\n'
    read = benchmark_rows(write(tmp_path, "rows.jsonl", jsonl), "paraphrase")
    assert [row["references"] for row in read] == [["b.", "c."], ["e."]]


def test_of_one_column_of_lists_the_first_text_is_the_source(tmp_path):
    Dataset.from_list([{"captions": ["a.", "b.", "c."]}, {"captions": ["d.", "e."]}]).to_parquet(
        tmp_path / "rows.parquet"
    )
    read = benchmark_rows(EvaluationConfig(data=str(tmp_path / "rows.parquet"), columns=("captions",)), "paraphrase")
    assert read == [{"source": "a.", "references": ["b.", "c."]}, {"source": "d.", "references": ["e."]}]


def test_parallel_files_are_sources_and_references(tmp_path):
    (tmp_path / "rows.src").write_text("a b.\nd.\n", encoding="utf-8")
    (tmp_path / "rows.tgt").write_text("c.\ne.\n", encoding="utf-8")
    read = benchmark_rows(EvaluationConfig(data=str(tmp_path / "rows")), "paraphrase")
    assert read == [{"source": "a b.", "references": ["c."]}, {"source": "d.", "references": ["e."]}]


def test_a_named_benchmark_comes_from_its_revision_on_the_hub(hub, monkeypatch):
    def push(labels):
        rows = [{"sentence1": f"a {label}.", "sentence2": "b.", "label": label} for label in labels]
        Dataset.from_list(rows).push_to_hub("alice/pairs", config_name="mrpc", split="test")

    push([1, 0, 1])
    HfApi().create_tag("alice/pairs", tag="v1", repo_type="dataset")
    push([1, 1, 1, 1])
    pinned = replace(NAMED_BENCHMARKS["mrpc"], dataset="alice/pairs", revision="v1")
    monkeypatch.setitem(NAMED_BENCHMARKS, "mrpc", pinned)
    found = open_benchmark(EvaluationConfig(benchmark="mrpc"), "paraphrase")
    assert found.rows == [{"source": "a 1.", "references": ["b."]}] * 2
    assert found.identity["dataset"] == "alice/pairs"
    assert found.identity["commit"] == HfApi().dataset_info("alice/pairs", revision="v1").sha


def test_a_named_benchmark_without_a_public_dataset_takes_a_file(tmp_path):
    with pytest.raises(ConfigError, match=r"'quora' has no public dataset: it is the Quora test split .*--data FILE"):
        benchmark_rows(EvaluationConfig(benchmark="quora"), "paraphrase")
    (tmp_path / "rows.tsv").write_text("a.\tb.\nc.\td.\n", encoding="utf-8")
    found = open_benchmark(EvaluationConfig(benchmark="quora", data=str(tmp_path / "rows.tsv")), "paraphrase")
    assert (found.place, len(found.rows)) == ("quora", 2)
    with pytest.raises(ConfigError, match="benchmark 'gigaword' is of the task summary, not paraphrase"):
        benchmark_rows(EvaluationConfig(benchmark="gigaword"), "paraphrase")


def test_an_empty_cell_of_a_table_is_no_reference(tmp_path):
    (tmp_path / "rows.csv").write_text("source,reference\na.,b.\nc.,\n", encoding="utf-8")
    read = benchmark_rows(EvaluationConfig(data=str(tmp_path / "rows.csv")), "paraphrase")
    assert [row["references"] for row in read] == [["b."], []]
    (tmp_path / "rows.tsv").write_text("q1\tq2\na.\tb.\nc.\t\n", encoding="utf-8")
    named = benchmark_rows(EvaluationConfig(data=str(tmp_path / "rows.tsv"), columns=("q1", "q2")), "paraphrase")
    assert named == read
