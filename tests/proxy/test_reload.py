"""A change of rules: what is handed out, what is kept, what is said; sources and workers here are fakes."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from filterproxy.config import Config, RouteConfig
from filterproxy.proxy.reload.reload import POLL, Reloader, loaded
from filterproxy.proxy.reload.sources import SourceError
from filterproxy.rulebook.document import Document
from filterproxy.rulebook.load import load
from filterproxy.rulebook.problem import RulebookError

PACK = "version: 1\npack: shop\nwhy: Because.\nrules:\n  - {id: one, match: {phrases: [a]}, action: drop}\n"
CONFIG = Config("http://localhost")


class FakeSource:
    """Reads what *text* is now, as often as it is asked; waits for `may` first."""

    name, note, polled = "fake", "", True
    files: Sequence[Path] = ()

    def __init__(self, folder: Path) -> None:
        self.file = folder / "shop.yaml"
        self.text = PACK
        self.is_new = True
        self.error = ""
        self.loads = 0
        self.may = threading.Event()
        self.may.set()
        self.reading = threading.Event()

    def refresh(self) -> bool:
        if self.error:
            raise SourceError(self.error)
        return self.is_new

    def load(self) -> Document:
        self.loads += 1
        self.file.write_text(self.text)
        document = load([self.file])
        self.reading.set()
        assert self.may.wait(20)
        return document


class FakeWorkers:
    """Takes every document, or fails as it is told."""

    def __init__(self) -> None:
        self.handed: list[str] = []
        self.failures: list[str] = []

    def hand(self, document: Document) -> list[str]:
        self.handed.append(document["hash"])
        return self.failures


class Case:
    def __init__(self, folder: Path, config: Config = CONFIG) -> None:
        self.source, self.workers, self.told = FakeSource(folder), FakeWorkers(), list[str]()
        self.first = self.source.load()
        self.reloader = Reloader(config, self.source, self.workers, self.first, self.told.append)

    def reload(self, why: str = "SIGHUP") -> str:
        return asyncio.run(self.reloader.reload(why)).result


@pytest.fixture
def case(tmp_path: Path) -> Case:
    return Case(tmp_path)


def test_other_rules_are_handed_to_the_workers(case: Case) -> None:
    case.source.text = PACK.replace("drop", "flag")

    assert case.reload() == "ok"
    assert case.workers.handed == [case.reloader.book.document["hash"]] != [case.first["hash"]]
    assert case.reloader.loads.times == {"ok": 1, "unchanged": 0, "failed": 0}
    assert case.told == [f"1 rule, rulebook {case.workers.handed[0]} (SIGHUP)"]


def test_the_same_rules_leave_the_workers_alone_and_words_about_them_are_taken_over(case: Case) -> None:
    case.source.text = PACK.replace("Because.", "For another reason.")

    assert case.reload() == "unchanged"
    assert case.workers.handed == []
    assert case.reloader.book.document["rules"][0]["why"] == "For another reason."


def test_a_mistake_changes_nothing_and_is_told_as_check_tells_it(case: Case) -> None:
    case.source.text = PACK.replace("drop", "dorp")

    assert case.reload() == "failed"
    assert case.reloader.book.document is case.first
    assert case.workers.handed == []
    assert case.told[0].startswith('error[FP012]: unknown action "dorp"\n')
    assert case.told[1] == f"1 problem in the rules (SIGHUP); rulebook {case.first['hash']} goes on"
    assert not case.reloader.loads.successful
    assert case.reloader.last is not None
    assert [problem.code for problem in case.reloader.last.problems] == ["FP012"]


def test_rules_that_a_worker_cannot_take_are_not_the_rulebook(case: Case) -> None:
    case.source.text = PACK.replace("drop", "flag")
    case.workers.failures = ["worker 0 cannot take these rules (no)"]

    assert case.reload() == "failed"
    assert case.reloader.book.document is case.first


def test_rules_that_come_back_to_what_runs_end_the_failure(case: Case) -> None:
    case.source.text = "rules: ["
    case.reload()
    case.source.text = PACK

    assert case.reload() == "unchanged"
    assert case.reloader.loads.successful


def test_a_chain_without_its_pack_is_a_mistake(tmp_path: Path) -> None:
    config = Config("http://localhost", routes=(RouteConfig("support", chain=("shop",)),))
    case = Case(tmp_path, config)
    case.source.text = PACK.replace("pack: shop", "pack: store")

    with pytest.raises(RulebookError):
        loaded(config, case.source)
    assert case.reload() == "failed"


def test_a_poll_that_finds_nothing_loads_nothing_and_counts_for_nothing(case: Case) -> None:
    case.source.is_new = False

    assert case.reload(POLL) == "unchanged"
    assert case.source.loads == 1
    assert case.reloader.loads.times["unchanged"] == 0


def test_a_source_that_is_down_is_told_once_and_comes_back(case: Case) -> None:
    case.source.is_new, case.source.error = False, "it cannot be reached"
    results = [case.reload(POLL), case.reload(POLL)]
    case.source.error = ""

    assert results == ["failed", "failed"]
    assert len(case.told) == 1
    assert case.reload(POLL) == "unchanged"
    assert case.reloader.loads.successful


def test_what_asks_during_a_reload_shares_the_next_one(case: Case) -> None:
    async def ask() -> list[str]:
        case.source.may.clear()
        case.source.reading.clear()
        first = asyncio.create_task(case.reloader.reload("a"))
        await asyncio.to_thread(case.source.reading.wait, 20)
        others = [asyncio.create_task(case.reloader.reload(why)) for why in "bcb"]
        await asyncio.sleep(0)
        case.source.may.set()
        return [(await task).why for task in (first, *others)]

    assert asyncio.run(ask()) == ["a", "b, c", "b, c", "b, c"]
    assert case.source.loads == 3


def test_one_who_stops_waiting_takes_nothing_from_the_others(case: Case) -> None:
    async def ask() -> str:
        first = asyncio.create_task(case.reloader.reload("a"))
        second = asyncio.create_task(case.reloader.reload("b"))
        await asyncio.sleep(0)
        first.cancel()
        return (await second).result

    assert asyncio.run(ask()) == "unchanged"


def test_our_own_mistake_is_a_failed_reload_and_not_the_end(
    case: Case, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def broken() -> bool:
        raise KeyError("x")

    fine: Callable[[], bool] = case.source.refresh
    monkeypatch.setattr(case.source, "refresh", broken)

    assert case.reload() == "failed"
    monkeypatch.setattr(case.source, "refresh", fine)
    assert case.reload() == "unchanged"


def test_who_follows_hears_of_other_rules_once_they_run_and_of_nothing_else(case: Case) -> None:
    heard: list[str] = []
    case.reloader.followers.append(lambda: heard.append(case.reloader.book.document["hash"]))
    case.reload()
    case.source.text = PACK.replace("drop", "dorp")
    case.reload()
    case.source.text = PACK.replace("drop", "flag")
    case.reload()

    assert case.workers.handed == heard


def test_a_follower_that_fails_ends_no_reload(case: Case, caplog: pytest.LogCaptureFixture) -> None:
    def broken() -> None:
        raise ZeroDivisionError

    case.reloader.followers.append(broken)
    case.source.text = PACK.replace("drop", "flag")

    assert "ok" == case.reload()
    assert "what follows a reload failed" in caplog.text
