import pytest

from builders.domain import DomainConfig
from builders.sampling_config import SamplingConfig, ServerConfig
from builders.teachers.completions import CompletionsTeacher
from tests.builders.teachers.completions_server import CompletionsServer

KEY = "sk-made-up-" + "for-this-test"  # in parts, or it is taken for a secret


@pytest.fixture
def server():
    with CompletionsServer() as running:
        yield running


@pytest.fixture
def pauses(monkeypatch):
    """The seconds that would have been waited between attempts."""
    slept = []

    async def sleep(seconds):
        slept.append(seconds)

    monkeypatch.setattr("builders.teachers.completions_client.sleep", sleep)
    return slept


@pytest.fixture
def teacher_of(server, pauses):
    """Makes a teacher of the server with these settings, those of the server with `server_` before them."""

    def make(**settings):
        own = {name.removeprefix("server_"): settings.pop(name) for name in list(settings) if "server_" in name}
        config = ServerConfig(**{"url": server.url, "timeout_seconds": 10.0, "attempts": 3} | own)
        prefixed = DomainConfig(name="news", prefixes=("Boeing said",))
        return CompletionsTeacher(
            SamplingConfig(**{"teacher": "tiny", "domain": prefixed, "contexts": 4} | settings, server=config)
        )

    return make
