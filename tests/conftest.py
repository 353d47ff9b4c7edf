"""Every test process keeps what it caches in a folder of its own and reaches no network."""

import os
import tempfile

import hypothesis

# The Hugging Face libraries read these when they are imported, so they are set before any test module is.
_HOME = tempfile.TemporaryDirectory(prefix="impossible-tests-")
os.environ["HF_HOME"] = _HOME.name
os.environ["HF_HUB_OFFLINE"] = "1"

hypothesis.settings.register_profile("shared machine", deadline=None)  # a busy machine is no failure
hypothesis.settings.load_profile("shared machine")


def pytest_unconfigure():
    _HOME.cleanup()
