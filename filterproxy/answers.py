"""
Answers that are worked out on this machine: by functions that the operator allows, and by trained models.

What `serve`, `test`, `try` and `/explain` share. Only a proxy asks services; offline, rules that do so are
not run.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from filterproxy.core.asking import Answer, Asker, NoAnswer, Question, answer, askers_of, read_spans
from filterproxy.core.plan import Plan
from filterproxy.core.request import Request
from filterproxy.core.rule import Rule
from filterproxy.detectors.entity import Model
from filterproxy.detectors.python import Function, Python, function_named

_log = logging.getLogger("filterproxy")


def functions(names: Iterable[str]) -> dict[str, Function]:
    """The functions that an operator allows, by name. Raises ValueError."""
    return {name: function_named(name) for name in names}


def work_out(asker: Asker, text: str, allowed: Mapping[str, Function]) -> Answer:
    """The answer, however long it takes. Never raises."""
    try:
        if isinstance(asker, Python) and asker.function in allowed:
            return read_spans(allowed[asker.function](text), len(text))
        if isinstance(asker, Model):
            return asker.answer(text)
    except Exception as error:  # other people's code: what it fails at is a fault of the rule, not ours
        _log.warning("%s failed with %s", asker.kind, type(error).__name__)
    return NoAnswer.UNANSWERED


@dataclass(frozen=True, slots=True)
class Inline:
    """
    Answers on the spot, for replies that nobody waits for.

    allowed: functions, by name. Time-outs are for replies that somebody waits for, and do not count here.
    """

    allowed: Mapping[str, Function] = field(default_factory=dict)

    def can(self, rule: Rule) -> bool:
        """Whether the rule asks nobody who cannot answer here."""
        return all(
            isinstance(asker, Model) or (isinstance(asker, Python) and asker.function in self.allowed)
            for asker in askers_of(rule)
        )

    def plan(self, plan: Plan) -> Plan:
        """The plan with the rules that are judged late, and without those that cannot be run here."""
        everything = plan.everything
        return everything.without(frozenset(b.index for b in everything.rules if not self.can(b.rule)))

    def fetch(self, request: Request, questions: Iterable[Question]) -> None:
        """Let *request* know the answers."""
        for question in questions:
            answer(request, question, work_out(question.asker, question.text, self.allowed))
