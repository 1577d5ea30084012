"""
One experiment: what was changed, what came of it on which replies, and what a person made of that.

    version: 1
    number: 3
    slug: opening-hours-in-words
    when: '2026-03-01T10:00:00Z'
    who: Ada
    parent: 2                     # the experiment whose candidate was this one's baseline; null for none
    note: ...                     # what was expected
    baseline: {hash, source, commit}
    candidate: {hash, source, commit}
    corpus: {hash, exchanges, skipped, files}
    changes: {added, removed, changed, moved, modes, known}     # null where a document was not at hand
    results: {replies, rules: {ID: {mode, evaluated, fired, new, gone, ...}}, seconds}
    gates: []                     # as the replay gave them
    verdict: {state: open | kept | rejected | unclear, reason, who, when}
    remarks: [{text, who, when}]
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

VERSION = 1
STATES = ("open", "kept", "rejected", "unclear")


class JournalError(ValueError):
    """An entry that is not there, or a file that is none; args[0] is a sentence for people."""


@dataclass(frozen=True, slots=True)
class Side:
    """A rulebook of an experiment. commit: of git, "" where it came from files as they were."""

    hash: str
    source: str = ""
    commit: str = ""


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a person made of it. when: RFC 3339, in UTC."""

    state: str = "open"
    reason: str = ""
    who: str = ""
    when: str = ""


@dataclass(frozen=True, slots=True)
class Remark:
    """What was noted later."""

    text: str
    who: str = ""
    when: str = ""


@dataclass(frozen=True, slots=True)
class Entry:
    """
    An entry of the journal; the keys are those above.

    rules: numbers of each rule by its id, pairs for baseline and candidate, as the result of a replay has
    them.
    """

    number: int
    slug: str
    when: str
    who: str
    parent: int | None
    note: str
    baseline: Side
    candidate: Side
    corpus: Mapping[str, Any]
    changes: Mapping[str, Any] | None
    replies: Mapping[str, Any]
    rules: Mapping[str, Mapping[str, Any]]
    seconds: float = 0.0
    gates: tuple[Mapping[str, Any], ...] = ()
    verdict: Verdict = Verdict()
    remarks: tuple[Remark, ...] = ()
    file: Path = field(default=Path(), compare=False)

    @property
    def name(self) -> str:
        """As its file is called."""
        return f"{self.number:04}-{self.slug}"

    @property
    def about(self) -> tuple[str, str, str]:
        """The same for two replays of the same rulebooks over the same replies."""
        return str(self.corpus.get("hash", "")), self.baseline.hash, self.candidate.hash

    def touched(self) -> list[str]:
        """Ids of the rules that it changed."""
        changes = self.changes or {}
        named = [rule for key in ("added", "removed", "changed", "moved") for rule in changes.get(key) or ()]
        return list(dict.fromkeys(named))

    def total(self, key: str) -> int:
        """`new` or `gone`, over all rules."""
        return sum(int(numbers.get(key, 0)) for numbers in self.rules.values())

    def as_json(self) -> dict[str, Any]:
        """Plain data in the order of the file; what stands in a file is this."""
        return {
            "version": VERSION,
            "number": self.number,
            "slug": self.slug,
            "when": self.when,
            "who": self.who,
            "parent": self.parent,
            "note": self.note,
            "baseline": _side(self.baseline),
            "candidate": _side(self.candidate),
            "corpus": dict(self.corpus),
            "changes": None if self.changes is None else dict(self.changes),
            "results": {
                "replies": dict(self.replies),
                "rules": {rule: dict(numbers) for rule, numbers in self.rules.items()},
                "seconds": self.seconds,
            },
            "gates": [dict(gate) for gate in self.gates],
            "verdict": {key: getattr(self.verdict, key) for key in ("state", "reason", "who", "when")},
            "remarks": [{"text": r.text, "who": r.who, "when": r.when} for r in self.remarks],
        }


def _side(side: Side) -> dict[str, str]:
    return {"hash": side.hash, "source": side.source, "commit": side.commit}


def entry_of(value: Any, file: Path) -> Entry:
    """The entry that *value*, the content of *file*, stands for. Raises JournalError."""
    if not isinstance(value, Mapping):
        raise JournalError("is no mapping, as an entry is")
    whole = value
    version = whole.get("version")
    if version != VERSION:
        raise JournalError(f"`version: {version}` is none that this program writes")
    results = _mapping(whole.get("results", {}), "results")
    changes = whole.get("changes")
    rules = _mapping(results.get("rules", {}), "results.rules")
    return Entry(
        number=_number(whole, "number"),
        slug=_text(whole, "slug"),
        when=_text(whole, "when"),
        who=_text(whole, "who"),
        parent=None if whole.get("parent") is None else _number(whole, "parent"),
        note=_text(whole, "note"),
        baseline=_side_of(whole, "baseline"),
        candidate=_side_of(whole, "candidate"),
        corpus=_mapping(whole.get("corpus", {}), "corpus"),
        changes=None if changes is None else _mapping(changes, "changes"),
        replies=_mapping(results.get("replies", {}), "results.replies"),
        rules={str(rule): _numbers(rule, numbers) for rule, numbers in rules.items()},
        seconds=float(_of(results, "seconds", (int, float), 0.0)),
        gates=tuple(_mapping(gate, "a gate") for gate in _of(whole, "gates", (list,), [])),
        verdict=_verdict_of(_mapping(whole.get("verdict", {}), "verdict")),
        remarks=tuple(_remark_of(_mapping(one, "a remark")) for one in _of(whole, "remarks", (list,), [])),
        file=file,
    )


# How many numbers each key of a rule has; what is missing counts as none.
_PAIRS = ("evaluated", "fired", "excused", "marginal", "errors", "seconds")
_SINGLE = ("new", "gone")


def _numbers(rule: Any, value: Any) -> Mapping[str, Any]:
    found = dict(_mapping(value, f"results.rules.{rule}"))
    for key in _PAIRS:
        pair = found.setdefault(key, [0, 0])
        if not isinstance(pair, list) or len(pair) != 2 or not all(map(_is_number, pair)):
            raise JournalError(f"`results.rules.{rule}.{key}` is no pair of numbers")
    for key in _SINGLE:
        if not _is_number(found.setdefault(key, 0)):
            raise JournalError(f"`results.rules.{rule}.{key}` is no number")
    return found


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _side_of(whole: Mapping[str, Any], key: str) -> Side:
    side = _mapping(whole.get(key), key)
    return Side(_text(side, "hash"), _text(side, "source"), _text(side, "commit"))


def _verdict_of(value: Mapping[str, Any]) -> Verdict:
    state = _text(value, "state") or "open"
    if state not in STATES:
        raise JournalError(f'`verdict.state` is "{state}", and not one of {", ".join(STATES)}')
    return Verdict(state, _text(value, "reason"), _text(value, "who"), _text(value, "when"))


def _remark_of(value: Mapping[str, Any]) -> Remark:
    return Remark(_text(value, "text"), _text(value, "who"), _text(value, "when"))


def _mapping(value: Any, what: str) -> Mapping[str, Any]:
    if not isinstance(value, Mapping):
        raise JournalError(f"`{what}` is no mapping")
    return value


def _text(value: Mapping[str, Any], key: str) -> str:
    return str(_of(value, key, (str, int, float), ""))


def _number(value: Mapping[str, Any], key: str) -> int:
    found = _of(value, key, (int,), None)
    if found is None or found < 0:
        raise JournalError(f"`{key}` is no number of an entry")
    return int(found)


def _of(value: Mapping[str, Any], key: str, kinds: tuple[type, ...], default: Any) -> Any:
    found = value.get(key)
    if found is None:
        return default
    if not isinstance(found, kinds) or (isinstance(found, bool) and bool not in kinds):
        raise JournalError(f"`{key}` is not what stands there in an entry")
    return found
