"""A model server that misbehaves when it is asked to."""

from __future__ import annotations

import itertools
import json
import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from tests.deploy.world_texts import FAULTS, SAYINGS, USAGE

# Between two tokens of a stream: a fast hosted model.
TOKEN_SECONDS = 0.01
NEVER = threading.Event()


class Model(BaseHTTPRequestHandler):
    """A model server; POST /judge is a classifier that is mostly too late."""

    protocol_version = "HTTP/1.1"
    asked = itertools.count()

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["content-length"])))
        if self.path == "/judge":
            late = next(self.asked) % 3 > 0
            NEVER.wait(0.2 if late else 0)
            self._answer(200, b'{"flagged": false}')
            return
        question = body["messages"][-1]["content"]
        if question in FAULTS:
            self._fail(question)
        elif body.get("stream"):
            self._stream(SAYINGS[question])
        else:
            message = {"role": "assistant", "content": SAYINGS.get(question, SAYINGS["plain"])}
            choice = {"index": 0, "message": message, "finish_reason": "stop"}
            whole = {"object": "chat.completion", "choices": [choice], "usage": USAGE}
            self._answer(200, json.dumps(whole).encode())

    def _fail(self, how: str) -> None:
        match how:
            case "broken":
                self._answer(503, b'{"error": {"message": "overloaded"}}')
            case "refused":
                self._answer(400, b'{"error": {"message": "no such model"}}')
            case "garbage":
                self._answer(200, b'{"choices": [')
            case "image":
                self._answer(200, b"\x89PNG", "image/png")
            case "gone":
                self.close_connection = True

    def _answer(self, status: int, body: bytes, kind: str = "application/json") -> None:
        self.send_response(status)
        self.send_header("content-type", kind)
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def _stream(self, text: str) -> None:
        self.send_response(200)
        self.send_header("content-type", "text/event-stream")
        self.send_header("transfer-encoding", "chunked")
        self.end_headers()
        for token in re.findall(r"\s*\S+", text):
            self._event({"index": 0, "delta": {"content": token}, "finish_reason": None})
            NEVER.wait(TOKEN_SECONDS)
        self._event({"index": 0, "delta": {}, "finish_reason": "stop"})
        self._chunk(b"data: [DONE]\n\n")
        self._chunk(b"")

    def _event(self, choice: dict[str, Any]) -> None:
        value = {"object": "chat.completion.chunk", "choices": [choice]}
        self._chunk(b"data: " + json.dumps(value).encode() + b"\n\n")

    def _chunk(self, data: bytes) -> None:
        self.wfile.write(b"%x\r\n%b\r\n" % (len(data), data))

    def log_message(self, *_: Any) -> None: ...


class ModelServer(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Clients that leave are part of it."""


@contextmanager
def serving() -> Iterator[str]:
    with ModelServer(("127.0.0.1", 0), Model) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_address[1]}"
        finally:
            server.shutdown()
            thread.join()
