"""A whole proxy: rules that change under replies, workers that are killed, TLS."""

from __future__ import annotations

import asyncio
import json
import os
import re
import signal
import ssl
import subprocess
import urllib.error
import urllib.request
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from filterproxy.config import Config
from filterproxy.proxy.address import StartError
from filterproxy.proxy.tls import check_tls
from filterproxy.proxy.workers.parent import Running, running

pytestmark = pytest.mark.slow

PACK = (
    "version: 1\npack: test\nrules:\n  - {id: one, match: {phrases: [secret]}, action: {redact: '[one]'}}\n"
)
CHAT = "/v1/chat/completions"


def event(text: str) -> bytes:
    choice = {"index": 0, "delta": {"content": text}, "finish_reason": None}
    chunk = {"id": "x", "object": "chat.completion.chunk", "choices": [choice]}
    return f"data: {json.dumps(chunk)}\n\n".encode()


class Model:
    """Streams two pieces of text; the second one when it may."""

    def __init__(self) -> None:
        self.may = asyncio.Event()
        self.may.set()

    async def answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = await reader.readuntil(b"\r\n\r\n")
        length = re.search(rb"content-length: (\d+)", head.lower())
        await reader.readexactly(int(length[1]) if length else 0)
        writer.write(b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\nconnection: close\r\n\r\n")
        writer.write(event("First. "))
        await self.may.wait()
        writer.write(event("A secret. ") + b"data: [DONE]\n\n")
        writer.close()

    @asynccontextmanager
    async def serving(self) -> AsyncIterator[str]:
        async with await asyncio.start_server(self.answer, "127.0.0.1", 0) as server:
            yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"


def ask(url: str, body: bytes | None = None, context: ssl.SSLContext | None = None) -> bytes:
    with urllib.request.urlopen(urllib.request.Request(url, body), timeout=20, context=context) as answer:
        return bytes(answer.read())


async def asked(url: str, body: bytes | None = None) -> str:
    return (await asyncio.to_thread(ask, url, body)).decode()


async def until(holds: Callable[[], bool]) -> None:
    """Wait for what no event tells of."""
    async with asyncio.timeout(20):
        while not holds():
            await asyncio.sleep(0.005)


class Proxied:
    def __init__(self, proxy: Running, model: Model, folder: Path) -> None:
        self.proxy = proxy
        self.model = model
        self.file = folder / "test.yaml"

    async def chat(self) -> str:
        return await asked(self.proxy.client_url + CHAT, b'{"stream": true, "messages": []}')

    async def reload(self) -> dict[str, Any]:
        return dict(json.loads(await asked(self.proxy.admin_url + "/reload", b"")))

    async def count(self, name: str) -> float:
        """The sum of a metric's values."""
        page = await asked(self.proxy.admin_url + "/metrics")
        return sum(float(line.split()[-1]) for line in page.splitlines() if re.match(rf"{name}[{{ ]", line))


@asynccontextmanager
async def proxied(folder: Path, **given: Any) -> AsyncIterator[Proxied]:
    model = Model()
    rules = folder / "rules"
    rules.mkdir()
    (rules / "test.yaml").write_text(PACK)
    async with model.serving() as url:
        config = Config(url, port=0, admin_port=0, **given)
        async with running(config, [rules]) as proxy:
            yield Proxied(proxy, model, rules)


def test_a_stream_ends_under_the_rules_that_it_began_with(tmp_path: Path) -> None:
    async def case() -> None:
        async with proxied(tmp_path, watch=False) as it:
            it.model.may.clear()
            url = it.proxy.client_url.removeprefix("http://").partition(":")
            reader, writer = await asyncio.open_connection(url[0], int(url[2]))
            body = b'{"stream": true, "messages": []}'
            head = f"POST {CHAT} HTTP/1.1\r\nhost: x\r\ncontent-length: {len(body)}\r\n\r\n"
            writer.write(head.encode() + body)
            begun = await reader.readuntil(b"First. ")
            it.file.write_text(PACK.replace("[one]", "[two]"))
            told = await it.reload()
            it.model.may.set()
            rest = await reader.readuntil(b"[DONE]")
            writer.close()

            assert b"First. " in begun
            assert told == {"result": "ok", "hash": it.proxy.supervisor.hashes[0]}
            assert b"A [one]. " in rest
            assert "A [two]. " in await it.chat()

    asyncio.run(case())


def test_workers_follow_a_file_a_signal_and_keep_the_last_good(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    async def case() -> None:
        async with proxied(tmp_path, workers=2) as it:
            supervisor, first = it.proxy.supervisor, it.proxy.document["hash"]
            it.file.write_text(PACK.replace("[one]", "[two]"))
            await until(lambda: first not in supervisor.hashes)
            await until(lambda: len(set(supervisor.hashes)) == 1)
            assert "A [two]. " in await it.chat()
            it.file.write_text("rules: [")
            os.kill(os.getpid(), signal.SIGHUP)
            page = '{"result": "ok"}'
            while '"result":"failed"' not in page:
                page = await asked(it.proxy.admin_url + "/rulebook")
            with pytest.raises(urllib.error.HTTPError, match="422"):
                await it.reload()
            assert "A [two]. " in await it.chat()
            assert await it.count("filterproxy_rulebook_reload_successful") == 0

    asyncio.run(case())
    assert "error[FP006]: this is not YAML" in capfd.readouterr().err


def test_totals_never_fall_and_files_stay_few_when_workers_are_killed(tmp_path: Path) -> None:
    async def case() -> None:
        async with proxied(tmp_path, watch=False) as it:
            supervisor, files, totals = it.proxy.supervisor, [], []
            for round_ in range(3):
                await it.chat()
                # A client may have all of its reply before the worker has counted it.
                async with asyncio.timeout(20):
                    while await it.count("filterproxy_replies_total") < round_ + 1:
                        pass
                totals.append(await it.count("filterproxy_replies_total"))
                files.append(len(list(supervisor.counters.folder.iterdir())))
                os.kill(supervisor.pids[0], signal.SIGKILL)
                await until(lambda restarts=round_: supervisor.restarts > restarts)  # type: ignore[misc]
                await until(lambda: supervisor.ready)
                totals.append(await it.count("filterproxy_replies_total"))

            assert totals == [1, 1, 2, 2, 3, 3]
            assert len(set(files)) == 1
            assert await it.count("filterproxy_replies_in_flight") == 0

    asyncio.run(case())


def certificate(folder: Path, name: str = "own") -> tuple[str, str]:
    """A certificate for 127.0.0.1 that signs itself, and its key."""
    cert, key = folder / f"{name}.pem", folder / f"{name}.key"
    subprocess.run(
        f"openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 1 -subj /CN=x"
        f" -addext subjectAltName=IP:127.0.0.1 -keyout {key} -out {cert}".split(),
        check=True,
        capture_output=True,
    )
    return str(cert), str(key)


def test_both_sides_speak_tls_and_clients_show_who_they_are(tmp_path: Path) -> None:
    cert, key = certificate(tmp_path)
    client_cert, client_key = certificate(tmp_path, "client")

    async def case() -> None:
        given = {"tls_cert": cert, "tls_key": key, "tls_client_ca": client_cert}
        async with proxied(tmp_path, admin_tls_cert=cert, admin_tls_key=key, **given) as it:
            stranger = ssl.create_default_context(cafile=cert)
            known = ssl.create_default_context(cafile=cert)
            known.load_cert_chain(client_cert, client_key)
            url, body = it.proxy.client_url + CHAT, b'{"stream": true, "messages": []}'
            said = await asyncio.to_thread(ask, url, body, known)
            assert it.proxy.client_url.startswith("https://")
            assert b"A [one]. " in said
            with pytest.raises(OSError, match=r"(?i)certificate|reset|closed|EOF"):
                await asyncio.to_thread(ask, url, body, stranger)
            ready = await asyncio.to_thread(ask, it.proxy.admin_url + "/readyz", None, stranger)
            assert ready == b"ready\n"

    asyncio.run(case())


def test_files_of_tls_that_cannot_be_used_are_said_in_words(tmp_path: Path) -> None:
    cert, key = certificate(tmp_path)
    _, other = certificate(tmp_path, "other")
    locked = str(tmp_path / "locked.key")
    subprocess.run(
        ["openssl", "pkcs8", "-topk8", "-in", key, "-out", locked, "-passout", "pass:secret"],
        check=True,
        capture_output=True,
    )
    text = tmp_path / "text.pem"
    text.write_text("no certificate")
    wrong: dict[str, dict[str, Any]] = {
        "cannot be opened: no such file": {"tls_cert": cert, "tls_key": str(tmp_path / "none")},
        "is not the key of": {"tls_cert": cert, "tls_key": other},
        "is encrypted": {"tls_cert": cert, "tls_key": locked},
        "must hold a certificate and its key": {"admin_tls_cert": str(text), "admin_tls_key": key},
        "must hold certificates": {"tls_cert": cert, "tls_key": key, "tls_client_ca": str(text)},
    }
    for says, given in wrong.items():
        with pytest.raises(StartError, match=says):
            check_tls(Config("http://localhost", **given))
    with pytest.raises(ValueError, match="tls_cert is of no use without tls_key"):
        Config("http://localhost", tls_cert=cert)
