"""The verbs `language` and `repeats` as authors write them, and what is said of mistakes in them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from filterproxy.core.request import Request, Turn
from filterproxy.rulebook.compile import compile
from filterproxy.rulebook.load import load
from filterproxy.rulebook.problem import RulebookError


def pack(folder: Path, match: str) -> Path:
    file = folder / "pack.yaml"
    rule = f"{{id: a, match: {match}, action: flag}}"
    file.write_text(f"version: 1\npack: shown\nrules:\n  - {rule}\n", "utf-8")
    return file


@pytest.mark.parametrize(
    ("match", "form"),
    [
        ("{language: {not: asked}}", {"verb": "language", "languages": ["asked"], "other": True}),
        ("{language: {is: de}}", {"verb": "language", "languages": ["de"], "other": False}),
        ("{language: {is: [de-AT, en]}}", {"verb": "language", "languages": ["de", "en"], "other": False}),
        ("{language: {not: [en, asked]}}", {"verb": "language", "languages": ["en", "asked"], "other": True}),
        ("{repeats: {}}", {"verb": "repeats", "of": "system", "words": 12}),
        ("{repeats: {of: user, words: 5}}", {"verb": "repeats", "of": "user", "words": 5}),
    ],
)
def test_each_has_a_form_with_every_option(match: str, form: dict[str, Any], tmp_path: Path) -> None:
    """And a rule that reads the whole reply."""
    document = load([pack(tmp_path, match)])

    assert (form, "reply") == (document["rules"][0]["match"], document["rules"][0]["scope"])
    assert len(compile(document).rules) == 1


@pytest.mark.parametrize(
    ("match", "fix"),
    [
        ("{language: {is: germn}}", 'did you mean "de"?'),
        ("{language: {not: [en, English]}}", 'did you mean "en"?'),
        ("{language: {not: aske}}", 'did you mean "asked"?'),
        (
            "{language: {is: asked}}",
            "write `not: asked`: a reply in the language of the question is as it should be",
        ),
        ("{language: de}", "write {is: de}"),
        ("{language: {}}", "write `language: {not: asked}`, or `language: {is: [de, en]}`"),
        ("{language: {is: de, not: en}}", "write `language: {not: asked}`, or `language: {is: [de, en]}`"),
        ("{repeats: system}", "write {of: system}"),
        ("{repeats: {of: sytem}}", 'did you mean "system"?'),
        ("{repeats: {words: 3}}", "write at least 4"),
    ],
)
def test_a_mistake_is_told_once_with_its_repair(match: str, fix: str, tmp_path: Path) -> None:
    """At the place where it stands."""
    with pytest.raises(RulebookError) as caught:
        load([pack(tmp_path, match)])
    [problem] = caught.value.problems

    assert (fix, 4) == (problem.fix, problem.place.line)


def test_the_language_of_tokens_is_no_second_verb(tmp_path: Path) -> None:
    """It stands beside `tokens` as an option."""
    document = load([pack(tmp_path, "{tokens: [{LOWER: refund}], language: de}")])

    assert "tokens" == document["rules"][0]["match"]["verb"]


def test_a_rule_may_be_for_questions_in_one_language(tmp_path: Path) -> None:
    """With `when`, as for every verb."""
    file = pack(tmp_path, "{language: {not: asked}}, when: {language: [de]}")
    [rule] = compile(load([file])).rules

    assert rule.when is not None
    assert rule.when(Request(turns=(Turn("user", "Wann haben Sie geöffnet?"),)))
    assert not rule.when(Request(turns=(Turn("user", "When do you open?"),)))
