import os
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import zss
from hypothesis import given, settings
from hypothesis import strategies as st

from metrics.ted import tree_distance
from metrics.ted.kernels import upper_bounds
from metrics.ted.layers import part_of_tree, top_layers, without_leaves
from metrics.ted.packing import pack
from metrics.ted.tree_distance import at_least, each_at_least, tree_edit_distance, tree_edit_distances
from metrics.ted.trees import parse_tree

ROOT = Path(__file__).parent.parent.parent

# A tree is (label, children), a word a bare string; few names, so that trees share some, a word and a label among them.
NAMES = ["S", "NP", "VP", "profit", "rose"]


def built(steps):
    """A tree of one node a byte, each of which says its name, whether it is a word, and at most how deep it stands."""
    root = path = None
    for step in steps:
        rest, name = divmod(step, len(NAMES))
        depth, word = divmod(rest, 2)
        if root is None:
            root = (NAMES[name], [])
            path = [root]
            continue
        del path[depth % 6 + 1 :]
        path[-1][1].append(NAMES[name] if word else (NAMES[name], []))
        if not word:
            path.append(path[-1][1][-1])
    return root


STEPS = st.binary(min_size=1, max_size=25)
TREES = STEPS.map(built)
# Two trees that have nothing to do with one another, or two of which one is the other with a few nodes replaced.
NEAR = st.builds(
    lambda steps, at, new: (built(steps), built((steps[:at] + new + steps[at + 3 :])[:25] or steps)),
    STEPS,
    st.integers(0, 24),
    st.binary(max_size=4),
)
PAIRS = st.tuples(TREES, TREES) | NEAR


@pytest.fixture(scope="module", autouse=True)
def compiled():
    """Compiling takes longer than an example may."""
    at_least("(S a)", "(S a)", 1)
    tree_edit_distance("(S a)", "(S a)")


def bracketed(tree):
    if isinstance(tree, str):
        return tree
    label, children = tree
    return f"({' '.join([label, *map(bracketed, children)])})"


def zss_tree(tree):
    label, children = (tree, []) if isinstance(tree, str) else tree
    node = zss.Node(label)
    for child in children:
        node.addkid(zss_tree(child))
    return node


@settings(max_examples=2000)
@given(PAIRS)
def test_equals_zss(pair):
    a, b = pair
    assert tree_edit_distance(bracketed(a), bracketed(b)) == zss.simple_distance(zss_tree(a), zss_tree(b))


@settings(max_examples=800)
@given(PAIRS)
def test_a_threshold_is_reached_when_the_distance_reaches_it(pair):
    a, b = map(bracketed, pair)
    distance = tree_edit_distance(a, b)
    for least in {-1, 0, 1, *range(distance - 2, distance + 4)}:
        assert at_least(a, b, least) == (distance >= least)


@settings(max_examples=800)
@given(PAIRS, st.integers(1, 12))
def test_the_upper_bound_bounds(pair, least):
    a, b = map(bracketed, pair)
    distance = tree_edit_distance(a, b)
    both = pack([parse_tree(a), parse_tree(b)])
    [[whole], [cut]] = [upper_bounds(np.array([[0, 1]], np.int32), both, most) for most in (10**6, least)]
    assert distance <= whole <= cut
    assert (whole < least) == (cut < least)  # what is cut short is not needed


def test_subtrees_that_are_separate_stay_separate_in_the_upper_bound():
    # Zhang's own kind of example: b and c, below different nodes of the one, stand below one node of the other
    both = pack([parse_tree("(R (X a b) (Y c d))"), parse_tree("(R a (Z b c) d)")])
    assert upper_bounds(np.array([[0, 1]], np.int32), both, 100).tolist() == [6]
    assert tree_edit_distance("(R (X a b) (Y c d))", "(R a (Z b c) d)") == 3


@settings(max_examples=300)
@given(st.lists(PAIRS, max_size=6), st.integers(0, 20))
def test_many_pairs_are_as_far_apart_as_each_by_itself_and_backwards(pairs, least):
    pairs = [(bracketed(a), bracketed(b)) for a, b in pairs]
    distances = tree_edit_distances(pairs)
    assert distances == [tree_edit_distance(b, a) for a, b in pairs]
    assert each_at_least(pairs, least) == [distance >= least for distance in distances]


def test_no_pairs_have_no_distances():
    assert (tree_edit_distances([]), each_at_least([], 3)) == ([], [])


def test_pairs_beyond_a_batch_are_not_forgotten():
    pairs = [(f"(S a{i})", f"(S a{i % 2})") for i in range(5000)]
    expected = [int(i > 1) for i in range(5000)]
    assert tree_edit_distances(pairs) == expected
    assert each_at_least(pairs, 1) == [bool(distance) for distance in expected]


def test_words_count():
    assert tree_edit_distance("(S (NN profit))", "(S (NN revenue))") == 1


def test_white_space_does_not_count():
    assert tree_edit_distance("(S (NN profit) (VBD rose))", "\n( S(NN   profit)(VBD rose) )\n") == 0


@pytest.mark.parametrize(
    "tree",
    ["", "  ", "profit", "(S", "(S))", "()", "(S ( (NN profit)))", "(S profit) (S rose)", "(S profit) rose", ")S("],
)
def test_a_malformed_tree_is_an_error(tree):
    with pytest.raises(ValueError, match="malformed tree at character"):
        tree_edit_distance("(S profit)", tree)


def test_trees_too_large_for_memory_are_an_error():
    flat = f"(S {'(NN profit) ' * 10_000})"
    for distances in (lambda: tree_edit_distance(flat, f"(S {flat})"), lambda: at_least(flat, f"(S {flat})", 12)):
        with pytest.raises(ValueError, match="trees of 20,001 and 20,002 nodes are too large to compare"):
            distances()
    assert at_least(flat, "(S rose)", 12)  # their sizes tell


def test_the_largest_trees_are_compared(monkeypatch):
    monkeypatch.setattr(tree_distance, "MOST_CELLS", 12)
    assert tree_edit_distance("(S a b)", "(S a b c)") == 1
    with pytest.raises(ValueError, match="trees of 4 and 4 nodes are too large"):
        tree_edit_distance("(S a b d)", "(S a b c)")


def test_a_tree_deeper_than_the_recursion_limit():
    levels = 2000
    deep = "(X " * levels + "profit" + ")" * levels
    assert tree_edit_distance(deep, "(X profit)") == levels - 1
    assert tree_edit_distance("(X profit)", deep) == levels - 1
    assert not at_least(deep, "(X profit)", levels)


def cut(tree, layers):
    label, children = (tree, None) if isinstance(tree, str) else tree
    if children is None or layers == 1:
        return label if children is None else (label, [])
    return label, [cut(child, layers - 1) for child in children]


def labels_only(tree):
    label, children = tree
    return label, [labels_only(child) for child in children if not isinstance(child, str)]


@settings(max_examples=300)
@given(TREES, st.integers(1, 5))
def test_the_top_layers_are_those_that_a_walk_from_the_root_meets(tree, layers):
    assert parse_tree(top_layers(bracketed(tree), layers)).names == parse_tree(bracketed(cut(tree, layers))).names
    assert parse_tree(top_layers(bracketed(tree), layers)).sizes == parse_tree(bracketed(cut(tree, layers))).sizes


@settings(max_examples=300)
@given(TREES, st.integers(1, 5))
def test_a_tree_without_leaves_has_its_labels_alone(tree, layers):
    assert without_leaves(bracketed(tree)) == bracketed(labels_only(tree)).replace("(", " (").replace("  ", " ").strip()
    part = part_of_tree(layers, leaves=False)(bracketed(tree))
    assert tree_edit_distance(part, bracketed(cut(labels_only(tree), layers))) == 0


def test_a_part_may_be_the_whole():
    assert part_of_tree(None, leaves=True)("(S  a)") == "(S  a)"


def test_words_stand_in_a_layer_like_labels():
    assert top_layers("(S (NP (NN profit)) (VP rose))", 3) == "(S (NP (NN)) (VP rose))"
    assert top_layers("(S (NP (NN profit)) (VP rose))", 2) == "(S (NP) (VP))"
    assert without_leaves("(S (NP (NN profit)) (VP rose))") == "(S (NP (NN)) (VP))"


@pytest.mark.parametrize(("tree", "layers", "message"), [("(S", 3, "malformed tree"), ("(S a)", 0, "at least 1")])
def test_layers_of_no_tree_are_an_error(tree, layers, message):
    with pytest.raises(ValueError, match=message):
        top_layers(tree, layers)


def test_importing_it_does_not_import_numba():
    code = "import sys, metrics.ted.tree_distance; print('numba' in sys.modules)"
    ended = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert ended.stdout == "False\n"


@pytest.mark.slow  # compiles everything anew
@pytest.mark.parametrize("home", ["home", "/proc/nowhere"])
def test_it_works_from_a_folder_that_cannot_be_written(tmp_path, home):
    code = tmp_path / "code"
    shutil.copytree(ROOT / "metrics", code / "metrics", ignore=shutil.ignore_patterns("__pycache__"))
    (code / "metrics/ted/__pycache__").write_text("in the way of a folder")
    home = str(tmp_path / home)
    environment = {**os.environ, "HOME": home, "XDG_CACHE_HOME": home, "PYTHONPATH": str(code)}
    command = [sys.executable, "-c", "from metrics.ted.tree_distance import *; print(tree_edit_distance('(S)', '(T)'))"]
    ended = subprocess.run(command, cwd=code, env=environment, capture_output=True, text=True, check=False)
    assert (ended.stdout, ended.stderr) == ("1\n", "")
    assert any(Path(home).rglob("*.nbc")) == (home != "/proc/nowhere")
