"""
Actions that a reply says have been taken: "I've booked your table", "Your refund has been processed".

A value is the set of kinds that one claim may be of (booked, cancelled, refunded, sent ...); what exactly was
booked, and for when, is not compared. Known is what a function that was called has done, unless its result
says that it failed, and what the operator or the user says was done ("I cancelled my order yesterday").

That the *user* has done something ("you've booked") is no claim of an action of ours; that something of
theirs is now so ("your table is booked") is one. What is found is how people say it, in nine languages
(words/done.*.json, read as sayings.py says): a claim in other words passes.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any, Literal

from filterproxy.core.request import Request
from filterproxy.core.rule import Scope, Span
from filterproxy.core.sentence import units
from filterproxy.facts.fact import Fact, Known, Source
from filterproxy.facts.lexer import small
from filterproxy.facts.record import as_json
from filterproxy.facts.sayings import LANGUAGES, load
from filterproxy.facts.sayings_screen import gate, screen

_CLAIMS = ("claims", "states")
_QUESTION_REACH = 2000
_PART = re.compile(r"(?<=[a-z])(?=[A-Z])|[^A-Za-z]+")
_FAILED = re.compile(
    r"\b(?:error|fail(?:ed|ure|s)?|could(?: not|n['’]t)|unable|cannot|can['’]t|not found|declined|rejected"
    r"|denied|invalid|exception|unavailable|timed? ?out|(?:status|code|http)\W{0,3}[45]\d\d"
    r"|false|refused|unsuccessful|not \w+ed)\b"
    r"|失败|失敗|错误|錯誤|エラー|できません",
    re.I,
)
_BAD = re.compile(
    r"(?:fail|err|declin|reject|deni|unavail|invalid|timeout|timed|not[ _]?found|refus|unsucc|abort)", re.I
)
_GOOD = re.compile(
    r"(?:confirm|success|succe|ok\Z|okay|complet|done|active|creat|true|accept|approv|process|sched)", re.I
)


@dataclass(frozen=True, slots=True)
class Acts:
    """What has been done, as kinds, with the first source that says so."""

    kinds: Mapping[str, Source]

    @property
    def empty(self) -> bool:
        return not self.kinds

    def entails(self, said: object) -> Source | None:
        if not isinstance(said, frozenset):
            return None
        # One that is said in general terms is any of them.
        found = self.kinds.values() if "settled" in said else (self.kinds.get(k) for k in sorted(said))
        return next((source for source in found if source is not None), None)


@dataclass(frozen=True, slots=True)
class Done:
    """The fact `done`."""

    @property
    def name(self) -> str:
        return "done"

    @property
    def gate(self) -> tuple[str, ...]:
        return gate("done", *_CLAIMS)

    @property
    def cumulative(self) -> Literal[True]:
        return True

    def find(self, text: str, unit: Span, request: Request) -> list[Fact]:
        sentence = text[unit[0] : unit[1]]
        for code, named in screen("done", *_CLAIMS).named(sentence):
            sayings = load(f"done.{code}")
            found = sayings.said(sentence, *_CLAIMS, named=named)
            if found:
                first = found[0].span[1]
                more = [s for s in sayings.said(sentence, "coordinate") if s.span[0] >= first]
                found += [
                    s for s in more if all(s.span[0] >= f.span[1] or s.span[1] <= f.span[0] for f in found)
                ]
                shift = unit[0]
                return [Fact((s.span[0] + shift, s.span[1] + shift), s.kinds) for s in sorted(found)]
        return []

    def asks(self, question: str) -> bool:
        """Whether *question* wants something done, or asks whether it was."""
        question = question[-_QUESTION_REACH:]
        return any(pattern.search(question) for pattern in _questions())

    def prepare(self) -> None:
        _tools()
        for groups in (_CLAIMS, ("known", *_CLAIMS)):
            screen("done", *groups)
        for code in LANGUAGES:
            load(f"done.{code}").prepare()

    def index(self, sources: Sequence[Source]) -> Known:
        found: dict[str, Source] = {}
        for source in sources:
            for kind in _of_source(source):
                found.setdefault(kind, source)
        return Acts(found)


@cache
def _questions() -> tuple[re.Pattern[str], ...]:
    words = (word for code in LANGUAGES for word in load(f"done.{code}").raw["asks"])
    return tuple(re.compile(word, re.I) for word in words)


def _of_source(source: Source) -> Iterator[str]:
    record = as_json(source.text)
    called = frozenset(_of_name(source.tool))
    if record is not None:
        if not _has_failed(record):
            yield from called
            yield from _of_record(record, bool(called))
            yield from _of_texts(record)
        return
    if called and not _FAILED.search(source.text):
        yield from called
    yield from _of_text(source.text)


def _of_text(text: str) -> Iterator[str]:
    """What sentences say was done, in wider words than a reply's: "Refunded on 3 May"."""
    for a, b in units(text, Scope.SENTENCE):
        sentence = small(text[a:b])
        for code, named in screen("done", "known", *_CLAIMS).named(sentence):
            sayings = load(f"done.{code}")
            for said in sayings.said(sentence, "known", *_CLAIMS, named=named):
                clause = re.split("[,;:]", sentence[: said.span[0]])[-1]
                # "has not | been shipped"
                if sayings.inside is None or not sayings.inside.search(clause):
                    yield from said.kinds


# -- functions and their results


@cache
def _tools() -> Mapping[str, Any]:
    raw = json.loads(files("filterproxy.facts").joinpath("words/done.tools.json").read_text("utf-8"))
    assert isinstance(raw, dict)
    return raw


def _parts(name: str) -> list[str]:
    return [part.lower() for part in _PART.split(name) if part]


def _of_name(name: str) -> Iterator[str]:
    """What a function of this name does; nothing for one that only reads."""
    parts = _parts(name)
    if not parts or parts[0] in _tools()["reading"]:
        return
    acts = set(_kinds(parts, "verbs"))
    yield from acts
    if acts:
        yield "confirmed"
    if not acts & set(_tools()["of_something"]):
        nouns = set(_kinds(parts, "nouns"))
        if nouns and (acts or any(part in _tools()["making"] for part in parts)):
            yield from nouns
            yield "confirmed"


def _kinds(parts: Sequence[str], group: str) -> Iterator[str]:
    for kind, stems in _tools()[group].items():
        if any(part.startswith(tuple(stems)) for part in parts):
            yield kind


def _members(record: Any, depth: int = 4) -> Iterator[tuple[str, Any]]:
    """Every key with its plain value, of all mappings in a record."""
    if depth == 0:
        return
    if isinstance(record, list):
        for member in record:
            yield from _members(member, depth - 1)
    elif isinstance(record, dict):
        for key, value in record.items():
            if isinstance(value, dict | list):
                if key.lower() in ("error", "errors") and value:
                    yield key, True
                yield from _members(value, depth - 1)
            else:
                yield key, value


def _has_failed(record: Any) -> bool:
    return any(_fails(key.lower(), value) for key, value in _members(record))


def _fails(key: str, value: Any) -> bool:
    words = _parts(key)
    if words and words[0] in ("error", "errors", "exception", "failure", "failed", "failures"):
        return bool(value) and value not in ("none", "None", "null")
    if words and words[-1] in ("success", "ok", "succeeded", "successful"):
        return value is False or value in (0, "false", "no")
    if words and words[-1] in ("status", "code", "state", "result", "outcome"):
        if isinstance(value, str):
            return bool(_BAD.match(value)) or (value.isdigit() and 400 <= int(value) < 600)
        return value is False or (isinstance(value, int | float) and 400 <= value < 600)
    return False


def _of_record(record: Any, acted: bool) -> Iterator[str]:
    members = list(_members(record))
    good = acted
    for key, value in members:
        words = _parts(key)
        if value is True:
            # {"email_sent": true}
            yield from _kinds(words, "verbs")
        if isinstance(value, str) and words and words[-1] in ("status", "state", "result", "outcome"):
            yield from _kinds(_parts(value), "verbs")
        if words and words[-1] in (
            "status",
            "state",
            "result",
            "outcome",
            "success",
            "ok",
            "confirmed",
            "succeeded",
        ):
            good = good or bool(_GOOD.match(str(value)))
    if good and not acted:
        for key, _ in members:
            yield from _kinds(_parts(key), "nouns")


def _of_texts(record: Any) -> Iterator[str]:
    for _, value in _members(record):
        if isinstance(value, str) and " " in value:
            yield from _of_text(value)
