"""
What is done with a match: as the packs that ship do with the like, so that a new rule is no stranger there.

Who reads a reply should lose no more of it than must go: an address or a price is put out of sight, a
sentence that promises is taken out, and only what makes the whole answer wrong drops it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from filterproxy.authoring.candidates import Candidate
from filterproxy.authoring.case import Case
from filterproxy.authoring.wording import text_for

ACTIONS = ("drop", "cut", "remove", "redact", "retry", "flag")

_FACTS = {"opening_hours": "drop", "done": "drop", "promise": "remove", "image_host": "remove"}
_VERBS = {
    "number": "redact",
    "secret": "redact",
    "phrases": "remove",
    "regex": "remove",
    "repetition": "cut",
    "repeats": "drop",
    "language": "retry",
    "json_schema": "retry",
}
# What the model is told when it is asked again.
_NOTES = {
    "language": "Answer in the language of the question.",
    "json_schema": "Answer with JSON alone.",
}
# Arguments of a call must stay JSON, from which no sentence can be taken.
_OF_TEXTS = ("remove", "cut")


@dataclass(frozen=True, slots=True)
class Wishes:
    """What an author has decided; "" for what is to be proposed."""

    id: str = ""
    action: str = ""
    say: str = ""
    why: str = ""
    owner: str = ""


def deed(case: Case, candidate: Candidate, wishes: Wishes) -> dict[str, Any]:
    """`action`, and what goes with it, as a pack has them."""
    usual = _usual(case, candidate)
    if wishes.action in ("", usual) and (own := _own(case, candidate, wishes)) is not None:
        return own
    match wishes.action or usual:
        case "redact":
            about = candidate.kind if candidate.verb == "fact" else _number(candidate)
            return {"action": {"redact": text_for("put", about, case)}}
        case "remove":
            return {"action": {"remove": "sentence"}, "say": _say(case, candidate, wishes)}
        case "flag":
            return {"action": "flag"}
        case "retry":
            again = {"action": {"retry": 1, "then": "drop"}}
            return again | _streamed(case, "cut") | {"say": _say(case, candidate, wishes)}
        case action:
            streamed = _streamed(case, "cut") if action == "drop" else {}
            return {"action": action, **streamed, "say": _say(case, candidate, wishes)}


def is_empty(candidate: Candidate) -> bool:
    """Whether it looks for replies that say nothing."""
    return candidate.kind == "empty"


def _usual(case: Case, candidate: Candidate) -> str:
    if candidate.verb == "fact":
        # What the request states is true: there is nothing to take away.
        action = _FACTS.get(candidate.kind, "redact") if candidate.grounded else "flag"
    else:
        action = _VERBS.get(candidate.verb, "flag")
    if is_empty(candidate):
        # Of an answer without a refusal, or without reasoning, nothing is missing.
        action = "retry" if case.channel == "content" else "flag"
    return "redact" if action in _OF_TEXTS and case.channel == "arguments" else action


def _own(case: Case, candidate: Candidate, wishes: Wishes) -> dict[str, Any] | None:
    """What is done with this kind of match and no other; None: nothing of its own."""
    said = {"say": wishes.say} if wishes.say else {}
    if candidate.verb in _NOTES:
        note = _NOTES[candidate.verb]
        return {"action": {"retry": 1, "note": note, "then": "flag"}, "streamed": "flag"}
    if case.channel == "arguments":
        return None
    if is_empty(candidate) and case.channel == "content":
        say = wishes.say or text_for("say", "empty", case)
        return {"action": {"retry": 1, "then": "append"}, "streamed": "append", "say": say}
    if candidate.verb == "repetition":
        return {"action": {"cut": "match"}, "after_cut": "close", **said}
    if candidate.verb == "repeats":
        return {"action": "drop", **_streamed(case, {"cut": "line"}), "say": _say(case, candidate, wishes)}
    if candidate.kind == "image_host" and candidate.grounded:
        return {"action": {"remove": "match"}, **said}
    return None


def _streamed(case: Case, action: Any) -> dict[str, Any]:
    """What a stream does instead of waiting for the whole reply."""
    return {} if case.channel == "arguments" else {"streamed": action}


def _number(candidate: Candidate) -> str:
    return candidate.kind if candidate.kind in ("card", "iban", "ip", "phone") else candidate.verb


def _say(case: Case, candidate: Candidate, wishes: Wishes) -> str:
    about = candidate.kind if candidate.verb == "fact" else candidate.verb
    return wishes.say or text_for("say", about, case)
