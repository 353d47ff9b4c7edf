"""What a completions server answers: its texts, or what its words mean."""

import json
import re
from email.utils import parsedate_to_datetime
from time import time

# Nobody has a common code for it: these are the words of vLLM, OpenAI, llama.cpp, TGI and others.
_TOO_LONG = re.compile(
    rb"context[ _](length|size|window)|max_model_len|maximum (model|input|prompt) length|"
    rb"`inputs` (must have less than|tokens \+)",
    re.IGNORECASE,
)


def texts_of(content: bytes) -> list[str]:
    """The texts of a whole answer by their `index`, whatever order they stand in.

    Raises:
        ValueError, KeyError, TypeError, AttributeError, RecursionError: It is none.
    """
    choices = sorted(json.loads(content)["choices"], key=lambda choice: choice.get("index", 0))
    texts = [choice["text"].encode("utf-8", "replace").decode("utf-8") for choice in choices]  # no half characters
    if not texts:
        raise ValueError("no choices")
    return texts


def message_of(content: bytes) -> str:
    """What the body of an error says: the usual fields of JSON, or all of it."""
    try:
        found = json.loads(content)
    except (ValueError, RecursionError):
        return content[:100_000].decode("utf-8", "replace")
    while isinstance(found, dict):
        found = next((found[name] for name in ("error", "message", "detail") if found.get(name)), str(found))
    return str(found)


def asked_pause(header: str) -> float:
    """The seconds that a `Retry-After` asks for, which gives them or a date; 0 for what is neither."""
    try:
        return float(header) if header.strip().isdigit() else parsedate_to_datetime(header).timestamp() - time()
    except (ValueError, TypeError, OverflowError):
        return 0.0


def is_too_long(content: bytes) -> bool:
    """Whether the body of an error says that a prompt does not fit the model's context window."""
    return bool(_TOO_LONG.search(content))
