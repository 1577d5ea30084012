"""Packs changed where they stand."""

from __future__ import annotations

import difflib
import os
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from filterproxy.rulebook.edit import CannotEdit, PackText, flow, read
from filterproxy.rulebook.files import write_text
from filterproxy.rulebook.load import load, shipped_rules
from filterproxy.rulebook.source import parse

BLOCK = """# ours
version: 1
pack: shop   # the shop's
rules:
  - id: hours  # opening hours
    match: {fact: opening_hours}
    action: drop
    say: >-
      Please look
      at our website.

    # since the spring
    mode:   shadow   # soon more
    examples:
      # what people said
      hit:
        - {ask: "When do you open?", reply: "9 am"}
        - "We open at nine."  # said often
      # and what is right
      pass:
        - |
          Hello
          you.

  # the next one
  - {id: mail, match: {phrases: [mail]}, action: redact, examples: {hit: ["a mail"]}}
  -
    match: {phrases: [hurray]}
    id: loud
    action: flag
    # whose it is
    owner: shop
"""


def changes(before: str, after: str) -> list[str]:
    """Lines that went and came, as in a diff."""
    return [
        line
        for line in difflib.ndiff(before.splitlines(keepends=True), after.splitlines(keepends=True))
        if line[0] in "+-"
    ]


def test_a_word_is_replaced_in_its_place() -> None:
    assert [
        "-     mode:   shadow   # soon more\n",
        "+     mode:   enforce   # soon more\n",
    ] == changes(BLOCK, PackText(BLOCK).set("hours", {"mode": "enforce"}))


def test_a_new_key_stands_below_the_one_it_belongs_to() -> None:
    assert [
        "-     mode:   shadow   # soon more\n",
        "+     mode:   enforce   # soon more\n",
        "+     rollout: 10%\n",
    ] == changes(BLOCK, PackText(BLOCK).set("hours", {"mode": "enforce", "rollout": "10%"}))


def test_a_new_key_stands_above_those_that_come_late_and_their_comments() -> None:
    after = PackText(BLOCK).set("loud", {"mode": "shadow"})

    assert ["+     mode: shadow\n"] == changes(BLOCK, after)
    assert "    action: flag\n    mode: shadow\n    # whose it is\n    owner: shop\n" in after


def test_a_rule_in_braces_stays_in_them() -> None:
    after = PackText(BLOCK).set("mail", {"mode": "enforce", "rollout": "5%"})

    assert "  - {id: mail, mode: enforce, rollout: 5%, match: {phrases: [mail]}, action" in after


@pytest.mark.parametrize(
    ("rule", "left"),
    [
        ("{id: b, rollout: 10%, match: {phrases: [c]}}", "{id: b, mode: off, match: {phrases: [c]}}"),
        ("{rollout: 10%, id: b, mode: enforce}", "{id: b, mode: off}"),
        ("{id: b, mode: enforce, rollout: 10%}", "{id: b, mode: off}"),
        ("id: b\n  rollout: 10%\n  action: flag", "id: b\n  mode: off\n  action: flag"),
        ("id: b\n  # a\n  rollout: 10%  # b\n  # c", "id: b\n  mode: off\n  # a\n  # b\n  # c"),
        ("rollout: 10%\n  id: b\n  mode: enforce", "id: b\n  mode: off"),
        ("id: b\n  mode: enforce\n  rollout: 10%", "id: b\n  mode: off\n"),
    ],
)
def test_a_key_is_taken_out_and_every_comment_stays(rule: str, left: str) -> None:
    head = "version: 1\npack: a\nrules:\n- "

    assert head + left == PackText(head + rule).set("b", {"mode": "off", "rollout": None})
    assert head + left == PackText(head + left).set("b", {"mode": "off", "rollout": None})


def test_a_key_among_comments_is_left_to_its_author() -> None:
    text = "version: 1\npack: a\nrules:\n- {id: b,  # one\n  rollout: 10%,  # two\n  mode: off}\n"
    with pytest.raises(CannotEdit, match="stands among comments; take it out by hand"):
        PackText(text).set("b", {"mode": "off", "rollout": None})


def test_a_rule_without_late_keys_takes_it_below_its_id() -> None:
    text = "version: 1\npack: a\nrules:\n- id: b # x\n  match: {phrases: [c]}\n  action: flag"

    assert text.replace("# x\n", "# x\n  mode: off\n") == PackText(text).set("b", {"mode": "off"})


def test_quotes_stay() -> None:
    text = BLOCK.replace("mode:   shadow ", "mode:   'shadow' ")

    assert "mode:   'enforce' " in PackText(text).set("hours", {"mode": "enforce"})


def test_an_example_stands_behind_the_others() -> None:
    after = PackText(BLOCK).add_example("hours", "hit", "Nine, as always.")

    assert ['+         - "Nine, as always."\n'] == changes(BLOCK, after)
    assert '# said often\n        - "Nine, as always."\n      # and what' in after


def test_an_example_behind_a_block_of_text_is_not_part_of_it() -> None:
    after = PackText(BLOCK).add_example("hours", "pass", {"system": "Open 9-5.", "reply": "At nine."})

    assert ['+         - {system: "Open 9-5.", reply: "At nine."}\n'] == changes(BLOCK, after)


def test_long_examples_have_a_line_for_each_key() -> None:
    long = {"ask": "a" * 60, "reply": "b" * 60}
    after = PackText(BLOCK).add_example("hours", "pass", long)

    assert [
        f'+         - ask: "{long["ask"]}"\n',
        f'+           reply: "{long["reply"]}"\n',
    ] == changes(BLOCK, after)


def test_lists_that_are_missing_are_made() -> None:
    in_braces = PackText(BLOCK).add_example("mail", "pass", "none")
    in_block = PackText(BLOCK).add_example("loud", "hit", "Hurray!")

    assert 'examples: {hit: ["a mail"], pass: ["none"]}}' in in_braces
    assert ["+     examples:\n", "+       hit:\n", '+         - "Hurray!"\n'] == changes(BLOCK, in_block)


def test_line_breaks_of_windows_stay() -> None:
    text = BLOCK.replace("\n", "\r\n")
    after = PackText(text).add_example("hours", "hit", "Nine.")

    assert BLOCK == after.replace("\r\n", "\n").replace('        - "Nine."\n', "")
    assert after.count("\n") == after.count("\r\n")


def test_the_lines_of_a_rule_are_told_without_what_follows() -> None:
    pack = PackText(BLOCK)

    assert [(5, 23), (26, 26), (28, 32)] == [pack.lines(rule) for rule in ("hours", "mail", "loud")]


ODD = {
    "an anchor others use": "mode: &m shadow",
    "an alias": "why: &w x\n    owner: &o shadow\n    mode: *o",
    "a tag": "mode: !!str shadow",
    "a text of several lines": "mode: |\n      shadow",
}


@pytest.mark.parametrize("odd", ODD.values(), ids=ODD.keys())
def test_what_cannot_be_changed_in_place_is_left_alone(odd: str) -> None:
    text = BLOCK.replace("mode:   shadow   # soon more", odd)

    with pytest.raises(CannotEdit):
        PackText(text).set("hours", {"mode": "enforce"})


@pytest.mark.parametrize("text", ["", "- a", "rules: 5", "rules: [{id: [}", "a: *b", "{" * 5000])
def test_what_is_no_pack_is_said_to_be_none(text: str) -> None:
    with pytest.raises(CannotEdit):
        PackText(text).set("hours", {"mode": "enforce"})


def test_a_word_that_would_need_quotes_is_our_own_mistake() -> None:
    with pytest.raises(ValueError, match="quoted"):
        PackText(BLOCK).set("hours", {"mode": "a: b"})


@given(st.text())
def test_any_text_can_be_an_example(text: str) -> None:
    """What YAML would take for a line break, a mark of order or nothing at all is escaped."""
    text = text.encode("utf-8", "ignore").decode()
    after = PackText(BLOCK).add_example("hours", "hit", {"ask": text, "reply": text})
    node = parse("", after, [])

    assert node is not None
    assert {"ask": text, "reply": text} == node.at(("rules", 0, "examples", "hit", 2)).plain()
    assert text == yaml.safe_load(flow(text))


# Packs as people may lay them out: each choice is one that leaves the meaning as it is.
comments = st.sampled_from(["", "  # a: b", " #", "   # - c"])
between = st.sampled_from(["", "\n", "\n    # said: so\n", "# left\n", "    \n"])
words = st.sampled_from(["shadow", "'shadow'", '"shadow"', "off"])
hits = st.sampled_from(
    [
        '["a mail"]',
        "[a mail,\n        b mail , ]",
        '\n        - "a mail"\n        - b\n          mail',
        "\n      - a mail  # x\n\n      # y\n      - {reply: b mail,\n         ask: c}",
        "\n        - |+\n          a\n\n        - >\n          b\n          c\n",
        "\n        - ask: b\n          reply: c\n\n          # d",
        "[]",
    ]
)


@st.composite
def packs(draw: st.DrawFn) -> str:
    parts = [
        f"match: {{phrases: [mail]}}{draw(comments)}\n",
        f"action: redact{draw(comments)}\n",
        f"examples:{draw(comments)}\n      hit:{' '}{draw(hits)}{draw(comments)}\n",
    ]
    if draw(st.booleans()):
        parts.append(f"mode: {draw(words)}{draw(comments)}\n")
    if draw(st.booleans()):
        parts.append(f"why: >-\n      So that\n\n      it is.{draw(comments)}\n")
    parts = draw(st.permutations(parts))
    rule = f"  - id: mail{draw(comments)}\n" + "".join(f"{draw(between)}    {part}" for part in parts)
    other = "  - {id: b, match: {phrases: [b]}, action: flag}"
    return f"version: 1\npack: shop\nrules:\n{rule}{draw(between)}{other}" + draw(
        st.sampled_from(["", "\n", "\n\n# end\n"])
    )


def plain(text: str) -> Any:
    problems: list[Any] = []
    node = parse("", text, problems)
    return None if node is None or problems else node.plain()


@given(packs(), st.sampled_from(["enforce", "shadow", "off"]), st.sampled_from([None, "10%"]))
def test_only_the_lines_of_the_mode_change(text: str, mode: str, share: str | None) -> None:
    """Whatever the layout: every other line is as it was, and the words are there."""
    if plain(text) is None:
        return
    keys = {"mode": mode} | ({"rollout": share} if share else {})
    after = PackText(text).set("mail", keys)
    rule = plain(after)["rules"][0]
    gone = [line for line in changes(text, after) if line[0] == "-"]

    assert keys == {key: rule[key] for key in keys}
    assert len(gone) <= 1 and all("mode:" in line for line in gone)


@given(packs(), st.sampled_from(["hit", "pass"]))
def test_an_example_leaves_every_line_or_says_that_it_cannot(text: str, kind: str) -> None:
    if plain(text) is None:
        return
    try:
        after = PackText(text).add_example("mail", kind, "new mail")
    except CannotEdit:
        return

    before = plain(text)["rules"][0]["examples"].get(kind, [])
    assert [*before, "new mail"] == plain(after)["rules"][0]["examples"][kind]
    kept = iter(after)
    assert all(c in kept for c in text), "what was there stands in order"


@pytest.mark.parametrize("file", sorted(shipped_rules().glob("*.yaml")), ids=lambda file: file.stem)
def test_shipped_packs_can_be_changed_and_changed_back(file: Path) -> None:
    pack = read(file)
    for form in load([file])["rules"]:
        rule = form["id"]
        after = pack.set(rule, {"mode": "off"})
        again = pack.add_example(rule, "hit", "A case.")

        assert "off" == PackText(after).word(rule, "mode")
        assert len(changes(pack.text, after)) <= 2
        assert 1 == len(changes(pack.text, again)) or "[" in changes(pack.text, again)[0]
        if pack.word(rule, "mode") is not None:
            assert pack.text == PackText(after).set(rule, {"mode": str(pack.word(rule, "mode"))})


def test_a_file_keeps_its_mark_its_rights_and_its_link(tmp_path: Path) -> None:
    real, link = tmp_path / "real.yaml", tmp_path / "link.yaml"
    real.write_bytes(b"\xef\xbb\xbf" + BLOCK.encode())
    real.chmod(0o640)
    link.symlink_to(real)
    write_text(link, read(link).set("hours", {"mode": "off"}))

    assert link.is_symlink() and 0o640 == real.stat().st_mode & 0o777
    assert b"\xef\xbb\xbf" + BLOCK.replace("mode:   shadow", "mode:   off").encode() == real.read_bytes()
    assert ["link.yaml", "real.yaml"] == sorted(os.listdir(tmp_path))
