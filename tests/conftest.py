"""Every test process keeps what it caches in a folder of its own, and its Hub is one on this machine."""

import os
import resource
import shutil
import socket
import tempfile
from contextlib import contextmanager
from pathlib import Path

import hypothesis
import pytest

from tests.hub.server import Hub

# The Hugging Face libraries read these when they are imported, so they are set before any test module is.
_HOME = tempfile.TemporaryDirectory(prefix="impossible-tests-")
_HUB = Hub()
_HUB.start()
os.environ |= {
    "HF_HOME": _HOME.name,
    "HF_ENDPOINT": _HUB.url,
    "HF_HUB_DISABLE_XET": "1",
    "HF_HUB_DISABLE_TELEMETRY": "1",
    "HF_UPDATE_DOWNLOAD_COUNTS": "0",
    "HF_HUB_DISABLE_PROGRESS_BARS": "1",  # as the command line has it, which here comes too late to say so
}
os.environ.pop("HF_TOKEN", None)

_get_address = socket.getaddrinfo


def _get_local_address(host, port, family=0, type=0, proto=0, flags=0):
    """Knows the names of this machine alone: no test depends on another one, or waits for its name."""
    if host and os.fsdecode(host).lower() not in ("localhost", socket.gethostname().lower()):
        flags |= socket.AI_NUMERICHOST
    return _get_address(host, port, family, type, proto, flags)


socket.getaddrinfo = _get_local_address

ALICE = "hf_" + "aliceAlice" * 3 + "1234"  # a token of no real Hub

# As hypothesis has it here or on CI, save that a busy machine is no failure.
hypothesis.settings.register_profile("no deadline", hypothesis.settings(), deadline=None)
hypothesis.settings.load_profile("no deadline")


def pytest_unconfigure():
    _HUB.stop()
    _HOME.cleanup()


@pytest.fixture
def hub(monkeypatch):
    """An empty Hub, of which nothing is cached, and on which HF_TOKEN makes this process alice."""
    from huggingface_hub import HfFileSystem  # reads the environment above when it is imported

    HfFileSystem.clear_instance_cache()
    for cached in [*Path(_HOME.name).glob("hub/*"), *Path(_HOME.name).glob("datasets/*___*")]:
        shutil.rmtree(cached) if cached.is_dir() else cached.unlink()
    _HUB.reset()
    monkeypatch.setenv("HF_TOKEN", _HUB.add_user("alice", ALICE))
    yield _HUB
    errors = _HUB.errors
    _HUB.stop()
    _HUB.start()  # closes what a test has left open, and starts one that a test has stopped
    _HUB.reset()
    assert not errors, errors[0]


@pytest.fixture
def small_disk():
    """A context in which the system refuses files of more than so many bytes, as a full disk does."""

    @contextmanager
    def limited(size: int):
        soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
        resource.setrlimit(resource.RLIMIT_FSIZE, (size, hard))
        try:
            yield
        finally:
            resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))

    return limited
