"""The key of a completions server, and where it must not go."""

from base64 import b64encode

import pytest

from builders.config import from_mapping
from builders.errors import ConfigError, RunError
from builders.generation import Decoding, Prompt
from builders.sampling_config import ServerConfig
from tests.builders.teachers.completions_server import CompletionsServer, error
from tests.builders.teachers.conftest import KEY

ONE = Decoding(temperature=0.7, max_new_tokens=30)


@pytest.fixture
def keyed(teacher_of, monkeypatch):
    """Makes a teacher that sends the key."""
    monkeypatch.setenv("TEST_KEY", KEY + "\n")
    return lambda **settings: teacher_of(server_api_key_variable="TEST_KEY", **settings)


def written(teacher):
    return teacher.go_on([Prompt("Profit rose.", 1)], ONE, None)[0].texts


def complaint(teacher):
    with pytest.raises((ConfigError, RunError)) as caught:
        written(teacher)
    told, error = "", caught.value
    while error is not None:  # those that it came from too
        told += repr(error)
        error = error.__cause__ or error.__context__
    assert "sk-made" not in told
    assert "\n" not in str(caught.value)
    return str(caught.value)


def test_the_key_is_sent_where_one_is_named(server, keyed, teacher_of):
    server.key = KEY
    assert written(keyed())[0]
    assert server.headers[0]["Authorization"] == f"Bearer {KEY}"
    assert KEY not in repr(vars(keyed()))
    line = complaint(teacher_of())
    assert "HTTP 401" in line
    assert "; set api_key_variable, if it wants a key" in line
    assert "Authorization" not in server.headers[1]


@pytest.mark.parametrize("value", [None, "", "  "])
def test_a_variable_without_a_key_is_named(server, keyed, monkeypatch, value):
    monkeypatch.delenv("TEST_KEY") if value is None else monkeypatch.setenv("TEST_KEY", value)
    assert complaint(keyed()) == (
        "api_key_variable: TEST_KEY is not set in the environment; set it to the server's key"
    )
    assert server.requests == []


@pytest.mark.parametrize("value", [f"{KEY} {KEY}", f"{KEY}\r\nX: y", f"{KEY}\u00e9"])
def test_a_key_that_cannot_be_sent_is_not_repeated(server, keyed, monkeypatch, value):
    monkeypatch.setenv("TEST_KEY", value)
    assert "TEST_KEY holds what no key is" in complaint(keyed())
    assert server.requests == []


@pytest.mark.parametrize("status", [400, 401, 403, 404, 500, 302])
def test_a_server_that_repeats_the_key_is_not_quoted(server, keyed, status):
    server.fault = lambda handler, body: (
        not handler.answer(status, error("x" * 185 + f" {KEY}"), Location=f"http://elsewhere.example/?key={KEY}")
    )
    line = complaint(keyed())
    assert f"HTTP {status}" in line
    assert status in (401, 403) or "***" in line or "..." in line
    assert len(server.requests) == (3 if status == 500 else 1)


@pytest.mark.parametrize("status", [401, 403])
def test_what_is_said_of_a_wrong_key_is_not_shown(server, keyed, status):
    server.fault = lambda handler, body: not handler.answer(status, error(f"{KEY[:5]} is no key"))
    assert complaint(keyed()).endswith(f"answers with HTTP {status}; correct the key in TEST_KEY")


@pytest.mark.parametrize("shown", [KEY[:8], KEY[:-1], KEY[-8:], KEY[1:], b64encode(KEY.encode()).decode()])
def test_parts_and_other_forms_of_the_key_are_not_quoted(server, keyed, shown):
    server.fault = lambda handler, body: not handler.answer(400, error(f"the key <{shown}> is wrong ({shown})"))
    line = complaint(keyed())
    assert shown not in line
    assert "***" in line


def test_words_of_a_server_that_are_no_part_of_the_key_are_quoted(server, keyed):
    server.fault = lambda handler, body: not handler.answer(400, error(f"the sk-made- model is for the {KEY[-5:]}"))
    assert f"the *** model is for the {KEY[-5:]}; change" in complaint(keyed())


def test_a_text_that_holds_the_key_is_drawn_again_and_counted(server, keyed):
    teacher = keyed()
    assert teacher.counts() == {}
    server.write = lambda prompt, seed: f" Your key is {KEY}." if len(server.requests) < 3 else " Profit rose."
    assert written(teacher) == [" Profit rose."]
    assert teacher.counts() == {"texts_with_key": 2}
    server.write = lambda prompt, seed: f" Your key is {KEY}."
    assert written(teacher) == [""]


def test_a_wrong_key_is_told_with_its_variable(server, keyed):
    server.key = "another"
    assert complaint(keyed()).endswith("answers with HTTP 401; correct the key in TEST_KEY")
    assert len(server.requests) == 1


@pytest.mark.parametrize("status", [301, 302, 307, 308])
def test_the_key_does_not_follow_a_redirect(server, keyed, status):
    with CompletionsServer() as other:
        server.fault = lambda handler, body: not handler.answer(status, b"", Location=f"{other.url}/completions")
        line = complaint(keyed())
        assert other.headers == []
    assert f"HTTP {status}, which leads to '{other.url}/completions'; if you trust it, make that the url" in line
    assert len(server.requests) == 1


def test_netrc_is_not_read(server, teacher_of, monkeypatch, tmp_path):
    (tmp_path / ".netrc").write_text("machine 127.0.0.1 login alice password " + "made-up")
    monkeypatch.setenv("NETRC", str(tmp_path / ".netrc"))
    monkeypatch.setenv("HOME", str(tmp_path))
    written(teacher_of())
    assert "Authorization" not in server.headers[0]


def test_a_proxy_is_for_other_machines(server, keyed, monkeypatch):
    for name in ("no_proxy", "NO_PROXY"):
        monkeypatch.delenv(name, raising=False)
    for name in ("http_proxy", "HTTP_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    assert written(keyed())[0]
    monkeypatch.setenv("http_proxy", server.url.removesuffix("/v1"))
    monkeypatch.setenv("HTTP_PROXY", server.url.removesuffix("/v1"))
    with pytest.raises(RunError, match=r"server 'http://model\.example/v1' answers with HTTP 404"):
        written(keyed(server_url="http://model.example/v1"))  # asks the proxy for a whole address
    monkeypatch.setenv("http_proxy", "gopher://127.0.0.1:9")
    monkeypatch.setenv("HTTP_PROXY", "gopher://127.0.0.1:9")
    with pytest.raises(RunError, match="the environment's proxy cannot be used"):
        written(keyed(server_url="http://model.example/v1"))


def test_a_key_that_would_cross_a_network_unencrypted_is_warned_of(keyed, server, monkeypatch, capsys):
    keyed().check()
    assert capsys.readouterr().err == ""
    monkeypatch.setenv("http_proxy", server.url.removesuffix("/v1"))
    with pytest.raises(RunError):
        keyed(server_url="http://model.example/v1").check()
    assert capsys.readouterr().err == (
        "warning: the key in TEST_KEY goes to 'http://model.example/v1' unencrypted; use https, "
        "unless you trust the network\n"
    )


def test_a_url_alone_is_short_for_a_server():
    assert from_mapping(ServerConfig, "http://localhost:8000/v1") == ServerConfig(url="http://localhost:8000/v1")


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ({"url": "ftp://localhost"}, "url must read like 'http://localhost:8000/v1', got 'ftp://localhost'"),
        ({"url": "localhost:8000"}, "got 'localhost:8000'"),
        ({"url": "http://local host/v1"}, "got 'http://local host/v1'"),
        ({"url": "http://localhost/v1\n"}, r"got 'http://localhost/v1\n'"),
        ({"url": "http://localhost/\x00v1"}, r"got 'http://localhost/\x00v1'"),
        ({"url": "http://localhost:99999/v1"}, "must read like"),
        ({"url": "http://alice:" + KEY + "@localhost/v1"}, "user name or password, got one for localhost"),
        ({"url": "ftp://alice:" + KEY + "@localhost/v1"}, "got 'localhost/v1'"),
        ({"url": "http://localhost/v1?key=" + KEY}, "url must end with its path"),
        ({"url": "ftp://localhost/v1?key=" + KEY}, "got 'ftp://localhost/v1'"),
        ({"url": "http://localhost", "api_key_variable": KEY}, "must be a name in capital letters"),
        ({"url": "http://localhost", "concurrency": 0}, "concurrency must be at least 1, got 0"),
        ({"url": "http://localhost", "attempts": 0}, "attempts must be at least 1, got 0"),
        ({"url": "http://localhost", "timeout_seconds": 0}, "timeout_seconds must lie in (0, 86400], got 0"),
    ],
)
def test_settings_that_cannot_be_are_named_and_no_secret_with_them(settings, words):
    with pytest.raises(ConfigError) as caught:
        ServerConfig(**settings)
    assert words in str(caught.value)
    assert "sk-made" not in str(caught.value)
    assert "\n" not in str(caught.value)
