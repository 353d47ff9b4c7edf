import json

import pytest

from builders.corpus import read_contexts
from builders.domain import SentencesConfig
from builders.errors import RunError
from builders.sentences import Sentences


def read(tmp_path, text, min_sentences=1):
    path = tmp_path / "contexts.txt"
    path.write_text(text, encoding="utf-8")
    return read_contexts(path, "news", min_sentences, Sentences(SentencesConfig()))


def test_one_context_a_line(tmp_path):
    contexts = read(tmp_path, "Profit rose.  Sales fell.\nShares gained.\nShares gained.\n")
    assert [context.context for context in contexts] == ["Profit rose. Sales fell.", "Shares gained."]
    assert len({context.context_id for context in contexts}) == 2


def test_jsonl_rows_may_bring_their_ids(tmp_path):
    rows = [{"context": "Profit rose."}, {"context": "Sales fell.", "context_id": "c", "passage_id": 7}]
    first, second = read(tmp_path, "\n".join(map(json.dumps, rows)))
    assert first.context == "Profit rose."
    assert (second.context_id, second.passage_id) == ("c", "7")


def test_an_id_that_is_null_is_no_id(tmp_path):
    texts = ["Profit rose.", "Sales fell."]
    null = [json.dumps({"context": text, "context_id": None, "passage_id": None}) for text in texts]
    assert read(tmp_path, "\n".join(null)) == read(tmp_path, "\n".join(texts))


def test_one_context_under_one_id_may_stand_twice(tmp_path):
    row = json.dumps({"context": "Profit rose.", "context_id": "c"})
    assert len(read(tmp_path, f"{row}\n{row}\n")) == 1


@pytest.mark.parametrize("separator", ["\u2028", "\u0085"])
def test_a_line_separator_inside_a_row_does_not_end_it(tmp_path, separator):
    row = json.dumps({"context": f"Profit rose.{separator}Sales fell."}, ensure_ascii=False)
    assert [context.context for context in read(tmp_path, row)] == ["Profit rose. Sales fell."]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "holds no contexts"),
        ("Profit rose.\n\nSales fell.\n", "line 2 is empty"),
        ("Profit rose.\nprofit\n", "line 2 is too short: 'profit' has 0 of at least 1 sentence ending in . ? or !"),
        ('{"context": 3}', "line 1 has no text under 'context'"),
        ('{"text": "Profit rose."}', "line 1 has no text under 'context'"),
        ('{"context": "Profit rose."', "line 1 is not valid JSON"),
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
    with pytest.raises(RunError) as caught:
        read(tmp_path, text)
    assert words in str(caught.value)
    assert "contexts.txt" in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_context_with_too_few_sentences_is_too_short(tmp_path):
    with pytest.raises(RunError, match="has 1 of at least 2 sentences"):
        read(tmp_path, "Profit rose. Sales", min_sentences=2)
