"""
What stands in an entry's file → the entry.

Files are edited by hand, merged by git and come from others: whatever has another shape is said by its key,
and what a terminal would obey is in none of the names that are printed.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from filterproxy.experiments.entry import STATES, VERSION, Entry, JournalError, Remark, Side, Verdict


def entry_of(value: Any, file: Path) -> Entry:
    """The entry that *value*, the content of *file*, stands for. Raises JournalError."""
    if not isinstance(value, Mapping):
        raise JournalError("is no mapping, as an entry is")
    whole = value
    version = whole.get("version")
    if isinstance(version, int) and version > VERSION:
        raise JournalError(
            f"is of version {version}, which a newer filterproxy wrote: this one reads {VERSION}"
        )
    if version != VERSION:
        raise JournalError(f"`version: {version}` is none that this program writes")
    results = _mapping(whole.get("results", {}), "results")
    changes = whole.get("changes")
    rules = _mapping(results.get("rules", {}), "results.rules")
    return Entry(
        number=_number(whole, "number"),
        slug=_name(whole, "slug"),
        when=_name(whole, "when"),
        who=_text(whole, "who"),
        parent=None if whole.get("parent") is None else _number(whole, "parent"),
        note=_text(whole, "note"),
        baseline=_side_of(whole, "baseline"),
        candidate=_side_of(whole, "candidate"),
        corpus=_corpus_of(_mapping(whole.get("corpus", {}), "corpus")),
        changes=None if changes is None else _changes_of(_mapping(changes, "changes")),
        replies=_mapping(results.get("replies", {}), "results.replies"),
        rules={_id(rule, "results.rules"): _numbers(rule, numbers) for rule, numbers in rules.items()},
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
    return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)


def _corpus_of(value: Mapping[str, Any]) -> Mapping[str, Any]:
    _name(value, "hash")
    _listed(value, "files", "corpus")
    return value


# What each kind of change says of a rule: all it does, what became of each key, its mode before and after.
_FORMS, _KEYS, _MODES = ("added", "removed"), "changed", "modes"


def _changes_of(value: Mapping[str, Any]) -> Mapping[str, Any]:
    for kind in (*_FORMS, _KEYS, _MODES):
        for rule, one in _mapping(value.get(kind) or {}, f"changes.{kind}").items():
            where = f"changes.{kind}.{_id(rule, f'changes.{kind}')}"
            if kind == _MODES:
                if not isinstance(one, list) or [str, str] != list(map(type, one)):
                    raise JournalError(f"`{where}` is no pair of modes")
                continue
            for key, inner in _mapping(one, where).items():
                _id(key, where)
                if kind == _KEYS:
                    _change_of(_mapping(inner, f"{where}.{key}"), f"{where}.{key}")
    for kind in ("moved", "known"):
        _listed(value, kind, "changes")
    for rule in value.get("moved") or ():
        _id(rule, "changes.moved")
    return value


def _change_of(value: Mapping[str, Any], where: str) -> None:
    if "before" in value and "after" in value:
        return
    if not {"added", "removed"} & value.keys():
        raise JournalError(f"`{where}` says neither `before` and `after` nor what was `added` and `removed`")
    for key in _FORMS:
        _listed(value, key, where)


def _listed(value: Mapping[str, Any], key: str, where: str) -> None:
    if not isinstance(value.get(key) or [], list):
        raise JournalError(f"`{where}.{key}` is no list")


def _side_of(whole: Mapping[str, Any], key: str) -> Side:
    side = _mapping(whole.get(key), key)
    return Side(_name(side, "hash"), _text(side, "source"), _name(side, "commit"))


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


def _name(value: Mapping[str, Any], key: str) -> str:
    """A text of one line that is printed as it is."""
    text = _text(value, key)
    if not text.isprintable():
        raise JournalError(f"`{key}` has characters that cannot be seen")
    return text


def _id(value: Any, where: str) -> str:
    if not str(value).isprintable():
        raise JournalError(f"`{where}` has a key with characters that cannot be seen")
    return str(value)


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
