"""Numbers as people read them, and foreign text made safe for Markdown."""

import json
import math
import re
from typing import Any

from model_cards.records import Audit, Figure
from model_cards.vocabulary import figure_words

# An underscore within a word starts no emphasis; what starts a list or heading does so only at the line's start.
_MARKDOWN_SPECIAL = re.compile(r"([\\`*\[\]|~$]|(?<![^\W_])_|_(?![^\W_])|^[#+=-](?!\w))")


def count(value: int | None) -> str:
    """A whole number with thousands separated; a dash for none."""
    return "-" if value is None else f"{value:,}"


def share(part: float | None, whole: float | None = 1.0) -> str:
    """A part of a whole in percent; a dash where there is no whole."""
    if part is None or not whole:
        return "-"
    percent = 100 * part / whole
    # Two per mille and one per million are different findings.
    return f"{percent:.1f}%" if percent >= 0.1 or percent == 0 else f"{percent:.2g}%"


def share_with_error(value: float, standard_error: float | None) -> str:
    """A share and its standard error, both in percent."""
    return share(value) if standard_error is None else f"{share(value)} ± {100 * standard_error:.1f}"


def figure(value: Figure, name: str) -> str:
    """A figure with its standard error, in the unit of its kind."""
    words = figure_words(name)
    if words.is_share:
        return share_with_error(value.value, value.standard_error)
    text = f"{value.value:.{words.decimals}f}"
    return text if value.standard_error is None else f"{text} ± {value.standard_error:.{words.decimals}f}"


def figure_with_interval(value: Figure, name: str) -> str:
    """A figure with its 95% interval, in the unit of its kind; without one where none is known."""
    ends = interval_words(value, name)
    return f"{mean(value, name)} ({ends})" if ends else mean(value, name)


def mean(value: Figure, name: str) -> str:
    """A figure alone, in the unit of its kind."""
    words = figure_words(name)
    return share(value.value) if words.is_share else f"{value.value:.{words.decimals}f}"


def interval_words(value: Figure, name: str) -> str:
    """The ends of a figure's 95% interval, in the unit of its kind; empty where none is known."""
    ends, words = interval(value, name), figure_words(name)
    if ends is None:
        return ""
    scale, decimals = (100, 1) if words.is_share else (1, words.decimals)
    return f"{scale * ends[0]:.{decimals}f} to {scale * ends[1]:.{decimals}f}"


def interval(value: Figure, name: str) -> tuple[float, float] | None:
    """The 95% interval of a figure.

    Returns:
        Its own ends where it has them, Wilson's for a share of n rows, else 1.96 standard errors each way; None where
        nothing is known of its spread.
    """
    if value.low is not None and value.high is not None:
        return value.low, value.high
    is_share = figure_words(name).is_share
    if is_share and value.n:
        return wilson(value.value, value.n)
    if value.standard_error is None:
        return None
    low, high = value.value - 1.96 * value.standard_error, value.value + 1.96 * value.standard_error
    return (max(0.0, low), min(1.0, high)) if is_share else (low, high)


def wilson(part: float, n: int) -> tuple[float, float]:
    """The 95% interval of a share of n rows by Wilson (1927), which is no point where the share is 0 or 1."""
    z = 1.96
    middle = (part + z**2 / (2 * n)) / (1 + z**2 / n)
    half = z * math.sqrt(part * (1 - part) / n + z**2 / (4 * n**2)) / (1 + z**2 / n)
    return max(0.0, middle - half), min(1.0, middle + half)


def precision_interval(audit: Audit) -> str:
    """The ends of the 95% interval of a precision by the oracle, in percent."""
    low, high = wilson(audit.precision, audit.pairs) if audit.pairs else (0.0, 1.0)
    return f"{100 * low:.1f} to {100 * high:.1f}"


def share_with_interval(part: float, n: int | None) -> str:
    """A share of n rows with its 95% interval by Wilson."""
    if not n:
        return share(part)
    low, high = wilson(part, n)
    return f"{share(part)} ({100 * low:.1f} to {100 * high:.1f})"


def duration(seconds: float | None) -> str:
    """A time span in its two largest units."""
    if seconds is None:
        return "-"
    if seconds < 60:
        return f"{seconds:.1f} s"
    minutes, rest = divmod(round(seconds), 60)
    return f"{minutes} min {rest:02d} s" if minutes < 60 else f"{minutes // 60} h {minutes % 60:02d} min"


def markdown(text: Any) -> str:
    """Foreign text as one line of literal Markdown, in a paragraph or a table cell."""
    line = " ".join(str(text).split())
    line = line.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    line = _MARKDOWN_SPECIAL.sub(r"\\\1", line)
    return re.sub(r"^(\d+)([.)])(?!\w)", r"\1\\\2", line)


def code(text: Any) -> str:
    """Foreign text as code in a paragraph or a table cell."""
    line = " ".join(str(text).split())
    # Backticks cannot hold a backtick, nor, alike in a cell and outside one, a pipe.
    return f"<code>{markdown(line)}</code>" if re.search(r"[`|]", line) or not line else f"`{line}`"


def fenced(text: str, language: str = "") -> str:
    """Foreign text as a code block, fenced by more backticks than it holds itself."""
    longest = max((len(run) for run in re.findall(r"`{3,}", text)), default=2)
    fence = "`" * (longest + 1)
    return f"{fence}{language}\n{text.rstrip()}\n{fence}"


def quoted(text: Any) -> str:
    """A string literal that Python and JSON both read."""
    return json.dumps(str(text), ensure_ascii=False)
