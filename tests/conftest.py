"""Every test process keeps what it caches in a folder of its own and reaches no network."""

import os
import resource
import tempfile
from contextlib import contextmanager

import hypothesis
import pytest

# The Hugging Face libraries read these when they are imported, so they are set before any test module is.
_HOME = tempfile.TemporaryDirectory(prefix="impossible-tests-")
os.environ["HF_HOME"] = _HOME.name
os.environ["HF_HUB_OFFLINE"] = "1"

# As hypothesis has it here or on CI, save that a busy machine is no failure.
hypothesis.settings.register_profile("no deadline", hypothesis.settings(), deadline=None)
hypothesis.settings.load_profile("no deadline")


def pytest_unconfigure():
    _HOME.cleanup()


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
