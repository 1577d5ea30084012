"""The contract's laws, against an oracle that reads whole texts naively."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import given, settings
from hypothesis import strategies as st

from filterproxy.core.plan import Plans
from filterproxy.core.request import Request
from filterproxy.core.rule import OnError
from filterproxy.core.session import Withheld
from tests import oracle
from tests.core.rules import Spec, plan_of, rule_of, run, specs, texts


@st.composite
def cut_texts(draw: st.DrawFn) -> list[str]:
    """A text in pieces; whole, code point by code point, and anything between."""
    text = draw(texts)
    how = draw(st.sampled_from(["whole", "each", "some"]))
    if how == "whole" or len(text) < 2:
        return [text]
    if how == "each":
        return list(text)
    places = sorted(draw(st.sets(st.integers(1, len(text) - 1), max_size=6)))
    return [text[a:b] for a, b in zip([0, *places], [*places, len(text)], strict=True)]


def hits_of(verdict: object) -> list[tuple[str, int, int, str]]:
    found = getattr(verdict, "hits")  # noqa: B009
    return sorted((h.rule, h.start, h.end, h.excuse) for h in found)


@given(specs(), cut_texts())
@settings(max_examples=400)
def test_any_cut_gives_the_text_and_the_verdict_of_the_oracle(
    rulebook: list[Spec], deltas: list[str]
) -> None:
    """Laws 1 and 7: cut and order."""
    expected = oracle.apply(rulebook, "".join(deltas))

    actual = run(plan_of(rulebook), deltas)

    assert (expected.dropped is not None) == actual.dropped
    assert sorted(expected.hits) == hits_of(actual.verdict)
    if not actual.dropped:
        assert expected.text == actual.text


@given(specs(), cut_texts())
@settings(max_examples=400)
def test_a_reply_that_is_read_in_one_go_has_the_text_and_the_verdict_of_the_oracle(
    rulebook: list[Spec], deltas: list[str]
) -> None:
    """Law 1, where nothing need leave before the end."""
    expected = oracle.apply(rulebook, "".join(deltas))

    actual = run(plan_of(rulebook), deltas, whole=True)

    assert (expected.dropped is not None) == actual.dropped
    assert sorted(expected.hits) == hits_of(actual.verdict)
    assert all(not early for early in actual.released)
    if not actual.dropped:
        assert expected.text == actual.text


@given(specs(), cut_texts())
@settings(max_examples=200)
def test_released_text_is_a_prefix_of_the_final_text(rulebook: list[Spec], deltas: list[str]) -> None:
    """Law 2: release."""
    actual = run(plan_of(rulebook), deltas)

    assert actual.dropped or all(actual.text.startswith(early) for early in actual.released)


@given(specs(), cut_texts())
@settings(max_examples=200)
def test_rules_that_only_look_hold_nothing(rulebook: list[Spec], deltas: list[str]) -> None:
    """Law 5: least hold, for shadows and flags."""
    shadows = [{**spec, "shadow": True} for spec in rulebook]

    actual = run(plan_of(shadows), deltas)

    so_far = ["".join(deltas[: n + 1]) for n in range(len(deltas))]
    assert so_far == actual.released
    assert actual.text == "".join(deltas)


@given(specs(most=4), cut_texts(), st.integers(0, 3))
@settings(max_examples=200)
def test_a_rule_that_cannot_be_judged_has_no_effect_or_withholds_the_reply(
    rulebook: list[Spec], deltas: list[str], which: int
) -> None:
    """Law 9: fault. Its policy decides; whatever it would have matched, it is never a verdict."""
    late = rulebook[which % len(rulebook)]["id"]
    others = [spec for spec in rulebook if spec["id"] != late]
    expected = oracle.apply(others, "".join(deltas))
    rules = [replace(rule_of(spec), on_error=OnError.PASS) for spec in rulebook]

    actual = run(Plans(rules).plan(Request()), deltas, suspended=frozenset({late}))

    assert sorted(expected.hits) == hits_of(actual.verdict)
    assert expected.dropped is not None if actual.dropped else expected.text == actual.text
    assert {fault.rule for fault in actual.verdict.faults} <= {late}


@given(specs(most=1), cut_texts())
@settings(max_examples=200)
def test_what_a_late_rule_could_have_touched_is_withheld_when_its_policy_is_drop(
    rulebook: list[Spec], deltas: list[str]
) -> None:
    """Law 9: a rule that would have matched does not let the reply go unjudged."""
    spec = {**rulebook[0], "shadow": False}
    would_match = bool(oracle.apply([spec], "".join(deltas)).hits)

    try:
        run(plan_of([spec]), deltas, suspended=frozenset({spec["id"]}))
        withheld = False
    except Withheld:
        withheld = True

    assert withheld or not would_match


@given(specs(), specs(), cut_texts(), st.integers(0, 40))
@settings(max_examples=100)
def test_a_reply_ends_under_the_rulebook_that_it_began_under(
    rulebook: list[Spec], other: list[Spec], deltas: list[str], swap: int
) -> None:
    """Law 8: swap. Another rulebook is made and used while the reply is under way."""
    plan = plan_of(rulebook)
    expected = run(plan, deltas)

    def interrupted() -> list[str]:
        return [run(plan_of(other), [delta]).text for delta in deltas[:swap]]

    interrupted()
    actual = run(plan, deltas)

    assert (expected.text, hits_of(expected.verdict)) == (actual.text, hits_of(actual.verdict))


@st.composite
def long_texts(draw: st.DrawFn) -> list[str]:
    """Texts that come between stretches in which nothing happens, so that what came apart is one again."""
    calm = draw(st.sampled_from(["zz yy. ", "zz\n", "zz "]))
    stretches = [calm * (draw(st.integers(1010, 1300)) // len(calm)) for _ in range(2)]
    text = draw(texts) + stretches[0] + draw(texts) + stretches[1] + draw(texts)
    size = draw(st.sampled_from([7, 64, 300, 5000]))
    return [text[i : i + size] for i in range(0, len(text), size)]


@given(specs(), long_texts())
@settings(max_examples=25)
def test_what_came_apart_and_is_one_again_reads_as_the_oracle_says(
    rulebook: list[Spec], deltas: list[str]
) -> None:
    """Laws 1 and 7 on longer texts, without rules that only look."""
    changing = [{**spec, "shadow": False} for spec in rulebook if spec["verb"] not in ("flag", "append")]
    expected = oracle.apply(changing, "".join(deltas))

    actual = run(plan_of(changing), deltas)

    assert (expected.dropped is not None) == actual.dropped
    assert sorted(expected.hits) == hits_of(actual.verdict)
    assert actual.dropped or expected.text == actual.text
