import time

import pytest
from huggingface_hub import HfApi


@pytest.fixture
def api(hub):
    return HfApi()


@pytest.fixture(autouse=True)
def slept(monkeypatch):
    """The seconds that clients wished to wait; the clock is ours, the clients are as installed."""
    seconds = []
    monkeypatch.setattr(time, "sleep", seconds.append)
    return seconds
