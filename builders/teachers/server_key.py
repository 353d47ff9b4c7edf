"""The key of a completions server: where it comes from, and what must not show it."""

import json
import os
from base64 import b64encode, urlsafe_b64encode
from urllib.parse import quote

from builders.errors import ConfigError
from builders.sampling_config import ServerConfig

_SECRET = 8  # characters: a shorter key, such as EMPTY, is no secret, and a shorter part of one tells little


def read_key(config: ServerConfig) -> str | None:
    """The key of a server, from its environment variable.

    Raises:
        ConfigError: The variable is not set or holds nothing that can be sent; the message does not hold the key.
    """
    name = config.api_key_variable
    if name is None:
        return None
    key = os.environ.get(name, "").strip()
    if not key:
        raise ConfigError(f"api_key_variable: {name} is not set in the environment; set it to the server's key")
    if not (key.isascii() and key.isprintable()) or " " in key:
        raise ConfigError(f"api_key_variable: {name} holds what no key is, such as a space; set it to the key alone")
    return key


def holds_key(text: str, key: str | None) -> bool:
    """Whether a text that would be written down holds the key."""
    return key is not None and len(key) >= _SECRET and key in text


def masked(text: str, key: str | None) -> str:
    """A server's words without the key, whole, encoded or one long end of it, should the server repeat it."""
    if key is None:
        return text
    encoded = [encode(key.encode()).decode().rstrip("=") for encode in (b64encode, urlsafe_b64encode)]
    forms = [key, quote(key, safe=""), json.dumps(key)[1:-1], *encoded]
    for length in range(len(key) - 1, _SECRET - 1, -1):  # the longest first, so that no rest of it stays
        forms += [key[:length], key[-length:]]
    for form in forms:
        text = text.replace(form, "***")
    return text
