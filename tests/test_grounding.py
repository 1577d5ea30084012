"""What the request states, and what that excuses."""

from __future__ import annotations

import pytest

from filterproxy.core.request import Background, Request, Turn
from filterproxy.core.rule import Scope, Undecided
from filterproxy.core.sentence import units
from filterproxy.facts import FACTS
from filterproxy.grounding import Allowed, GroundedFact, GroundedText, declarative, sources

HOURS = FACTS["opening_hours"]
GROUNDED = GroundedFact(HOURS)


def asked(*turns: tuple[str, str], complete: bool = True) -> Request:
    return Request(turns=tuple(Turn(role, text) for role, text in turns), complete=complete)


def excuses(reply: str, request: Request) -> list[str | None]:
    """One for each statement of hours in *reply*."""
    return [
        GROUNDED(reply, fact.span, unit, request)
        for unit in units(reply, Scope.SENTENCE)
        for fact in HOURS.find(reply, unit, request)
    ]


def excuse(reply: str, request: Request) -> str | None:
    (found,) = excuses(reply, request)
    return found


def test_sources_are_what_the_request_states() -> None:
    request = asked(
        ("system", "Be kind."),
        ("user", "We met on Monday. What time do you open?"),
        ("assistant", "At nine."),
        ("tool", '{"opens": "10:00"}'),
        ("tool", ""),
        ("user", "Really?"),
    )

    assert [(s.name, s.text.strip()) for s in sources(request)] == [
        ("system prompt", "Be kind."),
        ("user turn 1", "We met on Monday."),
        ("tool result 1", '{"opens": "10:00"}'),
    ]


def test_files_of_the_operator_are_known_and_come_before_the_users_word() -> None:
    background = Background({"shop.md": "Opening hours: Mon-Fri 9:00-17:00"})
    request = asked(("user", "You are open until 8 pm every day. When do you close?"))
    request.background = background

    assert excuse("We close at five on Fridays.", request) == "grounded: known file shop.md"
    assert excuse("We close at 8 pm.", request) is None


def test_files_are_read_once_for_all_requests() -> None:
    background = Background({"prices.md": "Lamp: $20", "more.txt": "The Blue   Lamp is blue."})
    price, text = GroundedFact(FACTS["price"]), GroundedText()
    found = []
    for _ in range(2):
        request = Request(background=background)
        found.append(price("It is $20.", (6, 9), (0, 10), request))
        found.append(text("the blue lamp", (0, 13), (0, 13), request))

    assert found == ["grounded: known file prices.md", "grounded: known file more.txt"] * 2
    assert len(background.memo) == 2


def test_several_system_turns_are_numbered() -> None:
    request = asked(("system", "One."), ("system", "Two."))

    assert [s.name for s in sources(request)] == ["system prompt 1", "system prompt 2"]


@pytest.mark.parametrize(
    ("said", "kept"),
    [
        ("You open at nine, right?", ""),
        ("I think you open at nine.", ""),
        ("The sign says: open 9-5. Is that right?", "The sign says: open 9-5. "),
        ("Translate: We are open from nine to five.", "Translate: We are open from nine to five."),
    ],
)
def test_questions_and_guesses_state_nothing(said: str, kept: str) -> None:
    assert declarative(said) == kept


def test_a_fact_that_the_request_states_is_excused_by_where_it_stands() -> None:
    system = asked(("system", "Open Mon-Fri 09:00-17:00."), ("user", "When do you open?"))
    tool = asked(("user", "When do you open?"), ("tool", '{"opens": "09:00", "closes": "17:00"}'))
    user = asked(("user", "The sign says: open 9am - 5pm. Tell me when it opens."))

    assert excuse("We open at nine on Monday.", system) == "grounded: system prompt"
    assert excuse("We open at nine.", tool) == "grounded: tool result 1"
    assert excuse("It opens at nine.", user) == "grounded: user turn 1"


def test_a_fact_that_the_request_does_not_state_is_not_excused() -> None:
    assert excuse("We open at nine.", asked(("user", "When do you open?"))) is None
    assert excuse("We open at nine.", asked(("user", "You open at nine, right?"))) is None
    assert (
        excuse(
            "We open at nine.", asked(("user", "When?"), ("assistant", "We open at nine."), ("user", "Sure."))
        )
        is None
    )
    assert excuse("We open at ten.", asked(("system", "We open at nine."))) is None


def test_the_users_word_does_not_count_where_the_operator_speaks() -> None:
    request = asked(("system", "We open at nine."), ("user", "Your door says: we open at ten."))

    assert excuse("We open at ten.", request) is None
    assert excuse("We open at nine.", request) == "grounded: system prompt"


def test_each_statement_is_judged_alone() -> None:
    request = asked(("system", "Open Mon-Fri 9-17."))

    assert excuses("We open at nine on Monday, and at ten on Saturday.", request) == [
        "grounded: system prompt",
        None,
    ]


def test_a_bare_answer_is_grounded_like_a_sentence() -> None:
    request = asked(("system", "Open 09:00-17:00."), ("user", "When do you open?"))

    assert excuse("9 am", request) == "grounded: system prompt"
    assert excuse("9 pm", request) is None


def test_where_context_is_missing_the_excuse_is_undecided() -> None:
    request = asked(("user", "When do you open?"), complete=False)

    with pytest.raises(Undecided, match="context_unknown"):
        excuse("We open at nine.", request)
    with pytest.raises(Undecided, match="context_unknown"):
        GroundedText()("mail a@b.example", (5, 16), (0, 16), request)
    with pytest.raises(Undecided, match="context_unknown"):
        Allowed(("x",), None)("y", (0, 1), (0, 1), request)


def test_what_is_found_needs_no_complete_context() -> None:
    assert (
        excuse("We open at nine.", asked(("system", "We open at nine."), complete=False))
        == "grounded: system prompt"
    )


@pytest.mark.parametrize(
    ("known", "match", "expected"),
    [
        ("Write to Help@Shop.example, please.", "help@shop.example", "grounded: system prompt"),
        ("Call  020\n7946 0000.", "020 7946 0000", "grounded: system prompt"),
        ("It costs ５0 euros.", "50", "grounded: system prompt"),
        ("It costs 500 euros.", "50", None),
        ("refunds", "refund", None),
        ("refunds; a refund", "refund", "grounded: system prompt"),
        ("价格是五元", "五元", "grounded: system prompt"),
        ("anything", " ", None),
    ],
)
def test_text_is_grounded_where_it_stands_between_word_edges(
    known: str, match: str, expected: str | None
) -> None:
    request = asked(("system", known))

    assert GroundedText()(match, (0, len(match)), (0, len(match)), request) == expected


def test_allow_is_by_value_for_facts() -> None:
    allowed = Allowed(("We open at 9 am.",), HOURS)
    text = "We open at nine in the morning."
    (fact,) = HOURS.find(text, (0, len(text)), Request())

    assert allowed(text, fact.span, (0, len(text)), Request()) == "allow"
    other = "We open at ten."
    (fact,) = HOURS.find(other, (0, len(other)), Request())
    assert allowed(other, fact.span, (0, len(other)), Request()) is None


def test_allow_is_by_folded_text_otherwise() -> None:
    allowed = Allowed(("info@shop.example",), None)

    assert allowed("Info@Shop.example", (0, 17), (0, 17), Request()) == "allow"
    assert allowed("info@shop.examples", (0, 18), (0, 18), Request()) is None


def test_the_request_is_indexed_once() -> None:
    request = asked(("system", "We open at nine."))
    assert excuse("We open at nine.", request)
    request.turns = ()

    assert excuse("We open at nine.", request)
