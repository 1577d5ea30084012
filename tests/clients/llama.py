"""
A real model server for the clients: llama.cpp with the weights of the demo's model (filterproxy.demo.real).

The likeliest token each time, so that what two clients read can be compared.
"""

from __future__ import annotations

import asyncio
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from filterproxy.demo import real

_TOKENS = 16  # of each reply, which ends by itself before that: its finish is the same after a cut


@asynccontextmanager
async def serving() -> AsyncIterator[str]:
    """The server while the block runs; gives its address. Raises RuntimeError where it does not start."""
    if packages := real.missing():
        raise RuntimeError(f"not installed: {' and '.join(packages)} ({real.INSTALL})")
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "tests.clients.llama", str(real.weights())),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.DEVNULL,
    )
    assert process.stdout is not None
    try:
        line = await asyncio.wait_for(process.stdout.readline(), 60)
        if not line:
            raise RuntimeError("llama.cpp did not start: python -m tests.clients.llama WEIGHTS says why")
        yield line.decode().strip()
    finally:
        if process.returncode is None:
            process.kill()
        await process.wait()


def _run(weights: Path) -> None:
    import xllamacpp

    settings = xllamacpp.CommonParams()
    settings.model.path = str(weights)
    settings.hostnames, settings.port = ["127.0.0.1"], 0
    settings.n_ctx, settings.n_parallel, settings.n_predict = 2048, 1, _TOKENS
    settings.n_threads_http = 32  # each connection that is kept alive takes one of them for 5 s
    # Two that wait for each other are ten times slower than one where another program runs, too.
    settings.cpuparams.n_threads = settings.cpuparams_batch.n_threads = 1
    settings.sampling.temp = 0
    settings.cache_prompt = False
    settings.use_jinja = True
    server = xllamacpp.Server(settings)
    print(server.listening_address, flush=True)
    sys.stdin.read()


if __name__ == "__main__":
    _run(Path(sys.argv[1]))
