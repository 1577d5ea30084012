"""What rules did, as Prometheus remembers it."""

from __future__ import annotations

import http.server
import json
import threading
import urllib.parse
from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any

import pytest

from filterproxy.rollout.fetch import query
from filterproxy.rollout.prometheus import of_prometheus

Found = list[tuple[Mapping[str, str], float]]


def test_series_are_asked_for_over_restarts_and_instances() -> None:
    asked: list[str] = []

    def ask(text: str) -> Found:
        asked.append(text)
        name = text.partition("filterproxy_")[2].partition("{")[0]
        answers: dict[str, Found] = {
            "replies_total": [({}, 1000.6)],
            "rule_evaluated_total": [({"rule": "hours"}, 999.9)],
            "rule_fired_total": [
                ({"rule": "hours", "mode": "shadow"}, 20.2),
                ({"rule": "hours", "mode": "canary"}, 3.1),
            ],
            "rule_seconds_total": [({"rule": "hours"}, 0.5)],
            "rule_runs_total": [({"rule": "hours"}, 30.0)],
            "rule_mode_replies": [
                ({"rule": "hours", "mode": "shadow", "version": "a1"}, 600.0),
                ({"rule": "hours", "mode": "canary", "version": "a1"}, float("nan")),
            ],
            "rule_mode_fired": [({"rule": "hours", "mode": "shadow", "version": "a1"}, 12.0)],
            "rule_info": [({"rule": "hours", "mode": "canary"}, 1.0)],
        }
        return answers.get(name, [])

    traffic = of_prometheus(ask, 'job="shop"')
    hours = traffic.of("hours")

    assert (1000, 999, "canary") == (traffic.replies, hours.replies, hours.mode)
    assert Counter(shadow=20, canary=3) == hours.fired
    assert [600, 0] == [hours.watched(mode, "a1") for mode in ("shadow", "canary")]
    assert [12, None] == [hours.fired_as(mode, "a1") for mode in ("shadow", "canary")]
    assert 'sum by (rule, mode) (increase(filterproxy_rule_fired_total{job="shop"}[30d]))' in asked
    assert 'max by (rule, mode) (filterproxy_rule_info{job="shop"})' in asked


class Server(http.server.BaseHTTPRequestHandler):
    """Answers as Prometheus does."""

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["content-length"])).decode()
        asked = urllib.parse.parse_qs(body)["query"][0]
        result = [{"metric": {"rule": "hours"}, "value": [1700000000.5, "41.5"]}]
        said: Any = {"status": "success", "data": {"resultType": "vector", "result": result}}
        if asked == "broken(":
            said = {"status": "error", "errorType": "bad_data", "error": "1:8: parse error"}
        elif self.headers.get("authorization") != "Bearer secret":
            said = {}
        self.send_response(400 if "error" in said else 200 if self.path == "/p/api/v1/query" else 404)
        self.end_headers()
        self.wfile.write(json.dumps(said).encode())

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def address() -> Iterator[str]:
    with http.server.HTTPServer(("127.0.0.1", 0), Server) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        yield f"127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join()


def test_a_query_is_answered_with_labels_and_values(address: str) -> None:
    assert [({"rule": "hours"}, 41.5)] == query(f"http://{address}/p/", "up", "secret")


@pytest.mark.parametrize(
    ("path", "text", "token", "said"),
    [
        ("/p", "broken(", "secret", "with status 400: 1:8: parse error"),
        ("/p", "up", "", "does not answer as Prometheus does"),
        ("/other", "up", "secret", "with status 404"),
    ],
)
def test_what_prometheus_has_against_it_is_said(
    path: str, text: str, token: str, said: str, address: str
) -> None:
    with pytest.raises(ValueError, match=said):
        query(address + path, text, token)
