"""The Space: its files, and what its page shows."""

import html
import json
import os
import re
import socket
import subprocess
import sys
import time
import tomllib
from importlib.metadata import version
from pathlib import Path

import httpx2
import pytest
from rouge_score.rouge_scorer import RougeScorer

from model_cards.shipped.space.app import build_page, shown, similarity
from model_cards.usage_code import GRADIO, SHIPPED, space_files
from model_cards.validation.release import release_problems
from tests.conftest import ALICE

from .conftest import OTHER

ROOT = Path(__file__).parents[3]
SOURCE = "Profit rose on Monday."


def test_a_space_is_what_the_hub_wants():
    card, files = space_files("alice/paraphraser", "Paraphraser", [SOURCE], "apache-2.0", "paraphrase")
    assert release_problems({**files, "README.md": card.encode()}, "space", "alice/paraphraser") == []
    assert json.loads(files["model.json"]) == {
        "model": "alice/paraphraser",
        "task": "paraphrase",
        "title": "Paraphraser",
        "examples": [SOURCE],
    }


def test_a_space_takes_the_gradio_that_is_tried_here():
    card, _ = space_files("alice/paraphraser", "Paraphraser", [], "apache-2.0", "paraphrase")
    assert f"sdk_version: {GRADIO}\n" in card
    assert version("gradio") == GRADIO


@pytest.mark.parametrize("place", ["requirements.txt", "space/requirements.txt"])
def test_what_ships_needs_what_this_project_needs(place):
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert set((SHIPPED / place).read_text(encoding="utf-8").split()) <= set(project["dependencies"])


def test_words_that_the_sentence_lacks_are_marked():
    page = html.unescape(shown(SOURCE, ["On Monday, the firm's earnings rose."]))
    assert re.findall("<mark>(.*?)</mark>", page) == ["the", "firm's", "earnings"]


def test_outputs_are_shown_as_text_not_as_html():
    assert "<b>" not in shown(SOURCE, ["<b>Profit</b> rose."])


def test_nothing_but_copies_is_said():
    assert "Nothing but copies" in shown(SOURCE, [])


@pytest.mark.parametrize("other", [SOURCE, "On Monday, profit rose.", "a b x y", OTHER, ""])
def test_similarity_is_rouge_l(other):
    reference = RougeScorer(["rougeL"]).score(SOURCE, other)["rougeL"].fmeasure
    assert similarity(SOURCE, other) == pytest.approx(reference)


def answer_of(paraphrase):
    """What the page calls when its button is pressed."""
    page = build_page(paraphrase, "Paraphraser", [SOURCE])
    [answer] = [function.fn for function in page.fns.values() if function.api_name == "paraphrase"]
    return answer


def test_the_page_asks_for_what_its_fields_say():
    asked = []

    def paraphrase(sentence, **settings):
        asked.append((sentence, settings))
        return ["Earnings rose."]

    answer = answer_of(paraphrase)
    assert "Earnings" in answer(SOURCE, " It was so. ", 3.0, 0.5)
    assert asked == [(SOURCE, {"n": 3, "like": "It was so.", "temperature": 0.5})]
    assert "Write a sentence first" in answer(" ", "", 1, 0.5)


def test_what_cannot_be_done_is_said_on_the_page():
    def refuse(sentence, **settings):
        raise ValueError("n must be <50")

    assert "n must be &lt;50" in answer_of(refuse)(SOURCE, "", 3, 0.5)


@pytest.mark.slow
def test_a_space_starts_outside_of_this_project(hub, student, tmp_path):
    hub.create("model", "alice/paraphraser").add_folder(student)
    _, files = space_files("alice/paraphraser", "Try Paraphraser", [SOURCE], "apache-2.0", "summary")
    for name, content in files.items():
        (tmp_path / name).write_bytes(content if isinstance(content, bytes) else content.read_bytes())
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    environment = os.environ | {"GRADIO_SERVER_PORT": str(port), "PYTHONSAFEPATH": "1", "HF_TOKEN": ALICE}
    command = [sys.executable, "app.py"]
    with subprocess.Popen(command, cwd=tmp_path, env=environment, stderr=subprocess.PIPE, text=True) as process:
        try:
            page = wait_for(f"http://127.0.0.1:{port}/config", process)
            assert page["title"] == "Try Paraphraser"
            assert SOURCE in json.dumps(page)
            assert "Say it shorter" in json.dumps(page)
        finally:
            process.terminate()


def wait_for(address, process):
    """What a server answers once it has started."""
    for _ in range(300):
        assert process.poll() is None, process.stderr.read()
        try:
            return httpx2.get(address).json()
        except httpx2.TransportError:
            time.sleep(0.3)
    raise TimeoutError(address)
