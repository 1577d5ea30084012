"""
A whole rule around a way of finding: what is done with a match, what is said instead, what proves it.

It begins in shadow: what it would have done is counted, and nobody's reply changes before a person says so.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection, Iterator
from dataclasses import dataclass, replace
from typing import Any

from filterproxy.authoring.candidates import Candidate
from filterproxy.authoring.case import Case, sentence_around
from filterproxy.authoring.trying import Found, alone
from filterproxy.core.plan import Plans
from filterproxy.core.rule import Span
from filterproxy.core.verdict import Channel
from filterproxy.trial import run

# What a client reads in place of a fact that the model cannot know.
_NOT_AT_HAND = {
    "opening_hours": "our opening hours",
    "price": "our prices",
    "clock_time": "the exact time",
    "date": "the date",
    "percentage": "the exact figure",
}
_SAYINGS = {
    "done": "I couldn't do that from here. Please contact our team, who can help you.",
    "promise": "I can't promise that from here. Please contact our team, who can help you.",
}
# Facts that are an address of something: the rest of the reply is worth reading without it.
_TAKEN_OUT: dict[str, Any] = {
    "email": {"redact": "[e-mail address removed]"},
    "phone": {"redact": "[phone number removed]"},
    "url": {"redact": "[link removed]"},
    "link_host": {"redact": "[link removed]"},
    "image_host": {"remove": "match"},
    "address": {"redact": "[address removed]"},
}
# How a request may state a fact that a short answer only hints at.
_STATED = {
    "opening_hours": ("We open at {}.", "We close at {}.", "Open: {}", "We are open {}."),
    "price": ("It costs {}.",),
    "clock_time": ("It begins at {}.",),
    "date": ("It is on {}.",),
    "phone": ("Call {}.",),
    "email": ("Write to {}.",),
}
ACTIONS = ("drop", "cut", "remove", "redact", "flag")


@dataclass(frozen=True, slots=True)
class Wishes:
    """What an author has decided; "" for what is to be proposed."""

    id: str = ""
    action: str = ""
    say: str = ""
    why: str = ""
    owner: str = ""


def proposed(
    case: Case, found: Found, wishes: Wishes, created: str, taken: Collection[str] = ()
) -> dict[str, Any]:
    """
    The rule as data, its keys in the order in which packs have them.

    created: the day, as 2026-01-31. taken: ids that other rules have.
    """
    candidate = found.candidate
    rule: dict[str, Any] = {
        "id": wishes.id or free_id(_name(case, found), taken),
        "why": wishes.why or _why(candidate),
        "match": candidate.match,
    }
    if case.channel != "content":
        rule["in"] = case.channel
    if candidate.grounded:
        rule["unless"] = {"grounded": True}
    rule |= _does(candidate, wishes)
    rule["mode"] = "shadow"
    if wishes.owner:
        rule["owner"] = wishes.owner
    rule["created"] = created
    rule["examples"] = {"hit": [case.form()]}
    if (counter := counter_example(case, found)) is not None:
        rule["examples"]["pass"] = [counter.form()]
    return rule


def _does(candidate: Candidate, wishes: Wishes) -> dict[str, Any]:
    action = wishes.action or _usual(candidate)
    if action == "redact":
        taken_out = _TAKEN_OUT.get(candidate.kind, {}) if candidate.verb == "fact" else {}
        return {"action": taken_out if "redact" in taken_out else {"redact": _removed(candidate)}}
    if action == "remove":
        unit = "match" if candidate.kind == "image_host" else "sentence"
        return {"action": {"remove": unit}} | ({"say": wishes.say} if wishes.say else {})
    if action == "flag":
        return {"action": "flag"}
    streamed = {"streamed": "cut"} if action == "drop" else {}
    return {"action": action, **streamed, "say": wishes.say or _saying(candidate)}


def _usual(candidate: Candidate) -> str:
    if candidate.verb == "fact" and candidate.kind in _TAKEN_OUT:
        return "redact" if "redact" in _TAKEN_OUT[candidate.kind] else "remove"
    if candidate.verb == "fact":
        return "drop" if candidate.grounded else "flag"
    return "redact" if candidate.verb in ("number", "secret") else "flag"


def _removed(candidate: Candidate) -> str:
    return "[secret removed]" if candidate.verb == "secret" else "[removed]"


def _saying(candidate: Candidate) -> str:
    if candidate.kind in _SAYINGS:
        return _SAYINGS[candidate.kind]
    if thing := _NOT_AT_HAND.get(candidate.kind):
        return f"I don't have {thing} at hand. Please ask our team."
    return "Sorry, I can't answer that here. Please ask our team."


# Kinds of fact that are called otherwise than what they are of.
_CALLED = {"done": "an action that was taken", "promise": "what will be done"}


def _why(candidate: Candidate) -> str:
    kind = candidate.kind.replace("_", " ")
    if candidate.grounded:
        return f"The reply states what the request does not: {_CALLED.get(candidate.kind, kind)}."
    if candidate.verb in ("number", "secret"):
        return f"The reply holds a {candidate.verb} that nobody should read ({kind})."
    return "A reply like the one under `hit` must not leave."


def _name(case: Case, found: Found) -> str:
    candidate = found.candidate
    if candidate.kind:
        return f"{candidate.kind}-{candidate.verb}" if candidate.verb != "fact" else candidate.kind
    part = case.reply[slice(*found.spans[0])] if candidate.verb in ("phrases", "regex") else ""
    words = re.findall(r"[a-z0-9]+", _plain(part))[:4]
    return "-".join(words) if any(map(str.isalpha, words)) else candidate.verb


def _plain(text: str) -> str:
    return "".join(c for c in unicodedata.normalize("NFKD", text) if not unicodedata.combining(c)).lower()


def free_id(name: str, taken: Collection[str]) -> str:
    """*name* as an id that no other rule has."""
    plain = re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-")[:60] or "rule"
    numbers = (f"{plain}-{number}" for number in range(2, len(taken) + 3))
    return plain if plain not in taken else next(one for one in numbers if one not in taken)


def counter_example(case: Case, found: Found) -> Case | None:
    """
    A reply that the rule must pass: the same one where the request states the fact, else what is left of it.

    None where nothing was found that the rule does pass.
    """
    span = found.spans[0]
    if found.candidate.grounded:
        tries = [_stating(case, text) for text in _statements(case, span, found.candidate.kind)]
    else:
        tries = [Case(rest, channel=case.channel) for rest in _rests(case.reply, span)]
    plans = alone(found.candidate, case.channel)
    return next((one for one in tries if _passes(plans, one)), None)


def _statements(case: Case, span: Span, kind: str) -> Iterator[str]:
    part = case.reply[slice(*span)]
    yield sentence_around(case.reply, span)
    yield from (form.format(part) for form in _STATED.get(kind, ()))
    yield part


def _stating(case: Case, text: str) -> Case:
    return replace(case, system=text, documents=(), messages=())


def _rests(reply: str, span: Span) -> Iterator[str]:
    """The reply without the sentence that has the match, and other such remains."""
    sentence = sentence_around(reply, span)
    for rest in (reply.replace(sentence, "", 1), reply[: span[0]] + reply[span[1] :]):
        if any(map(str.isalnum, rest)):
            yield " ".join(rest.split())


def _passes(plans: Plans, case: Case) -> bool:
    trial = run(plans, case.request(), [(Channel(0, case.channel), case.reply)])
    return not trial.fired() and not trial.verdict.faults and not trial.withheld
