"""A loopback server that speaks the completions protocol, and misbehaves when it is told to.

Its model writes a few sentences that depend on prompt and seed alone; a token is a word.
"""

import json
import random
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from tests.builders import tiny_models


class CompletionsServer(ThreadingHTTPServer):
    """One model, `tiny`.

    Attributes:
        requests: The body of each request, in the order of arrival.
        headers: Those of each request.
        fault: Called with the handler and the body before each answer; true when it has answered itself.
        write: The model: from prompt and seed (None is greedy) to a text.
        window: Words that prompt and text may have together.
        key: Asked for where it is not None.
        most_at_once: The most requests that were answered at a time.
    """

    daemon_threads = True

    def __init__(self):
        super().__init__(("127.0.0.1", 0), _Handler)
        self.requests, self.headers = [], []
        self.fault = lambda handler, body: False
        self.write = write
        self.window, self.key = 1000, None
        self.at_once = self.most_at_once = 0
        self.lock = threading.Lock()

    @property
    def url(self):
        return f"http://127.0.0.1:{self.server_address[1]}/v1"

    def __enter__(self):
        self.thread = threading.Thread(target=self.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
        self.thread.start()
        return self

    def __exit__(self, *arguments):
        self.shutdown()
        self.server_close()
        self.thread.join()

    def handle_error(self, request, client_address):
        pass  # a client that hung up, mostly

    def choices(self, body):
        """What the model writes."""
        seeds = [None] * body["n"] if body["temperature"] == 0 else [body["seed"] + i for i in range(body["n"])]
        texts = [" ".join(self.write(body["prompt"], seed).split(" ")[: body["max_tokens"] + 1]) for seed in seeds]
        for stop in body.get("stop", []):
            texts = [text.partition(stop)[0] for text in texts]
        return [{"index": i, "text": text, "finish_reason": "stop"} for i, text in enumerate(texts)]


def write(prompt, seed):
    rng = random.Random(f"{seed} {prompt}")
    return " " + tiny_models.passage(rng, 3)


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_POST(self):
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        with self.server.lock:
            self.server.requests.append(body)
            self.server.headers.append(dict(self.headers))
            self.server.at_once += 1
            self.server.most_at_once = max(self.server.most_at_once, self.server.at_once)
        try:
            if not self.server.fault(self, body):
                self.answer(*self.reply(body))
        finally:
            with self.server.lock:
                self.server.at_once -= 1

    def reply(self, body):
        server = self.server
        if server.key is not None and self.headers["Authorization"] != f"Bearer {server.key}":
            return 401, error(f"Incorrect API key provided: {self.headers['Authorization']}")
        if self.path != "/v1/completions":
            return 404, {"detail": "Not Found"}
        if body["model"] != "tiny":
            return 404, error(f"The model `{body['model']}` does not exist.")
        words = len(body["prompt"].split()) + body["max_tokens"]
        if words > server.window:
            problem = f"This model's maximum context length is {server.window} tokens."
            return 400, error(f"{problem} However, you requested {words} tokens.")
        return 200, {"object": "text_completion", "choices": server.choices(body)}

    def answer(self, status, body, length=None, **headers):
        content = body if isinstance(body, bytes) else json.dumps(body).encode()
        self.send_response(status)
        self.send_header("Content-Length", str(len(content) if length is None else length))
        for name, value in headers.items():
            self.send_header(name.replace("_", "-"), value)
        self.end_headers()
        self.wfile.write(content)

    def drip(self, seconds):
        """The beginning of an answer, a byte at a time."""
        self.send_response(200)
        self.send_header("Content-Length", "1000")
        self.end_headers()
        for _ in range(100):
            self.wfile.write(b" ")
            self.wfile.flush()
            time.sleep(seconds)

    def log_message(self, *arguments):
        pass


def error(message):
    return {"error": {"message": message, "type": "invalid_request_error"}}
