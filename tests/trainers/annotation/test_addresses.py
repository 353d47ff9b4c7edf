"""The addresses that are printed lead to the server."""

import http.client
import socket
import threading
from urllib.parse import urlsplit

import pytest

from tests.trainers.annotation.conftest import made
from trainers.annotation.addresses import addresses
from trainers.annotation.answers import Answers
from trainers.annotation.server import AnnotationServer
from trainers.annotation.task import answers_folder, read_task


def has_ipv6():
    try:
        with socket.socket(socket.AF_INET6) as probe:
            probe.bind(("::1", 0))
    except OSError:
        return False
    return True


def status(address):
    url = urlsplit(address)
    connection = http.client.HTTPConnection(url.hostname, url.port, timeout=10)
    try:
        connection.request("GET", url.path, headers={"Host": url.netloc})
        return connection.getresponse().status
    finally:
        connection.close()


@pytest.mark.parametrize(
    ("host", "known"),
    [
        ("127.0.0.1", ["http://127.0.0.1:PORT/"]),
        ("localhost", ["http://127.0.0.1:PORT/"]),
        ("0.0.0.0", ["http://127.0.0.1:PORT/", None]),
        pytest.param("::1", ["http://[::1]:PORT/"], marks=pytest.mark.skipif(not has_ipv6(), reason="no IPv6 here")),
        pytest.param("::", ["http://[::1]:PORT/", None], marks=pytest.mark.skipif(not has_ipv6(), reason="no IPv6")),
    ],
)
def test_every_address_opens_the_page(tmp_path, host, known):
    made(tmp_path)
    with AnnotationServer((host, 0), read_task(tmp_path), Answers(answers_folder(tmp_path))) as server:
        threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
        found = addresses(server.server_name, server.server_port)
        # Without a network the outward address is this machine's name, which not every machine can look up.
        opened = [address for address in found if urlsplit(address).hostname != socket.gethostname().lower()]
        assert [status(address) for address in opened] == [200] * len(opened)
        server.shutdown()
    for address, expected in zip(found, known, strict=True):
        if expected is None:
            assert urlsplit(address).hostname not in ("0.0.0.0", "::", "127.0.0.1", "::1")
        else:
            assert address == expected.replace("PORT", str(server.server_port))
