import pytest

from builders.errors import RunError, UsageError
from builders.label_files import read_labels, write_label_file
from builders.pairs import Pair

PAIRS = [Pair('He said "no".', "A\ttab."), Pair('"Quoted" at first.', "B."), Pair("C.", "D.")]


@pytest.fixture
def table(tmp_path):
    path = tmp_path / "pairs.tsv"
    write_label_file(path, ["p1", "p2", "p3"], PAIRS)
    return path


def answer(table, *answers):
    first, *rows = table.read_text().splitlines()
    table.write_text("\n".join([first, *(row + answer for row, answer in zip(rows, answers, strict=True))]))


def test_nothing_is_labelled_at_first(table):
    assert read_labels(table) == {}
    assert table.read_text().splitlines()[0] == "id\tsource\ttarget\tlabel"


@pytest.mark.parametrize(("yes", "no"), [("1", "0"), ("yes", "no"), ("Y", " n "), ("YES", "No")])
def test_answers_as_people_write_them(table, yes, no):
    answer(table, yes, no, "")
    assert read_labels(table) == {"p1": True, "p2": False}


def test_a_table_that_a_spreadsheet_has_saved(table):
    answer(table, "1", "0", "1")
    table.write_bytes(b"\xef\xbb\xbf" + table.read_bytes().replace(b"\n", b"\r\n"))
    assert read_labels(table) == {"p1": True, "p2": False, "p3": True}


def test_a_bad_label_is_named_by_its_line(table):
    answer(table, "1", "maybe", "")
    with pytest.raises(RunError, match=r"pairs.tsv, line 3: the label must be 1 or 0, or yes or no, got 'maybe'"):
        read_labels(table)


def test_two_labels_of_one_pair_that_differ(table):
    answer(table, "1", "", "")
    table.write_text(table.read_text() + "\np1\ta\tb\t0\n")
    with pytest.raises(RunError, match="pair 'p1' has two labels that differ"):
        read_labels(table)


def test_another_table(tmp_path):
    path = tmp_path / "other.tsv"
    path.write_text("a\tb\n")
    with pytest.raises(RunError, match="must begin with the columns id, source, target, label, got 'a, b'"):
        read_labels(path)


def test_labels_are_not_written_over(table):
    write_label_file(table, ["q1"], PAIRS[:1])  # an empty table may go
    answer(table, "1")
    with pytest.raises(UsageError, match="holds 1 labels, which a new draw would overwrite"):
        write_label_file(table, ["r1"], PAIRS[:1])
    assert read_labels(table) == {"q1": True}
