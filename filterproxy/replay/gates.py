"""Gates: what a replay must not come to, for CI and for `promote`."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from filterproxy.replay.html_numbers import grouped
from filterproxy.rulebook.document import Document

_LIMIT = re.compile(r"(?P<number>\d+(?:\.\d+)?)(?P<percent>\s*%)?")

What = Literal["new-drops", "changed", "new", "gone"]


@dataclass(frozen=True, slots=True)
class Limit:
    """How many exchanges of a corpus: a number, or with share a part of them from 0 to 1."""

    text: str
    number: float
    is_share: bool

    def allows(self, found: int, of: int) -> bool:
        """Whether *found* among *of* is no more than that."""
        # Not found / of: a share such as 0.005 is no binary fraction, and 5 of 1000 must pass it.
        return found <= (self.number * of / 100 + 1e-9 if self.is_share else self.number)


def limit_of(text: str) -> Limit:
    """What `0.5%` or `3` says. Raises ValueError with a sentence."""
    match = _LIMIT.fullmatch(text.strip())
    if match is None:
        raise ValueError(f'"{text}" is neither a number of replies, as in 3, nor a share of them, as in 0.5%')
    number, is_share = float(match["number"]), match["percent"] is not None
    if is_share and number > 100:
        raise ValueError(f'"{text}" is more than all of them')
    if not is_share and not number.is_integer():
        raise ValueError(f'"{text}" is no whole number; a share ends in %, as in 0.5%')
    return Limit(text.strip(), number, is_share)


@dataclass(frozen=True, slots=True)
class Gate:
    """At most so many of what; rule: of this rule, "" for all replies, or, of new and gone, for each rule."""

    what: What
    limit: Limit
    rule: str = ""

    @property
    def name(self) -> str:
        """As the command line has it."""
        return f"--max-{self.what} {self.rule + '=' if self.rule else ''}{self.limit.text}"


def gate_of(what: What, text: str) -> Gate:
    """What `RULE=LIMIT` or `LIMIT` says. Raises ValueError with a sentence."""
    rule, equals, limit = text.rpartition("=")
    return Gate(what, limit_of(limit), rule if equals else "")


def unknown_rules(gates: Iterable[Gate], *documents: Document) -> list[str]:
    """Rules that gates name and none of the rulebooks has."""
    known = {form["id"] for document in documents for form in document["rules"]}
    return [gate.rule for gate in gates if gate.rule and gate.rule not in known]


def judged(gates: Iterable[Gate], result: Mapping[str, Any], least: int = 0) -> list[dict[str, Any]]:
    """
    What each gate says about a result: gate, found, of, ok, why.

    least: exchanges that there must be; 0 for any number.
    """
    of = result["corpus"]["exchanges"]
    found = [_judged(gate, counted, of) for gate in gates for counted in _counted(gate, result)]
    if least:
        why = f"{of} exchanges were replayed, and {least} are the least that says something"
        found.append(
            {"gate": f"--min-exchanges {least}", "found": of, "of": of, "ok": of >= least, "why": why}
        )
    return found


def _counted(gate: Gate, result: Mapping[str, Any]) -> Iterator[tuple[str, int]]:
    """What a gate counts, in words, and how many there were."""
    replies, rules = result["replies"], result["rules"]
    if gate.what == "new-drops":
        yield "are dropped that were not", replies["new_drops"]
    elif gate.what == "changed":
        yield "read otherwise", replies["changed"]
    else:
        verb = "newly fires on" if gate.what == "new" else "no longer fires on"
        named = [gate.rule] if gate.rule else list(rules)
        worst = max(named, key=lambda rule: rules[rule][gate.what], default="")
        if worst:
            yield f"{worst} {verb}", rules[worst][gate.what]


def _judged(gate: Gate, counted: tuple[str, int], of: int) -> dict[str, Any]:
    said, found = counted
    share = f"{grouped(found, ' ')} of {grouped(of, ' ')} replies" + (f" ({found / of:.2%})" if of else "")
    ruled = gate.what in ("new", "gone")
    why = f"{said} {share}" if ruled else f"{share} {said}"
    ok = gate.limit.allows(found, of)
    return {"gate": gate.name, "found": found, "of": of, "ok": ok, "why": f"{why}; at most {gate.limit.text}"}
