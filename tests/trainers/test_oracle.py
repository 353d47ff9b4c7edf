import pytest

from builders.errors import ConfigError, RunError
from trainers.oracle import is_faithful, load_oracle


def test_an_oracle_is_a_module_with_three_functions(tmp_path, monkeypatch):
    functions = ["def meaning(sentence): ...", "def equivalent(a, b): return a == b", "def entails(a, b): return True"]
    (tmp_path / "some_oracle.py").write_text("\n".join(functions))
    monkeypatch.syspath_prepend(tmp_path)
    assert load_oracle("some_oracle").equivalent("a", "a")


@pytest.mark.parametrize(("path", "problem"), [("no_such_module", "cannot be imported"), ("json", "lacks meaning")])
def test_what_is_no_oracle_is_named(path, problem):
    with pytest.raises(ConfigError, match=problem):
        load_oracle(path)


def test_an_oracle_that_fails_is_named_with_the_sentences(tmp_path, monkeypatch):
    functions = ["def meaning(a): ...", "def equivalent(a, b): return {}[a]", "def entails(a, b): return None"]
    (tmp_path / "failing_oracle.py").write_text("\n".join(functions))
    monkeypatch.syspath_prepend(tmp_path)
    oracle = load_oracle("failing_oracle")
    with pytest.raises(RunError, match=r"oracle 'failing_oracle' failed on 'a', 'b': 'a'; it must answer on any text"):
        is_faithful(oracle, "a", "b", "paraphrase")
    assert is_faithful(oracle, "a", "b", "summary") is False
