"""Warnings about rules that come too late: an earlier one takes what they would find."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import replace
from functools import lru_cache

from filterproxy.core.request import Request
from filterproxy.core.rule import Action, Mode, Rule, Verb
from filterproxy.detectors.phrases import fold
from filterproxy.rulebook.book import Example, Rulebook
from filterproxy.rulebook.detect import detector_of
from filterproxy.rulebook.document import Form
from filterproxy.rulebook.lint.finding import Finding
from filterproxy.rulebook.lint.written import Written
from filterproxy.rulebook.problem import Problem

# Given rules, what says which of them fire on an example's reply when all of them run in order.
Fired = Callable[[Sequence[Rule]], Callable[[Example], Collection[str]]]

_ENDS = ("drop", "cut", "retry")
# Actions after which the match still stands there for a later rule.
_LEAVES = ("flag", "append")
# What bounds where a rule looks; where two rules differ in one of them, one covers nothing of the other.
_ALIKE = ("when", "unless", "skip", "exact", "scope")


def of_order(rules: Sequence[Written], book: Rulebook, fired: Fired) -> Iterator[Finding]:
    """Of rules that find nothing that an earlier one has not taken, or has not found as well."""
    told: set[str] = set()
    for at, later in enumerate(rules):
        for earlier in rules[:at]:
            problem = _covered(earlier, later)
            if problem is not None:
                told.add(later.id)
                yield Finding(problem, later.id)
                break
    yield from _by_examples(rules, book, fired, told)


def _covered(earlier: Written, later: Written) -> Problem | None:
    a, b = earlier.form, later.form
    # Each rule is compared with all before it: what differs at first sight is not looked at further.
    verbs = (a["match"]["verb"], b["match"]["verb"])
    if verbs[0] != verbs[1] and "any" not in verbs:
        return None
    if not _covers(a["match"], b["match"]):
        return None
    if "off" in (a["mode"], b["mode"]) or not set(b["in"]) <= set(a["in"]):
        return None
    if any(a[key] != b[key] for key in _ALIKE):
        return None
    done = {form["verb"] for form in (a["action"], a["streamed"]) if form is not None}
    enforced = a["mode"] == "enforce" and a["rollout"] == 1.0 and not done & set(_LEAVES)
    # Behind a `drop` or `cut` a shadow rule reads what was dropped.
    if enforced and (b["mode"] == "enforce" or not done & set(_ENDS)):
        return _too_late(earlier, later, "finds all that this one looks for")
    same = a["mode"] == b["mode"] and a["action"]["verb"] == b["action"]["verb"]
    return _twice(earlier, later) if same else None


def _covers(a: Form, b: Form) -> bool:
    """Whether a match of *b* is certain to be one of *a*, or to hold one."""
    if a == b:
        return True
    if b["verb"] == "any":
        return all(_covers(a, member) for member in b["members"])
    if a["verb"] == "any":
        return any(_covers(member, b) for member in a["members"])
    if a["verb"] == b["verb"] == "phrases" and (a["words"] == b["words"] or not a["words"]):
        return _holds_all(a, b)
    return False


def _holds_all(a: Form, b: Form) -> bool:
    """Whether each phrase of *b* holds one of *a*, as a detector sees it."""
    shorter = _folded(tuple(a["phrases"]))
    for phrase in _folded(tuple(b["phrases"])):
        if phrase not in shorter and not any(inside in phrase for inside in shorter):
            return False
    detector, nobody = detector_of(a), Request()
    return all(detector.find(phrase, 0, (0, len(phrase)), nobody) is not None for phrase in b["phrases"])


@lru_cache(maxsize=10_000)
def _folded(phrases: tuple[str, ...]) -> frozenset[str]:
    return frozenset(map(fold, phrases))


def _by_examples(
    rules: Sequence[Written], book: Rulebook, fired: Fired, told: Collection[str]
) -> Iterator[Finding]:
    """Rules that fire on each of their own examples alone, and on none behind the others."""
    chain = [_certain(rule) for rule in book.rules]
    if not any(rule.mode is Mode.ENFORCE for rule in chain):
        return
    together = fired(chain)
    by_id = {rule.id: rule for rule in rules}
    for rule, info in zip(chain, book.infos, strict=True):
        hits = [example for example in info.examples if example.hit]
        if rule.mode is Mode.OFF or rule.when is not None or info.id in told or info.id not in by_id:
            continue
        # Of most rules the first example says that it is not so.
        if not hits or any(_taker(together(example), info.id) is None for example in hits):
            continue
        taker = by_id.get(_taker(together(hits[0]), info.id) or "")
        alone = fired([replace(rule, mode=Mode.ENFORCE)])
        if taker is not None and all(info.id in alone(example) for example in hits):
            yield Finding(_none_reaches(taker, by_id[info.id], len(hits)), info.id)


def _certain(rule: Rule) -> Rule:
    """The rule as it is certain to act: a canary acts for some only, and nobody is asked again here."""
    made = replace(rule, action=_at_last(rule.action), streamed=None)
    return replace(made, mode=Mode.SHADOW) if rule.rollout < 1 else made


def _at_last(action: Action) -> Action:
    """What an action comes to when asking again does not help."""
    return action if action.verb is not Verb.RETRY else action.then or replace(action, verb=Verb.DROP)


def _taker(ids: Collection[str], own: str) -> str | None:
    """The first rule that fired in place of one's own; None where that fired, or none did."""
    return None if own in ids else next(iter(ids), None)


def _at(rule: Written) -> str:
    return f'"{rule.id}" ({rule.place.file}:{rule.place.line})'


def _too_late(earlier: Written, later: Written, what: str) -> Problem:
    return Problem(
        later.place,
        "FW005",
        f"the rule {_at(earlier)} comes before this one and {what}",
        "nothing is left for this rule: it never fires",
        "put this rule first, turn one of the two off, or take it out",
    )


def _none_reaches(earlier: Written, later: Written, number: int) -> Problem:
    of = "its only example that must hit" if number == 1 else f"any of its {number} examples that must hit"
    return Problem(
        later.place,
        "FW005",
        f"this rule does not fire on {of}: {_at(earlier)} comes first",
        "each is a reply that it is there for, and an earlier rule takes it away",
        "put this rule first, or give it an example that only it is for",
    )


def _twice(earlier: Written, later: Written) -> Problem:
    return Problem(
        later.place,
        "FW013",
        f"the rule {_at(earlier)} finds all that this one looks for, and does the same",
        "each such reply is counted twice, and acted on twice",
        "keep one of the two",
    )
