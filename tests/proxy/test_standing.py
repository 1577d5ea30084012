"""For how many replies each rule was there, and for how many as it is."""

from __future__ import annotations

import asyncio
import re
import threading
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from prometheus_client import CollectorRegistry
from prometheus_client.core import Metric

from filterproxy.config import Config
from filterproxy.core.verdict import Hit, Verdict
from filterproxy.engine.rulebook_metrics import OK, Loads
from filterproxy.engine.scrape import scrape
from filterproxy.labels.store import Labels
from filterproxy.metrics import Metrics
from filterproxy.proxy.admin.figures import Figures
from filterproxy.proxy.admin.kills import Kills
from filterproxy.proxy.admin.standing import Counted, Standing
from filterproxy.proxy.reload.book import Book
from filterproxy.rulebook.document import Document
from filterproxy.rulebook.load import load
from tests.labels.cases import CONTENT, PACK

HOURS = "    action: drop\n"


def document(folder: Path, also: str = "", text: str = PACK) -> Document:
    """also: keys of the rule `hours`."""
    file = folder / "shop.yaml"
    file.write_text(text.replace(HOURS, HOURS + also))
    return load([file])


@dataclass
class Looks:
    """
    What the metrics say of rules after each look: mode, replies since the rule is so, and in all. fired: of
    those since, the ones in which it fired.
    """

    standing: Standing = field(default_factory=Standing)
    fired: dict[str, float] = field(default_factory=dict)

    def __call__(
        self, rules: Document, counted: float, *left_out: str, fired: float = 0, reloaded: bool = False
    ) -> dict[str, tuple[str, float, float]]:
        count = Counted(counted, fired)
        counts = {form["id"]: count for form in rules["rules"] if form["mode"] != "off"}
        self.standing.look(rules, counts, left_out, reloaded=reloaded)
        evaluated, since, found = self.standing.families(counts)
        self.fired = {s.labels["rule"]: s.value for s in found.samples}
        total = {s.labels["rule"]: s.value for s in evaluated.samples}
        return {s.labels["rule"]: (s.labels["mode"], s.value, total[s.labels["rule"]]) for s in since.samples}


def test_rules_that_were_there_from_the_start_have_seen_all(tmp_path: Path) -> None:
    assert {"hours": ("enforce", 100, 100), "refund": ("shadow", 100, 100)} == Looks()(
        document(tmp_path), 100
    )


def test_a_change_of_mode_begins_anew_for_that_rule_alone(tmp_path: Path) -> None:
    look = Looks()
    look(document(tmp_path), 100)
    shadow = document(tmp_path, "    mode: shadow\n")

    assert {"hours": ("shadow", 0, 100), "refund": ("shadow", 150, 150)} == look(shadow, 150)
    assert ("shadow", 30, 130) == look(shadow, 180)["hours"]
    assert ("canary", 0, 130) == look(document(tmp_path, "    rollout: 10%\n"), 200)["hours"]
    assert ("canary", 10, 140) == look(document(tmp_path, "    rollout: 10%\n"), 210)["hours"]


def test_what_fired_is_counted_over_the_same_replies(tmp_path: Path) -> None:
    """A rule that fired in a thousand replies of its shadow has fired in none as a canary yet."""
    look, canary = Looks(), document(tmp_path, "    rollout: 10%\n")
    fired = []
    for counted, hits, *killed in ((100, 90), (150, 95), (200, 97, "hours"), (220, 99), (200, 80), (210, 90)):
        look(canary if counted > 100 else document(tmp_path), counted, *killed, fired=hits)
        fired.append(look.fired["hours"])

    assert [90, 0, 0, 0, 0, 10] == fired


def test_a_larger_share_is_the_same_canary(tmp_path: Path) -> None:
    look = Looks()
    look(document(tmp_path, "    rollout: 10%\n"), 100)

    assert ("canary", 130, 130) == look(document(tmp_path, "    rollout: 50%\n"), 130)["hours"]


def test_a_rule_that_finds_something_else_is_another_one(tmp_path: Path) -> None:
    """What was seen of the rule before says nothing of it; why it is there, and for whom, may change."""
    look = Looks()
    look(document(tmp_path, "    mode: shadow\n"), 100)
    look(document(tmp_path, "    mode: shadow\n    owner: Ann\n"), 110)
    other = document(tmp_path, "    mode: shadow\n", PACK.replace("opening_hours", "price"))

    assert ("shadow", 0, 110) == look(other, 110)["hours"]
    assert ("shadow", 7, 117) == look(other, 117)["hours"]


def test_a_rule_that_was_off_meanwhile_begins_anew_and_was_not_there(tmp_path: Path) -> None:
    look, on = Looks(), document(tmp_path)
    look(on, 100)

    assert "hours" not in look(document(tmp_path, "    mode: off\n"), 150)
    assert ("enforce", 0, 100) == look(on, 170)["hours"]
    assert ("enforce", 5, 105) == look(on, 175)["hours"]


def test_a_rule_that_came_later_was_not_there_before(tmp_path: Path) -> None:
    look, on = Looks(), document(tmp_path)
    look(document(tmp_path, "    mode: off\n"), 100)

    assert ("enforce", 0, 0) == look(on, 100)["hours"]
    assert ("enforce", 4, 4) == look(on, 104)["hours"]


def test_when_rules_were_swapped_before_the_first_look_nothing_is_sure(tmp_path: Path) -> None:
    assert ("enforce", 0, 0) == Looks()(document(tmp_path), 100, reloaded=True)["hours"]


def test_while_a_rule_is_killed_nothing_is_added_and_nothing_is_lost(tmp_path: Path) -> None:
    look, rules = Looks(), document(tmp_path)
    look(rules, 100)  # before the kill
    look(rules, 101, "hours")  # after it

    assert ("enforce", 100, 100) == look(rules, 150, "hours")["hours"]
    assert ("enforce", 100, 100) == look(rules, 160)["hours"], "it came back in between"
    assert ("enforce", 120, 120) == look(rules, 180)["hours"]
    assert ("shadow", 180, 180) == look(rules, 180)["refund"]


def test_counts_that_were_torn_take_nothing_away(tmp_path: Path) -> None:
    look, rules = Looks(), document(tmp_path)
    look(rules, 100)

    assert ("enforce", 100, 100) == look(rules, 40)["hours"]
    assert ("enforce", 110, 110) == look(rules, 50)["hours"]


class Rules:
    """What runs, as the reloader has it."""

    def __init__(self, document: Document) -> None:
        self.book = Book(document, Config("http://localhost"))
        self.loads = Loads(0.0)

    def swap(self, document: Document) -> None:
        self.book = Book(document, Config("http://localhost"), self.book)
        self.loads.times[OK] += 1


class Workers:
    restarts = 0
    workers_ready = 1
    workers_by_hash: dict[str, int] = {}  # noqa: RUF012

    def leave_out(self, killed: Collection[str], turn: int) -> list[str]:
        return []


class World:
    """The admin side's figures over counts of this process."""

    def __init__(self, folder: Path, monkeypatch: pytest.MonkeyPatch, labels: str = "") -> None:
        self.source = CollectorRegistry()
        self.counts = Metrics(self.source)
        monkeypatch.setattr(
            "filterproxy.proxy.admin.figures.scrape",
            lambda rules, _, everywhere: scrape(rules, self.source, everywhere),
        )
        self.rules = Rules(document(folder, "    mode: shadow\n"))
        self.kills = Kills(Workers(), lambda line: None)
        self.figures = Figures(self.rules, Workers(), "", self.kills, labels)
        self.kills.look = self.figures.look

    def replies(self, number: int) -> None:
        for _ in range(number):
            self.counts.reply("default", "openai_chat", "pass")

    def hits(self, number: int) -> None:
        hit = Hit("hours", CONTENT, 0, 1, "drop", "shadow")
        for _ in range(number):
            self.counts.judged(Verdict([hit]))

    def lines(self, rule: str = "hours") -> list[str]:
        wanted = ("filterproxy_rule_evaluated_total{", "filterproxy_rule_mode_")
        text = self.figures.text().decode().splitlines()
        found = [line for line in text if line.startswith(wanted) and f'rule="{rule}"' in line]
        return [re.sub(r',version="\w{12}"', "", line) for line in found]


def test_nobody_needs_to_look_for_the_replies_to_be_counted(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A kill of a minute in a shadow of days, and a change of another rule, cost the evidence nothing."""
    world = World(tmp_path, monkeypatch)
    world.replies(100)
    world.hits(2)
    asyncio.run(world.kills.kill("hours", 60, "", "me"))
    world.replies(10)
    asyncio.run(world.kills.revive("hours", "me"))
    world.replies(5)
    other = PACK.replace("refund\\s+of", "refunds? of")
    world.rules.swap(document(tmp_path, "    mode: shadow\n", other))
    world.figures.look()
    world.replies(1)

    assert [
        'filterproxy_rule_evaluated_total{rule="hours"} 106.0',
        'filterproxy_rule_mode_replies{mode="shadow",rule="hours"} 106.0',
        'filterproxy_rule_mode_fired{mode="shadow",rule="hours"} 2.0',
    ] == world.lines()


def test_who_asks_while_another_one_looks_waits(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Two instances of Prometheus that look at once would otherwise count the same replies twice."""
    world = World(tmp_path, monkeypatch)
    collect, others = world.source.collect, list[threading.Thread]()

    def meanwhile() -> Iterable[Metric]:
        if not others:
            others.append(threading.Thread(target=world.figures.text))
            others[0].start()
            others[0].join(0.05)
            assert others[0].is_alive()
        return collect()

    monkeypatch.setattr(world.source, "collect", meanwhile)
    world.figures.text()
    others[0].join(10)

    assert not others[0].is_alive()


def test_a_kill_does_not_wait_for_labels_that_cannot_be_reached(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A folder on a network that hangs; the scrape waits, on-call does not."""
    world = World(tmp_path, monkeypatch, labels=str(tmp_path / "labels.jsonl"))
    reading, back = threading.Event(), threading.Event()

    def hang(_: Path) -> Labels:
        reading.set()
        back.wait(10)
        return Labels()

    (tmp_path / "labels.jsonl").touch()
    monkeypatch.setattr("filterproxy.labels.figures.read", hang)
    scrape = threading.Thread(target=world.figures.text)
    scrape.start()
    assert reading.wait(10)
    killed = threading.Thread(target=lambda: asyncio.run(world.kills.kill("hours", 60, "", "me")))
    killed.start()
    killed.join(10)
    waits = killed.is_alive()
    back.set()
    scrape.join(10)
    killed.join(10)

    assert not waits


def test_a_kill_goes_on_where_counting_fails() -> None:
    def broken() -> None:
        raise ZeroDivisionError

    kills = Kills(Workers(), lambda line: None)
    kills.look = broken

    found, late = asyncio.run(kills.kill("hours", 60, "", "me"))

    assert ("hours", [], ["hours"]) == (found.rule, late, [kill.rule for kill in kills.active])
