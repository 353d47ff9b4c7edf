"""Numbers as people read them, and foreign text in Markdown."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt
from scipy.stats import binomtest

from model_cards.formatting import (
    code,
    count,
    duration,
    fenced,
    figure_with_interval,
    markdown,
    share,
    share_with_error,
    share_with_interval,
)
from model_cards.records import Figure

READER = MarkdownIt("commonmark").enable(["table", "strikethrough"])
printable = st.text(st.characters(min_codepoint=32, max_codepoint=126), min_size=1)


def read(markdown_text):
    """The text that a reader of a Markdown document sees, and the kinds of its blocks."""
    tokens = READER.parse(markdown_text)
    inline = [child for token in tokens if token.type == "inline" for child in token.children]
    return "".join(part.content for part in inline if part.type != "html_inline"), {token.type for token in tokens}


@given(printable.filter(str.strip))  # an item without text has no paragraph
def test_any_text_reads_as_itself_in_a_list_of_notes(text):
    seen, kinds = read(f"- {markdown(text)}")
    assert seen == " ".join(text.split())
    assert kinds == {token.type for token in READER.parse("- plain")}


@pytest.mark.parametrize("text", ["12. x", "1) x", "- x", "+", "# x", "---", "7.", "= x"])
def test_what_would_start_a_list_or_heading_does_not(text):
    assert read(f"- {markdown(text)}") == (text, {token.type for token in READER.parse("- plain")})


@given(printable)
def test_any_text_reads_as_itself_in_a_table(text):
    tokens = READER.parse(f"| a | b |\n|---|---|\n| {markdown(text)} | {code(text)} |\n")
    cells = [token for token in tokens if token.type == "inline"][2:]
    seen = ["".join(part.content for part in cell.children if part.type != "html_inline") for cell in cells]
    assert seen == [" ".join(text.split())] * 2


@given(st.text(st.sampled_from("`\n ab")))
def test_any_text_stays_within_its_fence(text):
    tokens = READER.parse(fenced(text, "text"))
    assert [token.type for token in tokens] == ["fence"]
    assert tokens[0].content.rstrip() == text.rstrip()


def test_an_underscore_within_a_name_is_left_alone():
    assert markdown("tree_edit_distance") == "tree_edit_distance"


@pytest.mark.parametrize(
    ("value", "text"), [(0.0, "0.0%"), (0.00004, "0.004%"), (0.0231, "2.3%"), (1.0, "100.0%"), (None, "-")]
)
def test_share(value, text):
    assert share(value) == text


def test_a_share_of_nothing_is_none():
    assert share(0, 0) == "-"


def test_share_with_error():
    assert share_with_error(0.6634, 0.0121) == "66.3% ± 1.2"
    assert share_with_error(0.6634, None) == "66.3%"


@pytest.mark.parametrize("hits", [0, 1, 7, 150, 299, 300])
def test_the_interval_of_a_share_is_wilsons(hits):
    interval = binomtest(hits, 300).proportion_ci(0.95, method="wilson")
    expected = f"({100 * interval.low:.1f} to {100 * interval.high:.1f})"
    assert share_with_interval(hits / 300, 300).endswith(expected)


def test_a_share_of_unknown_n_has_no_interval():
    assert share_with_interval(0.5, None) == "50.0%"


@pytest.mark.parametrize(
    ("figure", "name", "text"),
    [
        (Figure(0.5, 100, 0.05), "faithful", "50.0% (40.4 to 59.6)"),
        (Figure(24.07, 2000, 0.4), "ibleu", "24.07 (23.29 to 24.85)"),
        (Figure(17.75, 31, None), "h2", "17.75"),
    ],
)
def test_figures_with_their_intervals(figure, name, text):
    assert figure_with_interval(figure, name) == text


@pytest.mark.parametrize(("value", "text"), [(1234567, "1,234,567"), (None, "-")])
def test_count(value, text):
    assert count(value) == text


@pytest.mark.parametrize(
    ("seconds", "text"),
    [(4.21, "4.2 s"), (112.6, "1 min 53 s"), (3599.8, "1 h 00 min"), (7380, "2 h 03 min"), (None, "-")],
)
def test_duration(seconds, text):
    assert duration(seconds) == text
