"""A completions server that fails: what is asked again, when, and what is said in the end."""

import email.utils
import json
import re
import time

import pytest

from builders.errors import RunError
from builders.generation import Decoding, Prompt
from builders.teachers import completions_client
from tests.builders.passing_faults import failing
from tests.builders.teachers.completions_server import CompletionsServer, error

TWO = Decoding(num_return=2, temperature=0.7, max_new_tokens=30)
PROMPT = Prompt("Profit rose.", 1)


def hang_up(handler, body=b'{"choices": ['):
    handler.answer(200, body, length=500)
    handler.close_connection = True


PASSING = {
    "500": lambda handler: handler.answer(500, error("out of memory")),
    "503": lambda handler: handler.answer(503, b""),
    "429": lambda handler: handler.answer(429, error("Rate limit: your context length matters not")),
    "no answer": lambda handler: setattr(handler, "close_connection", True),
    "cut off": hang_up,
    "truncated JSON": lambda handler: handler.answer(200, b'{"choices": [{"text": " Sal'),
    "other JSON": lambda handler: handler.answer(200, [1, 2]),
    "no choices": lambda handler: handler.answer(200, {"choices": []}),
    "choices of another shape": lambda handler: handler.answer(200, {"choices": [{"text": None, "index": 0}]}),
    "a chat's answer": lambda handler: handler.answer(200, {"choices": [{"message": {"content": "Hi"}}]}),
    "deep JSON": lambda handler: handler.answer(200, b'{"choices":' + b"[" * 100_000),
    "no UTF-8": lambda handler: handler.answer(200, b'{"choices": [{"index": 0, "text": "\xff\xfe"}]}'),
    "HTML": lambda handler: handler.answer(200, b"<html><title>Welcome</title></html>"),
    "no HTTP": lambda handler: handler.wfile.write(b"SSH-2.0-OpenSSH_9.6\r\n") and hang_up(handler),
}


def complaint(teacher):
    with pytest.raises(RunError) as caught:
        teacher.go_on([PROMPT], TWO, None)
    assert "\n" not in str(caught.value)
    return str(caught.value)


@pytest.mark.parametrize("fail", PASSING.values(), ids=PASSING)
def test_passing_trouble_is_waited_out(server, teacher_of, pauses, fail):
    teacher = teacher_of()
    expected = teacher.go_on([PROMPT], TWO, None)
    server.fault = failing(2, fail)
    assert teacher.go_on([PROMPT], TWO, None) == expected
    assert len({json.dumps(body) for body in server.requests}) == 1
    assert 2 <= pauses[0] <= 3
    assert 4 <= pauses[1] <= 5


@pytest.mark.parametrize("fail", PASSING.values(), ids=PASSING)
def test_trouble_that_does_not_pass_is_told_in_one_line(server, teacher_of, fail):
    server.fault = failing(99, fail)
    line = complaint(teacher_of())
    assert f"server '{server.url}' gives no answer in 3 attempts: " in line
    assert line.endswith("; see whether it runs and what its log says, then run the same command again")
    assert len(server.requests) == 3


def test_what_happened_last_is_told(server, teacher_of):
    server.fault = failing(99, lambda handler: handler.answer(502, b"<html>\n<style>b {}</style><h1>Bad Gateway</h1>"))
    assert ": HTTP 502 Bad Gateway; see" in complaint(teacher_of())
    server.fault = failing(99, lambda handler: handler.answer(503, {"detail": "starting\x1b[31m up"}))
    assert ": HTTP 503 starting [31m up; see" in complaint(teacher_of())


@pytest.mark.parametrize("drips", [False, True])
def test_a_slow_answer_is_given_up_and_asked_for_again(server, teacher_of, drips):
    server.fault = failing(1, lambda handler: handler.drip(0.05) if drips else time.sleep(0.5))
    started = time.monotonic()
    teacher = teacher_of(server_timeout_seconds=0.2)
    assert len(teacher.go_on([PROMPT], TWO, None)[0].texts) == 2
    assert 0.2 <= time.monotonic() - started < 3
    server.fault = failing(1, lambda handler: time.sleep(0.5))
    assert "no whole answer within 0.2 seconds" in complaint(teacher_of(server_timeout_seconds=0.2, server_attempts=1))


@pytest.mark.parametrize(
    ("header", "least", "most"),
    [
        ("7", 7, 7),
        (lambda: email.utils.formatdate(time.time() + 60, usegmt=True), 55, 60),
        ("1", 2, 3),  # its own pause is longer
        ("86400", 300, 300),
        ("soon", 2, 3),
        (lambda: email.utils.formatdate(time.time() - 60, usegmt=True), 2, 3),
    ],
)
def test_retry_after_is_honoured_within_reason(server, teacher_of, pauses, header, least, most):
    value = header if isinstance(header, str) else header()
    server.fault = failing(1, lambda handler: handler.answer(429, error("slow down"), Retry_After=value))
    teacher_of().go_on([PROMPT], TWO, None)
    assert least <= pauses[0] <= most


def test_a_long_pause_is_told_with_its_reason(server, teacher_of, capsys):
    server.fault = failing(3, lambda handler: handler.answer(503, error("loading")))
    teacher_of(server_attempts=4).go_on([PROMPT], TWO, None)
    [line] = capsys.readouterr().err.splitlines()  # pauses of some 2 and 4 seconds are over before one wonders
    assert re.fullmatch(rf"server '{server.url}': HTTP 503 loading \(attempt 3 of 4\); the next in \d+ seconds", line)


def test_no_server_is_told(teacher_of):
    with CompletionsServer() as gone:
        url = gone.url
    line = complaint(teacher_of(server_url=url))
    assert url in line
    assert "3 attempts" in line


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ({"teacher": "huge"}, "HTTP 404 The model `huge` does not exist.; the url ends before /completions"),
        ({"server_url": "{url}/completions"}, "HTTP 404 Not Found; the url ends before /completions"),
    ],
)
def test_a_wrong_address_or_model_is_told_at_once(server, teacher_of, settings, words):
    settings = {name: value.format(url=server.url) for name, value in settings.items()}
    assert words in complaint(teacher_of(**settings))
    assert len(server.requests) == 1


def test_a_setting_that_the_server_refuses_is_told_at_once(server, teacher_of):
    server.fault = failing(9, lambda handler: handler.answer(400, error("temperature must be at most 2")))
    line = complaint(teacher_of())
    assert line.endswith("HTTP 400 temperature must be at most 2; change the setting that it names, or see its log")
    assert len(server.requests) == 1


def test_one_failure_ends_the_other_requests(server, teacher_of):
    server.fault = lambda handler, body: time.sleep(0.3) if body["prompt"] != "bad" else not handler.answer(400, b"")
    slow = [Prompt(f"slow {i}", i) for i in range(30)]
    with pytest.raises(RunError, match="HTTP 400"):
        teacher_of().go_on([*slow[:5], Prompt("bad", 0), *slow[5:]], TWO, None)
    assert len(server.requests) < 20


def test_an_answer_without_end_is_refused_at_once(server, teacher_of, monkeypatch):
    monkeypatch.setattr(completions_client, "_MOST_BYTES", 100_000)
    server.fault = failing(9, lambda handler: handler.answer(200, b" " * 500_000))
    assert "answers with an answer of more than 100,000 bytes" in complaint(teacher_of())
    assert len(server.requests) == 1
