"""Fills the Jinja templates and puts the result in place whole."""

import functools
import os
from pathlib import Path
from typing import Any

import jinja2

from model_cards import charts, formatting, licence_terms, paper_tables, qualification, settings, vocabulary
from model_cards.run_folder import CardError

TEMPLATES = Path(__file__).parent / "templates"


def render_markdown(template: str, **values: Any) -> str:
    """A Markdown template with its values; foreign text passes the `md`, `code` or `fenced` filter there."""
    return _environment(autoescape=False).get_template(template).render(**values)


def render_html(template: str, **values: Any) -> str:
    """An HTML template with its values, each escaped unless a chart made it."""
    return _environment(autoescape=True).get_template(template).render(**values)


def write_whole(path: Path, text: str) -> Path:
    """Writes a file so that its name never stands for half of it.

    Returns:
        The path.

    Raises:
        CardError: The file cannot be written.
    """
    return write_bytes(path, text.encode())


def write_bytes(path: Path, content: bytes) -> Path:
    """The same for a file that holds no text.

    Returns:
        The path.

    Raises:
        CardError: The file cannot be written.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        temporary = path.with_name(f".{path.name}.part")
        try:
            temporary.write_bytes(content)
            temporary.replace(path)
        finally:
            temporary.unlink(missing_ok=True)
    except OSError as error:
        raise CardError(f"{path} cannot be written: {error.strerror}; make room or choose another folder") from error
    return path


def shown_location(folder: Path) -> str:
    """A folder as a user in the current directory would type it."""
    relative = os.path.relpath(folder)
    return str(folder) if relative.startswith("..") else relative


@functools.cache
def _environment(autoescape: bool) -> jinja2.Environment:
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(TEMPLATES),
        autoescape=autoescape,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    environment.filters |= {
        "count": formatting.count,
        "share": formatting.share,
        "share_with_error": formatting.share_with_error,
        "figure": formatting.figure,
        "figure_with_interval": formatting.figure_with_interval,
        "share_with_interval": formatting.share_with_interval,
        "precision_interval": formatting.precision_interval,
        "mean": formatting.mean,
        "interval": formatting.interval,
        "interval_words": formatting.interval_words,
        "duration": formatting.duration,
        "md": formatting.markdown,
        "code": formatting.code,
        "fenced": formatting.fenced,
        "quoted": formatting.quoted,
    }
    environment.globals |= {
        "charts": charts,
        "words": vocabulary,
        "paper": paper_tables,
        "setting_rows": settings.setting_rows,
        "deviations": settings.deviations,
        "critics_of": settings.critics_of,
        "qualification_lines": qualification.qualification_lines,
        "terms_of": licence_terms.terms_of,
    }
    return environment
