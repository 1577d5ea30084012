"""Templates: what is copied, what is literal, what cannot be read."""

from __future__ import annotations

from collections.abc import Mapping

import pytest
from hypothesis import given
from hypothesis import strategies as st

from filterproxy.actions.template import Copy, Filled, Literal, TemplateError, parse
from filterproxy.core.rule import Span


class FakeGroups:
    """Knows one group, "amount", at [3, 5)."""

    def group_spans(self, text: str, span: Span) -> Mapping[str, Span]:
        return {"amount": (3, 5)}


def test_a_template_copies_the_match_and_its_groups() -> None:
    """Literals are the operator's text, spans are the reply's own."""
    template = Filled(parse("about {amount} of {match}!"), FakeGroups())

    assert template("xy 12 etc", (0, 9)) == ("about ", (3, 5), " of ", (0, 9), "!")


def test_a_group_that_took_no_part_is_nothing() -> None:
    """An alternative that was not taken leaves no text."""
    assert Filled(parse("a{other}b"), FakeGroups())("text", (0, 4)) == ("a", "b")


def test_doubled_braces_are_the_braces_themselves() -> None:
    """So JSON can be written in a template."""
    assert ('{"a": ', Copy("1", 7, 3), "}") == parse('{{"a": {1}}}')


@pytest.mark.parametrize(("template", "offset"), [("a {b", 2), ("a } b", 2), ("{}", 0), ("{{{", 2)])
def test_a_brace_that_stands_alone_is_a_mistake(template: str, offset: int) -> None:
    """It is pointed at where it stands."""
    with pytest.raises(TemplateError) as caught:
        parse(template)

    assert offset == caught.value.offset


@given(st.text())
def test_any_text_can_be_written_as_a_template(text: str) -> None:
    """With its braces doubled it stands for itself."""
    parts = parse(text.replace("{", "{{").replace("}", "}}"))

    assert text == "".join(part for part in parts if isinstance(part, str))


def test_a_literal_stands_in_place_of_every_match() -> None:
    """`with` is text, braces and all."""
    assert Literal("{card}")("4111", (0, 4)) == ("{card}",)
