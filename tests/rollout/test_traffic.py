"""What rules did in front of clients."""

from __future__ import annotations

import http.server
import json
import socket
import threading
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any, ClassVar

import pytest
from prometheus_client import CollectorRegistry
from prometheus_client.core import Metric

from filterproxy.core.plan import Plans
from filterproxy.core.request import Request
from filterproxy.core.verdict import Channel
from filterproxy.engine.rulebook_metrics import Loads, rulebook_families
from filterproxy.engine.scrape import render, scrape
from filterproxy.metrics import Metrics
from filterproxy.rollout.fetch import metrics
from filterproxy.rollout.traffic import Seen, of_decisions, of_metrics
from filterproxy.rulebook.book import Rulebook
from filterproxy.rulebook.document import Document, version_of
from filterproxy.rulebook.load import load
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
filterproxy_rule_mode_replies{rule="hours",mode="shadow",version="a1"} 60.0
filterproxy_rule_mode_replies{rule="mail",mode="enforce",version="b1"} 100.0
# TYPE filterproxy_rule_mode_fired gauge
filterproxy_rule_mode_fired{rule="hours",mode="shadow",version="a1"} 6.0
filterproxy_rule_mode_fired{rule="mail",mode="enforce",version="b1"} 0.0
# TYPE filterproxy_rule_info gauge
filterproxy_rule_info{rule="hours",pack="shop",mode="shadow",owner=""} 1.0
filterproxy_rule_info{rule="mail",pack="shop",mode="enforce",owner=""} 1.0
"""


def test_metrics_say_what_each_rule_did_and_cost() -> None:
    traffic = of_metrics([TEXT])
    hours = traffic.of("hours")

    assert 100 == traffic.replies
    now = ("shadow", "a1")
    counts = (100, Counter(shadow=7, enforce=3), 4, 2, 0.5, 20)
    assert Seen(*counts, "shadow", Counter({now: 60}), Counter({now: 6})) == hours
    assert (0.1, 0.005) == (hours.rate, hours.cost)
    assert (0.0, None) == (traffic.of("mail").rate, traffic.of("mail").cost)
    assert [60, 0, 0] == [
        hours.watched(*now) for now in (("shadow", "a1"), ("canary", "a1"), ("shadow", "a2"))
    ]


def test_instances_add_up() -> None:
    hours = of_metrics([TEXT, TEXT]).of("hours")

    assert (200, 120, 20) == (hours.replies, hours.watched("shadow", "a1"), hours.all_fired)
    assert 12 == hours.fired_as("shadow", "a1")
    assert 0 == of_metrics([TEXT, TEXT]).of("mail").fired_as("enforce", "b1"), "and not unknown"


def test_a_shell_that_does_not_say_since_when_has_seen_what_fired() -> None:
    """
    Replies since the process began are none in shadow: a reload may have put the rule there a minute ago.
    """
    text = "".join(line + "\n" for line in TEXT.splitlines() if "_rule_mode_" not in line)
    hours = of_metrics([text]).of("hours")

    assert (7, None) == (hours.watched("shadow", "a1"), hours.fired_as("shadow", "a1"))


def test_what_fired_before_an_edit_is_no_evidence_of_the_rule_now() -> None:
    edited = TEXT.replace('version="a1"} 60.0', 'version="a2"} 0.0')

    assert (7, 0) == (
        (hours := of_metrics([edited]).of("hours")).fired["shadow"],
        hours.watched("shadow", "a2"),
    )


@pytest.mark.parametrize(
    "text", ["<html>filterproxy_</html>", '{"filterproxy_": 1}', "filterproxy_ ", "# TYPE filterproxy_x\n"]
)
def test_what_is_no_text_of_prometheus_is_said_to_be_none(text: str) -> None:
    with pytest.raises(ValueError, match="is not in Prometheus' text format"):
        of_metrics([TEXT, text])


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
    traffic = of_decisions([file], lambda hash: None)
    hours = traffic.of("hours")

    assert (4, 1) == (traffic.replies, traffic.skipped)
    assert Counter(enforce=1, shadow=1) == hours.fired
    assert (1, 1) == (hours.excused, hours.errors)


def test_a_decision_counts_for_the_rule_as_it_stood_then(tmp_path: Path) -> None:
    """A rule was there for a reply in which another one fired; what it found before an edit is another's."""

    def rulebook(pattern: str, mode: str) -> Document:
        (tmp_path / "shop.yaml").write_text(
            f"version: 1\npack: shop\nrules:\n  - {{id: hours, match: {{phrases: [{pattern}]}},"
            f" action: flag, mode: {mode}}}\n"
        )
        return load([tmp_path / "shop.yaml"])

    books = {"was": rulebook("at nine", "shadow"), "is": rulebook("at ten", "shadow")}
    books["acts"] = rulebook("at ten", "enforce")
    file = tmp_path / "decisions.jsonl"
    hashes = ["was"] * 50 + ["is"] * 7 + ["acts"] * 3 + ["gone"] * 2
    lines = [line(hash, ("mail", "enforce", "")) for hash in hashes]
    lines += [line(hash, ("hours", "shadow", "")) for hash in ("was", "is", "is")]
    file.write_text("".join(json.dumps(one) + "\n" for one in lines))
    traffic = of_decisions([file], books.get)
    now = version_of(books["is"]["rules"][0])

    hours = traffic.of("hours")
    assert (9, 2, 2) == (hours.watched("shadow", now), hours.fired_as("shadow", now), traffic.unknown)


class Admin(http.server.BaseHTTPRequestHandler):
    """Answers as the admin side does: with a token, at one path."""

    statuses: ClassVar = {"/metrics": 200, "/else": 200, "/moved": 302}

    def do_GET(self) -> None:
        allowed = self.headers.get("authorization") == "Bearer secret"
        self.send_response(self.statuses.get(self.path, 404) if allowed else 401)
        self.send_header("location", "/metrics")
        self.end_headers()
        if allowed:
            self.wfile.write({"/metrics": TEXT, "/else": "node_load1 1.0\n"}.get(self.path, "").encode())

    def log_message(self, *_: object) -> None:
        pass


def test_what_speaks_no_http_is_said_not_to() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:

        def answer() -> None:
            client, _ = server.accept()
            with client:
                client.recv(1000)
                client.sendall(b"SSH-2.0-OpenSSH_9.2\r\n")

        thread = threading.Thread(target=answer)
        thread.start()
        with pytest.raises(ValueError, match="does not answer: SSH"):
            metrics(f"127.0.0.1:{server.getsockname()[1]}")
        thread.join()


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
        ("/moved", "secret", "with status 302"),
        ("/else", "secret", "has no metrics of filterproxy"),
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
