"""
The loop of every script: a job per line comes in, what the client read goes out as a line of JSON.

Runs in the client's own environment, so that it imports nothing but Python and that client.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from typing import Any

# The other side of a reading that takes longer kills the process.
TIMEOUT_SECONDS = 10
TOOL = "look_up"


@dataclass(frozen=True, slots=True)
class Job:
    """base_url: without a path. way: whole, stream or helper. model: which script the server plays."""

    base_url: str
    api: str
    way: str
    model: str
    n: int


@dataclass(slots=True)
class Reading:
    """What was read, filled while it is; tests.clients.cases.Reading says what it means."""

    texts: dict[str, str] = field(default_factory=dict)
    finishes: dict[str, str] = field(default_factory=dict)
    usage: list[int] | None = None
    tools: list[list[str]] = field(default_factory=list)
    reasoning: str = ""
    error: str = ""
    status: int | None = None
    message: str = ""
    dump: Any = None

    def add(self, at: object, text: str | None) -> None:
        """More of a text, which need not be the first."""
        self.texts[str(at)] = self.texts.get(str(at), "") + (text or "")

    def call(self, name: str, arguments: object) -> None:
        """A tool call; arguments that the client has parsed are written as the wire server writes them."""
        said = arguments if isinstance(arguments, str) else json.dumps(arguments)
        self.tools.append([name, said])

    def more_of_call(self, index: int, name: str | None, arguments: str | None) -> None:
        """A piece of a tool call."""
        while len(self.tools) <= index:
            self.tools.append(["", ""])
        self.tools[index][0] += name or ""
        self.tools[index][1] += arguments or ""

    def fail(self, error: BaseException) -> None:
        status = getattr(error, "status_code", None)
        self.error = f"{type(error).__module__.split('.')[0]}.{type(error).__name__}"
        self.status = status if isinstance(status, int) else None
        self.message = str(error)[:300]


def run(read: Callable[[Job, Reading], None]) -> None:
    """Answers jobs until there are no more."""
    # What a client prints must not come between the lines.
    out = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)
    for line in sys.stdin:
        reading = Reading()
        try:
            read(Job(**json.loads(line)), reading)
        except Exception as error:  # whatever a client raises is what is asked for
            reading.fail(error)
        out.write(json.dumps(asdict(reading)) + "\n")
        out.flush()
