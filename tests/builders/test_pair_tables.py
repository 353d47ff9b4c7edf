import gzip
import json

import datasets
import pytest
from datasets import Dataset, DatasetDict

from builders import opened_table
from builders.errors import RunError, UsageError
from builders.pair_tables import PairColumns, open_pair_table
from builders.table_places import is_file_of_lines, open_place

ROWS = [
    {"source": 'He said "hi", and left.', "target": "NA"},
    {"source": "null", "target": "Then he left."},
    {"source": "Profit rose.", "target": "It rose."},
]


def write(folder, name, rows=ROWS):
    path = folder / name
    if path.suffix == ".parquet":
        Dataset.from_list(rows).to_parquet(path)
    elif path.suffix == ".jsonl":
        path.write_text("".join(json.dumps(row) + "\n" for row in rows))
    elif path.suffix == ".csv":
        Dataset.from_list(rows).to_csv(path)
    elif path.suffix == ".tsv":
        lines = ["\t".join(rows[0]), *("\t".join(row.values()) for row in rows)]
        path.write_text("\n".join(lines) + "\n")
    elif path.suffix == ".src":
        path.write_bytes("\r\n".join(row["source"] for row in rows).encode("utf-8-sig"))
        path.with_suffix(".tgt").write_text("".join(row["target"] + "\n" for row in rows))
    else:
        Dataset.from_list(rows).to_parquet(path / "data" / "train.parquet")
    return path


def texts(table):
    return [(row["source"], row["target"]) for row in table.rows()]


def in_batches(table):
    return [pair for batch in table.texts() for pair in batch]


@pytest.mark.parametrize("name", ["a.parquet", "a.jsonl", "a.csv", "a.tsv", "a.src", "folder", "a [1]*.jsonl"])
def test_every_kind_of_table_gives_the_same_rows_each_time(tmp_path, name):
    path = write(tmp_path, name)
    table = open_pair_table(str(path))
    assert [row["row"] for row in table.rows()] == [0, 1, 2]
    assert texts(table) == texts(table) == [(row["source"], row["target"]) for row in ROWS]
    assert in_batches(table) == in_batches(table) == texts(table)


def test_parallel_files_go_by_either_name_or_by_what_they_share(tmp_path):
    write(tmp_path, "a.src")
    tables = [open_pair_table(str(tmp_path / name)) for name in ("a", "a.src", "a.tgt")]
    assert len({str(table.identity) for table in tables}) == 1
    assert {table.name for table in tables} == {"a"}


def packed(path, text):
    content = text.encode("utf-8")
    path.write_bytes(gzip.compress(content) if path.suffix == ".gz" else content)
    return str(path)


@pytest.mark.parametrize("name", ["a.tsv", "a.tsv.gz"])
def test_a_tsv_without_a_head_is_source_target_and_exemplar(tmp_path, name):
    place = packed(tmp_path / name, 'He said "hi".\tNA\r\n\nProfit rose.\n\tIt rose.\tSales fell.\n')
    table = open_pair_table(place)
    assert texts(table) == in_batches(table) == [('He said "hi".', "NA"), ("Profit rose.", ""), ("", "It rose.")]
    assert [row.get("exemplar") for row in open_place(place, None, None).rows] == [None, None, "Sales fell."]


@pytest.mark.parametrize("name", ["a.tsv", "a.tsv.gz"])
@pytest.mark.parametrize("head", ["source", "q1"])
def test_a_tsv_has_a_head_where_its_first_line_names_a_column(tmp_path, name, head):
    place = packed(tmp_path / name, f"\ufeff{head}\tq2\tid\tlabel\r\nA.\tB.\t7\tx\r\n")
    assert texts(open_pair_table(place, PairColumns(head, "q2"))) == [("A.", "B.")]


def test_a_tsv_with_more_columns_needs_a_head(tmp_path):
    place = packed(tmp_path / "a.tsv", "A.\tB.\nA.\tB.\tC.\tD.\n")
    message = "line 2: 4 columns, of source, target and exemplar at most; name columns of the first line"
    with pytest.raises(RunError, match=message):
        texts(open_pair_table(place))


@pytest.mark.parametrize(
    ("name", "content", "is_lines"),
    [
        ("a.tsv", "A.\tB.\n", True),
        ("a.tsv", "The source\tB.\n", True),
        ("a.tsv", "\ufefftarget\tsource\r\n", False),
        ("a.tsv.gz", "A.\tB.\n", False),  # open_place unpacks it
        ("a.json", '{"source": "A."}\n', True),
        ("a.json", '\n [{"source": "A."}]\n', False),
        ("a.jsonl", '{"source": "A."}\n', True),
        ("a.txt", "source\n", True),
        ("a.csv", "source\n", False),
    ],
)
def test_which_files_are_lines(tmp_path, name, content, is_lines):
    assert is_file_of_lines(packed(tmp_path / name, content)) is is_lines


def test_a_saved_dataset_is_read_by_split(tmp_path):
    splits = {"train": Dataset.from_list(ROWS), "test": Dataset.from_list(ROWS[:1])}
    DatasetDict(splits).save_to_disk(tmp_path / "saved")
    table = open_pair_table(str(tmp_path / "saved"), split="test")
    assert texts(table) == in_batches(table) == [(ROWS[0]["source"], ROWS[0]["target"])]


def test_a_dataset_of_the_hub_is_known_by_its_commit(hub):
    Dataset.from_list(ROWS).push_to_hub("alice/pairs", split="train")
    table = open_pair_table("alice/pairs")
    assert texts(table) == in_batches(table) == [(row["source"], row["target"]) for row in ROWS]
    Dataset.from_list(ROWS[:2]).push_to_hub("alice/pairs", split="train")
    assert len(texts(table)) == 3  # what was opened stays what it was
    assert open_pair_table("alice/pairs").identity["commit"] != table.identity["commit"]


def test_a_configuration_must_be_named_where_there_are_several(hub):
    for name in ("news", "science"):
        Dataset.from_list(ROWS).push_to_hub("alice/pairs", name, split="test")
    with pytest.raises(UsageError, match="several configurations; name one of news, science with --config"):
        open_pair_table("alice/pairs")
    with pytest.raises(UsageError, match="no configuration 'new'; name one of news, science"):
        open_pair_table("alice/pairs", config="new")
    assert len(texts(open_pair_table("alice/pairs", config="news"))) == 3  # its only split


def test_other_content_is_another_table(tmp_path):
    marks = []
    for rows in (ROWS, ROWS[:2]):
        marks.append(open_pair_table(str(write(tmp_path, "a.jsonl", rows))).identity)
    assert marks[0] != marks[1]


def test_columns_context_and_trees(tmp_path):
    rows = [{"q1": "A.", "q2": "B.", "group": 7, "source_tree": "(S a)"}]
    path = write(tmp_path, "a.parquet", rows)
    [row] = open_pair_table(str(path), PairColumns("q1", "q2", "group")).rows()
    assert row == {
        "row": 0,
        "source": "A.",
        "target": "B.",
        "context": "7",
        "source_tree": "(S a)",
        "target_tree": "",
    }


def test_no_more_is_read_than_the_limit(tmp_path):
    path = tmp_path / "a.src"
    path.write_bytes(b"one\ntwo\n\xff\n" * 1)
    path.with_suffix(".tgt").write_text("eins\nzwei\n")
    assert len(texts(open_pair_table(str(path), limit=2))) == 2
    with pytest.raises(RunError, match=r"a.src is not UTF-8 text \(line 3, byte 0xff\)"):
        texts(open_pair_table(str(path)))


def test_batches_end_at_the_limit_too(tmp_path, monkeypatch):
    monkeypatch.setattr(opened_table, "_BATCH", 2)
    for name in ("a.parquet", "a.jsonl"):
        path = str(write(tmp_path, name))
        assert [len(in_batches(open_pair_table(path, limit=limit))) for limit in (1, 2, 3, None)] == [1, 2, 3, 3]


def test_an_empty_cell_is_no_text(tmp_path):
    path = write(tmp_path, "a.jsonl", [{"source": "A.", "target": None}, {"source": "B."}])
    table = open_pair_table(str(path))
    assert texts(table) == in_batches(table) == [("A.", ""), ("B.", "")]


def test_a_batch_names_the_row_that_is_no_text(tmp_path, monkeypatch):
    monkeypatch.setattr(opened_table, "_BATCH", 2)
    rows = [*ROWS, {"source": "A.", "target": 5}]
    with pytest.raises(RunError, match=r"a.jsonl, line 4: column 'target' must hold text, got 5"):
        in_batches(open_pair_table(str(write(tmp_path, "a.jsonl", rows))))


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("a.jsonl", b'{"q1": "A.", "q2": "B."}\n', "no column 'source'; it has q1, q2; name the right ones with --col"),
        ("a.jsonl", b'{"source": "A.", "target": 5}\n', "line 1: column 'target' must hold text, got 5"),
        ("a.jsonl", b'{"source": "A."', "a.jsonl, line 1 is not valid JSON"),
        ("a.jsonl", b'{"source": "A.", "target": "B."}\n["A."]\n', 'line 2 must hold columns by name, got ["A."]'),
        ("a.json", b'{"source": "A."', "cannot be read after 0 rows"),
        ("a.csv", b"source,target\nCaf\xe9,B.\n", "can't decode byte 0xe9"),
        ("a.parquet", b"PAR1", "cannot be read"),
        ("a.csv", b"", "holds no rows"),
        ("a.tsv", b"source\ttarget\n", "holds no rows"),
        ("a.txt", b"A.\n", "no column 'source'; it has text"),
    ],
)
def test_what_is_wrong_with_a_file_is_one_line(tmp_path, capfd, name, content, message):
    path = tmp_path / name
    path.write_bytes(content)
    with pytest.raises((RunError, UsageError)) as raised:
        texts(open_pair_table(str(path)))
    assert message in str(raised.value)
    assert len(str(raised.value).splitlines()) == 1
    assert capfd.readouterr().err == ""  # the library has said nothing beside


@pytest.mark.parametrize(
    ("place", "message"),
    [
        ("nothing.csv", "no such file or folder"),
        ("./nothing", "no such file or folder"),
        ("alice/nothing", "is no file or folder here, and as a dataset of the Hub it cannot be read"),
    ],
)
def test_a_place_that_is_not_there(hub, tmp_path, monkeypatch, place, message):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(RunError, match=message):
        open_pair_table(place)


def test_files_of_unequal_length(tmp_path):
    write(tmp_path, "a.src").with_suffix(".tgt").write_text("one\n")
    with pytest.raises(RunError, match=r"a.tgt ends before line 2 of .*a.src"):
        texts(open_pair_table(str(tmp_path / "a.src")))


@pytest.mark.parametrize("names", ["a", "a,b,c", "a,", "a,a"])
def test_columns_are_two(names):
    with pytest.raises(UsageError, match="two columns"):
        PairColumns.read(names)


def test_a_split_is_for_datasets(tmp_path):
    path = write(tmp_path, "a.jsonl")
    with pytest.raises(UsageError, match="--split test is for a dataset"):
        open_pair_table(str(path), split="test")
    with pytest.raises(UsageError, match="has no split 'dev'; name one of train"):
        open_pair_table(str(write(tmp_path, "folder")), split="dev")


def test_the_library_talks_again_afterwards(tmp_path):
    before = datasets.logging.get_verbosity()
    texts(open_pair_table(str(write(tmp_path, "a.jsonl"))))
    assert datasets.logging.get_verbosity() == before
