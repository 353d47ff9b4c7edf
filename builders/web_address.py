"""Addresses of servers that a recipe names."""

import ipaddress
from urllib.parse import urlsplit

import httpx2

from builders.errors import ConfigError


def check_url(setting: str, url: str, example: str) -> None:
    """Refuses an address that cannot be asked, or must not be written down.

    Args:
        setting: For the message.
        url: The address.
        example: How one reads.

    Raises:
        ConfigError: It is not of http or https, has no host or none that could be, a port that is no number, white
            space, or a password, which the message does not repeat.
    """
    try:
        parts = urlsplit(url)
        host = parts.hostname or ""
        host.encode("idna")  # as Python does to look it up: no part may be empty, or longer than 63 letters
        httpx2.URL(url)
        valid = parts.scheme in ("http", "https") and bool(host) and (parts.port is None or parts.port > 0)
    except (ValueError, httpx2.InvalidURL):
        valid = False
    if not valid or not url.isprintable() or " " in url:  # urlsplit leaves out line ends and tabs
        shown = url.rpartition("@")[2].partition("?")[0]  # without a password, and without a key
        raise ConfigError(f"{setting} must read like '{example}', got {shown!r}")
    if parts.username is not None or parts.password is not None:  # the recipe is published with the data
        raise ConfigError(f"{setting} must hold no user name or password, got one for {parts.hostname}; take it out")


def is_loopback(url: str) -> bool:
    """Whether an address is of this machine."""
    host = urlsplit(url).hostname or ""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
