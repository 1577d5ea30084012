"""A case, and the example that it becomes."""

from __future__ import annotations

from pathlib import Path

import pytest

from filterproxy.core.request import Turn
from filterproxy.core.verdict import Channel, Hit
from filterproxy.corpus.exchange import Exchange
from filterproxy.labels.case import Case, example_of, is_hit
from filterproxy.labels.examples import add
from filterproxy.labels.label import EXCUSED, FIRED, NEAR
from filterproxy.rulebook.compile import compile
from filterproxy.rulebook.load import load
from tests.labels.cases import CONTENT, PACK, book, exchange, pack


def case_of(*turns: Turn, reply: str = "Nine.") -> Case:
    return Case(Exchange(turns=turns, texts=((CONTENT, reply),)), "hours", FIRED)


SYSTEM, ASK = Turn("system", "Be kind."), Turn("user", "When?")
EARLIER = [Turn("user", "Hi."), Turn("assistant", "Hello.")]
CALL = [Turn("assistant", ""), Turn("tool", "9-5", "hours")]


@pytest.mark.parametrize(
    ("turns", "wanted"),
    [
        ((), "Nine."),
        ((ASK,), {"ask": "When?", "reply": "Nine."}),
        ((SYSTEM, ASK), {"system": "Be kind.", "ask": "When?", "reply": "Nine."}),
        (
            (SYSTEM, *EARLIER, ASK),
            {
                "system": "Be kind.",
                "messages": [
                    {"role": "user", "content": "Hi."},
                    {"role": "assistant", "content": "Hello."},
                ],
                "ask": "When?",
                "reply": "Nine.",
            },
        ),
        (
            (ASK, Turn("tool", "9-5", "hours")),
            {"ask": "When?", "tools": [{"name": "hours", "result": "9-5"}], "reply": "Nine."},
        ),
        (
            (ASK, *CALL),
            {
                "messages": [
                    {"role": "user", "content": "When?"},
                    {"role": "assistant", "content": ""},
                    {"role": "tool", "content": "9-5", "name": "hours"},
                ],
                "reply": "Nine.",
            },
        ),
        (
            (ASK, Turn("assistant", "Let me see."), Turn("tool", "", "hours")),
            {
                "messages": [
                    {"role": "user", "content": "When?"},
                    {
                        "role": "assistant",
                        "content": "Let me see.",
                        "tool_calls": [{"function": {"name": "hours"}}],
                    },
                ],
                "reply": "Nine.",
            },
        ),
    ],
)
def test_an_example_says_all_that_was_asked(turns: tuple[Turn, ...], wanted: object) -> None:
    assert (wanted, True) == example_of(case_of(*turns))


def test_what_an_example_cannot_say_is_said_to_be_missing() -> None:
    """A call without a result, and the result of a later call of the same function."""
    calls = [Turn("assistant", ""), Turn("tool", "", "hours"), Turn("tool", "9-5", "hours")]
    _, whole = example_of(case_of(ASK, *calls))

    assert not whole


@pytest.mark.parametrize(
    ("stratum", "right", "hit"),
    [
        (FIRED, True, True),
        (FIRED, False, False),
        (NEAR, True, False),
        (NEAR, False, True),
        (EXCUSED, False, True),
    ],
)
def test_the_label_says_whether_it_is_a_hit(stratum: str, right: bool, hit: bool) -> None:
    assert hit == is_hit(Case(exchange("9 am"), "hours", stratum), right)


def test_only_the_example_is_new_in_the_file_and_the_file_loads(tmp_path: Path) -> None:
    rulebook = book(tmp_path)
    case = Case(exchange("At 8 pm.", "When do you close?"), "hours", FIRED)
    added = add(case, True, rulebook.rules[0], rulebook.infos[0])

    assert ("hit", False, True) == (added.kind, added.there, added.whole)
    example = '        - {ask: "When do you close?", reply: "At 8 pm."}\n'
    assert PACK == (tmp_path / "shop.yaml").read_text().replace(example, "")
    assert 2 == sum(e.hit for e in compile(load([tmp_path / "shop.yaml"])).infos[0].examples)


def test_an_example_that_the_rule_does_not_meet_yet_breaks_no_test(tmp_path: Path) -> None:
    """It goes under `todo_pass`, once, and `test` says when the rule does so."""
    rulebook = book(tmp_path)
    case = Case(exchange("9 am", "When do you open?"), "hours", FIRED)
    added, again = (add(case, False, rulebook.rules[0], rulebook.infos[0]) for _ in range(2))

    assert ("todo_pass", False) == (added.kind, added.there)
    assert ("todo_pass", True) == (again.kind, again.there)
    assert added.said().endswith("; the rule does not do so yet, and `filterproxy test` says when it does")
    assert ["9 am"] == [one.reply for one in compile(load([tmp_path / "shop.yaml"])).infos[0].todo]


def test_a_case_becomes_an_example_once(tmp_path: Path) -> None:
    rulebook = book(tmp_path)
    plain, asked = (Case(exchange("No refund.", ask), "refund", FIRED) for ask in ("", "When?"))
    first = [add(case, False, rulebook.rules[1], rulebook.infos[1]).there for case in (plain, asked)]
    again = [add(case, False, rulebook.rules[1], rulebook.infos[1]).there for case in (plain, asked)]

    assert ([True, False], [True, True]) == (first, again), "the pack has the plain one from the start"


def test_arguments_of_a_call_are_an_example_of_their_channel(tmp_path: Path) -> None:
    case = Case(exchange("{}", "When?", kind="arguments"), "hours", FIRED)

    assert ({"ask": "When?", "reply": "{}", "in": "arguments"}, True) == example_of(case)


def test_what_was_known_is_shown_as_far_as_it_speaks_of_the_match() -> None:
    document = Turn("tool", "We sell shoes.\nThe museum opens at nine.\nOur name is old.", "search")
    long = Turn("system", "Nothing of this matters. " * 40 + "\nOpen from nine to five.")
    reply = "Hello. The museum opens at nine."
    hit = Hit("hours", Channel(0, "content"), 17, 31, "drop", "enforce")
    case = Case(Exchange(turns=(long, ASK, document), texts=((CONTENT, reply),)), "hours", FIRED, (hit,))

    assert (
        ("system", "Open from nine to five."),
        ("tool", "The museum opens at nine."),
    ) == case.known()


def test_short_prompts_are_shown_whole_and_the_question_is_not_known() -> None:
    assert (("system", "Be kind."),) == case_of(SYSTEM, *EARLIER, ASK).known()


def test_excuses_are_told_once() -> None:
    hits = tuple(
        Hit("hours", CONTENT, n, n + 1, "drop", "enforce", "grounded: system prompt") for n in (0, 1)
    )

    assert ("grounded: system prompt",) == Case(exchange("ab"), "hours", EXCUSED, hits).excuses()


def test_the_pack_of_these_tests_is_right(tmp_path: Path) -> None:
    assert 3 == len(load([pack(tmp_path)])["rules"])
