"""The page as one file, with the policy that lets a browser run what is in it and nothing else."""

import base64
import hashlib
from pathlib import Path
from typing import NamedTuple

_FOLDER = Path(__file__).parent / "page"
_SCRIPTS = ("sending.js", "drawing.js", "page.js")


class Page(NamedTuple):
    """The page and its Content-Security-Policy."""

    body: bytes
    policy: str


def load_page() -> Page:
    """The page, in which nothing is of a task: it asks the server for all that it shows."""
    style = _text("style.css")
    script = "\n".join(map(_text, _SCRIPTS))
    body = _text("index.html").replace("/*style*/", style).replace("/*script*/", script)
    policy = (
        f"default-src 'none'; connect-src 'self'; img-src data:; style-src '{_digest(style)}'; "
        f"script-src '{_digest(script)}'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    )
    return Page(body.encode(), policy)


def _text(name: str) -> str:
    return (_FOLDER / name).read_text(encoding="utf-8")


def _digest(text: str) -> str:
    return f"sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}"
