"""The playground, in a real browser where there is one."""

import os
import signal
import socket
import subprocess
import sys

import pytest

from scripts.paraphrases import load_paraphraser
from tests.browser import CHROMIUM, MISSING, PHONE, QUIET
from tests.scripts.conftest import impossible

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
    """Of a playground in a process of its own, behind a proxy that is not there, ended as by Ctrl-C."""
    command = [sys.executable, "-m", "scripts.cli", "playground", "microworld:models/student", "--port", "0"]
    environment = os.environ | {"OMP_NUM_THREADS": "1", "HF_HUB_OFFLINE": "1", "http_proxy": "http://127.0.0.1:9"}
    with subprocess.Popen(
        command,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=environment,
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),  # which is ignored in a shell's background
    ) as process:
        try:
            yield process.stdout.readline().split()[0]
            process.send_signal(signal.SIGINT)
            _, errors = process.communicate(timeout=30)
        finally:
            process.kill()
    assert process.returncode == 0
    assert "Traceback" not in errors


@pytest.fixture
def paraphrase():
    """What stands behind the page."""
    return load_paraphraser("microworld:models/student").paraphrase


@pytest.mark.slow
@pytest.mark.skipif(CHROMIUM is None, reason=MISSING)
def test_the_page_works_in_a_browser(address, paraphrase):
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=QUIET)
        page = browser.new_page(viewport=PHONE)
        asked, failed = [], []
        page.on("request", lambda request: asked.append(request.url))
        page.on("pageerror", lambda error: failed.append(str(error)))
        page.goto(address)
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
        assert [url for url in asked if not url.startswith((address, "data:", "blob:"))] == []
        assert failed == []
        browser.close()
