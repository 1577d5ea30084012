"""
Texts without what the rules redact, for files.

Theory of operation. What a client may not read nobody should find in a file either, and what a file says
must not hang on who asked: so every rule whose action is `redact` (also under `streamed` or a retry's
`then`) looks at every text, request and reply alike, whichever channels, conditions, excuses, roll-out or
mode its author gave it, other than `mode: off`, and inside code too. Each reads the text as it was sent,
not what a rule before it left: then all that any of them finds goes, also where two matches overlap. A
match that a rule found in the reply after others had changed it goes as well.

The rules run as the engine runs them, as rules that only look: one gate for all, the folded view, time-
outs. Where one of them cannot be judged (its time ran out, it asks a service, a function or a model),
nothing is said about the text, and it is not stored.

A text that is JSON is looked at as it stands, and each of its strings, keys too, as its own text: what is
hidden by an escape is found, and a secret that is a number as well (the text is then no JSON any more).
"""

from __future__ import annotations

import functools
import re
import threading
import time
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

import orjson

from filterproxy.core.asking import Needs
from filterproxy.core.plan import Plans
from filterproxy.core.request import Request
from filterproxy.core.rule import Action, Mode, OnError, Rule, Span, Verb
from filterproxy.core.session import Session, Settings, Withheld
from filterproxy.core.verdict import Channel, Hit
from filterproxy.dialects.json_text import JsonStrings
from filterproxy.language import request_language
from filterproxy.rulebook.book import Rulebook

# Code points of one text. Rules read them while the worker's other thread waits for its turn.
TEXT_LIMIT = 1 << 18
# Strings of one JSON text: each is read on its own.
_STRINGS_LIMIT = 2000
# Names of models and tools that are remembered, and code points of one.
_KEPT_NAMES = 512
_NAME_LIMIT = 200
# Rulebooks whose replies may still be under way after a change, or two.
_KEPT_BOOKS = 4

_CONTENT = Channel(0, "content")
_FLAG = Action(Verb.FLAG)
_LITERAL = re.compile(r'"((?:[^"\\]|\\.)*)"')
# What one character of a string is written as, in JSON.
_WRITTEN = re.compile(r"\\u[dD][89abAB]\w\w\\u[dD][c-fC-F]\w\w|\\u\w{4}|\\.|.", re.DOTALL)

Replacement = tuple[int, int, str]


class Unjudged(Exception):
    """It cannot be said what must go; args[0] is the cause."""


@dataclass(frozen=True, slots=True)
class Redacted:
    """
    A text as it is stored.

    redactions: start and end of each match in the text as it was sent, and the length of what stands in
    its place; in order, apart from each other.
    """

    text: str
    redactions: tuple[tuple[int, int, int], ...] = ()


class Redactor:
    """The rules of one rulebook that redact."""

    def __init__(self, rules: Iterable[Rule]) -> None:
        self._with: dict[str, str] = {}
        kept = []
        for rule in rules:
            action = next(_redacting(rule), None)
            if action is None or rule.mode is Mode.OFF:
                continue
            parts = action.template("", (0, 0)) if action.template is not None else ()
            self._with[rule.id] = "".join(part for part in parts if isinstance(part, str))
            kept.append(_looking(rule))
        self._plan = Plans(kept).plan(Request()).everything
        self._settings = Settings(
            clock=time.perf_counter, language_of=request_language, strings=JsonStrings(), limit=TEXT_LIMIT
        )
        self.name = functools.lru_cache(maxsize=_KEPT_NAMES)(self._name)

    def __call__(self, text: str, request: Request, hits: Sequence[Hit] = ()) -> Redacted:
        """
        *text* without what any rule finds in it. Raises Unjudged.

        request: what the text is a reply to, or a part of; its memo is written to. hits: matches in the text
        that are known already; of rules that do not redact they count for nothing.
        """
        if not self._with or not text:
            return Redacted(text)
        if len(text) > TEXT_LIMIT:
            raise Unjudged("too_large")
        found = self._find(text, request)
        found += [(hit.start, hit.end, self._with[hit.rule]) for hit in hits if hit.rule in self._with]
        inner = _strings(text)
        for start, end in inner:
            found += self._in_string(text[start:end], start, request)
        return _without(text, found, inner)

    def _name(self, name: str) -> str:
        """A name that the caller chose, redacted, cut where it is too long; "" where it cannot be judged."""
        try:
            return self(name[:_NAME_LIMIT], Request()).text
        except Unjudged:
            return ""

    def _find(self, text: str, request: Request) -> list[Replacement]:
        session = Session(self._plan, request, self._settings)
        session.whole = True
        try:
            session.feed(_CONTENT, text)
            session.end()
        except Withheld:
            causes = [fault.cause for fault in session.verdict.faults]
            raise Unjudged(causes[0] if causes else "too_large") from None
        except Needs:
            raise Unjudged("asks") from None
        if session.verdict.unscanned:
            raise Unjudged("too_large")
        return [(hit.start, hit.end, self._with[hit.rule]) for hit in session.verdict.hits]

    def _in_string(self, written: str, start: int, request: Request) -> list[Replacement]:
        """What is to go of a string in JSON, in offsets of all of the text."""
        if "\\" not in written:
            return [(a + start, b + start, put) for a, b, put in self._find(written, request)]
        places = [start + one.start() for one in _WRITTEN.finditer(written)] + [start + len(written)]
        found = self._find(orjson.loads(f'"{written}"'), request)
        return [(places[a], places[b], put) for a, b, put in found]


def _redacting(rule: Rule) -> Iterator[Action]:
    for action in (rule.action, rule.streamed):
        while action is not None:
            if action.verb is Verb.REDACT:
                yield action
            action = action.then


def _looking(rule: Rule) -> Rule:
    """The rule as one that looks at everything and does nothing."""
    return replace(
        rule,
        action=_FLAG,
        streamed=None,
        mode=Mode.ENFORCE,
        rollout=1.0,
        when=None,
        unless=(),
        channels=frozenset({_CONTENT.kind}),
        skips_code=False,
        on_error=OnError.DROP,
    )


def _strings(text: str) -> list[Span]:
    """Where the strings of a JSON text stand, without their quotation marks; none in other texts."""
    if JsonStrings().split(text) is None:
        return []
    spans = [found.span(1) for found in _LITERAL.finditer(text) if found[1]]
    if len(spans) > _STRINGS_LIMIT:
        raise Unjudged("too_large")
    return spans


def _without(text: str, found: list[Replacement], strings: Sequence[Span]) -> Redacted:
    parts: list[str] = []
    redactions: list[tuple[int, int, int]] = []
    at = 0
    for start, end, put in _merged(found):
        if any(a <= start and end <= b for a, b in strings):
            put = orjson.dumps(put).decode()[1:-1]
        parts += (text[at:start], put)
        redactions.append((start, end, len(put)))
        at = end
    return Redacted("".join((*parts, text[at:])), tuple(redactions))


def _merged(found: list[Replacement]) -> list[Replacement]:
    """Matches apart from each other: those that overlap are one, with what the first has put in its place."""
    merged: list[Replacement] = []
    for start, end, put in sorted(found, key=lambda one: (one[0], -one[1])):
        if end <= start:
            continue
        if merged and start < merged[-1][1]:
            first, last, kept = merged[-1]
            merged[-1] = (first, max(last, end), kept)
        else:
            merged.append((start, end, put))
    return merged


class Books:
    """
    Redactors of the rulebooks that replies were judged by: of the last few, by hash.

    `use` is called where rules are changed; a redactor is made in the thread that first needs it.
    """

    def __init__(self) -> None:
        self._rules: dict[str, tuple[Rule, ...]] = {}
        self._redactors: dict[str, Redactor] = {}
        self._lock = threading.Lock()

    def use(self, rulebook: Rulebook) -> None:
        """*rulebook* is at work from now on."""
        with self._lock:
            self._rules.pop(rulebook.hash, None)
            self._rules[rulebook.hash] = rulebook.rules
            while len(self._rules) > _KEPT_BOOKS:
                digest = next(iter(self._rules))
                del self._rules[digest]
                self._redactors.pop(digest, None)

    def name(self, digest: str, name: str) -> str:
        """See Redactor.name; "" where the rulebook is not known."""
        if not name:
            return ""
        try:
            return self.redactor(digest).name(name)
        except Unjudged:
            return ""

    def redactor(self, digest: str) -> Redactor:
        """That of the rulebook with this hash; of the latest for "". Raises Unjudged for one not known."""
        with self._lock:
            digest = digest or next(reversed(self._rules), "")
            rules = self._rules.get(digest)
            made = self._redactors.get(digest)
        if rules is None:
            raise Unjudged("rulebook")
        if made is None:
            made = Redactor(rules)
            with self._lock:
                if digest in self._rules:
                    self._redactors[digest] = made
        return made
