"""The kill switch: over HTTP, by the clock, in the workers."""

from __future__ import annotations

import asyncio
import json
import re
import socket
from collections.abc import Collection
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
from prometheus_client import CollectorRegistry

from filterproxy.config import Config
from filterproxy.core.request import Request
from filterproxy.core.rule import Mode
from filterproxy.core.verdict import Channel
from filterproxy.engine.engines import Engines, engines_of
from filterproxy.metrics import Metrics
from filterproxy.proxy.admin.kills import Kills, seconds_of
from filterproxy.proxy.reload.swap import Swaps
from filterproxy.record.redact import Books
from filterproxy.rulebook.document import Document
from filterproxy.rulebook.load import load
from tests.proxy.supervised import TELLS, hear, supervise
from tests.proxy.test_admin import Admin

CONFIG = Config("http://localhost")
PACK = """
version: 1
pack: shop
rules:
  - {id: mail, match: {regex: '\\w+@\\w+'}, action: {redact: "[mail]"}}
  - {id: loud, match: {phrases: [hurray]}, action: {replace: "hm"}}
  - {id: asked, match: {phrases: [hello]}, action: {replace: "hi"}, when: {model: "gpt*"}}
"""


class Workers:
    """Notes what it is told."""

    def __init__(self, late: list[str] | None = None) -> None:
        self.told: list[list[str]] = []
        self.turns: list[int] = []
        self._late = late or []

    def leave_out(self, killed: Collection[str], turn: int) -> list[str]:
        self.told.append(list(killed))
        self.turns.append(turn)
        return self._late


class Clock:
    def __init__(self) -> None:
        self.seconds = 0.0

    def __call__(self) -> float:
        return self.seconds


def document(folder: Path, text: str = PACK) -> Document:
    (folder / "shop.yaml").write_text(text)
    return load([folder / "shop.yaml"])


def engines(folder: Path) -> Engines:
    return engines_of(document(folder), CONFIG, Metrics(CollectorRegistry()))


def filtered(engines: Engines, text: str, stream: bool = False, model: str = "gpt") -> str:
    session = engines.of("default").session(Request(stream=stream, model=model))
    session.expect_content(0)
    channel = Channel(0, "content")
    pieces = [*session.feed(channel, text), *session.end().pieces.get(channel, [])]
    return "".join(piece.text for piece in pieces)


TEXT = "Hello, hurray! Write to me@x."


@pytest.mark.parametrize("stream", [False, True])
def test_a_killed_rule_is_as_one_that_is_off_and_the_others_go_on(tmp_path: Path, stream: bool) -> None:
    every = engines(tmp_path)
    killed = every.without(["loud", "asked", "none"])

    assert "hi, hm! Write to [mail]." == filtered(every, TEXT, stream)
    assert "Hello, hurray! Write to [mail]." == filtered(killed, TEXT, stream)
    assert "hi, hm! Write to [mail]." == filtered(killed.without([]), TEXT, stream)


def test_what_is_stored_is_redacted_by_a_killed_rule_all_the_same(tmp_path: Path) -> None:
    """The books of the logs take the rulebook, and a kill leaves it as it was written."""
    killed = engines(tmp_path).without(["mail"])
    books = Books()
    books.use(killed.rulebook)

    assert [Mode.ENFORCE] * 3 == [rule.mode for rule in killed.rulebook.rules]
    assert engines(tmp_path).hash == killed.hash


class App:
    def __init__(self, engines: Engines) -> None:
        self.engines = engines

    def swap(self, engines: Engines) -> None:
        self.engines = engines


def obey(app: App, *orders: dict[str, Any], **given: Any) -> list[str]:
    """What a worker answers to orders."""
    answers: list[str] = []

    def make(document: Document, previous: Engines) -> Engines:
        return engines_of(document, CONFIG, Metrics(CollectorRegistry()), previous)

    async def run() -> None:
        swaps = Swaps(app, make, answers.append, **given)
        for order in orders:
            swaps.take(json.dumps(order).encode())
        while len(answers) < len(orders):
            await asyncio.sleep(0)
        await swaps.close()

    asyncio.run(run())
    return answers


def test_a_kill_outlives_other_rules_and_the_newest_order_holds(tmp_path: Path) -> None:
    app = App(engines(tmp_path))
    other = document(tmp_path, PACK.replace("[mail]", "[other]"))
    answers = obey(
        app,
        {"killed": ["loud"], "turn": 2},
        {"document": other},
        {"killed": ["mail"], "turn": 1},
    )

    assert ["killed 2", f"rulebook {other['hash']}", "killed 2"] == answers
    assert "hi, hurray! Write to [other]." == filtered(app.engines, TEXT)


def test_a_worker_that_begins_with_a_kill_ends_it_when_told(tmp_path: Path) -> None:
    app = App(engines(tmp_path).without(["loud"]))

    assert ["killed 4"] == obey(app, {"killed": [], "turn": 4}, killed=["loud"], turn=3)
    assert "hi, hm! Write to [mail]." == filtered(app.engines, TEXT)


# Says what it was told to leave out, in its charter and after.
LEAVES = (
    TELLS
    + """
print("rulebook", charter["document"]["hash"], flush=True)
print("ready", flush=True)
for line in sys.stdin:
    order = json.loads(line)
    told.sendall(line.encode())
    if "slow" not in order["killed"]:
        print("killed", order["turn"], flush=True)
"""
)


def test_every_worker_hears_of_a_kill_and_so_does_the_next_one(stack: ExitStack, ear: socket.socket) -> None:
    supervisor = supervise(stack, LEAVES, ear, {"kill_seconds": 20.0}, workers=2)
    supervisor.charter({"hash": "one"})
    told = [hear(stack, ear) for _ in range(2)]
    supervisor.started.result(20)

    assert [] == supervisor.leave_out(["b", "a"], 1)
    assert [{"killed": ["a", "b"], "turn": 1}] * 2 == [json.loads(one[0].recv(1000)) for one in told]
    supervisor._slots[0].process.kill()  # type: ignore[union-attr]
    _, _, charter = hear(stack, ear)
    assert (["a", "b"], 1) == (charter["killed"], charter["turn"])


def test_an_order_that_comes_behind_a_later_one_changes_nothing(stack: ExitStack, ear: socket.socket) -> None:
    supervisor = supervise(stack, LEAVES, ear, {"kill_seconds": 20.0})
    supervisor.charter({"hash": "one"})
    told, _, _ = hear(stack, ear)
    supervisor.started.result(20)

    assert [[], []] == [supervisor.leave_out(["a"], 2), supervisor.leave_out([], 1)]
    assert {"killed": ["a"], "turn": 2} == json.loads(told.recv(1000))


def test_a_worker_that_does_not_answer_is_named(stack: ExitStack, ear: socket.socket) -> None:
    supervisor = supervise(stack, LEAVES, ear, {"kill_seconds": 0.05})
    supervisor.charter({"hash": "one"})
    hear(stack, ear)
    supervisor.started.result(20)

    assert ["worker 0 has not said yet that it follows"] == supervisor.leave_out(["slow"], 1)


def test_a_kill_ends_by_itself_and_each_step_leaves_a_line() -> None:
    workers, clock, lines = Workers(), Clock(), list[str]()

    async def run() -> None:
        kills = Kills(workers, lines.append, clock, lambda: 1_000_000.0)
        await kills.kill("b", 60, "many drops", "10.0.0.1 with the admin token")
        await kills.kill("a", 30, "", "10.0.0.2")
        assert {"a": 30, "b": 60} == kills.seconds_left
        clock.seconds = 30
        assert ["b"] == [kill.rule for kill in kills.active]
        await kills.expire()
        assert await kills.revive("a", "x") is None
        assert await kills.revive("b", "10.0.0.3") is not None

    asyncio.run(run())

    assert [["b"], ["a", "b"], ["b"], []] == workers.told
    assert [1, 2, 3, 4] == workers.turns
    assert [
        "rule b is killed until 1970-01-12T13:47:40.000Z, asked by 10.0.0.1 with the admin token: many drops",
        "rule a is killed until 1970-01-12T13:47:10.000Z, asked by 10.0.0.2",
        "rule a runs again: its kill has ended",
        "rule b runs again, asked by 10.0.0.3",
    ] == lines


def test_the_loop_itself_ends_a_kill() -> None:
    workers, clock = Workers(), Clock()

    async def run() -> None:
        kills = Kills(workers, lambda line: None, clock)
        await kills.kill("a", 0.001, "", "x")
        clock.seconds = 1
        while len(workers.told) < 2:
            await asyncio.sleep(0)

    asyncio.run(run())

    assert [["a"], []] == workers.told


@pytest.mark.parametrize(("text", "seconds"), [("90s", 90), ("30m", 1800), ("5min", 300), (" 24h ", 86400)])
def test_a_duration_is_a_number_and_a_unit(text: str, seconds: float) -> None:
    assert seconds == seconds_of(text)


@pytest.mark.parametrize("text", ["", "0s", "25h", "1d", "-1h", "1.5h", "٣h", "30", "9" * 30 + "s"])
def test_what_is_no_bounded_duration_is_said_so(text: str) -> None:
    with pytest.raises(ValueError, match="at most 24h"):
        seconds_of(text)


def test_a_rule_is_killed_over_http_and_shown(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    admin = Admin(tmp_path)
    answer = admin.ask("POST", "/rules/mail/kill", json={"for": "30m", "reason": "it\neats replies"})
    said = answer.json()
    text = admin.ask("GET", "/metrics").text
    shown = {rule["id"]: rule["killed"] for rule in admin.ask("GET", "/rulebook").json()["rules"]}
    listed = admin.ask("GET", "/rules/kills").json()["kills"]
    logged = capsys.readouterr().err

    assert (200, "mail", []) == (answer.status_code, said["rule"], said["late"])
    assert "this instance only" in said["note"] and f"{tmp_path}/shop.yaml:5" in said["note"]
    left = re.search(r'^filterproxy_rule_killed\{rule="mail"\} (\S+)$', text, re.MULTILINE)
    assert left is not None and 1700 < float(left[1]) <= 1800
    assert (None, "it eats replies") == (shown["sure"], shown["mail"]["reason"])
    assert [shown["mail"]] == listed
    assert ["mail"] == admin.explain(reply="x")["killed"]
    assert "filterproxy: rule mail is killed until " in logged and "127.0.0.1 without a token" in logged


def test_a_killed_rule_is_let_go_over_http(tmp_path: Path) -> None:
    admin = Admin(tmp_path)
    admin.ask("POST", "/rules/mail/kill")
    answers = [admin.ask("DELETE", "/rules/mail/kill") for _ in range(2)]

    assert [200, 404] == [answer.status_code for answer in answers]
    assert [] == admin.ask("GET", "/rules/kills").json()["kills"]
    assert "filterproxy_rule_killed{" not in admin.ask("GET", "/metrics").text


@pytest.mark.parametrize(
    ("path", "body", "status", "says"),
    [
        ("mial", {}, 404, 'did you mean "mail"'),
        ("mail", {"for": "2d"}, 400, "at most 24h"),
        ("mail", {"for": 30}, 400, "`for` is of the wrong kind"),
        ("mail", {"until": "x"}, 400, "`until` is no key"),
        ("mail", [], 400, "not a JSON object"),
    ],
)
def test_what_cannot_be_killed_is_said_in_a_sentence(
    tmp_path: Path, path: str, body: object, status: int, says: str
) -> None:
    answer = Admin(tmp_path).ask("POST", f"/rules/{path}/kill", json=body)

    assert status == answer.status_code
    assert says in answer.json()["error"]["message"]


def test_kills_want_the_token_as_all_else_does(tmp_path: Path) -> None:
    admin = Admin(tmp_path, token="secret")
    asked = [("POST", "/rules/mail/kill"), ("DELETE", "/rules/mail/kill"), ("GET", "/rules/kills")]

    assert [401] * 3 == [admin.ask(*one).status_code for one in asked]
    bearer = {"authorization": "Bearer secret"}
    assert 200 == admin.ask("POST", "/rules/mail/kill", headers=bearer).status_code
