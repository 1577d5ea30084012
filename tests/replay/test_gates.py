"""What a replay must not come to."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from filterproxy.replay.gates import Gate, gate_of, judged, limit_of, unknown_rules
from tests.replay.books import book, drops

RESULT: dict[str, Any] = {
    "corpus": {"exchanges": 1000},
    "replies": {"new_drops": 5, "changed": 20},
    "rules": {"a": {"new": 3, "gone": 0}, "b": {"new": 11, "gone": 2}},
}


def holds(*gates: Gate, least: int = 0) -> list[bool]:
    return [gate["ok"] for gate in judged(gates, RESULT, least)]


@pytest.mark.parametrize(
    ("limit", "ok"),
    [("0.5%", True), ("0.49%", False), ("5", True), ("4", False), ("0", False), ("100 %", True)],
)
def test_a_limit_is_the_most_that_is_allowed(limit: str, ok: bool) -> None:
    assert [ok] == holds(Gate("new-drops", limit_of(limit)))


@pytest.mark.parametrize(
    ("text", "ok"),
    [("a=3", True), ("a=0.2%", False), ("b=1%", False), ("1.1%", True), ("1%", False), ("a=1e9", None)],
)
def test_a_gate_is_for_a_rule_or_for_each(text: str, ok: bool | None) -> None:
    if ok is None:
        with pytest.raises(ValueError, match="neither a number"):
            gate_of("new", text)
    else:
        assert [ok] == holds(gate_of("new", text))


def test_a_gate_says_what_it_found() -> None:
    gates = [Gate("new-drops", limit_of("0.1%")), gate_of("gone", "1"), gate_of("new", "a=1")]

    assert [
        ("--max-new-drops 0.1%", "5 of 1 000 replies (0.50%) are dropped that were not; at most 0.1%"),
        ("--max-gone 1", "b no longer fires on 2 of 1 000 replies (0.20%); at most 1"),
        ("--max-new a=1", "a newly fires on 3 of 1 000 replies (0.30%); at most 1"),
    ] == [(gate["gate"], gate["why"]) for gate in judged(gates, RESULT)]


def test_too_few_exchanges_fail() -> None:
    assert ([True], [False], []) == (holds(least=1000), holds(least=1001), holds())


@pytest.mark.parametrize("text", ["", "%", "-1", "1.5", "101%", "many", "1%%", "nan", "a="])
def test_what_is_no_limit_is_refused_in_words(text: str) -> None:
    with pytest.raises(ValueError):
        gate_of("new", text)


def test_gates_of_rules_that_nobody_has_are_known(tmp_path: Path) -> None:
    gates = [gate_of("new", text) for text in ("c=1", "a=1", "b=1", "1")]

    assert ["c"] == unknown_rules(gates, book(tmp_path, drops("a", "x")), book(tmp_path, drops("b", "x")))
