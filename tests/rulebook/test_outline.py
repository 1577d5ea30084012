"""What a rulebook does to a stream."""

from __future__ import annotations

from pathlib import Path

from filterproxy.rulebook.compile import compile
from filterproxy.rulebook.load import load
from filterproxy.rulebook.outline import Line, outline


def lines(folder: Path, *rules: str) -> list[Line]:
    file = folder / "p.yaml"
    file.write_text(
        "version: 1\npack: p\nrules:\n" + "".join(f"  - {{id: r{i}, {r}}}\n" for i, r in enumerate(rules))
    )
    return outline(compile(load([file])))


def test_what_a_rule_holds_follows_from_its_action(tmp_path: Path) -> None:
    found = lines(
        tmp_path,
        "match: {regex: 'ab+'}, action: redact",
        "match: {regex: 'ab+'}, action: {remove: sentence}",
        "match: {regex: 'ab+'}, action: drop",
        "match: {regex: 'ab+'}, action: drop, streamed: {cut: match}",
        "match: {regex: 'ab+'}, action: flag",
        "match: {regex: 'ab+'}, action: drop, mode: shadow",
    )

    assert [line.keeps for line in found] == [
        "what could begin a match",
        "each sentence to its end",
        "the whole reply",
        "what could begin a match",
        "nothing",
        "nothing",
    ]
    assert [line.stops_streaming for line in found] == [False, False, True, False, False, False]


def test_actions_read_as_authors_write_them(tmp_path: Path) -> None:
    [line] = lines(tmp_path, "match: {regex: a}, action: {retry: 2, then: {remove: line}}, streamed: flag")

    assert (line.action, line.streamed) == ("retry 2, then remove line", "flag")


def test_the_upstreams_that_a_rule_asks_are_named(tmp_path: Path) -> None:
    asks = "action: {retry: 1, fallback: big}"
    found = lines(
        tmp_path,
        f"match: {{regex: a}}, {asks}, streamed: {{retry: 2, fallback: small}}",
        f"match: {{regex: a}}, {asks}, streamed: cut, mode: shadow",
        f"match: {{regex: a}}, {asks}, mode: off",
    )

    assert [line.fallbacks for line in found] == [("big", "small"), ("big",), ()]
    assert found[0].action == "retry 1, fallback big, then drop"
    assert found[0].as_json()["fallbacks"] == ["big", "small"]


def test_a_hold_that_cannot_be_narrowed_has_a_reason(tmp_path: Path) -> None:
    both = "match: {all: [{regex: a}, {regex: b}]}, action: redact"
    found = lines(tmp_path, both, both + ", mode: shadow", "match: {regex: a}, action: redact")

    assert [bool(line.underivable) for line in found] == [True, False, False]
    assert found[0].stops_streaming


def test_a_canary_is_shown_with_its_share(tmp_path: Path) -> None:
    [line] = lines(tmp_path, "match: {regex: a}, action: redact, rollout: 10%")

    assert (line.mode, line.rollout) == ("canary", 0.1)
