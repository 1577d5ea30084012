"""What examples have shown, and what none has."""

from __future__ import annotations

from pathlib import Path

import pytest

from filterproxy.proving.coverage import RuleCoverage, cover
from tests.proving.books import book


def one(folder: Path, match: str, hit: str, passes: str = "[Nothing.]", more: str = "") -> RuleCoverage:
    rule = f"{{id: a, match: {match}, action: flag{more}, examples: {{hit: {hit}, pass: {passes}}}}}"
    [found] = cover(book(folder, rule)).rules
    return found


def unused(found: RuleCoverage) -> list[str]:
    return [alternative.label.split(" (of")[0] for alternative in found.unused]


@pytest.mark.parametrize(
    ("match", "hit", "expected"),
    [
        ("{regex: 'cats|dogs|birds'}", "[Two cats., A few birds.]", ["dogs"]),
        ("{regex: 'cats|dogs'}", '["CATS and dogs"]', ["cats"]),
        ("{regex: '(?i)cats|dogs'}", '["CATS and dogs"]', []),
        ("{regex: 'open(?:s|ed)|shut(?:s|down)'}", "[It opened]", ["shut(?:s|down)", "s"]),
        ("{phrases: [One, two, two more]}", '["ONE, two more"]', ["two"]),
        ("{any: [{regex: 'v[0-9]'}, {phrases: [beta]}]}", "[The beta]", ["member 1, regex v[0-9]"]),
        ("{any: [{regex: 'xx|yy'}, {phrases: [aa, bb]}]}", "[aa]", ["member 1, regex xx|yy", "bb"]),
        ("{all: [{regex: '[0-9]+'}, {phrases: [sure, certain]}]}", "[Sure 5]", ["certain"]),
        ("{fact: price}", "[It costs $5.]", []),
    ],
)
def test_alternatives_that_no_hit_uses_are_listed(
    tmp_path: Path, match: str, hit: str, expected: list[str]
) -> None:
    assert unused(one(tmp_path, match, hit)) == expected


def test_every_match_of_a_reply_counts_whatever_the_action(tmp_path: Path) -> None:
    rule = "{id: a, match: {phrases: [one, two]}, action: drop, examples: {hit: [one two], pass: [No]}}"
    [found] = cover(book(tmp_path, rule)).rules

    assert (found.unused, found.covered, found.total) == ((), 4, 4)


def test_what_is_excused_shows_nothing(tmp_path: Path) -> None:
    found = one(tmp_path, "{phrases: [one, two]}", "[one two]", more=", unless: {allow: [two]}")

    assert unused(found) == ["two"]


def test_a_not_is_shown_by_a_pass(tmp_path: Path) -> None:
    match = "{all: [{regex: '[0-9]+'}, {not: {phrases: [about]}}]}"

    assert unused(one(tmp_path, match, "['5']")) == ["not, phrases about"]
    assert unused(one(tmp_path, match, "['5']", "[about 5]")) == []


def test_text_that_is_found_folded_counts(tmp_path: Path) -> None:
    """Full-width letters: the engine finds them in another text than the reply."""
    assert unused(one(tmp_path, "{regex: 'cats|dogs'}", "[\uff43\uff41\uff54\uff53]")) == ["dogs"]


def test_a_pass_that_the_rule_does_not_read_shows_nothing(tmp_path: Path) -> None:
    match, hit, more = "{phrases: [one]}", "[{reply: one, in: reasoning}]", ", in: [reasoning]"

    assert one(tmp_path, match, hit, "[one]", more).passed is False
    assert one(tmp_path, match, hit, "[{reply: two, in: reasoning}]", more).passed is True


def test_a_rule_without_hit_or_pass_is_told(tmp_path: Path) -> None:
    rules = """
{id: a, match: {regex: a}, action: flag, examples: {hit: [a], pass: [b]}}
{id: b, match: {regex: a}, action: flag, examples: {hit: [a]}}
{id: c, match: {regex: a}, action: flag, examples: {pass: [b], todo_hit: [a]}}
{id: d, match: {regex: a}, action: flag}
"""
    found = cover(book(tmp_path, rules))

    assert [(rule.hit, rule.passed) for rule in found.rules] == [
        (True, True),
        (True, False),
        (False, True),
        (False, False),
    ]
    assert (found.covered, found.total, found.percent) == (4, 8, 50.0)


def test_limits_are_said(tmp_path: Path) -> None:
    assert one(tmp_path, "{regex: '(?!a|b)c'}", "[c]").not_analysed == (
        "regex: 2 alternatives inside negative look-arounds and conditions",
    )
    assert one(tmp_path, "{regex: '(?:a|(?R))b'}", "[ab]").not_analysed == ("regex: it calls a group",)
    assert one(tmp_path, "{language: {is: [de, fr]}}", "[Das ist ein Satz auf Deutsch.]").not_analysed


def test_a_rule_that_asks_somebody_is_not_counted(tmp_path: Path) -> None:
    found = one(tmp_path, "{service: {url: 'http://127.0.0.1:9/'}}", "[a]")

    assert (found.run, found.total) == (False, 0)


def test_token_patterns_are_told_apart(tmp_path: Path) -> None:
    pytest.importorskip("spacy", reason="the verb `tokens` needs spaCy")
    match = "{tokens: [[{LOWER: refund}], [{LOWER: credit}]]}"

    assert unused(one(tmp_path, match, "[A refund!]")) == ["{'LOWER': 'credit'}"]
