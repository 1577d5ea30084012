"""
What dashboards are tried on: the program as it is started, a model server that misbehaves, and clients.

The rules fire always, sometimes and never, in shadow, as a canary, excused, too slowly, and by a service that
fails; replies are whole and streamed, held, cut off, unreadable and refused; the rules change while it runs,
once for the worse.
"""

from __future__ import annotations

import itertools
import json
import re
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx

from filterproxy.rulebook.document import versions_of
from filterproxy.rulebook.load import load
from tests.deploy.world_model import serving
from tests.deploy.world_texts import BASE, FAULTS, KNOWN, LIGHT, RULES, SAYINGS, TRIALS


@dataclass(frozen=True, slots=True)
class World:
    """client, admin: URLs of the proxy. more: the pack that changes while it runs."""

    client: str
    admin: str
    more: Path


@contextmanager
def world(folder: Path) -> Iterator[World]:
    """The program with two workers, under way, asked by clients until the block ends."""
    with serving() as model:
        rules = folder / "rules"
        rules.mkdir()
        (rules / "shop.yaml").write_text(RULES)
        (rules / "base.yaml").write_text(BASE)
        (rules / "light.yaml").write_text(LIGHT)
        (rules / "trials.yaml").write_text(TRIALS.replace("SERVICE", f"{model}/judge"))
        config = folder / "filterproxy.yaml"
        config.write_text(json.dumps(_settings(folder, model)))
        (folder / "labels.jsonl").write_text("".join(_labels(_version(rules, "opening-hours"))))
        with _served(config) as (client, admin), _asked(client):
            _kill(admin, "iban")
            yield World(client, admin, rules / "more.yaml")


def _settings(folder: Path, model: str) -> dict[str, Any]:
    nobody = "http://127.0.0.1:9"  # discard: nothing listens there
    return {
        "rules": str(folder / "rules"),
        "workers": 2,
        "canary_header": "x-conversation",
        "port": 0,
        "admin_port": 0,
        "upstream": "main",
        "upstreams": {"main": [model], "spare": {"urls": [nobody, model], "fail_after": 1}, "away": [nobody]},
        "routes": [
            {"name": "support", "model": "support", "upstream": "spare"},
            {"name": "light", "model": "light", "chain": ["base", "light"]},
            {"name": "lab", "model": "lab", "upstream": "away"},
        ],
        "labels": str(folder / "labels.jsonl"),
        "decisions": {"folder": str(folder / "decisions")},
        # So little room that the oldest lines must make some.
        "recording": {
            "folder": str(folder / "recordings"),
            "sample": "100%",
            "file_bytes": 4000,
            "folder_bytes": 8000,
        },
    }


def _version(rules: Path, rule: str) -> str:
    """What labels call the rule as it is in a folder."""
    return versions_of(load([rules]))[rule]


def _labels(version: str) -> Iterator[str]:
    """What people said of replies: mostly right, and one line that is none."""
    for number in range(20):
        label = "wrong" if number % 7 == 0 else "unsure" if number % 7 == 1 else "right"
        said = {"v": 1, "hash": f"{number:016x}", "rule": "opening-hours", "label": label, "who": "Ann"}
        about = {"when": "2026-01-31T08:00:00Z", "rulebook": "0" * 16, "version": version, "note": ""}
        yield json.dumps(said | about) + "\n"
    yield "no label\n"


def _kill(admin: str, rule: str) -> None:
    """Have the instance leave a rule out, as an operator does in a hurry."""
    httpx.post(f"{admin}/rules/{rule}/kill", json={"for": "1h", "reason": "a trial"}).raise_for_status()


@contextmanager
def _served(config: Path) -> Iterator[tuple[str, str]]:
    command = [sys.executable, "-m", "filterproxy", "serve", "--config", str(config)]
    with (config.parent / "filterproxy.log").open("w+") as log:
        process = subprocess.Popen(command, stderr=subprocess.PIPE, text=True)
        assert process.stderr is not None
        said, client, admin = process.stderr, "", ""
        for line in said:
            log.write(line)
            client = client or next(iter(re.findall(r"ready: (http://\S+) ->", line)), "")
            admin = next(iter(re.findall(r"admin +(http://[^/]+)", line)), "")
            if admin:
                break
        # Somebody must read on, or the program would wait for room in the pipe.
        reader = threading.Thread(target=lambda: log.writelines(said))
        reader.start()
        try:
            if not admin:
                reader.join(60)
                raise AssertionError(f"filterproxy did not start: {Path(log.name).read_text()}")
            yield client, admin
        finally:
            process.send_signal(signal.SIGTERM)
            process.wait(60)
            reader.join(60)
            said.close()


@contextmanager
def _asked(client: str) -> Iterator[None]:
    """Clients that ask everything in turn, whole and streamed, until the block ends."""
    over = threading.Event()
    threads = [threading.Thread(target=_ask_on, args=(client, over, first)) for first in range(4)]
    for thread in threads:
        thread.start()
    try:
        yield
    finally:
        over.set()
        for thread in threads:
            thread.join()


def _ask_on(client: str, over: threading.Event, first: int) -> None:
    # Three plain ones for each of the others; each client begins elsewhere.
    questions = [q for other in [*SAYINGS, *FAULTS] for q in ("plain", other, "plain", "plain")]
    with httpx.Client(base_url=client, trust_env=False, timeout=20) as http:
        for number in itertools.count(first * 13):
            if over.wait(0.02):
                return
            _ask(http, questions[number % len(questions)], number)


def _ask(http: httpx.Client, question: str, number: int) -> None:
    messages = [{"role": "user", "content": question}]
    if question == "known":
        messages.insert(0, {"role": "system", "content": KNOWN})
    model = {7: "support", 17: "support", 29: "lab"}.get(number % 31, "light" if number // 7 % 3 else "shop")
    body = {"model": model, "messages": messages, "stream": number // 4 % 2 == 0}
    headers = {"x-conversation": str(number % 50)}
    try:
        if question == "long":  # leaves in the middle
            with http.stream("POST", "/v1/chat/completions", json={**body, "stream": True}) as answer:
                next(answer.iter_raw(), b"")
        elif number % 41 == 0:
            http.get("/v1/files/1/content")
        else:
            http.post("/v1/chat/completions", json=body, headers=headers)
    except httpx.HTTPError:
        pass  # that too is part of it
