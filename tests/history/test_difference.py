"""What changed between two rulebooks is said rule by rule and key by key."""

from __future__ import annotations

from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from filterproxy.history.difference import Change, _moved, difference
from filterproxy.rulebook.document import Document, document_of
from filterproxy.rulebook.load import load
from tests.cli.packs import PACK, write


def document(folder: Path, text: str) -> Document:
    return load([Path(write(folder, text))])


def test_the_same_rules_have_no_difference(tmp_path: Path) -> None:
    """However their files are called, and wherever in them the rules stand."""
    one = document(tmp_path, PACK)
    other = load([Path(write(tmp_path, "# A comment.\n\n" + PACK, "other.yaml"))])

    assert difference(one, other).same


def test_a_key_that_changed_is_named_with_both_values(tmp_path: Path) -> None:
    old = document(tmp_path, PACK)
    new = document(tmp_path, PACK.replace(".com'", ".(com|org)'"))
    found = difference(old, new)

    assert {"mail": (Change("match.pattern", r"\w+@\w+\.com", r"\w+@\w+\.(com|org)"),)} == found.changed
    assert ["mail"] == found.rules()


def test_changes_of_mode_are_called_out(tmp_path: Path) -> None:
    """A canary says its share."""
    old = document(tmp_path, PACK)
    new = document(tmp_path, PACK.replace("mode: shadow", "mode: enforce\n    rollout: 12.5%"))

    assert (("loud", "shadow", "canary 12.5%"),) == difference(old, new).modes


def test_added_removed_and_moved_rules_are_told_apart(tmp_path: Path) -> None:
    old = document(tmp_path, PACK)
    hours, _, loud = old["rules"]
    fresh = {**loud, "id": "fresh"}
    found = difference(old, document_of([loud, hours, fresh]))

    assert (["fresh"], ["mail"]) == ([f["id"] for f in found.added], [f["id"] for f in found.removed])
    assert ("loud",) == found.moved
    assert {"added", "removed", "changed", "moved", "modes", "known"} == found.as_json().keys()


def test_another_verb_is_another_match(tmp_path: Path) -> None:
    """Options of two verbs are not mixed."""
    old = document(tmp_path, PACK)
    new = document(tmp_path, PACK.replace("{phrases: [hurray]}", "{length: {over: 3}}"))
    changes = difference(old, new).changed["loud"]

    assert ["match"] == [change.key for change in changes]


def test_long_lists_are_given_as_what_came_and_went(tmp_path: Path) -> None:
    words = "[hurray, hooray, yes, wow]"
    old = document(tmp_path, PACK.replace("[hurray]", words))
    new = document(tmp_path, PACK.replace("[hurray]", words.replace("yes", "yeah")))

    assert {"match.phrases": {"added": ["yeah"], "removed": ["yes"]}} == (
        difference(old, new).as_json()["changed"]["loud"]
    )


def test_lists_without_end_are_cut_and_say_so(tmp_path: Path) -> None:
    """Those of a rule that came anew, and of what came to a list."""
    many = ", ".join(f"word{number}" for number in range(1000))
    old = document(tmp_path, PACK)
    new = document(tmp_path, PACK.replace("[hurray]", f"[{many}]"))
    added = difference(old, new).as_json()["changed"]["loud"]["match.phrases"]["added"]
    fresh = difference(document_of([]), new).as_json()["added"]["loud"]["match"]["phrases"]

    assert (51, "and 950 more", added) == (len(added), added[-1], fresh)


def test_what_is_known_is_part_of_it(tmp_path: Path) -> None:
    rules = document(tmp_path, PACK)["rules"]
    found = difference(document_of(rules, {"a.txt": "9-17"}), document_of(rules, {"a.txt": "9-18"}))

    assert (("a.txt",), False) == (found.known, found.same)


@given(st.permutations(list("abcdef")))
def test_without_what_moved_the_order_is_the_old_one(after: list[str]) -> None:
    """And nothing moved exactly where the order is the same."""
    moved = _moved("abcdef", after)

    assert sorted(after) == [*sorted([*moved, *(id for id in after if id not in moved)])]
    assert [id for id in "abcdef" if id not in moved] == [id for id in after if id not in moved]
    assert (list("abcdef") == after) == (not moved)
