"""A case becomes an example in its rule's pack."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from filterproxy.core.plan import Plans
from filterproxy.core.rule import Mode, Rule
from filterproxy.labels.case import Case, example_of, is_hit
from filterproxy.rulebook.book import RuleInfo
from filterproxy.rulebook.conditions import When
from filterproxy.rulebook.edit import PackText, read, write
from filterproxy.trial import run


@dataclass(frozen=True, slots=True)
class Added:
    """
    What came of it.

    kind: hit or pass. there: it was an example before, and nothing was written. holds: the rule does what the
    example says. whole: the example has all that was asked before the reply.
    """

    file: Path
    kind: str
    there: bool
    holds: bool
    whole: bool

    def said(self) -> str:
        """One sentence for the person who asked for it."""
        where = f"{self.kind} example of {self.file}"
        if self.there:
            return f"it is a {where} already"
        said = f"written as a {where}"
        if not self.whole:
            said += "; the conversation before it is in a form that examples do not have, look it over"
        if not self.holds:
            said += f"; it fails until the rule is changed: filterproxy test {self.file}"
        return said


def add(case: Case, right: bool, rule: Rule, info: RuleInfo) -> Added:
    """
    Write the case under `hit` or `pass` of its rule, everything else in the file left as it is.

    right: whether the rule did right. Raises CannotEdit where the file is written so that it cannot be
    changed in place, and OSError.
    """
    example, whole = example_of(case)
    should = is_hit(case, right)
    kind = "hit" if should else "pass"
    file = Path(info.file)
    pack = read(file)
    there = _is_there(pack, rule.id, kind, example)
    if not there:
        write(file, pack.add_example(rule.id, kind, example))
    return Added(file, kind, there, _fires(rule, case) == should, whole)


def _is_there(pack: PackText, rule: str, kind: str, example: str | Mapping[str, Any]) -> bool:
    listed = (pack.word(rule, "examples") or {}).get(kind) or []
    return any(one in (example, {"reply": example}) for one in listed)


def _fires(rule: Rule, case: Case) -> bool:
    """
    Whether the rule alone, enforced, has a match that nothing excuses.

    As `test` runs examples: models, routes and headers of a `when` are taken as given.
    """
    when = rule.when
    if isinstance(when, When):
        when = replace(when, model=None, route=None, headers=())
    alone = Plans([replace(rule, mode=Mode.ENFORCE, rollout=1.0, when=when)])
    text = dict(case.exchange.texts).get(case.channel, "")
    trial = run(alone, case.exchange.request(), [(case.channel, text)])
    return rule.id in trial.fired()
