"""Fixtures of several files."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Coroutine, Iterator
from contextlib import ExitStack
from typing import Any

import pytest

from tests.proxy.chats import Run


@pytest.fixture
def run() -> Run:
    """Runs a test's coroutine for at most ten seconds."""

    def runs(test: Coroutine[Any, Any, None]) -> None:
        asyncio.run(asyncio.wait_for(test, 10))

    return runs


@pytest.fixture
def stack() -> Iterator[ExitStack]:
    with ExitStack() as stack:
        yield stack


@pytest.fixture
def ear(stack: ExitStack) -> socket.socket:
    """Where the workers of a test tell what they got."""
    ear = stack.enter_context(socket.create_server(("127.0.0.1", 0)))
    ear.settimeout(20)
    return ear
