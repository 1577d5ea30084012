"""A case becomes an example in its rule's pack."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from filterproxy.core.plan import Plans
from filterproxy.core.rule import Mode, Rule
from filterproxy.labels.case import Case, example_of, is_hit
from filterproxy.rulebook.book import RuleInfo
from filterproxy.rulebook.conditions import When
from filterproxy.rulebook.edit import PackText, read
from filterproxy.rulebook.files import write_text
from filterproxy.trial import run

TODO = "todo_"


@dataclass(frozen=True, slots=True)
class Added:
    """
    What came of it.

    kind: hit or pass; todo_hit or todo_pass where the rule does not do what the example says. there: it was
    an example before, and nothing was written. whole: the example has all that was asked before the reply.
    """

    file: Path
    kind: str
    there: bool
    whole: bool

    def said(self) -> str:
        """One sentence for the person who asked for it."""
        where = f"{self.kind} example of {self.file}"
        if self.there:
            return f"it is a {where} already"
        said = f"written as a {where}"
        if not self.whole:
            said += "; the conversation before it is in a form that examples do not have, look it over"
        if self.kind.startswith(TODO):
            said += "; the rule does not do so yet, and `filterproxy test` says when it does"
        return said


def add(case: Case, right: bool, rule: Rule, info: RuleInfo) -> Added:
    """
    Write the case under `hit` or `pass` of its rule, everything else in the file left as it is.

    What the rule does not do yet goes under `todo_hit` or `todo_pass`, so that whoever reviews breaks no
    test. right: whether the rule did right. Raises CannotEdit where the file is written so that it cannot be
    changed in place, and OSError.
    """
    example, whole = example_of(case)
    should = is_hit(case, right)
    says = "hit" if should else "pass"
    file = Path(info.file)
    pack = read(file)
    there = _where(pack, rule.id, (says, TODO + says), example)
    if there:
        return Added(file, there, True, whole)
    kind = says if _fires(rule, case) == should else TODO + says
    write_text(file, pack.add_example(rule.id, kind, example), was=pack.text)
    return Added(file, kind, False, whole)


def _where(pack: PackText, rule: str, kinds: Sequence[str], example: str | Mapping[str, Any]) -> str:
    """The kind under which the rule has the example; "" for none."""
    examples = pack.word(rule, "examples") or {}
    for kind in kinds:
        if any(one in (example, {"reply": example}) for one in examples.get(kind) or ()):
            return kind
    return ""


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
