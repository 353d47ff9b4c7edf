"""Commands that serve a page, in a process of their own, and the browser to look at it with."""

import os
import shutil
import signal
import subprocess
import sys
from contextlib import contextmanager

import pytest

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
QUIET = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--disable-background-networking", "--disable-sync"]
needs_chromium = pytest.mark.skipif(CHROMIUM is None, reason="no Chromium here; Debian's package is called chromium")


@contextmanager
def served(*arguments):
    """The address that `impossible ARGUMENTS` prints, behind a proxy that is not there, ended as by Ctrl-C."""
    command = [sys.executable, "-m", "scripts.cli", *map(str, arguments)]
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


@contextmanager
def opened(address, **settings):
    """A page of the browser at an address. At the end nothing may have failed in it, nor left this machine."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=QUIET)
        page = browser.new_page(**settings)
        asked, failed = [], []
        page.on("request", lambda request: asked.append(request.url))
        page.on("pageerror", lambda error: failed.append(str(error)))
        page.goto(address)
        yield page
        assert [url for url in asked if not url.startswith((address, "data:", "blob:"))] == []
        assert failed == []
        browser.close()
