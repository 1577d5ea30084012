"""The contract's laws, against an oracle that reads whole texts naively."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from tests import oracle
from tests.core.rules import Spec, plan_of, run, specs, texts


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
@settings(max_examples=400, deadline=None)
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
@settings(max_examples=200, deadline=None)
def test_released_text_is_a_prefix_of_the_final_text(rulebook: list[Spec], deltas: list[str]) -> None:
    """Law 2: release."""
    actual = run(plan_of(rulebook), deltas)

    assert actual.dropped or all(actual.text.startswith(early) for early in actual.released)


@given(specs(), cut_texts())
@settings(max_examples=200, deadline=None)
def test_rules_that_only_look_hold_nothing(rulebook: list[Spec], deltas: list[str]) -> None:
    """Law 5: least hold, for shadows and flags."""
    shadows = [{**spec, "shadow": True} for spec in rulebook]

    actual = run(plan_of(shadows), deltas)

    so_far = ["".join(deltas[: n + 1]) for n in range(len(deltas))]
    assert so_far == actual.released
    assert actual.text == "".join(deltas)
