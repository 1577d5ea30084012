"""
What a rule could look for, given a reply and the part of it that must not be there.

Every kind of fact, number and secret is tried, then what counts along a text, then the words themselves. What
comes out is data as a pack has it; whether it finds the part is for the engine to say (see trying).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import regex

from filterproxy.authoring.case import Case
from filterproxy.authoring.forms import Form, forms, gaps, is_word
from filterproxy.core.rule import MATCH_LIMIT, Span
from filterproxy.detectors.number import NUMBERS
from filterproxy.detectors.secret import SECRETS
from filterproxy.facts import FACTS

# A reply without a marked part is a phrase itself up to this many code points: "9 am", "Ask your bank."
_WHOLE_REPLY = 60
# Longer replies are long enough for their length to be what is strange about them.
_LONG_REPLY = 1500

_TIMES = (3, 5, 10, 15, 30)
_JSON = regex.compile(r"(?i)\bJSON\b")
_ANY_NUMBER = regex.compile(r"[\d\s.,:/-]+")

# How much a way of finding is worth before anything is known of what else it finds: the more it knows of what
# it looks for, the more of the like it will find in other words.
_ASKED_FACT, _CHECKED, FACT, _COUNTED, _WORDS = 100, 95, 90, 70, 40
# A gap is left by mistake whatever it asks for; names and capitals mostly are what they should be.
_FORMS = {"gap": 70, "tag": 60, "digits": 50, "id": 39, "name": 38, "capitals": 37}
# The reply states what the request does: the rule would be about facts that are true.
_UNGROUNDED = 30


@dataclass(frozen=True, slots=True)
class Candidate:
    """
    One way of finding.

    match: as a pack has it. grounded: whether what the request states is excused. worth: see above.
    """

    verb: str
    kind: str
    match: dict[str, Any]
    grounded: bool = False
    worth: int = 0

    @property
    def name(self) -> str:
        """As `--verb` takes it."""
        return f"{self.verb}:{self.kind}" if self.kind else self.verb

    @property
    def is_gap(self) -> bool:
        """Whether it looks for what a template left to be filled in."""
        return self.kind == "gap"


def candidates(case: Case, span: Span | None) -> list[Candidate]:
    """Everything that is worth a try. span: the part that is meant, where somebody said so."""
    found = [*_facts(case), *_checked(), *_counting(case, span)]
    part = case.reply[slice(*span)] if span else _short(case.reply)
    if part.strip():
        found += _words(case.reply, span or (0, len(part)), part)
    else:
        found += [_of_form(form, _FORMS[form.kind]) for form in gaps(case.reply)]
    return found


def _short(reply: str) -> str:
    text = reply.rstrip(" \n.!?…")
    return text if len(text) <= _WHOLE_REPLY and "\n" not in text else ""


def _facts(case: Case) -> Iterator[Candidate]:
    for at, (kind, fact) in enumerate(FACTS.items()):
        worth = _ASKED_FACT if case.ask and fact.asks(case.ask) else FACT
        # The narrower kinds come first, and one point is less than anything else that counts.
        yield Candidate("fact", kind, {"fact": kind}, grounded=True, worth=worth * 10 - at)
        yield Candidate("fact", kind, {"fact": kind}, worth=_UNGROUNDED * 10 - at)


def _checked() -> Iterator[Candidate]:
    for kind in NUMBERS:
        # A telephone number is a fact as well, and as such may be known.
        worth = _COUNTED if kind == "phone" else _CHECKED
        yield Candidate("number", kind, {"number": kind}, worth=worth * 10)
    for kind in SECRETS:
        yield Candidate("secret", kind, {"secret": kind}, worth=_CHECKED * 10 + 1)


def _counting(case: Case, span: Span | None) -> Iterator[Candidate]:
    worth, sure = _COUNTED * 10, _CHECKED * 10 - 5
    if not case.reply:
        yield Candidate("length", "empty", {"length": {"under": 1}}, worth=sure)
    elif not case.reply.strip():
        yield Candidate("regex", "empty", {"regex": r"\A\s+\Z"}, worth=sure)
    elif span is None and len(case.reply) > _LONG_REPLY:
        over = len(case.reply) * 4 // 5 // 100 * 100
        yield Candidate("length", "", {"length": {"over": over}}, worth=_WORDS * 10)
    for of in ("lines", "words"):
        # The more often, the less there is that says a thing three times and means it.
        for times in _TIMES:
            repeated = {"repetition": {"of": of, "times": times}}
            yield Candidate("repetition", of, repeated, worth=worth + times)
    if case.system:
        yield Candidate("repeats", "", {"repeats": {"of": "system", "words": 12}}, worth=sure)
    if case.ask:
        yield Candidate("language", "", {"language": {"not": "asked"}}, worth=sure)
    if _JSON.search(f"{case.system}\n{case.ask}"):
        yield Candidate("json_schema", "", {"json_schema": {"violated": {}}}, worth=sure)


def _words(reply: str, span: Span, part: str) -> Iterator[Candidate]:
    start = span[0] + len(part) - len(part.lstrip())
    part = _first_words(part.strip())
    whole_words = not (_joined(reply, start) or _joined(reply, start + len(part)))
    phrase = {"phrases": [part]} | ({} if whole_words else {"words": False})
    yield Candidate("phrases", "", phrase, worth=_WORDS * 10 + 1)
    for form in forms(part, whole_words):
        any_number = form.kind == "digits" and _ANY_NUMBER.fullmatch(part)
        yield _of_form(form, _UNGROUNDED if any_number else _FORMS[form.kind])


def _first_words(part: str) -> str:
    """Those of a part that is longer than a match can be: they will do."""
    if len(part) <= MATCH_LIMIT:
        return part
    start = part[:_WHOLE_REPLY]
    return start.rpartition(" ")[0].strip() or start


def _of_form(form: Form, worth: int) -> Candidate:
    return Candidate("regex", form.kind, {"regex": form.pattern}, worth=worth * 10)


def _joined(reply: str, at: int) -> bool:
    """Whether a word goes on over *at*."""
    return 0 < at < len(reply) and is_word(reply[at - 1]) and is_word(reply[at])
