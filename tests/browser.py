"""Chromium, where there is one, and how tests start it."""

import shutil

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
QUIET = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--disable-background-networking", "--disable-sync"]
MISSING = "no Chromium here; Debian's package is called chromium"
PHONE = {"width": 390, "height": 900}
