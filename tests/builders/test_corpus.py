import dataclasses
import gzip
import json
import random
import re
import shutil
import sys
from collections import Counter

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from datasets import Dataset

from builders.config import from_mapping
from builders.contexts import content_id
from builders.corpus import check_corpus, corpus_contexts
from builders.domain import DomainConfig, SentencesConfig
from builders.errors import ConfigError, RunError, UsageError
from builders.sampling_config import CorpusConfig, SamplingConfig
from tests.hub import files
from tests.hub.files import send_range

PASSAGES = [
    "Profit rose. Sales fell.\nShares gained. The firm",
    "no end",
    "Rain hit the city. Two died. Trains stopped.",
]
LOCAL = ["Profit rose.", "Sales fell."]
GZIPPED = ["a.jsonl.gz", "a.json.gz", "a.csv.gz", "a.txt.gz"]


def config(place, contexts=100, **settings):
    domain = DomainConfig(name="news")
    corpus = from_mapping(CorpusConfig, str(place) if not isinstance(place, dict) else place, "sampling.corpus")
    return SamplingConfig(teacher="none", domain=domain, contexts=contexts, corpus=corpus, **settings)


def gather(tmp_path, place, contexts=100, seed=7, **settings):
    return corpus_contexts(config(place, contexts, **settings), seed, tmp_path / "samples" / "contexts.parquet")


def read(tmp_path, place, contexts=100, seed=7, **settings):
    found = gather(tmp_path, place, contexts, seed, **settings)
    return found.read(0, found.count)


def check(tmp_path, place, **settings):
    check_corpus(config(place, **settings), 7, tmp_path / "samples" / "contexts.parquet")


def texts(contexts):
    return [context.context for context in contexts]


def write(path, rows):
    """A corpus of these passages in the format of the suffix, or as a folder."""
    table = Dataset.from_dict({"id": list(range(len(rows))), "text": rows})
    if path.suffix == ".parquet":
        table.to_parquet(path)
    elif path.suffix == ".csv":
        table.to_csv(path)
    elif path.suffix == ".txt":
        path.write_text("".join(" ".join(row.split()) + "\n" for row in rows), encoding="utf-8")
    elif path.suffix == ".gz":
        path.write_bytes(gzip.compress(write(path.with_suffix(""), rows).read_bytes()))
    elif path.suffix == ".jsonl":
        path.write_text("".join(json.dumps(row) + "\n" for row in table))
    elif path.suffix == ".json":
        path.write_text(json.dumps(list(table)))
    else:
        for number in range(len(rows)):
            table.select([number]).to_parquet(path / f"train-{number:05d}-of-{len(rows):05d}.parquet")
    return path


# Contexts that stand there whole


def test_one_context_a_line(tmp_path):
    path = tmp_path / "contexts.txt"
    path.write_text("Profit rose.  Sales fell.\nShares gained.\nShares gained.\n")
    found = gather(tmp_path, path)
    assert texts(found.read(0, 9)) == ["Profit rose. Sales fell.", "Shares gained."]
    assert found.origin["counts"] == {"rows": 3, "contexts": 2, "repeated": 1, "too_short": 0, "rows_left": 0}


def lines_of(tmp_path, lines, name="contexts.jsonl", **settings):
    path = tmp_path / name
    path.write_text(lines if isinstance(lines, str) else "\n".join(map(json.dumps, lines)), encoding="utf-8")
    return read(tmp_path, path, **settings)


@pytest.mark.parametrize("name", ["contexts.jsonl", "contexts.txt", "contexts"])
def test_rows_may_bring_their_ids(tmp_path, name):
    rows = [{"context": "Profit rose."}, {"context": "Sales fell.", "context_id": "c", "passage_id": 7}]
    first, second = lines_of(tmp_path, rows, name)
    assert first.context == "Profit rose."
    assert (second.context_id, second.passage_id) == ("c", "7")


def test_an_id_that_is_null_is_no_id(tmp_path):
    null = [{"context": text, "context_id": None, "passage_id": None} for text in LOCAL]
    assert lines_of(tmp_path, null) == lines_of(tmp_path, "\n".join(LOCAL), "contexts.txt")


@pytest.mark.parametrize("blank", ['""', "NaN", "null"])
def test_a_blank_id_is_no_id(tmp_path, blank):
    rows = "".join(f'{{"context": "{text}", "context_id": {blank}, "passage_id": {blank}}}\n' for text in LOCAL)
    (tmp_path / "a.jsonl").write_text(rows)
    found = read(tmp_path, tmp_path / "a.jsonl")
    assert [context.context_id for context in found] == [content_id("news", text) for text in LOCAL]
    assert [context.passage_id for context in found] == [content_id(text) for text in LOCAL]


def test_one_context_under_one_id_may_stand_twice(tmp_path):
    assert len(lines_of(tmp_path, [{"context": "Profit rose.", "context_id": "c"}] * 2)) == 1


@pytest.mark.parametrize("separator", ["\u2028", "\u0085"])
def test_a_line_separator_inside_a_row_does_not_end_it(tmp_path, separator):
    row = json.dumps({"context": f"Profit rose.{separator}Sales fell."}, ensure_ascii=False)
    assert texts(lines_of(tmp_path, row)) == ["Profit rose. Sales fell."]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "holds no contexts"),
        ("Profit rose.\n\nSales fell.\n", "line 2 is empty"),
        ("Profit rose.\nprofit\n", "line 2 is too short: 'profit' has 0 of at least 1 sentence ending in . ? or !"),
        ('{"context": 3}', "line 1 has no text under 'context', but 3"),
        ('{"text": "Profit rose."}', "no column 'context'; it has text; name one that holds passages as "),
        ('{"context": "Profit rose."', "line 1 is not valid JSON"),
        ('{"context": "Profit rose."}\n[1]', "line 2 must hold columns by name, got [1]"),
        ('{"context": "Profit rose."}\n\n', "line 2 is empty"),
        ("{" + '"a":[' * 100_000, "line 1 is not valid JSON"),
        ('{"context": "Profit \\ud800 rose."}', "line 1 has half a character, such as \\ud800"),
        ('{"context": "Profit rose.", "context_id": "\\udfff"}', "line 1 has half a character"),
        (
            '{"context": "Profit rose.", "context_id": 7}\n{"context": "Sales fell.", "context_id": "7"}',
            "line 2: context_id '7' stands for another context above",
        ),
        ('{"context": "  "}', "line 1 is empty"),
    ],
)
def test_a_line_that_is_no_context_is_named(tmp_path, text, words):
    with pytest.raises((RunError, UsageError)) as caught:
        lines_of(tmp_path, text, "contexts.txt")
    assert words in str(caught.value)
    assert "contexts.txt" in str(caught.value)
    assert "\n" not in str(caught.value)
    assert not list(tmp_path.glob("samples/*"))


def test_a_context_with_too_few_sentences_is_too_short(tmp_path):
    with pytest.raises(RunError, match="has 1 of at least 2 sentences"):
        lines_of(tmp_path, "Profit rose. Sales", "contexts.txt", min_sentences=2)


# Passages that contexts are cut from


@pytest.mark.parametrize("name", ["a.parquet", "a.jsonl", "a.json", "a.csv", "a.txt", "folder", *GZIPPED])
def test_every_kind_of_corpus_gives_the_same_contexts(tmp_path, name):
    path = write(tmp_path / name, PASSAGES)
    found = gather(tmp_path, f"{path}:text", every_prefix=True, max_sentences=3)
    assert texts(found.read(0, 9)) == [
        "Profit rose.",
        "Profit rose. Sales fell.",
        "Profit rose. Sales fell. Shares gained.",
        "Rain hit the city.",
        "Rain hit the city. Two died.",
        "Rain hit the city. Two died. Trains stopped.",
    ]
    assert found.origin["counts"]["too_short"] == 1


def test_a_pattern_names_several_files(tmp_path):
    write(tmp_path / "folder", PASSAGES)
    pattern = read(tmp_path, f"{tmp_path}/folder/*.parquet:text")
    assert pattern == read(tmp_path, f"{tmp_path}/folder:text")


def test_contexts_of_one_passage_share_its_id(tmp_path):
    path = write(tmp_path / "a.parquet", PASSAGES)
    contexts = read(tmp_path, f"{path}:text", every_prefix=True)
    assert Counter(context.passage_id for context in contexts) == {
        content_id("Profit rose. Sales fell. Shares gained."): 3,
        content_id("Rain hit the city. Two died. Trains stopped."): 3,
    }


def many(n):
    words = ("one", "two", "three", "four", "five", "six")
    return ["".join(f"Number {number} is {word}. " for word in words) for number in range(n)]


def test_a_length_is_drawn_for_each_passage_whatever_the_order(tmp_path):
    passages = many(200)
    there = read(tmp_path, f"{write(tmp_path / 'a.parquet', passages)}:text", contexts=200)
    random.Random(1).shuffle(passages)
    shuffled = read(tmp_path, f"{write(tmp_path / 'b.parquet', passages)}:text", contexts=200)
    assert set(there) == set(shuffled)
    assert there != shuffled
    lengths = Counter(context.context.count(".") for context in there)
    assert lengths.keys() == {1, 2, 3, 4, 5}
    assert min(lengths.values()) > 20  # 40 each are expected, with a standard deviation of 5.7
    assert read(tmp_path, f"{tmp_path / 'a.parquet'}:text", contexts=200, seed=8) != there


def test_a_cell_without_a_text_is_a_passage_that_is_too_short(tmp_path):
    path = tmp_path / "a.parquet"
    Dataset.from_dict({"text": [None, PASSAGES[0], ""]}).to_parquet(path)
    assert gather(tmp_path, f"{path}:text").origin["counts"]["too_short"] == 2


@pytest.mark.parametrize(
    ("place", "words"),
    [
        ("a.parquet:body", "a.parquet has no column 'body'; it has id, text; name one that holds passages as"),
        ("a.parquet", "a.parquet has no column 'context'; it has id, text"),
        ("a.parquet:id", "a.parquet, row 1 has no text under 'id', but 0; name another column"),
        ("nothing.parquet:text", "cannot read nothing.parquet: there is no such file or folder; check the path"),
        ("nothing.txt", "cannot read nothing.txt: there is no such file"),
        ("nothing.csv.gz:text", "cannot read nothing.csv.gz: there is no such file"),
        ("damaged.parquet:text", "damaged.parquet cannot be read"),
        ("damaged.jsonl.gz:text", "damaged.jsonl.gz cannot be read after 0 lines"),
        ("empty.parquet:text", "empty.parquet holds no contexts: it is empty"),
        ("short.parquet:text", "short.parquet holds no contexts: none of 2 rows has 1 whole sentence under 'text'"),
        (
            {"place": "a.parquet", "split": "test"},
            "sampling.corpus.split test is for a dataset with several; a.parquet",
        ),
        (
            {"place": "folder", "split": "tset"},
            "folder has no split 'tset'; name one of train with sampling.corpus.split",
        ),
        (
            "alice/nothing:text",
            "alice/nothing is no file or folder here, and as a dataset of the Hub it cannot be read",
        ),
    ],
)
def test_what_is_wrong_with_a_corpus_is_one_line(hub, tmp_path, monkeypatch, place, words):
    monkeypatch.chdir(tmp_path)
    write(tmp_path / "a.parquet", PASSAGES)
    write(tmp_path / "folder", PASSAGES)
    write(tmp_path / "short.parquet", ["no end", "none here"])
    pq.write_table(pa.table({"text": pa.array([], pa.string())}), tmp_path / "empty.parquet")
    (tmp_path / "damaged.parquet").write_bytes((tmp_path / "a.parquet").read_bytes()[:-20])
    (tmp_path / "damaged.jsonl.gz").write_bytes(b"\x1f\x8b no gzip")
    with pytest.raises((RunError, UsageError)) as caught:
        gather(tmp_path, place)
    assert words in str(caught.value)
    assert "\n" not in str(caught.value)
    with pytest.raises(type(caught.value)) as checked:
        check(tmp_path, place)
    assert words in str(checked.value)
    assert not list(tmp_path.glob("samples/*"))


# How much is read, and what is kept


def test_no_more_contexts_than_wanted_and_the_rest_is_told(tmp_path, capsys):
    found = gather(tmp_path, f"{write(tmp_path / 'a.parquet', many(30))}:text", contexts=10)
    assert found.count == 10
    last = capsys.readouterr().err.splitlines()[-1]
    assert last.endswith("a.parquet: 10 from 10 rows; 20 rows left, since sampling.contexts asks for no more")


def test_a_part_can_be_read_from_anywhere(tmp_path, monkeypatch):
    monkeypatch.setattr("builders.corpus._TOGETHER", 7)
    found = gather(tmp_path, f"{write(tmp_path / 'a.parquet', many(30))}:text")
    contexts = found.read(0, 30)
    assert found.count == len(contexts) == 30
    for first, last in [(0, 7), (6, 8), (13, 14), (14, 28), (25, 99)]:
        assert found.read(first, last) == contexts[first:last]


def test_what_was_made_is_kept_until_the_corpus_or_a_setting_changes(tmp_path):
    path = write(tmp_path / "a.parquet", many(5))
    first = gather(tmp_path, f"{path}:text")
    made = first.path.stat().st_mtime_ns
    assert gather(tmp_path, f"{path}:text") == first
    assert first.path.stat().st_mtime_ns == made
    assert gather(tmp_path, f"{path}:text", min_sentences=2).digest != first.digest
    write(tmp_path / "a.parquet", many(6))
    assert gather(tmp_path, f"{path}:text").count == 6
    with pytest.raises(RunError, match="made anew of another corpus while it was read"):
        first.read(0, 2)


# The Hub


def publish(passages, name="alice/articles", **settings):
    Dataset.from_dict({"document": passages, "summary": ["S."] * len(passages)}).push_to_hub(name, **settings)


def send(request, data, headers):
    """Sends what is asked for, as the Hub does, and says how many bytes of a large file that were."""
    send_range(request, data, headers)
    asked = re.fullmatch(r"bytes=(\d+)-(\d+)", request.headers.get("Range") or f"bytes=0-{len(data) - 1}")
    large = request.where.startswith("/storage") and request.command == "GET"
    return min(int(asked[2]), len(data) - 1) + 1 - int(asked[1]) if large else 0


def stored(hub):
    """What was asked of the Hub's storage, where its Parquet files lie."""
    return [path for method, path, _ in hub.requests if method == "GET" and path.startswith("/storage")]


def test_what_was_made_is_made_again_when_its_file_is_damaged(tmp_path, capsys):
    place = write(tmp_path / "a.txt", [f"Number {number} is one." for number in range(3000)])
    whole = read(tmp_path, place, 3000)
    path = tmp_path / "samples" / "contexts.parquet"
    for start, stop in ((200, 260), (100, len(path.read_bytes()))):
        damaged = bytearray(path.read_bytes())
        damaged[start:stop] = bytes(min(60, stop - start))
        path.write_bytes(damaged)
        assert read(tmp_path, place, 3000) == whole
    assert capsys.readouterr().err.count("3,000 from 3,000 lines") == 3


def test_only_what_cuts_contexts_makes_them_again(tmp_path, capsys):
    place = f"{write(tmp_path / 'a.txt', PASSAGES)}:text"
    for sentences, made in [({}, 1), ({"min_characters": 9, "urls": True}, 0), ({"endings": ".;"}, 1)]:
        settings = dataclasses.replace(
            config(place), domain=DomainConfig(name="news", sentences=SentencesConfig(**sentences))
        )
        corpus_contexts(settings, 7, tmp_path / "samples" / "contexts.parquet")
        assert capsys.readouterr().err.count("contexts of") == made


@pytest.mark.parametrize("change", [{"seed": 8}, {"every_prefix": True}, {"max_sentences": 1}, {"min_sentences": 2}])
def test_contexts_that_would_be_cut_elsewhere_are_cut_again(tmp_path, change):
    passages = [f"Number {number} rose. It fell. It rained. It ended." for number in range(20)]
    place = f"{write(tmp_path / 'a.txt', passages)}:text"
    before = read(tmp_path, place)
    after = read(tmp_path, place, **change)
    assert after != before
    assert after == read(tmp_path / "fresh", place, **change)


def test_a_splitter_that_was_edited_cuts_again(tmp_path, monkeypatch):
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.delitem(sys.modules, "edited_splitter", raising=False)
    place = f"{write(tmp_path / 'a.txt', ['One; two. Three.'])}:text"
    found = []
    for pattern in ("(?<=[.])", "(?<=[.;])"):
        (tmp_path / "edited_splitter.py").write_text(
            f"import re\ndef split(t):\n    return re.split(r'{pattern} ', t)\n"
        )
        monkeypatch.delitem(sys.modules, "edited_splitter", raising=False)
        shutil.rmtree(tmp_path / "__pycache__", ignore_errors=True)  # which goes by the second
        domain = DomainConfig(name="news", sentences=SentencesConfig(splitter="edited_splitter:split"))
        settings = dataclasses.replace(config(place, every_prefix=True, max_sentences=2), domain=domain)
        contexts = corpus_contexts(settings, 7, tmp_path / "samples" / "contexts.parquet")
        found.append(texts(contexts.read(0, contexts.count)))
    assert found == [["One; two.", "One; two. Three."], ["One;", "One; two."]]


def test_a_damaged_gzip_file_is_one_line(tmp_path):
    packed = bytearray(gzip.compress(b"Profit rose. Sales fell.\n" * 2000))
    packed[12:40] = bytes([255]) * 28
    (tmp_path / "a.txt.gz").write_bytes(packed)
    with pytest.raises(RunError, match=r"a\.txt\.gz cannot be read after 0 lines \(.*\); correct the data"):
        gather(tmp_path, tmp_path / "a.txt.gz")


def test_a_dataset_of_the_hub_is_read_once_and_stays_at_its_commit(hub, tmp_path, monkeypatch):
    publish(PASSAGES)
    found = gather(tmp_path, "alice/articles:document")
    identity = found.origin["identity"]
    assert found.count == 2
    assert (identity["dataset"], identity["column"], identity["split"]) == ("alice/articles", "document", "train")
    assert len(identity["commit"]) == 40
    assert "rows_left" not in found.origin["counts"]  # they are not fetched, and so not counted
    publish(many(9))
    hub.stop()  # from here on the Hub cannot be asked
    assert gather(tmp_path, "alice/articles:document") == found
    check(tmp_path, "alice/articles:document")
    with pytest.raises(RunError, match=r"alice/artikels is no file or folder here"):
        check(tmp_path, "alice/artikels:document")
    with pytest.raises(RunError, match=r"alice/articles is no file or folder here, .*check the name, or the network"):
        gather(tmp_path, "alice/articles:document", min_sentences=2)
    assert gather(tmp_path, "alice/articles:document") == found


def test_a_dataset_that_was_renamed_goes_by_its_new_name(hub, tmp_path):
    publish(PASSAGES)
    hub.repositories["dataset", "xsum"] = hub.repositories["dataset", "alice/articles"]  # as the Hub leads on
    found = gather(tmp_path, "xsum:document")
    assert (found.count, found.origin["identity"]["dataset"]) == (2, "alice/articles")


def test_no_more_of_a_dataset_is_fetched_than_the_contexts_take(hub, tmp_path):
    publish(many(400), num_shards=8)
    hub.requests.clear()
    assert gather(tmp_path, "alice/articles:document", contexts=60).count == 60
    assert 1 <= len(set(stored(hub))) <= 3  # 50 passages a file; the library may look at one file ahead


def test_no_other_column_of_a_dataset_is_fetched(hub, tmp_path, monkeypatch):
    sent = []
    monkeypatch.setattr(files, "send_range", lambda request, data, headers: sent.append(send(request, data, headers)))
    other = [random.Random(row).randbytes(100_000).hex() for row in range(100)]
    Dataset.from_dict({"document": many(100), "other": other}).push_to_hub("alice/articles")
    [size] = map(len, hub.large.values())
    assert size > 15_000_000
    assert gather(tmp_path, "alice/articles:document").count == 100
    assert 0 < sum(sent) < size / 2  # the Hub's client fetches 5 MB at least


def test_a_configuration_and_a_split_can_be_named(hub, tmp_path):
    for name in ("news", "science"):
        publish(PASSAGES[:1] if name == "news" else PASSAGES, config_name=name, split="test")
    place = {"place": "alice/articles", "column": "document"}
    assert gather(tmp_path, place | {"config": "news", "split": "test"}).count == 1
    assert gather(tmp_path, place | {"config": "science"}).count == 2
    for wrong, words in [
        ({}, "several configurations; name one of news, science with sampling.corpus.config"),
        ({"config": "new"}, "no configuration 'new'; name one of news, science with sampling.corpus.config"),
        ({"config": "news", "split": "tset"}, "no split 'tset'; name one of test with sampling.corpus.split"),
    ]:
        with pytest.raises(UsageError, match=words):
            gather(tmp_path, place | wrong)


# How a recipe names one


@pytest.mark.parametrize(
    ("value", "place", "column"),
    [
        ("contexts.txt", "contexts.txt", None),
        ("docs.parquet:text", "docs.parquet", "text"),
        ("xsum:document", "xsum", "document"),
        ("EdinburghNLP/xsum:document", "EdinburghNLP/xsum", "document"),
        ("a:b.txt", "a:b.txt", None),  # a file of that name is there
        ("a:b.txt:text", "a:b.txt", "text"),
    ],
)
def test_a_corpus_in_short(tmp_path, monkeypatch, value, place, column):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "a:b.txt").touch()
    corpus = from_mapping(CorpusConfig, value, "sampling.corpus")
    assert (corpus.place, corpus.column) == (place, column)


@pytest.mark.parametrize("value", ["", ":text", "docs.parquet:", "https://huggingface.co/datasets/xsum"])
def test_a_corpus_that_is_none(value):
    with pytest.raises(ConfigError, match=r"^sampling\.corpus: "):
        from_mapping(CorpusConfig, value, "sampling.corpus")
