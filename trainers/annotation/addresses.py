"""The addresses at which a browser finds a server."""

import socket
from ipaddress import IPv4Address, IPv6Address, ip_address

_UNASSIGNED = {4: "192.0.2.1", 6: "2001:db8::1"}  # for documentation (RFC 5737, RFC 3849); nothing is sent to them


def addresses(host: str, port: int) -> list[str]:
    """Where a browser opens a server that listens at an IP address.

    Returns:
        The URL; of a server that listens at every address of this machine (`0.0.0.0`, `::`) the one to open here, and
        the one to open elsewhere.
    """
    bound = ip_address(host)
    if not bound.is_unspecified:
        return [_url(host, port)]
    return [_url({4: "127.0.0.1", 6: "::1"}[bound.version], port), _url(_outward(bound), port)]


def _outward(bound: IPv4Address | IPv6Address) -> str:
    """This machine's address in the network that its packets leave by, or its name where there is none."""
    family = socket.AF_INET if bound.version == 4 else socket.AF_INET6
    try:
        with socket.socket(family, socket.SOCK_DGRAM) as probe:
            probe.connect((_UNASSIGNED[bound.version], 9))
            return str(probe.getsockname()[0])
    except OSError:
        return socket.gethostname()


def _url(host: str, port: int) -> str:
    return f"http://{f'[{host}]' if ':' in host else host}:{port}/"
