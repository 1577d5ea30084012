"""A real Prometheus that scrapes the program while it is under way, with last week filled in."""

from __future__ import annotations

import json
import socket
import subprocess
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import httpx

from tests.deploy.world import World, world
from tests.deploy.world_texts import BROKEN, MORE

# What $__rate_interval and $__range come to in a run that takes half a minute.
RATE_INTERVAL = "6s"
SPAN_SECONDS = 30
JOB = "filterproxy"
_WEEK_SECONDS = 7 * 86400
_DEADLINE_SECONDS = 90.0
_PACE = threading.Event()  # never set

Rows = list[dict[str, Any]]


@dataclass(frozen=True, slots=True)
class Watched:
    """A Prometheus, and the world that it watches."""

    http: httpx.Client
    world: World

    def instant(self, expr: str) -> Rows:
        """The vector that *expr* is now. Raises AssertionError with what Prometheus says against it."""
        return self._asked("query", {"query": expr})

    def over_time(self, expr: str, seconds: float, step: float = 1.0) -> Rows:
        """The series that *expr* was within the last *seconds*."""
        # On whole steps, so that the values of several queries stand at the same times.
        end = time.time() // step * step
        return self._asked("query_range", {"query": expr, "start": end - seconds, "end": end, "step": step})

    def until(self, done: Callable[[], bool], what: str, seconds: float = _DEADLINE_SECONDS) -> None:
        """Wait for a condition. Raises AssertionError when it takes longer than *seconds*."""
        end = time.monotonic() + seconds
        while not done():
            assert time.monotonic() < end, f"not within {seconds:g} s: {what}"
            _PACE.wait(0.25)

    def _asked(self, how: str, parameters: dict[str, Any]) -> Rows:
        answer = self.http.post(f"/api/v1/{how}", data=parameters).json()
        assert answer["status"] == "success", answer.get("error")
        rows: Rows = answer["data"]["result"]
        return rows


@contextmanager
def watched(folder: Path) -> Iterator[Watched]:
    """The world and its Prometheus, once the rules have changed well, badly, and well again."""
    with world(folder) as under_way:
        _last_week(folder, urlsplit(under_way.admin).netloc)
        with _prometheus(folder, under_way.admin) as http:
            watch = Watched(http, under_way)
            change_the_rules(watch)
            yield watch


def change_the_rules(watch: Watched) -> None:
    """Well, badly, and well again; each time until it has been scraped."""
    more = watch.world.more
    watch.until(lambda: _value(watch, "filterproxy_rulebook_reload_successful") == 1, "a first scrape")
    for text, result in ((MORE, "ok"), (BROKEN, "failed"), (MORE.replace("table", "window"), "ok")):
        expr = f'filterproxy_rulebook_reloads_total{{result="{result}"}}'
        before = _value(watch, expr)
        more.write_text(text)
        watch.until(lambda e=expr, b=before: _value(watch, e) > b, f"a reload that is {result}")  # type: ignore[misc]


def _value(watch: Watched, expr: str) -> float:
    rows = watch.instant(expr)
    return float(rows[0]["value"][1]) if rows else 0.0


def _last_week(folder: Path, instance: str) -> None:
    """Firings of a week ago, so that the trend has something to compare with."""
    then = int(time.time()) - _WEEK_SECONDS
    lines = []
    shares = {"every-reply": 1.0, "e-mail": 0.1, "opening-hours": 0.005, "hurray": 0.02, "giraffe": 0.0}
    for metric, labels in (("rule_evaluated", ""), ("rule_fired", ',mode="enforce"')):
        lines.append(f"# TYPE filterproxy_{metric} counter")
        for rule, share in shares.items():
            each = 50 * (share if labels else 1.0)
            named = f'{{job="{JOB}",instance="{instance}",rule="{rule}"{labels}}}'
            lines += [f"filterproxy_{metric}_total{named} {each * n:g} {then + n}" for n in range(-120, 600)]
    (folder / "week.txt").write_text("\n".join([*lines, "# EOF", ""]))
    command = ["promtool", "tsdb", "create-blocks-from", "openmetrics"]
    files = [str(folder / "week.txt"), str(folder / "tsdb")]
    subprocess.run([*command, *files], check=True, capture_output=True, timeout=60)


@contextmanager
def _prometheus(folder: Path, admin: str) -> Iterator[httpx.Client]:
    job = {"job_name": JOB, "static_configs": [{"targets": [urlsplit(admin).netloc]}]}
    settings = {"global": {"scrape_interval": "500ms", "evaluation_interval": "1s"}, "scrape_configs": [job]}
    (folder / "prometheus.yml").write_text(json.dumps(settings))
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        address = f"127.0.0.1:{free.getsockname()[1]}"
    command: Sequence[str] = (
        "prometheus",
        f"--config.file={folder / 'prometheus.yml'}",
        f"--storage.tsdb.path={folder / 'tsdb'}",
        f"--web.listen-address={address}",
    )
    with (folder / "prometheus.log").open("w") as log:
        process = subprocess.Popen(command, stderr=log)
        try:
            with httpx.Client(base_url=f"http://{address}", trust_env=False, timeout=20) as http:
                _ready(http, process)
                yield http
        finally:
            process.terminate()
            process.wait(30)


def _ready(http: httpx.Client, process: subprocess.Popen[bytes]) -> None:
    end = time.monotonic() + _DEADLINE_SECONDS
    while time.monotonic() < end and process.poll() is None:
        try:
            if http.get("/-/ready").status_code == 200:
                return
        except httpx.HTTPError:
            pass
        _PACE.wait(0.05)
    raise AssertionError("Prometheus did not start")
