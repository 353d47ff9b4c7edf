import pytest
import zss
from hypothesis import given, settings
from hypothesis import strategies as st

from metrics.ted.layers import top_layers
from metrics.ted.tree_distance import tree_edit_distance

# A tree is (label, children), a word a bare string; few names, so that trees share some, a word and a label among them.
NAMES = st.sampled_from(["S", "NP", "VP", "profit", "rose"])
TREES = st.tuples(
    NAMES,
    st.lists(
        st.recursive(NAMES, lambda child: st.tuples(NAMES, st.lists(child, max_size=4)), max_leaves=12), max_size=4
    ),
)


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


@settings(max_examples=150)
@given(TREES, TREES)
def test_equals_zss(a, b):
    assert tree_edit_distance(bracketed(a), bracketed(b)) == zss.simple_distance(zss_tree(a), zss_tree(b))


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


def test_a_tree_deeper_than_the_recursion_limit():
    levels = 2000
    deep = "(X " * levels + "profit" + ")" * levels
    assert tree_edit_distance(deep, "(X profit)") == levels - 1
    assert tree_edit_distance("(X profit)", deep) == levels - 1


def cut(tree, layers):
    label, children = (tree, None) if isinstance(tree, str) else tree
    if children is None or layers == 1:
        return label if children is None else (label, [])
    return label, [cut(child, layers - 1) for child in children]


@given(TREES, st.integers(1, 5))
def test_the_top_layers_are_those_that_a_walk_from_the_root_meets(tree, layers):
    assert tree_edit_distance(top_layers(bracketed(tree), layers), bracketed(cut(tree, layers))) == 0


def test_words_stand_in_a_layer_like_labels():
    assert top_layers("(S (NP (NN profit)) (VP rose))", 3) == "(S (NP (NN)) (VP rose))"
    assert top_layers("(S (NP (NN profit)) (VP rose))", 2) == "(S (NP) (VP))"


@pytest.mark.parametrize(("tree", "layers", "message"), [("(S", 3, "malformed tree"), ("(S a)", 0, "at least 1")])
def test_layers_of_no_tree_are_an_error(tree, layers, message):
    with pytest.raises(ValueError, match=message):
        top_layers(tree, layers)
