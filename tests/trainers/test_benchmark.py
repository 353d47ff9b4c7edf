import pytest

from builders.errors import ConfigError, RunError
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


@pytest.mark.parametrize(
    ("name", "text", "where"),
    [
        ("rows.tsv", "a\tb\tc\n", "line 1: 3 columns"),
        ("rows.tsv", "a\tb\n\tb\n", "line 2: the source"),
        ("rows.jsonl", '{"text": "a"}\n', "line 1: not a JSON object"),
        ("rows.jsonl", "a\n", "line 1: not a JSON object"),
        ("rows.jsonl", '{"source": "a", "reference": 3}\n', "line 1: the reference"),
        ("rows.tsv", "a\tb\n", "gives 1 test rows"),
    ],
)
def test_a_bad_file_names_its_line(tmp_path, name, text, where):
    with pytest.raises(RunError, match=where) as error:
        benchmark_rows(write(tmp_path, name, text), "paraphrase")
    assert "\n" not in str(error.value)


def test_a_missing_file_and_a_missing_function_are_named(tmp_path):
    with pytest.raises(RunError, match=r"nowhere\.tsv"):
        benchmark_rows(EvaluationConfig(data=str(tmp_path / "nowhere.tsv")), "paraphrase")
    for path in ("no_such_module:rows", "json:no_such_function"):
        with pytest.raises(ConfigError, match=path):
            benchmark_rows(EvaluationConfig(benchmark=path), "paraphrase")
    with pytest.raises(ConfigError, match=r"evaluation\.benchmark"):
        benchmark_rows(EvaluationConfig(), "paraphrase")
