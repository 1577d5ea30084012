"""What a detector refuses, where no pack of tests/problems can show it."""

from __future__ import annotations

from filterproxy.rulebook.problem import Problem
from filterproxy.rulebook.refused import refused
from filterproxy.rulebook.source import parse


def test_a_verb_whose_package_is_missing_says_what_to_install() -> None:
    """With the words that the detector has for it on a machine without spaCy."""
    problems: list[Problem] = []
    node = parse("pack.yaml", "tokens: [{LOWER: refund}]", problems)
    assert node is not None

    problem = refused(
        {"verb": "tokens"}, node, "the verb `tokens` needs spaCy: pip install 'filterproxy[nlp]'"
    )

    assert '"tokens" needs a package that is not installed' == problem.what
    assert "install it: pip install 'filterproxy[nlp]'" == problem.fix
    assert (1, 1, 6) == (problem.place.line, problem.place.column, problem.place.length)
