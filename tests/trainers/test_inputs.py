import subprocess
import sys
from pathlib import Path

import pytest

from microworld.parser import parse
from trainers import inputs
from trainers.inputs import bucket, led, signal_tokens, summary_signal, tree_signal

TREE = "(S (S (NP (NNP Acme)) (VP (VBD rose) (PP (IN on) (NP (NNP Monday))))) (. .))"


@pytest.mark.parametrize(
    ("layers", "signal"),
    [
        (None, "(S (S (NP (NNP)) (VP (VBD) (PP (IN) (NP (NNP))))) (.))"),
        (4, "(S (S (NP (NNP)) (VP (VBD) (PP))) (.))"),
        (3, "(S (S (NP) (VP)) (.))"),
        (2, "(S (S) (.))"),
        (1, "(S)"),
        (9, "(S (S (NP (NNP)) (VP (VBD) (PP (IN) (NP (NNP))))) (.))"),
    ],
)
def test_a_signal_is_the_bracketed_parse_without_its_words(layers, signal):
    assert tree_signal(TREE, layers) == signal


def test_brackets_with_their_labels_and_leaves_are_what_a_student_reads_as_a_whole():
    signals = [tree_signal(TREE, 3), tree_signal("(S (NP (NN rain)) (. .))")]
    assert signal_tokens(signals) == ["(.)", "(NN)", "(NP", "(NP)", "(S", "(VP)"]
    assert signal_tokens([summary_signal(0.4, 1.0)]) == ["abstraction 1", "compression 0.4"]


def test_two_sentences_of_one_form_have_one_signal():
    assert tree_signal(parse("Acme sold bonds on Monday.")) == tree_signal(parse("Orbix sold stocks on Friday."))
    assert tree_signal(parse("Acme sold bonds.")) != tree_signal(parse("Bonds were sold by Acme."))


def test_what_a_led_student_reads_ends_in_the_source():
    assert led("(S NP VP)", "Profit rose.") == "(S NP VP) | Profit rose."


@pytest.mark.parametrize(("value", "found"), [(0.1, 0.4), (0.4, 0.4), (0.41, 0.6), (0.8, 0.8), (0.81, None)])
def test_a_bound_belongs_to_the_bucket_below_it(value, found):
    assert bucket(value, [0.4, 0.6, 0.8]) == found


def test_without_bounds_there_is_no_bucket():
    assert bucket(0.5, []) is None


def test_a_summary_is_asked_for_by_the_bounds_of_its_buckets():
    assert summary_signal(0.4, 0.25) == "compression 0.4 abstraction 0.25"
    assert summary_signal(None, 1.0) == "abstraction 1"
    assert summary_signal() == ""


def test_the_file_ships_alone(tmp_path):
    (tmp_path / "inputs.py").write_text(Path(inputs.__file__).read_text())
    code = (
        "import sys, inputs; print(inputs.tree_signal('(S (NN rain))')); print(any('torch' in m for m in sys.modules))"
    )
    ended = subprocess.run([sys.executable, "-I", "-c", f"import sys; sys.path[:0] = ['.']; {code}"], cwd=tmp_path,
                           capture_output=True, text=True, check=True)  # fmt: skip
    assert ended.stdout.split("\n")[:2] == ["(S (NN))", "False"]
