"""Stanza by a stand-in: its package and models are not part of the development environment."""

import sys
from types import SimpleNamespace

import pytest
from huggingface_hub import constants

from builders.errors import RunError
from builders.parsers.stanza_english import StanzaEnglish


class _Pipeline:
    """Has the interface of `stanza.Pipeline`, and flat trees; a bar ends a sentence for it."""

    started = ()

    def __init__(self, language, **settings):
        type(self).started += ((language, settings),)
        settings["processors"]["mwt"] = "combined"  # as Stanza does
        self.batches = []

    def bulk_process(self, texts):
        self.batches.append(texts)
        if "overflow" in texts:
            raise RuntimeError("out of\nmemory")
        return [
            SimpleNamespace(
                sentences=[SimpleNamespace(constituency=f"(ROOT (S {part.strip()}))") for part in text.split("|")]
            )
            for text in texts
        ]


@pytest.fixture(autouse=True)
def stanza(monkeypatch):
    monkeypatch.setattr(_Pipeline, "started", ())
    monkeypatch.setitem(sys.modules, "stanza", SimpleNamespace(Pipeline=_Pipeline))


def test_sentences_go_in_one_batch_and_on_one_line_each():
    parse = StanzaEnglish()
    assert parse(["Profit\n\nrose.", "Rain fell."]) == ["(ROOT (S Profit rose.))", "(ROOT (S Rain fell.))"]
    assert parse._pipeline.batches == [["Profit rose.", "Rain fell."]]


@pytest.mark.parametrize(("offline", "download"), [(False, "reuse_resources"), (True, None)])
def test_it_keeps_off_the_network_where_it_is_told_to(monkeypatch, offline, download):
    monkeypatch.setattr(constants, "HF_HUB_OFFLINE", offline)
    StanzaEnglish()
    [(language, settings)] = _Pipeline.started
    assert (language, settings["download_method"]) == ("en", download)


def test_its_models_are_the_same_each_time():
    StanzaEnglish()
    StanzaEnglish()
    first, second = [settings["processors"] for _, settings in _Pipeline.started]
    assert first == second
    assert first["constituency"] == "ptb3-revised_charlm"


@pytest.mark.parametrize(
    ("sentences", "words"),
    [
        (["a", " \n"], "an empty sentence"),
        (["a | b"], "found 2 sentences in 'a | b'"),
        (["a", "overflow"], "failed on 2 sentences: out of;"),
    ],
)
def test_what_has_no_tree_is_named(sentences, words):
    with pytest.raises(RunError) as caught:
        StanzaEnglish()(sentences)
    assert words in str(caught.value)
    assert "\n" not in str(caught.value)


def test_it_says_how_to_install_it(monkeypatch):
    monkeypatch.setitem(sys.modules, "stanza", None)  # importing it fails
    with pytest.raises(RunError, match=r"parser 'stanza' cannot be imported .*; install it by pip install '.*syntax"):
        StanzaEnglish()


def test_it_names_the_models_that_are_missing_and_the_command_that_fetches_them(monkeypatch):
    def nothing(*arguments, **settings):
        raise FileNotFoundError("Could not find model file\nconstituency/ptb3-revised_charlm.pt")

    monkeypatch.setitem(sys.modules, "stanza", SimpleNamespace(Pipeline=nothing))
    with pytest.raises(RunError) as caught:
        StanzaEnglish()
    line = str(caught.value)
    assert "constituency ptb3-revised_charlm) are not here: Could not find model file; run python -c " in line
    assert "stanza.download('en', package=None, processors={'tokenize': 'combined'," in line
    assert "\n" not in line
