"""The peers: programs that filter replies as filterproxy does, in environments of their own."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.bench.policy import rules
from tests.bench.process import free_port, listens, running, wait_until
from tests.bench.targets import Start, Target, filterproxy
from tests.environments import CACHE, Environment

HERE = Path(__file__).resolve().parent
RULES = rules(60)
_FOLDER = CACHE / "filterproxy-bench"
LITELLM = Environment(_FOLDER / "litellm", ("litellm[proxy]",))
NEMO = Environment(_FOLDER / "nemo-guardrails", ("nemoguardrails[server]",))
# Imports alone take them ten seconds on a busy machine.
_START_SECONDS = 120.0


@dataclass(frozen=True, slots=True)
class Peer:
    """
    Something that filters replies.

    environment: None where it needs none. mark: what it puts in place of a match, if that cannot be said in
    its settings.
    """

    name: str
    start: Start
    environment: Environment | None = None
    mark: re.Pattern[str] | None = None


@contextmanager
def litellm(upstream: int, folder: Path) -> Iterator[Target]:
    """LiteLLM's proxy, one worker, with the environment that its production guide asks for."""
    port, log = free_port(), folder / "litellm.log"
    command = [str(LITELLM.program("litellm")), "--config", str(HERE / "litellm.yaml"), "--num_workers", "1"]
    environment = _environment(
        BENCH_UPSTREAM=f"http://127.0.0.1:{upstream}/v1",
        LITELLM_MODE="PRODUCTION",
        LITELLM_LOG="ERROR",
        # Else it fetches a list of prices when it starts.
        LITELLM_LOCAL_MODEL_COST_MAP="True",
    )
    with running([*command, "--host", "127.0.0.1", "--port", str(port)], log, environment) as pid:
        wait_until(lambda: listens(port), pid, log, _START_SECONDS)
        yield Target("litellm", port, pid, LITELLM.version(), RULES)


def nemo(name: str, *, stream_first: bool, iorails: bool = False) -> Start:
    """
    NeMo Guardrails' server, which has one process, with the settings of nemo.yaml.

    iorails: with its other engine, which has to be asked for.
    """

    @contextmanager
    def start(upstream: int, folder: Path) -> Iterator[Target]:
        port, log = free_port(), folder / f"{name}.log"
        settings = folder / name
        settings.mkdir()
        (settings / "config.yml").write_text(nemo_settings(stream_first=stream_first), encoding="utf-8")
        # -P: what stands beside that file is not for the peer to import.
        command = [str(NEMO.program("python")), "-P", str(HERE / "loopback.py"), "server"]
        command += ["--config", str(settings), "--default-config-id", name, "--port", str(port)]
        command += ["--disable-chat-ui"]
        environment = _environment(
            MAIN_MODEL_BASE_URL=f"http://127.0.0.1:{upstream}/v1",
            OPENAI_API_KEY="bench",
            NEMO_GUARDRAILS_NO_USAGE_STATS="1",
            NEMO_GUARDRAILS_IORAILS_ENGINE="1" if iorails else "0",
        )
        with running(command, log, environment) as pid:
            wait_until(lambda: listens(port), pid, log, _START_SECONDS)
            yield Target(name, port, pid, NEMO.version(), RULES)

    return start


def nemo_settings(*, stream_first: bool) -> str:
    """nemo.yaml, with one of its settings as said."""
    text = (HERE / "nemo.yaml").read_text(encoding="utf-8")
    return text if stream_first else text.replace("stream_first: true", "stream_first: false")


def _environment(**more: str) -> dict[str, str]:
    # Straight to loopback, whatever proxies the environment names; and with packages of the peer's own.
    kept = {n: value for n, value in os.environ.items() if "proxy" not in n.lower() and n != "PYTHONPATH"}
    return {**kept, "PYTHONUNBUFFERED": "1", **more}


PEERS = (
    Peer("filterproxy", filterproxy("filterproxy", RULES)),
    Peer("litellm", litellm, LITELLM, re.compile(r"\[[A-Z0-9]+_REDACTED\]")),
    Peer("nemo", nemo("nemo", stream_first=True), NEMO),
    Peer("nemo, check first", nemo("nemo-check-first", stream_first=False), NEMO),
    Peer("nemo, check first, IORails", nemo("nemo-iorails", stream_first=False, iorails=True), NEMO),
)
