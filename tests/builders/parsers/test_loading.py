import pytest

from builders.errors import ConfigError, RunError
from builders.pairs import Pair
from builders.parsers import loading
from builders.parsers.loading import check_parser_name, load_parser, pair_trees, parser_identity
from tests.builders.critics import parsers

PARSERS = "tests.builders.critics.parsers"


@pytest.fixture(autouse=True)
def fresh():
    load_parser.cache_clear()
    yield
    load_parser.cache_clear()


@pytest.fixture
def asked(monkeypatch):
    """Every sentence that the parser `flat` is asked for, in order."""
    sentences, flat = [], parsers.flat
    monkeypatch.setattr(parsers, "flat", lambda sentence: (sentences.append(sentence), flat(sentence))[1])
    return sentences


def test_sentences_have_their_trees_in_order():
    assert load_parser(f"{PARSERS}:flat")(["a b", "c", "a b"]) == ["(S (W a) (W b))", "(S (W c))", "(S (W a) (W b))"]


def test_each_distinct_sentence_is_parsed_once(asked):
    load_parser(f"{PARSERS}:flat")(["a", "b", "a"])
    load_parser(f"{PARSERS}:flat")(["b", "c"])
    assert asked == ["a", "b", "c"]


def test_only_the_latest_trees_are_remembered(asked, monkeypatch):
    monkeypatch.setattr(loading, "_REMEMBERED", 2)
    parse = load_parser(f"{PARSERS}:flat")
    assert parse(["a", "b", "c"]) == ["(S (W a))", "(S (W b))", "(S (W c))"]  # more than are remembered
    parse(["b", "c", "a"])
    assert asked == ["a", "b", "c", "a"]


@pytest.mark.parametrize("name", ["broken", "silent", "failing"])
def test_a_function_that_gives_no_tree_is_named(name):
    with pytest.raises(RunError, match=f"parsers:{name}' failed on 'a b': .*; it must give one tree") as caught:
        load_parser(f"{PARSERS}:{name}")(["a b"])
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("pair", "words"),
    [
        (Pair("a", "b"), "no tree of the source 'a'; give the bracketed tree of every sentence in 'source_tree'"),
        (Pair("a", "b", source_tree="(S a)"), "no tree of the target 'b'; .* in 'target_tree', or name a parser"),
        (Pair("a", "b", source_tree="(S a", target_tree="(S b)"), "the source_tree of 'a': malformed tree"),
    ],
)
def test_a_pair_without_its_trees_is_named(pair, words):
    with pytest.raises(RunError, match=words) as caught:
        pair_trees("given", [pair])
    assert "\n" not in str(caught.value)


def test_trees_that_are_given_parse_no_other_sentence():
    with pytest.raises(ConfigError, match="'given' takes trees that come with the pairs"):
        load_parser("given")


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("corenlp", "evaluation.parser must be 'stanza', 'given', the URL of a CoreNLP server or 'module:function'"),
        ("http://", "must read like 'http://localhost:9000', got 'http://'"),
        ("http://localhost:port", "must read like"),
        ("http://..:80", "must read like .*, got 'http://..:80'"),
        ("http://.example", "must read like"),
        (f"http://{'a' * 80}:80", "must read like"),
        ("http://\u2603.example", "must read like"),
        ("http://" + "alice:secret" + "@..:80", "must read like .*, got '..:80'"),
        (
            "http://" + "alice:secret" + "@localhost:9000",  # in parts, or it is taken for a secret
            "must hold no user name or password, got one for localhost",
        ),
    ],
)
def test_what_names_no_parser_is_refused(name, words):
    with pytest.raises(ConfigError, match=words) as caught:
        check_parser_name("evaluation.parser", name)
    assert "secret" not in str(caught.value)


@pytest.mark.parametrize("name", ["stanza", "given", "http://[::1]:9000", "https://bücher.example", "a.b:c"])
def test_every_kind_of_parser_can_be_named(name):
    check_parser_name("parser", name)


def test_parsers_that_differ_are_told_apart():
    names = ["stanza", "given", "http://localhost:9000", "http://localhost:9001", f"{PARSERS}:flat"]
    assert len({str(parser_identity(name)) for name in names}) == len(names)
    assert "ptb3-revised_charlm" in str(parser_identity("stanza"))
    assert parser_identity(f"{PARSERS}:flat")["sha256"]
