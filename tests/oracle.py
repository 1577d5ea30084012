"""
What the rules mean: a naive filter of whole texts.

No gate, no hold, no stream, no code of the core. A text is a list of cells: a character with its place
in upstream's text, or a piece of the operator's. Rules are dictionaries: {id, regex | phrases | over |
under | any | all (+ nots), ignore_case, scope, verb, unit, with, say, shadow, excuse, exact, skip}
"""

from __future__ import annotations

import itertools
from dataclasses import dataclass, field
from typing import Any

from tests.naive_text import LIMIT, compiled, folded, in_code, units

OWN = "\ufffc"
Spec = dict[str, Any]
Cell = tuple[str, int, str | None]  # character, its origin, operator's text (None for the model's)


@dataclass
class Result:
    text: str
    hits: list[tuple[str, int, int, str]] = field(default_factory=list)
    dropped: str | None = None


def apply(rules: list[Spec], text: str) -> Result:
    """The reply and what was found, rule by rule."""
    cells: list[Cell] = [(c, i, None) for i, c in enumerate(text)]
    result = Result("")
    say = ""
    for rule in rules:
        if result.dropped and not rule.get("shadow"):
            continue
        read = "".join(c for c, _, _ in cells)
        own = [i for i, c in enumerate(cells) if c[2] is not None]
        spans = matches(rule, read, own)
        ends = rule["verb"] in ("cut", "drop")
        acted: list[tuple[int, int]] = []
        for start, end in spans:
            excused = bool(rule.get("excuse")) and rule["excuse"] in read[start:end]
            at = origin(cells, start, len(text))
            stop = at if end == start else cells[end - 1][1] + 1
            result.hits.append((rule["id"], at, stop, "allow" if excused else ""))
            if not excused:
                acted.append((start, end))
                if ends:
                    break
        if rule.get("shadow") or not acted or rule["verb"] == "flag":
            continue
        if rule["verb"] == "drop":
            result.dropped = rule["id"]
            continue
        if rule["verb"] == "append":
            cells = [*cells, (OWN, origin(cells, len(cells), len(text)), rule["say"])]
            continue
        cells = act(rule, cells, read, acted, len(text))
        say = say or rule.get("say", "")
    result.text = "".join(c if o is None else o for c, _, o in cells)
    if not result.text.strip() and not result.dropped:
        result.text += say
    return result


def origin(cells: list[Cell], at: int, length: int) -> int:
    if at < len(cells):
        return cells[at][1]
    return length


def act(rule: Spec, cells: list[Cell], read: str, spans: list[tuple[int, int]], length: int) -> list[Cell]:
    if rule["verb"] == "cut":
        at = spans[0][0]
        if rule["unit"] != "match":
            at = max((s for s, e in units(read, rule["unit"]) if s <= at), default=0)
        said: list[Cell] = [(OWN, origin(cells, at, length), rule["say"])] if rule.get("say") else []
        return cells[:at] + said
    if rule["verb"] == "remove" and rule["unit"] != "match":
        kept: list[Cell] = []
        for start, end in units(read, rule["unit"]):
            if not any(s < end and max(e, s + 1) > start for s, e in spans):
                kept += cells[start:end]
        return kept
    out: list[Cell] = []
    at = 0
    for start, end in spans:
        out += cells[at:start]
        if rule["verb"] == "redact":
            out.append((OWN, origin(cells, start, length), rule["with"]))
        at = end
    return out + cells[at:]


def matches(rule: Spec, read: str, own: list[int]) -> list[tuple[int, int]]:
    found = []
    barriers = sorted({*own, *(in_code(read) if rule.get("skip") else ())})
    for start, end in units(read, rule["scope"]):
        cuts = [] if "under" in rule or "over" in rule else [i for i in barriers if start <= i < end]
        edges = [start - 1, *cuts, end]
        for left, right in itertools.pairwise(edges):
            found += in_segment(rule, read, left + 1, right)
    return found


def in_segment(rule: Spec, read: str, start: int, end: int) -> list[tuple[int, int]]:
    views = [(read, list(range(len(read) + 1)))]
    if not (rule.get("exact") or "over" in rule or "under" in rule):
        views.append(folded(read))
    found: list[tuple[int, int]] = []
    at = start
    while True:
        best: tuple[int, int] | None = None
        for text, raw in views:
            lo = next(i for i, r in enumerate(raw) if r >= at)
            hi = next(i for i, r in enumerate(raw) if r >= end)
            first = next(i for i, r in enumerate(raw) if r >= start)
            span = find(rule, text, lo, first, hi)
            if span is None:
                continue
            s, e = span
            mapped = (raw[s], raw[e - 1] + 1 if e > s else raw[s])
            best = min((m for m in (best, mapped) if m), key=lambda m: (m[0], -m[1]))
        if best is None:
            return found
        found.append(best)
        at = max(best[1], best[0] + 1)
        if at > end:
            return found


def find(rule: Spec, text: str, at: int, start: int, end: int) -> tuple[int, int] | None:
    if "any" in rule:
        each = [find(m, text, at, start, end) for m in rule["any"]]
        return min((s for s in each if s), key=lambda s: (s[0], -s[1]), default=None)
    if "all" in rule:
        others = all(find(m, text, start, start, end) for m in rule["all"][1:])
        nots = any(find(m, text, start, start, end) for m in rule["nots"])
        return find(rule["all"][0], text, at, start, end) if others and not nots else None
    if "over" in rule:
        place = start + rule["over"]
        return (place, place + 1) if at <= place < end else None
    if "under" in rule:
        return (start, end) if end - start < rule["under"] and at <= start else None
    pattern = compiled(rule)
    for place in range(at, end):
        found = pattern.match(text, place, min(end, place + LIMIT))
        if found and found.end() > place:
            return (place, found.end())
    return None
