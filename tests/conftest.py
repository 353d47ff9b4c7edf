"""Every test process keeps what it caches in a folder of its own and reaches no network."""

import os
import tempfile

import hypothesis

# The Hugging Face libraries read these when they are imported, so they are set before any test module is.
_HOME = tempfile.TemporaryDirectory(prefix="impossible-tests-")
os.environ["HF_HOME"] = _HOME.name
os.environ["HF_HUB_OFFLINE"] = "1"

# As hypothesis has it here or on CI, save that a busy machine is no failure.
hypothesis.settings.register_profile("no deadline", hypothesis.settings(), deadline=None)
hypothesis.settings.load_profile("no deadline")


def pytest_unconfigure():
    _HOME.cleanup()
