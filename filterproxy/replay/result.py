"""
The result of a replay, as plain JSON: what reports, the journal and gates read.

    version     1
    corpus      hash (of the exchanges, in any order and any file), exchanges, skipped (lines, or files),
                files, skipped_by (how often each cause), skipped_lines (the first: file, line, why)
    baseline    hash, source (what named it), not_run (rules that ask somebody who was not asked)
    candidate   the same
    seconds     how long it took
    replies     same, changed: what the client reads under the two is, or is not, the same; new_drops,
                gone_drops; of each rulebook: touched (some rule fired), dropped, withheld (could not be
                judged: the client gets an error), asked (upstream would have been asked again), unscanned,
                outcomes (by name), seconds
    rules       by id, in order: pack, mode ("absent" where there is none), evaluated, fired (a match that
                nothing excused, in any mode but off), new and gone (fired under one only), changed (fired
                under both, and accounts for what the client reads otherwise), excused (matches, all of them
                excused), marginal (fired, and without it no enforcing rule touches the reply), errors,
                seconds (in the rule's own engine)
    examples    hash (of the case), rule, kind (new, gone, changed), file, line, channel, ask, reply (as
                upstream sent it), spans (of that rule's matches in it), before and after (what the client
                reads; null: an error)
    notes       sentences about what could not be judged
    gates       gate, found, ok, why; where gates were asked for

Pairs are [baseline, candidate]. Everything but seconds is a function of corpus, rulebooks and seed; rules
whose time ran out three times in a row aside (errors).
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from filterproxy.corpus.skipped import Skips
from filterproxy.replay.html_numbers import grouped
from filterproxy.replay.side import Side
from filterproxy.replay.tally import BASELINE, CANDIDATE, FLAGS, RuleTally, Tally
from filterproxy.rulebook.document import Document, Form

VERSION = 1
_HASH_DIGITS = 16
_NANOSECONDS = 1e9
# Rules that a note names, where their names say little beyond how many there are.
_NAMED = 8

Result = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Told:
    """A rulebook that was replayed. source: what named it."""

    document: Document
    source: str
    side: Side


def result_of(
    tally: Tally, skips: Skips, files: Sequence[str], baseline: Told, candidate: Told, seconds: float
) -> Result:
    """What a replay says."""
    sides = (baseline, candidate)
    return {
        "version": VERSION,
        "corpus": _corpus(tally, skips, files),
        "baseline": _about(baseline),
        "candidate": _about(candidate),
        "seconds": round(seconds, 3),
        "replies": _replies(tally),
        "rules": dict(_rules(tally, sides)),
        "examples": tally.examples.chosen(),
        "notes": list(_notes(tally, sides)),
    }


def _corpus(tally: Tally, skips: Skips, files: Sequence[str]) -> dict[str, Any]:
    content = f"{tally.exchanges} {tally.identity:x}"
    return {
        "hash": hashlib.sha256(content.encode()).hexdigest()[:_HASH_DIGITS],
        "exchanges": tally.exchanges,
        "skipped": skips.count,
        "files": list(files),
        "skipped_by": dict(sorted(skips.causes.items())),
        "skipped_lines": [skipped.as_json() for skipped in skips.named],
    }


def _about(told: Told) -> dict[str, Any]:
    return {"hash": told.document["hash"], "source": told.source, "not_run": list(told.side.not_run)}


def _replies(tally: Tally) -> dict[str, Any]:
    return {
        "same": tally.exchanges - tally.changed,
        "changed": tally.changed,
        "new_drops": tally.new_drops,
        "gone_drops": tally.gone_drops,
        "touched": tally.touched,
        **{name: tally.flags[name] for name in FLAGS},
        "outcomes": [dict(sorted(names.items())) for names in tally.outcomes],
        "seconds": _seconds(tally.nanoseconds),
    }


def _rules(tally: Tally, sides: tuple[Told, Told]) -> Iterator[tuple[str, dict[str, Any]]]:
    forms = [{form["id"]: form for form in told.document["rules"]} for told in sides]
    evaluated = [_evaluated(tally, at, told) for at, told in enumerate(sides)]
    for rule in forms[CANDIDATE] | forms[BASELINE]:
        of = [by_id.get(rule) for by_id in forms]
        counted = tally.rules.get(rule, RuleTally())
        counts = counted.counts
        yield (
            rule,
            {
                "pack": (of[CANDIDATE] or of[BASELINE] or {})["pack"],
                "mode": [_mode(form) for form in of],
                "evaluated": [by_id.get(rule, 0) for by_id in evaluated],
                "fired": counts["fired"],
                "new": counted.new,
                "gone": counted.gone,
                "changed": counted.changed,
                "excused": counts["excused"],
                "marginal": counts["marginal"],
                "errors": counts["failed"],
                "seconds": _seconds(counts["nanoseconds"]),
            },
        )


def _evaluated(tally: Tally, at: int, told: Told) -> dict[str, int]:
    by_place = tally.evaluated_by_place(at)
    return {rule: by_place[place] for place, rule in enumerate(told.side.rules)}


def _mode(form: Form | None) -> str:
    if form is None:
        return "absent"
    mode: str = form["mode"]
    return "canary" if mode == "enforce" and form["rollout"] < 1 else mode


def _seconds(nanoseconds: Sequence[int]) -> list[float]:
    return [round(count / _NANOSECONDS, 6) for count in nanoseconds]


def _notes(tally: Tally, sides: tuple[Told, Told]) -> Iterator[str]:
    not_run, by_header, by_name = (
        list(dict.fromkeys(rule for told in sides for rule in getattr(told.side, name)))
        for name in ("not_run", "by_header", "by_name")
    )
    if tally.redacted:
        some, of = grouped(tally.redacted, " "), grouped(tally.exchanges, " ")
        yield (
            f"In {some} of {of} exchanges something was redacted when they were recorded: rules cannot find"
            " it there, and so fire on less than they did"
            + _listed(", above all those that redact: ", _redacting(sides))
        )
        yield (
            "What stands in its place are the operator's words, and as in serving no rule finds anything in"
            " them or across them (in texts that are JSON they are read as the model's)"
        )
    if not_run:
        yield (
            "Not run, since they ask a service, or a function that is not allowed here (--allow-python): "
            + ", ".join(not_run)
        )
    if by_header:
        yield "Not asked, since nobody records headers and their `when` names one: " + ", ".join(by_header)
    if by_name and tally.unnamed:
        yield (
            f"In {grouped(tally.unnamed, ' ')} exchanges no model, or no route, is named; there, these may"
            " not have been asked: " + ", ".join(by_name)
        )


def _redacting(sides: Sequence[Told]) -> list[str]:
    """Ids of the rules of which recordings no longer have what they find."""
    forms = [form for told in sides for form in told.document["rules"] if form["mode"] != "off"]
    return list(dict.fromkeys(form["id"] for form in forms if form["action"]["verb"] == "redact"))


def _listed(before: str, names: Sequence[str]) -> str:
    """The first few names, and how many more there are; "" for none."""
    more = f" and {len(names) - _NAMED} more" if len(names) > _NAMED else ""
    return before + ", ".join(names[:_NAMED]) + more if names else ""


def to_json(result: Result, *, times: bool = True) -> str:
    """A result as JSON. times: without them, equal input gives equal bytes."""
    return json.dumps(result if times else _timeless(result), indent=2, ensure_ascii=False) + "\n"


def from_json(text: str) -> Result:
    """The result that `to_json` gave. Raises ValueError with a sentence."""
    try:
        value = json.loads(text)
    except ValueError as error:
        raise ValueError(f"it is no JSON: {error}") from None
    if not isinstance(value, dict) or not {"version", "corpus", "replies", "rules"} <= value.keys():
        raise ValueError("it is no result of `filterproxy replay --json`")
    if value["version"] != VERSION:
        raise ValueError(
            f"it is a result of version {value['version']}, and {VERSION} is the one that is known"
        )
    return value


def _timeless(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _timeless(inner) for key, inner in value.items() if key != "seconds"}
    return [_timeless(member) for member in value] if isinstance(value, list) else value
