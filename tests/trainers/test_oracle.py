import pytest

from builders.errors import ConfigError
from trainers.oracle import load_oracle


def test_an_oracle_is_a_module_with_three_functions(tmp_path, monkeypatch):
    functions = ["def meaning(sentence): ...", "def equivalent(a, b): return a == b", "def entails(a, b): return True"]
    (tmp_path / "some_oracle.py").write_text("\n".join(functions))
    monkeypatch.syspath_prepend(tmp_path)
    assert load_oracle("some_oracle").equivalent("a", "a")


@pytest.mark.parametrize(("path", "problem"), [("no_such_module", "cannot be imported"), ("json", "lacks meaning")])
def test_what_is_no_oracle_is_named(path, problem):
    with pytest.raises(ConfigError, match=problem):
        load_oracle(path)
