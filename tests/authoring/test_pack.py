"""A rule goes behind the others, and everything else in the file stays."""

from __future__ import annotations

import tempfile
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from filterproxy.authoring.pack import with_rule
from filterproxy.rulebook.load import load
from filterproxy.rulebook.problem import RulebookError

RULE = {"id": "new", "match": {"phrases": ["x"]}, "action": "flag"}
HEAD = "# A shop.\nversion: 1\npack: shop\n"
ONE = "rules:\n  # First.\n  - id: one   # odd   blanks\n    match: {phrases: [a]}\n    action: flag\n"


def ids(text: str, folder: Path) -> list[str]:
    file = folder / "shop.yaml"
    file.write_bytes(text.encode())
    return [rule["id"] for rule in load([file])["rules"]]


@pytest.mark.parametrize(
    "text",
    [
        HEAD + ONE,
        HEAD + ONE + "\n\n",
        HEAD + ONE.rstrip("\n"),
        HEAD + ONE + "# The end.\n",
        (HEAD + ONE).replace("\n", "\r\n"),
        HEAD + ONE + "\n# Whose.\nowner: Ann\n",
        HEAD + ONE.replace("\n  ", "\n"),
        HEAD + ONE + "\n  - {id: two, match: {phrases: [b]}, action: flag}\n",
        HEAD + ONE + "  - {id: two, match: {phrases: [b]}, action: flag}\n",
        "--- # one document\n" + HEAD + ONE,
    ],
)
def test_the_rule_is_the_last_and_no_line_of_the_others_changes(text: str, tmp_path: Path) -> None:
    made = with_rule("shop.yaml", text, RULE)

    assert [*ids(text, tmp_path), "new"] == ids(made, tmp_path)
    lines = iter(made.splitlines())
    assert all(line in lines for line in text.rstrip().splitlines()), made
    assert ("\r\n" in text) == ("\r\n" in made) and "\n\n\n\n" not in made


def test_blank_lines_between_rules_go_on_as_they_did() -> None:
    tight = HEAD + ONE + "  - {id: two, match: {phrases: [b]}, action: flag}\n"

    assert "flag}\n  - id: new\n" in with_rule("x", tight, RULE)
    assert "action: flag\n\n  - id: new\n" in with_rule("x", HEAD + ONE, RULE)
    owned = HEAD + ONE + "\n# Whose.\nowner: Ann\n"
    assert "    action: flag\n\n# Whose.\nowner: Ann\n" in with_rule("x", owned, RULE)


def test_an_empty_file_becomes_a_pack_of_its_name(tmp_path: Path) -> None:
    made = with_rule("rules/shop.yaml", "\n", RULE)

    assert ["new"] == ids(made, tmp_path)
    assert "pack: shop\n" in made


@pytest.mark.parametrize(
    ("text", "says"),
    [
        (HEAD + "rules: [{id: a, match: {phrases: [a]}, action: flag}]\n", "in brackets"),
        (HEAD, "no list of `rules`"),
        ("- a\n", "no list of `rules`"),
        (HEAD + ONE + "...\n", "nothing can be added"),  # behind the end of the document
    ],
)
def test_a_file_that_cannot_be_added_to_is_refused_in_words(text: str, says: str) -> None:
    with pytest.raises(ValueError, match=says):
        with_rule("shop.yaml", text, RULE)


def test_a_file_that_is_no_yaml_is_a_problem() -> None:
    with pytest.raises(RulebookError):
        with_rule("shop.yaml", "rules: [", RULE)


@given(st.integers(1, 4), st.integers(0, 3), st.booleans(), st.booleans())
def test_it_can_be_done_again_and_again(rules: int, indent: int, spaced: bool, after: bool) -> None:
    between = "\n\n" if spaced else "\n"
    members = [
        f"{' ' * indent}- id: r{n}\n{' ' * indent}  match: {{phrases: [a]}}\n{' ' * indent}  action: flag"
        for n in range(rules)
    ]
    text = "version: 1\npack: p\nrules:\n" + between.join(members) + ("\nowner: Ann\n" if after else "\n")
    for n in range(3):
        text = with_rule("p.yaml", text, {**RULE, "id": f"new{n}"})

    with tempfile.TemporaryDirectory() as folder:
        assert [*(f"r{n}" for n in range(rules)), "new0", "new1", "new2"] == ids(text, Path(folder))
