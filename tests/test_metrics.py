"""What is counted, and what Prometheus reads of it."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest
from prometheus_client import CollectorRegistry

from filterproxy.core.request import Request
from filterproxy.core.rule import Action, Mode, Rule, Verb
from filterproxy.core.verdict import Channel, Fault, Hit, Verdict
from filterproxy.detectors.regex import Regex
from filterproxy.engine.scrape import render, scrape
from filterproxy.metrics import Metrics

CONTENT = Channel(0, "content")


def asked(request: Request) -> bool:
    return True


RULES = (
    Rule("always", Regex("a", False), Action(Verb.FLAG)),
    Rule("sometimes", Regex("a", False), Action(Verb.FLAG), when=asked),
    Rule("never", Regex("a", False), Action(Verb.FLAG), mode=Mode.OFF),
)


def filled() -> tuple[Metrics, CollectorRegistry]:
    """Metrics with a value everywhere."""
    registry = CollectorRegistry()
    metrics = Metrics(registry)
    hits = [
        Hit("always", CONTENT, 0, 1, "redact", "enforce"),
        Hit("always", CONTENT, 1, 2, "redact", "enforce"),
        Hit("always", CONTENT, 2, 3, "redact", "enforce", "allow"),
    ]
    verdict = Verdict(hits, [Fault("sometimes", CONTENT, "timeout", "drop")], {"too_large": 2})
    verdict.seconds["always"] = 0.25
    metrics.judged(verdict)
    metrics.reply("default", "openai_chat", "edit")
    metrics.reply("default", "openai_chat", "pass")
    metrics.reply("default", "openai_chat", "upstream_error")
    metrics.reply("default", "none", "unscanned")
    metrics.conditional(["sometimes"])
    metrics.filtered(0.001)
    metrics.streamed(12, 0.5, 0.1)
    metrics.upstream_asked("default")
    metrics.upstream_error("default", "cut")
    metrics.upstream_healthy("default", "model:80", False)
    metrics.retried(3, 2)
    metrics.suspended("sometimes")
    return metrics, registry


def lines(page: bytes) -> list[str]:
    return [line for line in page.decode().splitlines() if not line.startswith("#")]


def test_a_verdict_is_counted_by_rule() -> None:
    page = lines(render(scrape(RULES, filled()[1])))

    assert 'filterproxy_rule_matches_total{action="redact",mode="enforce",rule="always"} 2.0' in page
    assert 'filterproxy_rule_excused_total{rule="always"} 1.0' in page
    assert 'filterproxy_rule_errors_total{cause="timeout",rule="sometimes"} 1.0' in page
    assert 'filterproxy_rule_seconds_total{rule="always"} 0.25' in page
    assert 'filterproxy_rule_runs_total{rule="always"} 1.0' in page
    assert 'filterproxy_unscanned_total{cause="too_large"} 2.0' in page


def test_a_rule_that_has_lost_its_condition_has_one_series() -> None:
    """Its count of before stays in the workers' files, and Prometheus takes no series twice."""
    metrics, registry = filled()
    metrics.conditional(["always"])
    page = lines(render(scrape(RULES, registry)))

    found = [line for line in page if line.startswith('filterproxy_rule_evaluated_total{rule="always"}')]

    assert len(found) == 1


def test_a_rule_fires_once_in_a_reply_and_begins_with_0() -> None:
    """However many matches; a series that began with 1 would have no rate."""
    page = lines(render(scrape(RULES, filled()[1])))

    assert [line for line in page if line.startswith("filterproxy_rule_fired_total")] == [
        'filterproxy_rule_fired_total{mode="enforce",rule="always"} 1.0',
        'filterproxy_rule_fired_total{mode="enforce",rule="sometimes"} 0.0',
    ]


def test_evaluated_is_every_judged_reply_unless_the_rule_has_a_condition() -> None:
    page = lines(render(scrape(RULES, filled()[1])))

    assert sorted(line for line in page if "evaluated_total" in line) == [
        'filterproxy_rule_evaluated_total{rule="always"} 2.0',
        'filterproxy_rule_evaluated_total{rule="sometimes"} 1.0',
    ]


def test_no_rule_of_another_rulebook_is_suspended() -> None:
    metrics, registry = filled()
    metrics.swapped()
    page = lines(render(scrape(RULES, registry)))

    assert 'filterproxy_rule_suspended{rule="sometimes"} 0.0' in page


WORKER = """
import os
from prometheus_client import CollectorRegistry
from filterproxy.engine.sharing import share
from filterproxy.metrics import Metrics
share(os.getpid())
metrics = Metrics(CollectorRegistry())
metrics.reply("default", "openai_chat", "pass")
metrics.conditional(["sometimes"])
metrics.filtered(0.001)
metrics.suspended("slow")
"""


@pytest.fixture
def shared(tmp_path: Path) -> str:
    """The folder in which two workers left their values."""
    environment = {**os.environ, "PROMETHEUS_MULTIPROC_DIR": str(tmp_path)}
    for _ in range(2):
        subprocess.run([sys.executable, "-W", "error", "-c", WORKER], env=environment, check=True)
    return str(tmp_path)


def test_workers_add_up(shared: str) -> None:
    page = lines(render(scrape(RULES, shared)))

    assert 'filterproxy_replies_total{dialect="openai_chat",outcome="pass",route="default"} 2.0' in page
    assert 'filterproxy_rule_evaluated_total{rule="always"} 2.0' in page
    assert 'filterproxy_rule_evaluated_total{rule="sometimes"} 2.0' in page
    assert "filterproxy_filter_seconds_count 2.0" in page
    assert 'filterproxy_rule_suspended{rule="slow"} 2.0' in page
    assert not [line for line in page if "conditional" in line]


def counted(folder: Path, number: int) -> list[str]:
    """What is read after one more process with this number has counted, and ended."""
    environment = {**os.environ, "PROMETHEUS_MULTIPROC_DIR": str(folder)}
    code = WORKER.replace("os.getpid()", str(number))
    subprocess.run([sys.executable, "-W", "error", "-c", code], env=environment, check=True)
    return lines(render(scrape(RULES, str(folder))))


def test_a_process_goes_on_where_the_one_with_its_number_stopped(tmp_path: Path) -> None:
    files = []
    for times in (1, 2, 3):
        page = counted(tmp_path, 0)
        files.append(sorted(file.name for file in tmp_path.iterdir()))

        assert f"filterproxy_filter_seconds_count {times}.0" in page
    assert files[0] == files[1] == files[2]


@pytest.mark.parametrize("left", [0, 2, 70])
def test_a_torn_file_stops_neither_a_scrape_nor_a_start(tmp_path: Path, left: int) -> None:
    """A process may be killed while it makes a file, or the disk be full."""
    counted(tmp_path, 0)
    counted(tmp_path, 1)
    torn = tmp_path / "counter_0.db"
    torn.write_bytes(torn.read_bytes()[:left])
    page = lines(render(scrape(RULES, str(tmp_path))))

    assert 'filterproxy_rule_evaluated_total{rule="sometimes"} 1.0' in page
    assert 'filterproxy_rule_evaluated_total{rule="sometimes"} 2.0' in counted(tmp_path, 0)


PROMTOOL = shutil.which("promtool")


@pytest.mark.skipif(PROMTOOL is None, reason="promtool is not installed (Debian: prometheus)")
def test_promtool_has_nothing_to_say(shared: str) -> None:
    for page in (render(scrape(RULES, shared)), render(scrape(RULES, filled()[1]))):
        done = subprocess.run([PROMTOOL or "", "check", "metrics"], input=page, capture_output=True)

        assert (done.returncode, done.stdout, done.stderr) == (0, b"", b"")


def test_a_worker_imports_nothing_of_the_command_line_and_the_admin_side() -> None:
    script = "import json, sys, filterproxy.proxy.workers.worker; print(json.dumps(sorted(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, check=True)
    loaded: Sequence[str] = json.loads(done.stdout)

    assert [
        name
        for name in loaded
        if name.partition(".")[0] in {"yaml", "pydantic", "typer", "rich", "fastapi", "spacy", "phonenumbers"}
    ] == []
