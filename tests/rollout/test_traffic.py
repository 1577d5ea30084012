"""What rules did in front of clients."""

from __future__ import annotations

import http.server
import json
import threading
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from prometheus_client import CollectorRegistry
from prometheus_client.core import Metric

from filterproxy.core.plan import Plans
from filterproxy.core.request import Request
from filterproxy.core.verdict import Channel
from filterproxy.engine.rulebook_metrics import Loads, rulebook_families
from filterproxy.metrics import Metrics, render, scrape
from filterproxy.rollout.fetch import metrics
from filterproxy.rollout.traffic import Seen, of_decisions, of_metrics
from filterproxy.rulebook.book import Rulebook
from filterproxy.trial import run
from tests.labels.cases import book

TEXT = """# TYPE filterproxy_replies counter
filterproxy_replies_total{route="a",outcome="pass"} 90.0
filterproxy_replies_total{route="a",outcome="drop"} 10.0
# TYPE filterproxy_rule_evaluated counter
filterproxy_rule_evaluated_total{rule="hours"} 100.0
filterproxy_rule_evaluated_total{rule="mail"} 100.0
# TYPE filterproxy_rule_fired counter
filterproxy_rule_fired_total{rule="hours",mode="shadow"} 7.0
filterproxy_rule_fired_total{rule="hours",mode="enforce"} 3.0
# TYPE filterproxy_rule_excused counter
filterproxy_rule_excused_total{rule="hours"} 4.0
# TYPE filterproxy_rule_errors counter
filterproxy_rule_errors_total{rule="hours",cause="timeout"} 1.0
filterproxy_rule_errors_total{rule="hours",cause="error"} 1.0
# TYPE filterproxy_rule_runs counter
filterproxy_rule_runs_total{rule="hours"} 20.0
# TYPE filterproxy_rule_seconds counter
filterproxy_rule_seconds_total{rule="hours"} 0.5
# TYPE filterproxy_rule_mode_replies gauge
filterproxy_rule_mode_replies{rule="hours",mode="shadow"} 60.0
filterproxy_rule_mode_replies{rule="mail",mode="enforce"} 100.0
# TYPE filterproxy_rule_info gauge
filterproxy_rule_info{rule="hours",pack="shop",mode="shadow",owner=""} 1.0
filterproxy_rule_info{rule="mail",pack="shop",mode="enforce",owner=""} 1.0
"""


def test_metrics_say_what_each_rule_did_and_cost() -> None:
    traffic = of_metrics([TEXT])
    hours = traffic.of("hours")

    assert 100 == traffic.replies
    assert Seen(100, Counter(shadow=7, enforce=3), 4, 2, 0.5, 20, "shadow", 60) == hours
    assert (0.1, 0.005) == (hours.rate, hours.cost)
    assert (0, 0.0, None) == (traffic.of("mail").in_shadow, traffic.of("mail").rate, traffic.of("mail").cost)


def test_instances_add_up() -> None:
    hours = of_metrics([TEXT, TEXT]).of("hours")

    assert (200, 120, 20) == (hours.replies, hours.in_shadow, hours.all_fired)


def test_a_shell_that_does_not_say_since_when_has_seen_what_fired() -> None:
    """
    Replies since the process began are none in shadow: a reload may have put the rule there a minute ago.
    """
    text = "".join(line + "\n" for line in TEXT.splitlines() if "mode_replies" not in line)

    assert 7 == of_metrics([text]).of("hours").in_shadow


def test_a_rule_that_nobody_ran_has_no_rate() -> None:
    assert (None, None) == (of_metrics([TEXT]).of("gone").rate, of_metrics([]).of("gone").cost)


def test_the_names_are_those_that_the_proxy_gives(tmp_path: Path) -> None:
    """Counted by the program's own metrics, and read back from its own text."""
    rulebook = book(tmp_path)
    counts = Metrics(source := CollectorRegistry())
    trial = run(Plans(rulebook.rules), Request(), [(Channel(0, "content"), "We open at nine.")])
    counts.judged(trial.verdict)
    counts.reply("default", "openai_chat", trial.verdict.outcome)
    registry = scrape(rulebook.rules, source)
    registry.register(Loaded(rulebook))
    hours = of_metrics([render(registry).decode()]).of("hours")

    assert (1, 1, 1, "enforce") == (hours.replies, hours.all_fired, hours.runs, hours.mode)


class Loaded:
    """What the proxy's parent says of the rules."""

    def __init__(self, rulebook: Rulebook) -> None:
        self._rulebook = rulebook

    def collect(self) -> Iterator[Metric]:
        yield from rulebook_families(self._rulebook, {}, Loads(0.0))


def line(hash: str, *hits: tuple[str, str, str], faults: tuple[str, ...] = ()) -> dict[str, Any]:
    return {
        "v": 1,
        "log": "decisions",
        "rulebook": hash,
        "hits": [{"rule": rule, "mode": mode, "excuse": excuse} for rule, mode, excuse in hits],
        "faults": [{"rule": rule} for rule in faults],
    }


def test_decisions_say_at_least_how_often(tmp_path: Path) -> None:
    lines = [
        line("old", ("hours", "enforce", "")),
        line("new", ("hours", "shadow", ""), ("hours", "shadow", "")),
        line("new", ("hours", "shadow", "grounded: system prompt")),
        line("new", ("mail", "enforce", ""), faults=("hours",)),
    ]
    file = tmp_path / "decisions.jsonl"
    file.write_text("".join(json.dumps(one) + "\n" for one in lines) + "torn")
    traffic = of_decisions([file])
    hours = traffic.of("hours")

    assert (4, 1) == (traffic.replies, traffic.skipped)
    assert Counter(enforce=1, shadow=1) == hours.fired
    assert (1, 1, 3, 0) == (hours.excused, hours.errors, hours.in_shadow, traffic.of("mail").in_shadow)


class Admin(http.server.BaseHTTPRequestHandler):
    """Answers as the admin side does: with a token, at one path."""

    def do_GET(self) -> None:
        allowed = self.headers.get("authorization") == "Bearer secret"
        self.send_response(401 if not allowed else 200 if self.path == "/metrics" else 404)
        self.end_headers()
        if allowed and self.path == "/metrics":
            self.wfile.write(TEXT.encode())

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def address() -> Iterator[str]:
    with http.server.HTTPServer(("127.0.0.1", 0), Admin) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        yield f"127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join()


def test_metrics_are_fetched_from_an_admin_address(address: str) -> None:
    assert TEXT == metrics(address, "secret") == metrics(f"http://{address}/metrics", "secret")


@pytest.mark.parametrize(
    ("path", "token", "said"),
    [
        ("", "", "answers with status 401; set FILTERPROXY_ADMIN_TOKEN"),
        ("/other", "secret", "with status 404"),
    ],
)
def test_what_keeps_it_from_answering_is_said(path: str, token: str, said: str, address: str) -> None:
    with pytest.raises(ValueError, match=said):
        metrics(address + path, token)


@pytest.mark.parametrize(
    ("given", "said"),
    [("127.0.0.1:9", "does not answer"), ("ftp://a", "is no http"), ("http://", "is no http")],
)
def test_wrong_addresses_are_said_to_be(given: str, said: str) -> None:
    with pytest.raises(ValueError, match=said):
        metrics(given)
