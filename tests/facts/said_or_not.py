"""Whether sayings of a kind are found in texts of several languages, and their gate with them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from hypothesis import strategies as st

from filterproxy.core.request import Request
from filterproxy.core.rule import Scope
from filterproxy.core.scan import PatternSet, encode
from filterproxy.core.sentence import units
from filterproxy.facts.fact import FactKind
from filterproxy.facts.sayings import LANGUAGES, load
from filterproxy.facts.sayings_screen import screen


def found(fact: FactKind, text: str) -> bool:
    return any(fact.find(text, unit, Request()) for unit in units(text, Scope.SENTENCE))


def by_language(texts: Mapping[str, Iterable[str]]) -> list[tuple[str, str]]:
    """Each text, behind the language that it is in."""
    return [(code, text) for code, several in texts.items() for text in several]


def shuffled(texts: Mapping[str, Iterable[str]]) -> st.SearchStrategy[str]:
    """Texts of whole ones and their words, in any order."""
    whole = [text for several in texts.values() for text in several]
    words = [word for text in whole for word in text.split()]
    return st.lists(st.sampled_from([*whole, *words]), max_size=9).map(" ".join)


def check_gate(gate: PatternSet, name: str, groups: tuple[str, str], text: str) -> None:
    """The gate is in all that templates of *groups* say, read past `find`, which asks by template first."""
    named = dict(screen(name, *groups).named(text))
    for code in LANGUAGES:
        said = load(f"{name}.{code}").said(text, *groups)
        assert not said or gate.matches(encode(text))
        assert said == load(f"{name}.{code}").said(text, *groups, named=named.get(code, {}))
