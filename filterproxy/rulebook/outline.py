"""What a rulebook does to a stream, rule by rule: what `check` and `/rulebook` show."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

from filterproxy.actions.end import cut
from filterproxy.core.asking import Asker, askers_of
from filterproxy.core.bound import Keeps, keeps, walks
from filterproxy.core.gate import Gate, can_hold
from filterproxy.core.rule import Action, Detector, Mode, Rule, Scope, Verb
from filterproxy.detectors.python import Python
from filterproxy.detectors.service import Service
from filterproxy.rulebook.book import Rulebook, RuleInfo


@dataclass(frozen=True, slots=True)
class Line:
    """
    One rule of the outline.

    action, streamed: as an author would write them; streamed "" where there is no other action for streams.
    keeps: what a stream waits for because of the rule. ungated: whether its own engine runs on every reply,
    because no gate can speak for it. underivable: why what it waits for could not be narrowed down, "" when
    it could. cut_helps: whether a stream would wait for less with `streamed: cut`. fallbacks: upstreams
    that it asks, by their names in a configuration. asks: who is asked about texts of replies, in words.
    """

    id: str
    pack: str
    file: str
    line: int
    mode: str
    rollout: float
    action: str
    streamed: str
    scope: str
    channels: tuple[str, ...]
    conditional: bool
    keeps: str
    ungated: bool
    underivable: str
    cut_helps: bool
    fallbacks: tuple[str, ...]
    asks: tuple[str, ...]
    examples: int

    @property
    def stops_streaming(self) -> bool:
        """Whether nothing of a choice leaves before all of it was read."""
        return self.keeps == Keeps.REPLY.value

    def as_json(self) -> dict[str, Any]:
        """Plain data for scripts."""
        return asdict(self) | {
            "channels": list(self.channels),
            "fallbacks": list(self.fallbacks),
            "asks": list(self.asks),
        }


def outline(rulebook: Rulebook) -> list[Line]:
    """The rules, in order."""
    always = Gate(rulebook.rules).always
    pairs = zip(rulebook.rules, rulebook.infos, strict=True)
    return [_line(rule, info, index in always) for index, (rule, info) in enumerate(pairs)]


def _line(rule: Rule, info: RuleInfo, ungated: bool) -> Line:
    held = _keeps(rule)
    return Line(
        id=rule.id,
        pack=info.pack,
        file=info.file,
        line=info.line,
        mode=_mode(rule).value,
        rollout=rule.rollout,
        action=said(rule.action),
        streamed="" if rule.streamed is None else said(rule.streamed),
        scope=rule.scope.value,
        channels=tuple(sorted(rule.channels)),
        conditional=rule.when is not None,
        keeps=held.value,
        ungated=ungated and rule.mode is not Mode.OFF,
        underivable=_underivable(rule) if held is not Keeps.NOTHING else "",
        cut_helps=held is Keeps.REPLY and rule.streamed is None and keeps(rule, cut()) is not Keeps.REPLY,
        fallbacks=_fallbacks(rule),
        asks=() if rule.mode is Mode.OFF else tuple(dict.fromkeys(map(_asked, askers_of(rule)))),
        examples=len(info.examples),
    )


def _asked(asker: Asker) -> str:
    if isinstance(asker, Service):
        return f"the service {asker.url}"
    return f"the function {asker.function}" if isinstance(asker, Python) else f"a trained {asker.kind} model"


def _fallbacks(rule: Rule) -> tuple[str, ...]:
    if rule.mode is Mode.OFF:
        return ()
    actions = (rule.action, rule.streamed)
    return tuple(dict.fromkeys(a.fallback for a in actions if a is not None and a.fallback))


def _mode(rule: Rule) -> Mode:
    return Mode.CANARY if rule.mode is Mode.ENFORCE and rule.rollout < 1 else rule.mode


def _keeps(rule: Rule) -> Keeps:
    if rule.mode in (Mode.OFF, Mode.SHADOW):
        return Keeps.NOTHING
    return keeps(rule, rule.action_for(stream=True))


def _underivable(rule: Rule) -> str:
    if askers_of(rule):
        return "what it asks is answered when all of the reply is there"
    # Only where a rule reads the whole reply does it matter: a sentence or a line is waited for anyway.
    if rule.scope is not Scope.REPLY or rule.action_for(stream=True).whole:
        return ""
    if rule.needs_unit:
        return "an `all`, or an excuse in the same scope, is certain only at the scope's end"
    if can_hold(rule.match) or walks(rule):
        return ""
    return _reason(rule.match) or "what a match begins with cannot be said beforehand"


def _reason(detector: Detector) -> str:
    own = getattr(detector, "underivable", "")
    members = getattr(detector, "members", ())
    return own or next(filter(None, map(_reason, members)), "")


def said(action: Action) -> str:
    """An action in a few words, close to how a pack spells it."""
    if action.verb in (Verb.REMOVE, Verb.CUT):
        return f"{action.verb.value} {action.unit.value}"
    if action.verb is Verb.RETRY and action.then is not None:
        fallback = f", fallback {action.fallback}" if action.fallback else ""
        return f"retry {action.times}{fallback}, then {said(action.then)}"
    return action.verb.value
