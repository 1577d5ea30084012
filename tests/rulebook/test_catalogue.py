"""The catalogue names every shipped rule, and is the one that the packs make."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from filterproxy.rulebook import schema
from filterproxy.rulebook.catalogue import catalogue, found
from filterproxy.rulebook.compile import compile
from filterproxy.rulebook.load import load, shipped_rules

README = shipped_rules() / "README.md"


def test_the_page_in_rules_is_the_one_that_the_packs_make() -> None:
    """After a change: python -m filterproxy.rulebook.catalogue > rules/README.md"""
    assert catalogue() == README.read_text("utf-8")


def test_every_rule_has_a_row_and_a_reason() -> None:
    """In the order in which they run."""
    ids = [info.id for info in compile(load([shipped_rules()])).infos]
    text = catalogue()

    assert ids == re.findall(r"^\| `([\w-]+)` \|", text, re.MULTILINE)
    assert ids == re.findall(r"^- `([\w-]+)`: \S", text, re.MULTILINE)


def test_every_link_to_a_place_in_it_leads_somewhere() -> None:
    text = catalogue()
    headings = {heading.strip().lower().replace(" ", "-") for heading in re.findall(r"^## (.*)", text, re.M)}

    assert set(re.findall(r"\]\(#([^)]*)\)", text)) == headings


def test_every_file_that_is_named_is_there() -> None:
    names = re.findall(r"\]\(([\w.]+\.(?:yaml|md))\)", catalogue())

    assert all((shipped_rules() / name).is_file() for name in names)


def test_rows_have_as_many_cells_as_their_heading(tmp_path: Path) -> None:
    rule = "{id: a-b, match: {regex: 'x|y'}, action: drop, streamed: cut, why: So., mode: shadow}"
    (tmp_path / "pack.yaml").write_text(f"version: 1\npack: p\nrules: [{rule}]\n", "utf-8")
    text = catalogue(tmp_path)
    rows = [line for line in text.splitlines() if line.startswith(("| rule", "| `a"))]

    assert {7} == {len(re.findall(r"(?<!\\)\|", row)) - 1 for row in rows}
    assert "| drop; streamed: cut sentence | shadow |" in text


@pytest.mark.parametrize(
    ("match", "words"),
    [
        ("phrases: [a, b]", "any of 2 phrases"),
        ("fact: opening_hours", "a statement: opening hours"),
        ("length: {over: 5}", "a text of more than 5 characters"),
        ("length: {under: 1}", "an empty text"),
        ("repetition: {of: lines, times: 4}", "lines said 4 times in a row"),
        ("any: [{regex: a}, {phrases: [b]}]", "a pattern or a phrase"),
        ("all: [{regex: a}, {not: {number: {kind: iban}}}]", "a pattern without a real number: iban"),
        ("tokens: [{LOWER: a}]", "a sequence of words"),
    ],
)
def test_what_is_found_is_said_in_words(match: str, words: str, tmp_path: Path) -> None:
    file = tmp_path / "pack.yaml"
    file.write_text(f"version: 1\npack: p\nrules: [{{id: a, match: {{{match}}}, action: flag}}]\n", "utf-8")

    assert words == found(load([file])["rules"][0]["match"])


def test_every_verb_has_its_words() -> None:
    """`not` stands only inside `all`."""
    from filterproxy.rulebook.catalogue import _FOUND

    assert set(schema.VERBS) - {"not"} == set(_FOUND)
