"""
A whole rule around a way of finding: what is done with a match, what is said instead, what proves it.

It begins in shadow: what it would have done is counted, and nobody's reply changes before a person says so.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection, Iterator
from dataclasses import replace
from typing import Any

from filterproxy.authoring.case import Case, sentence_around
from filterproxy.authoring.deed import Wishes, deed, is_empty
from filterproxy.authoring.trying import Found, alone
from filterproxy.authoring.wording import text_for
from filterproxy.core.plan import Plans
from filterproxy.core.rule import Span
from filterproxy.core.verdict import Channel
from filterproxy.trial import run

# How a request may state a fact that a short answer only hints at.
_STATED = {
    "opening_hours": ("We open at {}.", "We close at {}.", "Open: {}", "We are open {}."),
    "price": ("It costs {}.",),
    "clock_time": ("It begins at {}.",),
    "date": ("It is on {}.",),
    "phone": ("Call {}.",),
    "email": ("Write to {}.",),
}


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
        "why": wishes.why or _why(case, found),
        "match": candidate.match,
    }
    if case.channel != "content":
        rule["in"] = case.channel
    if candidate.grounded:
        rule["unless"] = {"grounded": True}
    rule |= deed(case, candidate, wishes)
    rule["mode"] = "shadow"
    if wishes.owner:
        rule["owner"] = wishes.owner
    rule["created"] = created
    rule["examples"] = {"hit": [case.form()]}
    if (counter := counter_example(case, found, rule.get("say") or _unharmed(case, found))) is not None:
        rule["examples"]["pass"] = [counter.form()]
    return rule


# Facts and numbers in the words of a sentence, where their names are none.
_CALLED = {
    "opening_hours": "opening hours",
    "price": "a price",
    "clock_time": "a time",
    "date": "a date",
    "percentage": "a percentage",
    "phone": "a phone number",
    "email": "an e-mail address",
    "url": "an address on the web",
    "image_host": "where an image comes from",
    "link_host": "where a link leads",
    "address": "an address",
    "done": "an action that was taken",
    "promise": "a promise",
}
_WHYS = {
    "repetition": "The reply says the same again and again.",
    "repeats": "The reply repeats the system prompt.",
    "language": "The reply is in another language than the question.",
    "length": "The reply is longer than anybody reads.",
    "json_schema": "JSON was asked for, and the reply is none, or not JSON alone.",
}
# Code points of words that are named in a sentence.
_NAMED = 60


def _why(case: Case, found: Found) -> str:
    candidate = found.candidate
    if is_empty(candidate):
        return "The reply says nothing."
    if candidate.verb == "fact":
        what = _CALLED[candidate.kind]
        if candidate.grounded:
            return f"The reply states what the request does not: {what}."
        return f"The reply states {what}."
    if candidate.verb in ("number", "secret"):
        return f"The reply holds a {candidate.verb} that nobody should read ({candidate.kind})."
    if candidate.is_gap:
        return "The reply has a gap that was left to be filled in."
    if candidate.verb in _WHYS:
        return _WHYS[candidate.verb]
    part = case.reply[slice(*found.spans[0])]
    if len(part) > _NAMED or not part.isprintable() or '"' in part:
        return "A reply like the one under `hit` must not leave."
    return f'No reply should say "{part}"' + (", or the like." if candidate.verb == "regex" else ".")


_IDS = {
    "repetition": "said-again",
    "repeats": "prompt-repeated",
    "language": "reply-language",
    "length": "long-reply",
    "json_schema": "not-json",
}


def _name(case: Case, found: Found) -> str:
    candidate = found.candidate
    if is_empty(candidate):
        return "empty-reply" if candidate.verb == "length" else "blank-reply"
    if candidate.is_gap:
        return "gap-to-fill"
    if candidate.verb in _IDS:
        return _IDS[candidate.verb]
    if candidate.kind and candidate.verb != "regex":
        return f"{candidate.kind}-{candidate.verb}" if candidate.verb != "fact" else candidate.kind
    words = re.findall(r"[a-z0-9]+", _plain(case.reply[slice(*found.spans[0])]))[:4]
    return "-".join(words) if any(map(str.isalpha, words)) else candidate.verb


def _plain(text: str) -> str:
    return "".join(c for c in unicodedata.normalize("NFKD", text) if not unicodedata.combining(c)).lower()


def free_id(name: str, taken: Collection[str]) -> str:
    """*name* as an id that no other rule has."""
    plain = re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-")[:60] or "rule"
    numbers = (f"{plain}-{number}" for number in range(2, len(taken) + 3))
    return plain if plain not in taken else next(one for one in numbers if one not in taken)


def _unharmed(case: Case, found: Found) -> str:
    """A reply that nobody minds."""
    wants_json = case.channel == "arguments" or found.candidate.verb == "json_schema"
    return "{}" if wants_json else text_for("say", "other", case)


def counter_example(case: Case, found: Found, said: str) -> Case | None:
    """
    A reply that the rule must pass: the same one where the request states the fact, else what is left of it,
    else *said*, which is what the client reads instead.

    None where nothing was found that the rule does pass.
    """
    span = found.spans[0]
    if found.candidate.grounded:
        tries = [_stating(case, text) for text in _statements(case, span, found.candidate.kind)]
    else:
        tries = [Case(rest, channel=case.channel) for rest in _rests(case.reply, span)]
        tries.append(replace(case, reply=said))
    plans = alone(found.candidate, case.channel)
    return next((one for one in tries if _passes(plans, one)), None)


def _statements(case: Case, span: Span, kind: str) -> Iterator[str]:
    part = case.reply[slice(*span)]
    yield sentence_around(case.reply, span)
    yield case.reply
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
