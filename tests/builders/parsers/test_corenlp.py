"""The client against a server on this machine that speaks CoreNLP's protocol, and misbehaves when it is told to."""

import json
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit

import pytest

from builders.errors import RunError
from builders.parsers import corenlp
from builders.parsers.corenlp import CoreNLP
from tests.builders.passing_faults import failing


class _Server(ThreadingHTTPServer):
    """Flat trees, printed over several lines as CoreNLP does.

    Attributes:
        texts: What it was asked to parse.
        fault: Called with the handler and the text before each answer; true when it has answered itself.
    """

    def __init__(self):
        super().__init__(("127.0.0.1", 0), _Handler)
        self.texts = []
        self.fault = lambda handler, text: False

    @property
    def url(self):
        return f"http://127.0.0.1:{self.server_address[1]}"


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_POST(self):
        text = self.rfile.read(int(self.headers["Content-Length"])).decode("utf-8")
        self.server.texts.append(text)
        if not self.server.fault(self, text):
            self.answer(200, json.dumps({"sentences": self.sentences(text)}))

    def sentences(self, text):
        properties = json.loads(parse_qs(urlsplit(self.path).query)["properties"][0])
        assert properties["annotators"] == "tokenize,ssplit,pos,parse"
        assert properties["outputFormat"] == "json"
        lines = [text] if properties.get("ssplit.isOneSentence") == "true" else text.split("\n")
        assert len(lines) == 1 or properties["ssplit.eolonly"] == "true"
        trees = [line.replace("(", "-LRB-").replace(")", "-RRB-").split() for line in lines]
        words = ["\n    ".join(f"(X {word})" for word in tree) for tree in trees]
        return [{"index": i, "parse": f"(ROOT\n  (S\n    {tree}))"} for i, tree in enumerate(words) if tree]

    def answer(self, status, body, length=None):
        content = body.encode("utf-8")
        self.send_response(status)
        self.send_header("Content-Length", str(len(content) if length is None else length))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, *arguments):
        pass


@pytest.fixture
def server(monkeypatch):
    monkeypatch.setattr(corenlp, "_PAUSES", (0.01, 0.01))
    with _Server() as running:
        thread = threading.Thread(target=running.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
        thread.start()
        yield running
        running.shutdown()
        thread.join()


def complaint(url, sentences=("Profit rose.",)):
    with pytest.raises(RunError) as caught:
        CoreNLP(url)(list(sentences))
    assert "\n" not in str(caught.value)
    assert url in str(caught.value)
    return str(caught.value)


def test_trees_come_on_one_line(server):
    assert CoreNLP(server.url)(["Profit rose (a lot) at Café Niño."]) == [
        "(ROOT (S (X Profit) (X rose) (X -LRB-a) (X lot-RRB-) (X at) (X Café) (X Niño.)))"
    ]


def test_sentences_share_requests(server):
    sentences = [f"Profit rose {i} percent. It fell then." for i in range(20)]
    trees = CoreNLP(server.url)(sentences)
    assert [f"(X {i})" in tree for i, tree in enumerate(trees)] == [True] * 20
    assert [text.count("\n") + 1 for text in server.texts] == [16, 4]


def test_line_ends_within_a_sentence_are_spaces(server):
    first, second = CoreNLP(server.url)(["Profit\nrose.", "Rain\u2028fell."])
    assert (first, second) == ("(ROOT (S (X Profit) (X rose.)))", "(ROOT (S (X Rain) (X fell.)))")


@pytest.mark.parametrize(
    "fail",
    [
        lambda handler: handler.answer(500, "java.util.concurrent.TimeoutException\n"),
        lambda handler: handler.answer(503, ""),
        lambda handler: handler.answer(200, '{"sentences"', length=500) or handler.wfile.close(),
    ],
    ids=["500", "503", "cut short"],
)
def test_a_server_that_is_busy_is_asked_again(server, fail):
    server.fault = failing(1, fail)
    assert len(CoreNLP(server.url)(["Profit rose.", "Rain fell."])) == 2
    assert server.texts == ["Profit rose.\nRain fell."] * 2


def test_a_server_that_is_slow_is_asked_for_less_at_a_time(server):
    server.fault = lambda handler, text: text.count("\n") > 3 and not handler.answer(500, "timed out")
    parse = CoreNLP(server.url)
    assert len(parse([f"Profit rose {i}." for i in range(16)])) == 16
    server.texts.clear()
    assert len(parse([f"Rain fell {i}." for i in range(16)])) == 16
    assert [text.count("\n") + 1 for text in server.texts] == [4, 4, 4, 4]


def test_a_sentence_that_is_too_much_does_not_spoil_its_neighbours(server):
    server.fault = lambda handler, text: "\n" in text and not handler.answer(500, "Your document may be too long.")
    trees = CoreNLP(server.url)(["Profit rose.", "Rain fell.", "Acme won."])
    assert [tree.split()[3] for tree in trees] == ["Profit)", "Rain)", "Acme)"]


def test_sentences_that_the_server_splits_or_drops_are_asked_for_one_by_one(server):
    extra = json.dumps({"sentences": [{"parse": "(ROOT (X x))"}]})
    server.fault = lambda handler, text: "\n" in text and not handler.answer(200, extra)
    assert [tree.split()[3] for tree in CoreNLP(server.url)(["Profit rose.", "Rain fell."])] == ["Profit)", "Rain)"]


def test_a_server_that_keeps_failing_is_named_with_the_sentence(server):
    server.fault = lambda handler, text: not handler.answer(500, "CoreNLP request timed out.\n  at Java.java")
    line = complaint(server.url)
    assert "gives no tree of 'Profit rose.': HTTP 500 CoreNLP request timed out.; see the server's log" in line
    assert len(server.texts) == 3


def test_a_slow_server_is_named(server, monkeypatch):
    monkeypatch.setattr(corenlp, "_TIMEOUT", 0.05)
    server.fault = lambda handler, text: not time.sleep(0.3)
    assert "timed out" in complaint(server.url)


@pytest.mark.parametrize(
    "body",
    ['{"sentences": [{"parse": "(ROOT (S', "[]", '{"sentences": [{"index": 0, "tokens": []}]}', "Could not annotate"],
)
def test_an_answer_that_is_not_corenlps_is_named(server, body):
    server.fault = lambda handler, text: not handler.answer(200, body)
    assert "gives no tree of 'Profit rose.': its answer is not what CoreNLP sends" in complaint(server.url)


@pytest.mark.parametrize(
    "sentences", [[], [{"parse": "SENTENCE_SKIPPED_OR_UNPARSABLE"}], [{"parse": "(X a)"}, {"parse": "(X b)"}]]
)
def test_no_parse_in_the_answer_is_named(server, sentences):
    server.fault = lambda handler, text: not handler.answer(200, json.dumps({"sentences": sentences}))
    assert f"its answer has {len(sentences)} sentences for 1" in complaint(server.url)


def test_another_kind_of_server_is_not_asked_twice(server):
    server.fault = lambda handler, text: not handler.answer(404, "no such page")
    line = complaint(server.url)
    assert "refuses the request: HTTP 404 no such page; name the address of a CoreNLP server" in line
    assert len(server.texts) == 1


def test_no_server_is_named(server):
    with _Server() as gone:
        url = gone.url
    assert "cannot be reached" in complaint(url)
    assert "start the CoreNLP server, or correct the address" in complaint(url)


def test_a_proxy_is_not_asked_for_this_machine(server, monkeypatch):
    for name in ("http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    for name in ("no_proxy", "NO_PROXY"):
        monkeypatch.delenv(name, raising=False)
    assert CoreNLP(server.url)(["Rain fell."]) == ["(ROOT (S (X Rain) (X fell.)))"]
