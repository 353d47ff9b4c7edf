"""The playground, in a real browser where there is one."""

import socket
import sys

import pytest

from scripts.paraphrases import load_paraphraser
from tests.scripts.conftest import impossible
from tests.scripts.served import needs_chromium, opened, served

SENTENCE = "Acme's profit<mask>."  # the microworld's base fills in what is masked
LIKE = "Because of the rain, Acme's profit was up."
SAID = """[...document.querySelectorAll('.said li')].map(
    row => row.textContent.slice(0, -row.querySelector('small').textContent.length)
)"""


def test_gradio_that_is_missing_is_one_line(monkeypatch):
    monkeypatch.setitem(sys.modules, "gradio", None)  # importing it fails
    outcome = impossible("playground", "microworld:models/student")
    assert outcome.status == 1
    assert "install it by pip install 'impossible-distillation[space]'" in outcome.err
    assert outcome.err.count("\n") == 1


def test_a_port_that_is_none_is_one_line():
    outcome = impossible("playground", "microworld:models/student", "--port", "70000")
    assert (outcome.status, outcome.err) == (2, "impossible: --port must lie in 0..65535, got 70000\n")


def test_a_port_that_is_taken_is_one_line():
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        outcome = impossible("playground", "microworld:models/student", "--port", port)
    assert outcome.status == 1
    assert f"port {port} cannot be used" in outcome.err
    assert outcome.err.count("\n") == 1


@pytest.fixture
def address():
    """Of a playground in a process of its own."""
    with served("playground", "microworld:models/student", "--port", "0") as address:
        yield address


@pytest.fixture
def paraphrase():
    """What stands behind the page."""
    return load_paraphraser("microworld:models/student").paraphrase


@pytest.mark.slow
@needs_chromium
def test_the_page_works_in_a_browser(address, paraphrase):
    with opened(address, viewport={"width": 390, "height": 900}) as page:  # a phone's
        page.fill("#sentence textarea", SENTENCE)
        page.fill("#n input[type=number]", "4")
        page.fill("#temperature input[type=number]", "1.5")
        page.click("#go")
        page.wait_for_selector(".said li")
        found = paraphrase(SENTENCE, n=4, temperature=1.5)
        assert page.evaluate(SAID) == found
        assert page.locator(".said small").all_inner_texts()[0].endswith("% alike, word by word")
        assert page.locator(".said mark").count() > 0
        page.fill("#like textarea, #like input", LIKE)
        page.click("#go")
        in_form = paraphrase(SENTENCE, n=4, temperature=1.5, like=LIKE)
        assert in_form != found
        page.wait_for_function(f"wanted => JSON.stringify({SAID}) == JSON.stringify(wanted)", arg=in_form)
        page.click("text=It was fresh tariffs")
        page.wait_for_function("document.querySelector('#sentence textarea').value.startsWith('It was fresh tariffs')")
        assert page.evaluate("document.documentElement.scrollWidth") <= 390
