"""Runs one client through every case, direct and through the proxy."""

from __future__ import annotations

import asyncio
import json
import os
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass

from tests.clients.cases import CASES, Case, Reading
from tests.clients.environments import Client
from tests.clients.wire_server import serving
from tests.proxy.fake_upstream import proxied

# The first line also waits for imports, which take LiteLLM seconds; its clients give up at 10 s themselves.
_LINE_SECONDS = 60
_LINE_LIMIT_BYTES = 1 << 20


@dataclass(frozen=True, slots=True)
class Cell:
    """What came of one case. wrong: why it is not as expected; "" where it is."""

    client: str
    api: str
    way: str
    case: str
    wrong: str
    direct: Reading
    found: Reading


class Script:
    """A client's script as a process, which is started when it is first asked, and anew when it hung."""

    def __init__(self, client: Client) -> None:
        self._client = client
        self._process: asyncio.subprocess.Process | None = None

    async def read(self, job: dict[str, object]) -> Reading:
        process = self._process or await self._start()
        assert process.stdin is not None and process.stdout is not None
        process.stdin.write(json.dumps(job).encode() + b"\n")
        try:
            line = await asyncio.wait_for(process.stdout.readline(), _LINE_SECONDS)
        except TimeoutError:
            await self.close()
            return Reading(error="hang", message=f"nothing within {_LINE_SECONDS} s")
        if not line:
            await self.close()
            return Reading(error="exit", message="the script ended; its reason is above")
        return Reading(**json.loads(line))

    async def _start(self) -> asyncio.subprocess.Process:
        command, folder = self._client.command()
        # Straight to loopback, whatever proxies the environment names.
        environment = {name: value for name, value in os.environ.items() if "proxy" not in name.lower()}
        self._process = await asyncio.create_subprocess_exec(
            *command,
            cwd=folder,
            env=environment,
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            limit=_LINE_LIMIT_BYTES,
        )
        return self._process

    async def close(self) -> None:
        if self._process is not None:
            if self._process.returncode is None:
                self._process.kill()
            await self._process.wait()
            self._process = None


@asynccontextmanager
async def _models(cases: Sequence[Case], real: str) -> AsyncIterator[tuple[str, str]]:
    """What answers without a proxy, and what answers the proxies."""
    if real:
        yield real, real
        return
    async with (
        serving({case.name: case.plain or case.script for case in cases}) as plain,
        serving({case.name: case.script for case in cases}) as model,
    ):
        yield plain, model


async def run(client: Client, cases: Sequence[Case] = CASES, real: str = "") -> list[Cell]:
    """Every cell of a client's rows. real: the address of a model server; "" for the scripted one."""
    async with AsyncExitStack() as stack:
        plain, model = await stack.enter_async_context(_models(cases, real))
        script = Script(client)
        stack.push_async_callback(script.close)
        proxies = {}
        for case in cases:
            proxy = await stack.enter_async_context(proxied(rules=[case.rule], upstream=model))
            proxies[case.name] = f"http://127.0.0.1:{proxy.port}"
        return [
            await _cell(script, client, api, way, case, plain, proxies[case.name])
            for api, ways in client.apis.items()
            for way in ways
            for case in cases
            if case.fits(api) and (case.n == 1 or client.choices)
        ]


async def _cell(
    script: Script, client: Client, api: str, way: str, case: Case, plain: str, proxy: str
) -> Cell:
    job = {"api": api, "way": way, "model": case.name, "n": case.n}
    direct = await script.read({**job, "base_url": plain})
    found = await script.read({**job, "base_url": proxy})
    return Cell(client.name, api, way, case.name, case.judge(direct, found), direct, found)
