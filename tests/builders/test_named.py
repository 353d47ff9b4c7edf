import pytest
import torch

from builders.errors import ConfigError, RunError
from builders.named import code_identity, import_named, users_code


@pytest.fixture
def module(tmp_path, monkeypatch):
    """Writes modules that can be imported by their name."""
    monkeypatch.syspath_prepend(tmp_path)

    def write(name, code):
        path = tmp_path / f"{name}.py"
        path.write_text(code)
        return path

    return write


def test_names_a_module_or_a_function_in_one(module):
    module("named_well", "def answer():\n    return 42\n")
    assert import_named("oracle", "named_well").answer() == 42
    assert import_named("parser", "named_well:answer")() == 42


@pytest.mark.parametrize(
    ("code", "path", "words"),
    [
        (None, "named_nowhere:f", "named_nowhere:f' cannot be imported (No module named 'named_nowhere')"),
        (None, ":f", "cannot be imported"),
        (None, ".relative:f", "cannot be imported"),
        ("", "named_empty:f", "has no attribute 'f'"),
        ("def f(:\n", "named_syntax:f", "named_syntax.py, line 1"),
        ("1 / 0", "named_failing", "division by zero"),
        ("raise SystemExit('usage')", "named_script", "usage"),
        ("f = 3", "named_number:f", "is a int; name a function"),
    ],
)
def test_what_cannot_be_imported_is_one_line(module, code, path, words):
    if code is not None:
        module(path.partition(":")[0], code)
    with pytest.raises(ConfigError) as caught:
        import_named("parser", path)
    assert str(caught.value).startswith(f"parser '{path}' ")
    assert words in str(caught.value)
    assert "\n" not in str(caught.value)


def test_what_the_users_code_raises_is_one_line():
    words = r"^parser 'p' failed on 'a': list index out of range; give a tree$"
    with pytest.raises(RunError, match=words), users_code("parser 'p' failed on 'a'", "give a tree"):
        [][0]


@pytest.mark.parametrize("error", [MemoryError(), torch.OutOfMemoryError("CUDA out of memory")])
def test_a_lack_of_memory_is_passed_on(error):
    with pytest.raises(type(error)) as caught, users_code("parser 'p' failed on 'a'", "give a tree"):
        raise error
    assert caught.value is error


def test_identity_goes_by_the_content_of_the_source_file(module):
    path = module("named_edited", "def f(): ...\n")
    before = code_identity("parser", "named_edited:f")
    assert code_identity("parser", "named_edited:f") == before
    path.write_text("def f(): return 1\n")
    assert code_identity("parser", "named_edited:f") != before
    assert code_identity("oracle", "time")["name"] == "time"  # built into Python: there is no file
