"""What became of the rules between two documents, rule by rule and key by key."""

from __future__ import annotations

import json
from bisect import bisect_left
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from filterproxy.rulebook.document import Document, Form

# What a rule does, in the order of the pack; then what only says for whom and why.
DOES = (
    "mode", "rollout", "when", "match", "scope", "in", "skip", "exact", "unless", "action", "streamed", "say",
    "on_error",
)  # fmt: skip
ABOUT = ("pack", "why", "owner", "link", "created", "expires", "examples")

# Members of a list that are written out: ten thousand phrases stand in the rulebook, not in a journal.
_NAMED = 50

# What a rule has that says nothing about it: a list of what was added would drown in it.
_DEFAULTS: Mapping[str, Any] = {
    "rollout": 1.0, "when": None, "in": ["content"], "skip": [], "exact": False, "unless": None,
    "streamed": None, "say": None, "on_error": None,
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Change:
    """One key of a rule; key: with dots, as in `match.pattern`. None stands for a key that is not there."""

    key: str
    before: Any
    after: Any


@dataclass(frozen=True, slots=True)
class Difference:
    """
    added, removed: forms of rules. changed: what changed in rules of both, by id. moved: ids of rules that
    now run at another place among the others. modes: id, mode before and after of rules whose mode or canary
    is another. known: names of files of what is known that are not the same.
    """

    added: tuple[Form, ...] = ()
    removed: tuple[Form, ...] = ()
    changed: Mapping[str, tuple[Change, ...]] = field(default_factory=dict)
    moved: tuple[str, ...] = ()
    modes: tuple[tuple[str, str, str], ...] = ()
    known: tuple[str, ...] = ()

    @property
    def same(self) -> bool:
        """Whether the rules do the same, and are said to."""
        return not (self.added or self.removed or self.changed or self.moved or self.known)

    def rules(self) -> list[str]:
        """Ids of all rules that are not the same, added ones first."""
        forms = [*self.added, *self.removed]
        return list(dict.fromkeys([*(form["id"] for form in forms), *self.changed, *self.moved]))

    def as_json(self) -> dict[str, Any]:
        """Plain data, in which long lists are given as what was added and removed."""
        return {
            "added": {form["id"]: essence(form) for form in self.added},
            "removed": {form["id"]: essence(form) for form in self.removed},
            "changed": {
                rule: {change.key: change_json(change) for change in changes}
                for rule, changes in self.changed.items()
            },
            "moved": list(self.moved),
            "modes": {rule: [before, after] for rule, before, after in self.modes},
            "known": list(self.known),
        }


def mode_of(form: Form) -> str:
    """enforce, shadow, off, or a canary with its share."""
    if form["mode"] == "enforce" and form["rollout"] < 1:
        return f"canary {100 * form['rollout']:.6g}%"
    return str(form["mode"])


def change_json(change: Change) -> dict[str, Any]:
    """before and after; of examples and other long lists rather what was added and removed."""
    before, after = change.before, change.after
    examples = change.key.startswith("examples.")
    if isinstance(before, list) and isinstance(after, list) and (examples or len(before) + len(after) > 4):
        added, removed = _missing(after, before), _missing(before, after)
        if added or removed:  # else only the order is another
            return {"added": _bare(added), "removed": _bare(removed)}
    return {"before": _bare(before), "after": _bare(after)}


def _missing(values: Sequence[Any], others: Sequence[Any]) -> list[Any]:
    """Those of *values* that are not among *others*."""
    there = {json.dumps(one, sort_keys=True) for one in others}
    return [one for one in values if json.dumps(one, sort_keys=True) not in there]


def essence(form: Form) -> Form:
    """What a rule does, without what stands there only because nothing else was said."""
    return {key: _bare(form[key]) for key in DOES if form[key] != _DEFAULTS.get(key, ())}


def _bare(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _bare(inner) for key, inner in value.items() if inner is not None}
    if not isinstance(value, list):
        return value
    more = [f"and {len(value) - _NAMED} more"] if len(value) > _NAMED else []
    return [_bare(one) for one in value[:_NAMED]] + more


def difference(before: Document, after: Document) -> Difference:
    """From one document to another; a rule is the same rule while its id is."""
    old = {form["id"]: form for form in before["rules"]}
    new = {form["id"]: form for form in after["rules"]}
    changed = {id: tuple(_changes(old[id], form)) for id, form in new.items() if id in old}
    modes = [(id, mode_of(old[id]), mode_of(form)) for id, form in new.items() if id in old]
    names = sorted(before["known"].keys() | after["known"].keys())
    return Difference(
        added=tuple(form for id, form in new.items() if id not in old),
        removed=tuple(form for id, form in old.items() if id not in new),
        changed={id: changes for id, changes in changed.items() if changes},
        moved=_moved([id for id in old if id in new], [id for id in new if id in old]),
        modes=tuple(mode for mode in modes if mode[1] != mode[2]),
        known=tuple(name for name in names if before["known"].get(name) != after["known"].get(name)),
    )


def _changes(before: Form, after: Form) -> Iterator[Change]:
    for key in (*DOES, *ABOUT):
        yield from _inside(key, _lineless(before[key]), _lineless(after[key]))


def _inside(key: str, before: Any, after: Any) -> Iterator[Change]:
    # Older documents lack lists that are empty in newer ones.
    if before == after or (before in (None, []) and after in (None, [])):
        return
    # Another verb is another thing: its options say nothing beside those of the first.
    alike = isinstance(before, dict) and isinstance(after, dict) and before.get("verb") == after.get("verb")
    if not alike:
        yield Change(key, before, after)
        return
    for inner in dict.fromkeys([*before, *after]):
        yield from _inside(f"{key}.{inner}", before.get(inner), after.get(inner))


def _lineless(value: Any) -> Any:
    """*value* without the lines on which examples stand."""
    if isinstance(value, dict):
        return {key: _lineless(inner) for key, inner in value.items() if key != "line"}
    return [_lineless(one) for one in value] if isinstance(value, list) else value


def _moved(before: Sequence[str], after: Sequence[str]) -> tuple[str, ...]:
    """As few as possible whose place among the others explains the new order."""
    place = {id: at for at, id in enumerate(before)}
    stay = set(_rising([place[id] for id in after]))
    return tuple(id for id in after if place[id] not in stay)


def _rising(numbers: Sequence[int]) -> list[int]:
    """A longest rising subsequence (patience sorting)."""
    ends: list[int] = []
    links: dict[int, int | None] = {}
    for number in numbers:
        at = bisect_left(ends, number)
        links[number] = ends[at - 1] if at else None
        ends[at : at + 1] = [number]
    found: list[int] = []
    last = ends[-1] if ends else None
    while last is not None:
        found.append(last)
        last = links[last]
    return found
