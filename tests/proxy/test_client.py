"""The client's side of a request, on servers of any kind."""

from __future__ import annotations

import asyncio
from typing import Any

from filterproxy.proxy.client import Client

SCOPE = {"method": "GET", "path": "/", "headers": [], "query_string": b"", "raw_path": b"/"}


def test_a_server_that_does_not_tell_of_a_client_that_left_is_asked() -> None:
    async def test() -> None:
        left = asyncio.Event()

        async def receive() -> dict[str, Any]:
            await left.wait()
            return {"type": "http.disconnect"}

        async def send(message: Any) -> None: ...

        async def answer() -> None:
            client = Client(dict(SCOPE), receive, send)
            client.watch()
            try:
                await asyncio.Event().wait()
            except asyncio.CancelledError:
                seen.append(client.gone)

        seen: list[bool] = []
        task = asyncio.create_task(answer())
        await asyncio.sleep(0)
        left.set()
        await task
        assert seen == [True]

    asyncio.run(asyncio.wait_for(test(), 10))
