"""Writes the journal: a replay as an entry, a remark, a verdict; one writer at a time."""

from __future__ import annotations

import datetime
import getpass
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, Protocol

from filterproxy.experiments.entry import STATES, Entry, JournalError, Remark, Side, Verdict
from filterproxy.experiments.files import edit_entry, locked, write_entry
from filterproxy.experiments.read import Journal, read_journal
from filterproxy.experiments.words import clean, slug_of
from filterproxy.history.difference import difference
from filterproxy.history.errors import HistoryError
from filterproxy.history.git import user
from filterproxy.history.home import find_home, make_home
from filterproxy.history.resolve import commit_of, document_of
from filterproxy.history.stored import fetch, keep, stored
from filterproxy.rulebook.document import Document
from filterproxy.rulebook.problem import RulebookError


class Replayed(Protocol):
    """The result of a replay."""

    def to_json(self) -> dict[str, Any]: ...


def record(
    result: Mapping[str, Any] | Replayed,
    *,
    note: str = "",
    parent: str | int | None = None,
    baseline: Document | None = None,
    candidate: Document | None = None,
    gates: Sequence[Mapping[str, Any]] = (),
    home: Path | None = None,
    who: str | None = None,
    now: datetime.datetime | None = None,
    tell: Callable[[str], None] = lambda hint: None,
) -> Path:
    """
    The file of the entry for the result of a replay.

    A replay of the same rulebooks over the same replies updates the entry that there is; where only times
    differ the file is left alone. parent: by default the newest entry whose candidate was this baseline.
    baseline, candidate: the documents, where they are at hand; else they are looked for. gates: what was
    demanded, and whether it held. tell: is given what the author should know: what could not be found or
    kept. Raises JournalError, HistoryError.
    """
    value = result if isinstance(result, Mapping) else result.to_json()
    home = home or make_home()
    before = _document(value, "baseline", baseline, home, tell)
    after = _document(value, "candidate", candidate, home, tell)
    changes = None if before is None or after is None else difference(before, after).as_json()
    when = stamp(now)
    by = author() if who is None else who
    with locked(home):
        journal = read_journal(home)
        fresh = _entry(value, journal, changes, gates)
        known = next((e for e in reversed(journal.entries) if e.about == fresh.about), None)
        if parent is not None:
            fresh = replace(fresh, parent=journal.find(parent).number)
        if known is not None:
            return _updated(known, fresh, note, parent, by, when)
        slug = slug_of(note, fresh.touched())
        fresh = replace(fresh, note=clean(note), who=by, when=when, slug=slug)
        return write_entry(home, fresh)


def _entry(
    value: Mapping[str, Any],
    journal: Journal,
    changes: Mapping[str, Any] | None,
    gates: Sequence[Mapping[str, Any]],
) -> Entry:
    try:
        sides = [_side(value[key]) for key in ("baseline", "candidate")]
        came_from = journal.newest_of(sides[0].hash)
        return Entry(
            number=max((_number_of(file) for file in _names(journal)), default=0) + 1,
            slug="",
            when="",
            who="",
            parent=None if came_from is None else came_from.number,
            note="",
            baseline=sides[0],
            candidate=sides[1],
            corpus={key: one for key, one in value["corpus"].items() if key != "skipped_lines"},
            changes=changes,
            replies=_rounded(value["replies"]),
            rules={rule: _rounded(numbers) for rule, numbers in value["rules"].items()},
            seconds=round(float(value.get("seconds", 0.0)), 4),
            gates=tuple(dict(gate) for gate in gates),
        )
    except (KeyError, TypeError, AttributeError) as error:
        raise JournalError(f"this is no result of a replay: {error} is missing or of another kind") from None


def _names(journal: Journal) -> list[Path]:
    return [*(entry.file for entry in journal.entries), *(one.file for one in journal.unreadable)]


def _number_of(file: Path) -> int:
    # A torn file keeps its number: another entry with it would be mistaken for that one later.
    digits = re.match(r"\d{1,9}(?=-)", file.name, re.ASCII)
    return int(digits[0]) if digits else 0


def _side(value: Mapping[str, Any]) -> Side:
    source = str(value.get("source", ""))
    return Side(str(value["hash"]), source, str(value.get("commit", "")) or commit_of(source))


def _rounded(numbers: Mapping[str, Any]) -> dict[str, Any]:
    """Numbers with their times to a tenth of a millisecond, all that a clock is good for."""
    if "seconds" not in numbers:
        return dict(numbers)
    return {**numbers, "seconds": [round(float(one), 4) for one in numbers["seconds"]]}


def _document(
    value: Mapping[str, Any],
    key: str,
    given: Document | None,
    home: Path,
    tell: Callable[[str], None],
) -> Document | None:
    """The document of a side, kept in the journal; None where it is not to be had."""
    side = value.get(key, {})
    hash, source = str(side.get("hash", "")), str(side.get("source", ""))
    try:
        if given is None and hash in stored(home):
            return fetch(home, hash)
        found = given if given is not None else document_of(source or hash)
        if found["hash"] != hash:
            tell(f"{source} has other rules by now ({found['hash']}) than were replayed ({hash})")
            return None
    except (HistoryError, RulebookError):
        tell(f"the {key} {hash} could not be found, so that the entry cannot say what changed")
        return None
    try:
        keep(home, found)
    except HistoryError as error:
        tell(str(error))
    return found


def _updated(known: Entry, fresh: Entry, note: str, parent: str | int | None, by: str, when: str) -> Path:
    """The entry with new results; the person's words in it stay."""
    same = _untimed(known) == _untimed(fresh)
    changed = known if same else replace(
        known, replies=fresh.replies, rules=fresh.rules, seconds=fresh.seconds, gates=fresh.gates,
        corpus=fresh.corpus, changes=fresh.changes if fresh.changes is not None else known.changes,
    )  # fmt: skip
    said = clean(note)
    if said and not known.note:
        changed = replace(changed, note=said)
    elif said and said != known.note and said not in [remark.text for remark in known.remarks]:
        changed = replace(changed, remarks=(*changed.remarks, Remark(said, by, when)))
    if parent is not None and fresh.parent != known.number:
        changed = replace(changed, parent=fresh.parent)
    if changed != known:
        edit_entry(known, changed)
    return known.file


def _untimed(entry: Entry) -> tuple[Any, ...]:
    rules = {rule: {**numbers, "seconds": None} for rule, numbers in entry.rules.items()}
    gates = [dict(gate) for gate in entry.gates]
    return rules, {**entry.replies, "seconds": None}, dict(entry.corpus), entry.changes, gates


def add_note(name: str | int, text: str, *, home: Path | None = None, who: str | None = None) -> Entry:
    """The entry with a remark. Raises JournalError."""
    remark = Remark(clean(text), author() if who is None else who, stamp())
    if not remark.text:
        raise JournalError("the note is empty")
    return _edited(name, home, lambda entry: replace(entry, remarks=(*entry.remarks, remark)))


def give_verdict(
    name: str | int, state: str, reason: str, *, home: Path | None = None, who: str | None = None
) -> Entry:
    """The entry with what a person made of it. Raises JournalError."""
    if state not in STATES:
        raise JournalError(f'a verdict is one of {", ".join(STATES)}, and not "{state}"')
    verdict = Verdict(state, clean(reason), author() if who is None else who, stamp())
    if state != "open" and not verdict.reason:
        raise JournalError("a verdict needs its reason: the next one who has the idea will read it")
    return _edited(name, home, lambda entry: replace(entry, verdict=verdict))


def _edited(name: str | int, home: Path | None, change: Callable[[Entry], Entry]) -> Entry:
    home = home or find_home()
    if home is None:
        raise JournalError("there is no journal from here upwards; `filterproxy replay` begins one")
    with locked(home):
        entry = read_journal(home).find(name)
        changed = change(entry)
        edit_entry(entry, changed)
    return changed


def author() -> str:
    """Who is at work: as git commits, else whose account it is; "" where neither says."""
    if name := user(Path.cwd()):
        return name
    try:
        return getpass.getuser()
    except (OSError, KeyError):
        return ""


def stamp(now: datetime.datetime | None = None) -> str:
    """A moment, by default this one, as the journal writes it: RFC 3339, in UTC."""
    moment = now or datetime.datetime.now(datetime.UTC)
    return moment.astimezone(datetime.UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
