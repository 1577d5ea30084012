"""Workers of a few lines, which tell a test what they were told."""

from __future__ import annotations

import json
import socket
import sys
from collections.abc import Mapping
from contextlib import ExitStack
from types import MappingProxyType
from typing import Any

from filterproxy.config import Config
from filterproxy.proxy.address import bind
from filterproxy.proxy.workers.supervisor import Supervisor

# Reads its charter and tells the test what came of it, over a connection of its own.
TELLS = """
import json, os, signal, socket, sys
charter = json.loads(sys.stdin.readline())
told = socket.create_connection(("127.0.0.1", {port}))
told.sendall(json.dumps([os.getpid(), charter]).encode() + b"\\n")
"""


def supervise(
    stack: ExitStack,
    code: str,
    ear: socket.socket,
    seconds: Mapping[str, Any] = MappingProxyType({}),
    **given: object,
) -> Supervisor:
    config = Config.from_json({"upstream": "http://localhost", "admin_token": "secret", **given})
    command = (sys.executable, "-S", "-c", code.replace("{port}", str(ear.getsockname()[1])))
    supervisor = Supervisor(config, bind("127.0.0.1", 0), command, back_off_seconds=0.0, **seconds)
    stack.callback(supervisor.close)
    supervisor.start()
    return supervisor


def hear(stack: ExitStack, ear: socket.socket) -> tuple[socket.socket, int, dict[str, object]]:
    """The next worker's connection, its pid and its charter."""
    told = stack.enter_context(ear.accept()[0])
    told.settimeout(20)
    with told.makefile("rb") as lines:
        pid, charter = json.loads(lines.readline())
    return told, pid, charter
