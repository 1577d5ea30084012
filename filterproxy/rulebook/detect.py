"""The detector of a match form: what its options are called in packs, and in the classes of `detectors`."""

from __future__ import annotations

from typing import Any

from filterproxy.core.rule import Detector, Scope
from filterproxy.detectors import detector_class
from filterproxy.facts import FACTS
from filterproxy.facts.fact import is_formal
from filterproxy.rulebook.document import Form

# Verbs whose detectors count along a text, so that nothing can be left out of it.
COUNTING = ("json_schema", "language", "length", "repeats", "repetition")
# Verbs that ask somebody (core.asking), when a reply is there.
ASKING = ("entity", "python", "service")


def detector_of(form: Form) -> Detector:
    """The detector. Raises ValueError with a plain sentence for options it cannot work with."""
    given = {key: _value(key, value) for key, value in form.items() if key != "verb" and value is not None}
    if form["verb"] == "fact":
        given["name"] = given.pop("kind")
    return detector_class(form["verb"])(**given)


def default_scope(form: Form) -> Scope:
    """The scope of a match whose rule names none: the narrowest that one of its parts asks for."""
    found = leaves(form)
    if any(leaf["verb"] == "json_schema" for leaf in found):
        return Scope.REPLY
    return Scope.SENTENCE if any(map(_reads_sentences, found)) else Scope.REPLY


def _reads_sentences(form: Form) -> bool:
    """Whether a leaf reads language sentence by sentence; the others see the whole reply."""
    if form["verb"] == "fact":
        return not is_formal(FACTS[form["kind"]])
    return form["verb"] in ("tokens", "entity")


def leaves(form: Form) -> list[Form]:
    """The parts of a match that find by themselves, `not` included."""
    if form["verb"] == "any":
        return [leaf for member in form["members"] for leaf in leaves(member)]
    if form["verb"] == "all":
        members = [form["first"], *form["others"], *form["nots"]]
        return [leaf for member in members for leaf in leaves(member)]
    return [form]


def finders(form: Form) -> list[Form]:
    """The leaves whose spans are the match's spans: of `all` those of its first member."""
    if form["verb"] == "any":
        return [leaf for member in form["members"] for leaf in finders(member)]
    return finders(form["first"]) if form["verb"] == "all" else [form]


def needs_unit(form: Form) -> bool:
    """Whether a match is certain only at the end of its scope."""
    return form["verb"] == "all" or any(map(needs_unit, form.get("members", ())))


def grouped(form: Form) -> Form | None:
    """The regex whose groups a template may name; None where no single regex makes the match."""
    found = finders(form)
    return found[0] if len(found) == 1 and found[0]["verb"] == "regex" else None


def _value(key: str, value: Any) -> Any:
    """An option, with forms as detectors and lists as what cannot change."""
    if key == "first":
        return detector_of(value)
    if key in ("members", "others", "nots"):
        return tuple(map(detector_of, value))
    return tuple(value) if key in ("phrases", "languages", "labels") else value
