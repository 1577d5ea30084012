"""The detector of a match form: the table between the verbs of packs and the classes of `detectors`."""

from __future__ import annotations

from collections.abc import Callable

from filterproxy.core.rule import Detector, Scope
from filterproxy.detectors.combine import AllOf, AnyOf
from filterproxy.detectors.length import Length
from filterproxy.detectors.phrases import Phrases
from filterproxy.detectors.regex import Regex
from filterproxy.detectors.repetition import Repetition
from filterproxy.rulebook.document import Form

# Verbs that read language sentence by sentence; the others see the whole reply.
_BY_SENTENCE = frozenset({"fact", "tokens"})


def detector_of(form: Form) -> Detector:
    """The detector. Raises ValueError with a plain sentence for options it cannot work with."""
    return _BUILD[form["verb"]](form)


def default_scope(form: Form) -> Scope:
    """The scope of a match whose rule names none: the narrowest that one of its parts asks for."""
    verbs = {part["verb"] for part in leaves(form)}
    return Scope.SENTENCE if verbs & _BY_SENTENCE else Scope.REPLY


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


def _all_of(form: Form) -> Detector:
    others = tuple(map(detector_of, form["others"]))
    return AllOf(detector_of(form["first"]), others, tuple(map(detector_of, form["nots"])))


def _tokens(form: Form) -> Detector:
    # spaCy takes half a second and 100 MB: only for rules that ask for it.
    from filterproxy.detectors.tokens import Tokens

    return Tokens(form["patterns"], form["language"])


def _number(form: Form) -> Detector:
    from filterproxy.detectors.number import Number

    return Number(form["kind"]) if form["region"] is None else Number(form["kind"], form["region"])


def _fact(form: Form) -> Detector:
    from filterproxy.detectors.fact import FactDetector

    return FactDetector(form["kind"])


_BUILD: dict[str, Callable[[Form], Detector]] = {
    "regex": lambda form: Regex(form["pattern"], form["ignore_case"]),
    "phrases": lambda form: Phrases(tuple(form["phrases"]), form["words"]),
    "length": lambda form: Length(over=form["over"], under=form["under"]),
    "repetition": lambda form: Repetition(of=form["of"], times=form["times"]),
    "fact": _fact,
    "tokens": _tokens,
    "number": _number,
    "any": lambda form: AnyOf(tuple(map(detector_of, form["members"]))),
    "all": _all_of,
}
