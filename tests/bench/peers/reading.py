"""A reply as a client reads it, and where it does not keep to the API of chat completions."""

from __future__ import annotations

import http.client
import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.bench.replies import write_request
from tests.bench.tools import PATH

WAYS = ("whole", "stream")
_SECONDS = 60


@dataclass(frozen=True, slots=True)
class Reading:
    """faults: each kind once."""

    text: str
    faults: tuple[str, ...] = ()


class Reader:
    """Asks for one reply after the other, as the load does, but reads each. Its requests are in *folder*."""

    def __init__(self, folder: Path) -> None:
        paths = {way: write_request(folder, stream=way == "stream") for way in WAYS}
        self._requests = {way: path.read_bytes() for way, path in paths.items()}

    def ask(self, port: int, way: str) -> Reading:
        """One reply. Raises OSError when nobody answers."""
        status, body, broken = self.post(port, way)
        read = read_stream(status, body) if way == "stream" else read_whole(status, body)
        return Reading(read.text, (*read.faults, *broken))

    def post(self, port: int, way: str) -> tuple[int, bytes, tuple[str, ...]]:
        """Status, body, and what is wrong with the framing of HTTP."""
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=_SECONDS)
        headers = {"content-type": "application/json", "authorization": "Bearer bench"}
        try:
            connection.request("POST", PATH, self._requests[way], headers)
            reply = connection.getresponse()
            try:
                return reply.status, reply.read(), ()
            except http.client.IncompleteRead as cut:
                return reply.status, cut.partial, ("cut off within HTTP's framing",)
        except http.client.HTTPException as fault:
            return 0, b"", (f"not HTTP: {type(fault).__name__}",)
        finally:
            connection.close()


def read_whole(status: int, body: bytes) -> Reading:
    """A reply that was not streamed."""
    if status != 200:
        return Reading("", (f"status {status}",))
    try:
        text = json.loads(body)["choices"][0]["message"]["content"]
    except (ValueError, KeyError, IndexError, TypeError):
        return Reading("", ("not a chat completion",))
    return Reading(text) if isinstance(text, str) else Reading("", ("no text",))


def read_stream(status: int, body: bytes) -> Reading:
    """A streamed reply: text until [DONE], with what is wrong of it."""
    if status != 200:
        return Reading("", (f"status {status}",))
    text, faults, ended, done = "", [], False, False
    for data in _events(body):
        if done:
            faults.append("an event after [DONE]")
        if data == b"[DONE]":
            done = True
            continue
        try:
            piece, reason = _chunk(json.loads(data))
        except (ValueError, KeyError, IndexError, TypeError):
            # Clients raise an error here, so that nobody waits for a finish_reason.
            ended = True
            faults.append("an error event" if b'"error"' in data else "an event that is no chunk")
        else:
            text, ended = text + piece, ended or reason
    faults += ["no finish_reason"] * (not ended) + ["no [DONE]"] * (not done)
    return Reading(text, tuple(dict.fromkeys(faults)))


def _events(body: bytes) -> Iterator[bytes]:
    for event in body.replace(b"\r\n", b"\n").split(b"\n\n"):
        lines = [line.removeprefix(b"data:") for line in event.split(b"\n") if line.startswith(b"data:")]
        if lines:
            yield b"\n".join(line.removeprefix(b" ") for line in lines)


def _chunk(chunk: dict[str, Any]) -> tuple[str, bool]:
    """The text of a chunk, and whether it says why the reply ended."""
    if not chunk["choices"]:
        return "", False
    choice = chunk["choices"][0]
    return choice["delta"].get("content") or "", bool(choice.get("finish_reason"))
