"""YAML as nodes: values, places, and what is not read."""

from __future__ import annotations

import json

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from filterproxy.rulebook import source
from filterproxy.rulebook.problem import Problem
from filterproxy.rulebook.source import MOST_PROBLEMS, Node, parse, read_plain

# Characters that may stand in one line of every YAML style.
LETTERS = st.text(st.sampled_from("ab'\"\\é字 :#{}[]1"), min_size=1, max_size=12)


def read(text: str) -> Node:
    problems: list[Problem] = []
    node = parse("pack.yaml", text, problems)
    assert problems == []
    assert node is not None
    return node


def complaints(text: str) -> list[str]:
    problems: list[Problem] = []
    parse("pack.yaml", text, problems)
    return [problem.what for problem in problems]


def pointed_at(node: Node, offset: int) -> str:
    place = node.inside(offset)
    return place.text[place.column - 1 : place.column - 1 + place.length]


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("true", True),
        ("False", False),
        ("yes", "yes"),
        ("on", "on"),
        ("off", "off"),
        ("no", "no"),
        ("", None),
        ("~", None),
        ("12", 12),
        ("-3", -3),
        ("007", "007"),
        ("1.5", 1.5),
        ("9:30", "9:30"),
        ("2024-05-31", "2024-05-31"),
        ("0x1F", "0x1F"),
        ("1_000", "1_000"),
        ("4111111111111111111111", "4111111111111111111111"),
    ],
)
def test_words_without_quotes_mean_what_they_look_like(written: str, meant: object) -> None:
    """Only true and false are truth values, and only plain digits are numbers."""
    assert meant == read_plain(written)
    assert type(meant) is type(read_plain(written))


def test_quoted_words_are_text() -> None:
    """Quotes are how an author says that a number is text."""
    assert read("['12', \"true\", '']").plain() == ["12", "true", ""]


def test_places_count_lines_and_columns_from_one() -> None:
    """A node is found where the author wrote it, and a key where its name stands."""
    node = read("a: 1\nb:\n  - x\n  - {c: wrong}\n")
    place = node.at(("b", 1, "c")).place

    assert (
        place.file,
        place.line,
        place.column,
        place.length,
        place.text,
    ) == ("pack.yaml", 4, 9, 5, "  - {c: wrong}")
    assert (node.keys["b"].line, node.keys["b"].column) == (2, 1)


def test_a_path_that_leads_nowhere_ends_at_the_last_node() -> None:
    """What is missing is missed where it should have stood."""
    node = read("a: {b: 1}")

    assert node.at(("a", "c", 3)) is node.at(("a",))


@given(LETTERS, st.data())
def test_a_part_of_a_text_is_found_inside_its_quotes(text: str, data: st.DataObject) -> None:
    """Whatever was escaped before it, the place of a character is where that character is written."""
    offset = data.draw(st.integers(0, len(text) - 1))
    wanted = text[offset]
    single = read("k: '" + text.replace("'", "''") + "'").at(("k",))
    double = read("k: " + json.dumps(text)).at(("k",))
    block = read("k: |-\n    " + "first\n    " + "x" + text).at(("k",))

    assert wanted == pointed_at(single, offset)
    assert pointed_at(double, offset) in (wanted, "\\")
    assert wanted == pointed_at(block, len("first\nx") + offset)


def test_an_alias_stands_for_what_it_names() -> None:
    """Anchors may be used to say something once."""
    assert read("a: &list [x]\nb: *list\n").plain() == {"a": ["x"], "b": ["x"]}


def test_aliases_cannot_grow_without_bound(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each alias counts as all that it stands for, before any of it is used."""
    monkeypatch.setattr(source, "LIMIT_NODES", 1000)
    lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x, x]"]
    lines += [f"a{i}: &a{i} [{', '.join([f'*a{i - 1}'] * 10)}]" for i in range(1, 40)]

    assert complaints("\n".join(lines)) == [
        "more than 1000 values, counting each alias as what it stands for"
    ]


def test_nesting_has_a_limit() -> None:
    """A thousand brackets are a problem of the pack, not of the program."""
    deep = "a: " + "[" * 200 + "]" * 200

    assert complaints(deep) == ["more than 60 levels deep"]


def test_a_control_character_is_named_by_its_number() -> None:
    """Nobody can see it, so its code point is said."""
    problems: list[Problem] = []
    parse("pack.yaml", "a: x\nb: y\x07z\n", problems)

    assert [(p.what, p.place.line, p.place.column) for p in problems] == [
        ("a control character (U+0007)", 2, 5)
    ]


@pytest.mark.skipif(not yaml.__with_libyaml__, reason="there is only one parser to compare")
@given(st.text(st.sampled_from("ab:-[]{}'\"\n #&*!|,x1"), max_size=40))
def test_both_parsers_place_everything_alike(text: str) -> None:
    """The fast parser and the one that every machine has give the same nodes at the same places."""
    with pytest.MonkeyPatch.context() as patch:
        fast = _read_or_none(text)
        patch.setattr(yaml, "CSafeLoader", yaml.SafeLoader)
        slow = _read_or_none(text)

    # They differ in what they refuse (never in what a sound pack holds).
    if fast is not None and slow is not None:
        assert fast.plain() == slow.plain()


def _read_or_none(text: str) -> Node | None:
    return parse("pack.yaml", text, [])


@given(st.text(max_size=60))
def test_any_text_is_read_or_has_a_problem(text: str) -> None:
    """Nothing that stands in a file makes reading it fail in another way."""
    problems: list[Problem] = []
    node = parse("pack.yaml", text, problems)

    assert node is None or problems == [] or all(p.code in ("FP007", "FP008") for p in problems)


def test_what_has_a_mistake_in_every_line_is_read_no_further() -> None:
    problems: list[Problem] = []

    assert parse("a.yaml", "a: 1\n" * 20_000, problems) is None
    assert MOST_PROBLEMS + 1 == len(problems)
