"""Rules that ask: a reply is a function of the answers, and a reading without them counts for nothing."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pytest
from hypothesis import given
from hypothesis import settings as examples
from hypothesis import strategies as st

from filterproxy.actions.template import Literal
from filterproxy.core.asking import Needs, NoAnswer, answer, asked, first, read_spans
from filterproxy.core.bound import Keeps, keeps
from filterproxy.core.plan import Plans
from filterproxy.core.request import Request
from filterproxy.core.rule import Action, Mode, OnError, Rule, Say, Scope, Span, Verb
from filterproxy.core.session import Session, Withheld
from filterproxy.core.verdict import Channel
from filterproxy.detectors.combine import AllOf
from filterproxy.detectors.phrases import Phrases
from filterproxy.rulebook.excuses import MatchExcuse
from tests.core.rules import settings

CONTENT = Channel(0, "content")


@dataclass(frozen=True)
class Oracle:
    """Asks whether a word is bad; the answer names each place of it."""

    word: str
    kind: str = "oracle"
    shape: None = None
    gate: None = None

    @property
    def askers(self) -> tuple[Oracle, ...]:
        return (self,)

    def find(self, text: str, pos: int, unit: Span, request: Request) -> Span | None:
        return first(asked(self, text[slice(*unit)], request), pos, unit)

    def answer(self, text: str) -> tuple[tuple[int, int, str], ...]:
        size = len(self.word)
        return read_spans(
            [(i, i + size) for i in range(len(text)) if text.startswith(self.word, i)], len(text)
        )


def rule(name: str, word: str, verb: Verb, **more: Any) -> Rule:
    say = Say({"default": "No."}) if verb in (Verb.DROP, Verb.CUT, Verb.APPEND) else None
    template = Literal("[x]") if verb is Verb.REDACT else None
    unit = more.pop("unit", Scope.MATCH)
    return Rule(name, Oracle(word), Action(verb, unit=unit, template=template, say=say), **more)


def judged(
    rules: list[Rule], deltas: list[str], request: Request, plan: str = "everything"
) -> tuple[Any, ...]:
    """What comes of a reply once all is answered, and in how many readings."""
    readings = 0
    while True:
        readings += 1
        found = Plans(rules).plan(request)
        session = Session(found.everything if plan == "everything" else found, request, settings())
        session.expect_content(0)
        out = ""
        try:
            for delta in deltas:
                out += "".join(p.text for p in session.feed(CONTENT, delta))
            ending = session.end()
        except Needs as needs:
            assert not found.asks or not out, "nothing leaves before the answers are there"
            for question in needs.questions:
                answer(request, question, question.asker.answer(question.text))
            continue
        out += "".join(p.text for p in ending.pieces.get(CONTENT, ()))
        if 0 in ending.dropped:
            out = ending.dropped[0] or ""
        hits = sorted((h.rule, h.start, h.end, h.excuse) for h in session.verdict.hits)
        return out, hits, readings


VERBS = st.sampled_from([Verb.REDACT, Verb.DROP, Verb.CUT, Verb.FLAG, Verb.APPEND, Verb.REMOVE])
RULES = st.lists(
    st.tuples(
        st.sampled_from(["a", "ab", "b.", "x"]),
        VERBS,
        st.sampled_from([Scope.REPLY, Scope.SENTENCE]),
        st.booleans(),
    ),
    min_size=1,
    max_size=3,
)


@given(RULES, st.text("ab. ", max_size=20), st.integers(1, 5))
@examples(max_examples=150)
def test_any_cut_gives_the_same_text_and_verdict_once_all_is_answered(
    made: list[tuple[str, Verb, Scope, bool]], text: str, size: int
) -> None:
    rules = [
        rule(f"r{n}", word, verb, scope=scope, mode=Mode.SHADOW if shadow else Mode.ENFORCE)
        for n, (word, verb, scope, shadow) in enumerate(made)
    ]
    whole = judged(rules, [text], Request())
    pieces = [text[i : i + size] for i in range(0, len(text), size)]

    assert whole[:2] == judged(rules, pieces, Request())[:2]


@given(RULES, st.text("ab. ", max_size=20))
@examples(max_examples=50)
def test_with_the_answers_there_one_reading_does(
    made: list[tuple[str, Verb, Scope, bool]], text: str
) -> None:
    rules = [rule(f"r{n}", word, verb, scope=scope) for n, (word, verb, scope, _) in enumerate(made)]
    request = Request()
    before = judged(rules, [text], request)

    assert (*before[:2], 1) == judged(rules, [text], request)


def test_all_questions_of_a_reading_are_asked_together() -> None:
    rules = [rule(f"r{n}", word, Verb.REDACT, scope=Scope.SENTENCE) for n, word in enumerate("xyz")]
    request = Request()
    session = Session(Plans(rules).plan(request), request, settings())
    session.feed(CONTENT, "One. Two. Three.")

    with pytest.raises(Needs) as caught:
        session.end()
    assert len(caught.value.questions) == 9
    assert {(q.rule, q.channel) for q in caught.value.questions} == {(f"r{n}", "content") for n in range(3)}


def test_a_rule_reads_what_the_one_before_it_left() -> None:
    text, hits, readings = judged(
        [rule("first", "ab", Verb.REDACT), rule("second", "[x]", Verb.REDACT)], ["ab c"], Request()
    )

    assert (text, readings) == ("[x] c", 3)  # what the operator wrote is no match
    assert [hit[0] for hit in hits] == ["first"]


def test_what_a_cheap_member_does_not_find_is_not_asked_about() -> None:
    member = AllOf(Phrases(("refund",)), (Oracle("a"),))
    made = Rule("r", member, Action(Verb.FLAG), needs_unit=True)

    assert judged([made], ["a word"], Request())[2] == 1
    assert judged([made], ["a refund"], Request())[1] == [("r", 2, 8, "")]


def test_an_excuse_may_ask() -> None:
    made = Rule("r", Phrases(("refund",)), Action(Verb.FLAG), unless=(MatchExcuse(Oracle("ok")),))

    assert judged([made], ["refund ok"], Request())[1] == [("r", 0, 6, "match")]
    assert judged([made], ["refund"], Request())[1] == [("r", 0, 6, "")]


@pytest.mark.parametrize("none", NoAnswer)
def test_no_answer_is_never_a_verdict(none: NoAnswer) -> None:
    for policy in OnError:
        request = Request()
        made = rule("r", "a", Verb.REDACT, on_error=policy)
        request.memo[made.match, "a"] = none
        session = Session(Plans([made]).plan(request), request, settings())
        session.feed(CONTENT, "a")
        if policy is OnError.DROP:
            with pytest.raises(Withheld):
                session.end()
        else:
            assert "a" == "".join(piece.text for piece in session.end().pieces[CONTENT])
        assert [none.value] == [fault.cause for fault in session.verdict.faults]
        assert [] == session.verdict.hits


def test_a_rule_that_asks_and_acts_holds_the_whole_reply() -> None:
    for verb, unit in ((Verb.REDACT, Scope.MATCH), (Verb.CUT, Scope.SENTENCE), (Verb.APPEND, Scope.MATCH)):
        made = rule("r", "a", verb, unit=unit, scope=Scope.SENTENCE)

        assert Keeps.REPLY is keeps(made, made.action)
        assert Plans([made]).plan(Request()).withholds


@pytest.mark.parametrize("looks", [{"mode": Mode.SHADOW}, {"verb": Verb.FLAG}])
def test_a_rule_that_asks_and_only_looks_delays_nothing_and_is_kept_for_later(looks: dict[str, Any]) -> None:
    made = rule("r", "a", looks.get("verb", Verb.DROP), mode=looks.get("mode", Mode.ENFORCE))
    request = Request()
    plan = Plans([made]).plan(request)
    session = Session(plan, request, settings())
    session.expect_content(0)

    assert "a b" == "".join(piece.text for piece in session.feed(CONTENT, "a b"))
    session.end()
    assert (["r"], {CONTENT: ["", "a b"]}) == ([bound.rule.id for bound in plan.late], session.sent)
    assert [] == session.verdict.hits
    assert not plan.withholds


def test_what_is_too_much_to_be_kept_for_later_is_counted() -> None:
    made = rule("r", "a", Verb.FLAG)
    session = Session(Plans([made]).plan(Request()), Request(), settings(limit=3))
    session.feed(CONTENT, "abcd")

    assert (None, {"too_large": 1}) == (session.sent, session.verdict.unscanned)


@pytest.mark.parametrize(
    "spans", [[(0, 9)], [(-1, 1)], [(2, 1)], [(1, 1)], [("0", 1)], [(True, 2)], [(0,)], [3]]
)
def test_what_is_no_span_of_the_text_is_refused(spans: list[Any]) -> None:
    with pytest.raises((ValueError, TypeError)):
        read_spans(spans, 5)
