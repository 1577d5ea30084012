"""A change of rules takes over what has not changed, and leaves nothing of the rules before behind."""

from __future__ import annotations

import gc
import json
import weakref
from collections.abc import Iterator
from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest
from prometheus_client import CollectorRegistry

from filterproxy.config import Config
from filterproxy.core.request import Request
from filterproxy.core.verdict import Channel
from filterproxy.engine.engines import Engines, engines_of
from filterproxy.metrics import Metrics
from filterproxy.rulebook.compile import compile
from filterproxy.rulebook.document import Document
from filterproxy.rulebook.load import load

PACK = r"""
version: 1
pack: shop
rules:
  - {id: mail, match: {regex: '\w+@\w+'}, unless: {grounded: true}, action: {redact: "[mail]"}}
  - {id: sure, match: {phrases: [refund]}, action: drop, streamed: {cut: sentence}}
  - {id: hours, match: {fact: opening_hours}, unless: {grounded: true}, action: flag}
"""
CONFIG = Config("http://localhost")


@pytest.fixture
def document(tmp_path: Path) -> Document:
    (tmp_path / "shop.yaml").write_text(PACK)
    return load([tmp_path / "shop.yaml"])


@pytest.fixture
def no_collector() -> Iterator[None]:
    gc.collect()
    gc.disable()
    yield
    gc.enable()


def used(document: Document, previous: Engines | None = None) -> Engines:
    """Engines that have judged a stream and a whole reply."""
    engines = engines_of(document, CONFIG, Metrics(CollectorRegistry()), previous)
    for stream in (False, True):
        engine = engines.of("default")
        session = engine.session(Request(stream=stream))
        session.expect_content(0)
        session.feed(Channel(0, "content"), "We open at 9. Write to me@x.")
        session.end()
        engine.met(session)
        engine.observe_verdict(session.verdict)
    return engines


@pytest.mark.usefixtures("no_collector")
def test_rules_that_have_gone_leave_no_cycle_behind(document: Document) -> None:
    """A worker rarely looks for cycles, and a rulebook is megabytes."""
    engines = used(document)
    gone: list[weakref.ref[Any]] = [weakref.ref(engines.of("default"))]
    gone.append(weakref.ref(engines.of("default")._plans.gate))
    engines = used(json.loads(json.dumps(document)), engines)

    assert [ref() for ref in gone] == [None, None]


def test_rules_that_do_the_same_are_taken_over(document: Document) -> None:
    before = compile(document)
    changed = deepcopy(document)
    changed["rules"][0]["mode"] = "shadow"
    changed["rules"][1]["why"] = "Another reason."
    after = compile(changed, None, before)

    assert [new is old for new, old in zip(after.rules, before.rules, strict=True)] == [False, True, True]
    assert after.infos[1].why == "Another reason."
    assert after.rules == compile(changed).rules


def test_rules_move_with_what_they_do_and_not_with_their_place(document: Document) -> None:
    before = compile(document)
    changed = deepcopy(document)
    changed["rules"].reverse()

    assert compile(changed, None, before).rules == before.rules[::-1]


def test_patterns_that_have_not_changed_are_not_built_anew(document: Document) -> None:
    before = used(document)
    changed = deepcopy(document)
    changed["rules"][0]["mode"] = "shadow"
    after = used(changed, before)
    sets = [engines.of("default")._plans.gate._set._automata for engines in (before, after)]

    assert [one is other for one, other in zip(*sets, strict=True)] == [True] * len(sets[0])
