"""The server over real connections: blind, to its own page alone, and with every answer on the disk."""

import http.client
import json
import signal
import subprocess
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from tests.trainers.annotation.conftest import SYSTEMS, made
from trainers.annotation.answers import Answers
from trainers.annotation.server import AnnotationServer
from trainers.annotation.task import answers_folder, read_task

SERVE = """
import sys
from pathlib import Path
from trainers.annotation.answers import Answers
from trainers.annotation.server import AnnotationServer
from trainers.annotation.task import answers_folder, read_task
folder = Path(sys.argv[1])
with AnnotationServer(("127.0.0.1", 0), read_task(folder), Answers(answers_folder(folder))) as server:
    print(server.server_port, flush=True)
    server.serve_forever()
"""
JSON = {"Content-Type": "application/json"}


class Client:
    """Asks a server, each time over a connection of its own."""

    def __init__(self, port):
        self.port = port

    def ask(self, method, path, body=None, headers=None):
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=10)
        try:
            connection.request(method, path, body, headers or {})
            response = connection.getresponse()
            return response, response.read()
        finally:
            connection.close()

    def work(self, annotator):
        return json.loads(self.ask("GET", f"/api/work?annotator={annotator}")[1])

    def answer(self, annotator, item, rating, question="fluent", headers=JSON):
        row = {"annotator": annotator, "item": item, "question": question, "rating": rating}
        return self.ask("POST", "/api/answers", json.dumps(row), headers)[0].status


@pytest.fixture
def folder(tmp_path):
    made(tmp_path / "task")
    return tmp_path / "task"


@pytest.fixture
def client(folder):
    with AnnotationServer(("127.0.0.1", 0), read_task(folder), Answers(answers_folder(folder))) as server:
        threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
        yield Client(server.server_port)
        server.shutdown()


def test_nothing_that_a_browser_gets_names_a_system(client):
    item = client.work("ann")["items"][0]["id"]
    client.answer("ann", item, 3)
    paths = ["/", "/api/task", "/api/work?annotator=ann", "/systems.json", "/task/systems.json", "/../systems.json"]
    for path in paths:
        response, body = client.ask("GET", path)
        sent = f"{response.headers}{body.decode()}"
        assert not [name for name in SYSTEMS if name in sent], path
        assert (response.status == 404) == path.endswith("systems.json")


def test_an_annotator_goes_on_where_they_stopped(client, folder):
    before = client.work("Ann")
    first, second = (item["id"] for item in before["items"][:2])
    assert [client.answer("Ann", first, rating) for rating in (1, 3)] == [200, 200]
    assert client.answer("ann", second, None) == 200
    after = client.work("ANN")
    assert after["items"] == before["items"]
    assert after["answers"] == [
        {"item": first, "question": "fluent", "rating": 3},
        {"item": second, "question": "fluent", "rating": None},
    ]
    assert client.work("bob")["answers"] == []


def test_annotators_at_one_time_do_not_disturb_each_other(client):
    items = [item["id"] for item in client.work("ann")["items"]]
    asked = [(name, item, 1 + index % 3) for index, item in enumerate(items) for name in ("ann", "bob", "ann")]
    with ThreadPoolExecutor(8) as pool:
        assert set(pool.map(lambda row: client.answer(*row), asked)) == {200}
    given = {name: {row["item"]: row["rating"] for row in client.work(name)["answers"]} for name in ("ann", "bob")}
    assert given["ann"] == given["bob"] == {item: 1 + index % 3 for index, item in enumerate(items)}


def test_a_killed_server_loses_no_confirmed_answer(folder):
    confirmed = {name: [] for name in ("ann", "bob", "cem", "dan")}
    with subprocess.Popen([sys.executable, "-c", SERVE, folder], stdout=subprocess.PIPE, text=True) as process:
        client = Client(int(process.stdout.readline()))
        items = [item["id"] for item in client.work("ann")["items"]]

        def rate_until_it_dies(name):
            try:
                for number in range(10_000):
                    item, rating = items[number % len(items)], 1 + number % 3
                    assert (
                        client.answer(name, item, rating, "faithful" if number // len(items) % 2 else "fluent") == 200
                    )
                    confirmed[name].append(rating)
            except (OSError, http.client.HTTPException):
                pass

        with ThreadPoolExecutor(4) as pool:
            asked = [pool.submit(rate_until_it_dies, name) for name in confirmed]
            while min(map(len, confirmed.values())) < 30:
                time.sleep(0.01)
            process.send_signal(signal.SIGKILL)
            assert [one.result() for one in asked] == [None] * 4
    for name, ratings in confirmed.items():
        lines = (answers_folder(folder) / f"{name}.jsonl").read_bytes().split(b"\n")
        stored = [json.loads(line)["rating"] for line in lines[:-1]]
        assert stored[: len(ratings)] == ratings
        assert len(stored) - len(ratings) in (0, 1)  # one may have been stored and not yet confirmed


@pytest.mark.parametrize("rating", [0, 4, True, 2.0, "2", [2]])
def test_what_is_no_rating_is_refused(client, rating):
    item = client.work("ann")["items"][0]["id"]
    assert client.answer("ann", item, rating) == 400
    assert client.work("ann")["answers"] == []


@pytest.mark.parametrize(
    ("annotator", "item", "question"),
    [
        ("../ann", 0, "fluent"),
        (7, 0, "fluent"),
        ("ann", "of-another-task", "fluent"),
        ("ann", 0, "concise"),
        ("ann", [], "fluent"),
    ],
)
def test_what_is_not_of_the_task_is_refused(client, folder, annotator, item, question):
    item = client.work("ann")["items"][item]["id"] if item == 0 else item
    assert client.answer(annotator, item, 2, question) == 400
    assert list(answers_folder(folder).iterdir()) == []


@pytest.mark.parametrize("host", ["annotate.example", "annotate.example:80", "", "[", "localhost.example"])
def test_a_name_that_was_made_to_lead_here_is_refused(client, host):
    assert client.ask("GET", "/", headers={"Host": host})[0].status == 421
    assert client.ask("GET", "/api/work?annotator=ann", headers={"Host": host})[0].status == 421


@pytest.mark.parametrize("host", ["localhost", "localhost:9000", "127.0.0.1:7870", "[::1]:1", "192.168.1.7:7870"])
def test_this_machine_is_asked_by_address_or_through_a_tunnel(client, host):
    item = client.work("ann")["items"][0]["id"]
    assert client.answer("ann", item, 2, headers=JSON | {"Host": host, "Origin": f"http://{host}"}) == 200


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        (JSON | {"Origin": "https://evil.example"}, 403),
        (JSON | {"Origin": "null"}, 403),
        ({"Content-Type": "text/plain"}, 415),
        ({"Content-Type": "application/x-www-form-urlencoded"}, 415),
    ],
)
def test_pages_of_other_sites_cannot_answer(client, headers, status):
    item = client.work("ann")["items"][0]["id"]
    assert client.answer("ann", item, 2, headers=headers) == status
    assert client.work("ann")["answers"] == []


@pytest.mark.parametrize(
    ("body", "length", "status"),
    [
        (b" " * 5000, None, 413),
        (b"", "99999999999999", 413),
        (b"", "-1", 411),
        (b"{", None, 400),
        (b"[1]", None, 400),
        (b'{"annotator": "\xff"}', None, 400),
        (b'{"annotator": {"a": 1}}', None, 400),
    ],
)
def test_a_body_that_is_no_answer_is_refused(client, body, length, status):
    headers = JSON | ({"Content-Length": length} if length else {})
    assert client.ask("POST", "/api/answers", body, headers)[0].status == status


@pytest.mark.parametrize(
    ("method", "path", "headers"),
    [
        ("GET", "http://[x/", {}),
        ("GET", "http://[x/api/task", {}),
        ("POST", "http://[x/api/answers", JSON),
        ("POST", "/api/answers", JSON | {"Origin": "http://[x"}),
    ],
)
def test_a_malformed_address_is_refused_without_a_traceback(client, capfd, method, path, headers):
    response, body = client.ask(method, path, b"{}", headers | {"Host": "localhost"})
    assert response.status == 400
    assert "is no address" in json.loads(body)["error"]
    assert capfd.readouterr().err == ""


def test_an_answer_that_cannot_be_stored_is_not_confirmed(client, folder, small_disk):
    item = client.work("ann")["items"][0]["id"]
    with small_disk(10):
        response, body = client.ask(
            "POST",
            "/api/answers",
            json.dumps({"annotator": "ann", "item": item, "question": "fluent", "rating": 2}),
            JSON,
        )
    assert response.status == 503
    assert "make room" in json.loads(body)["error"]
    assert client.work("ann")["answers"] == []


def test_the_page_may_run_nothing_but_itself(client):
    response, body = client.ask("GET", "/")
    policy = response.headers["Content-Security-Policy"]
    assert policy.startswith("default-src 'none'")
    assert "unsafe" not in policy
    assert b"src=" not in body
    assert b"http:" not in body
    assert b"https:" not in body
