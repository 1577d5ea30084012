"""Tests that are coroutines, which must not hang."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable


def run(test: Callable[[], Awaitable[None]], seconds: float = 60) -> None:
    """Run *test* on an event loop of its own. Raises TimeoutError where it takes longer."""

    async def within() -> None:
        async with asyncio.timeout(seconds):
            await test()

    asyncio.run(within())
