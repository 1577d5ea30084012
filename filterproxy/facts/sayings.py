r"""
Sentences told by templates: how a language says that something has been done, or will be.

One JSON file per fact and language. `templates` are patterns in which a blank is any run of white space and
Markdown emphasis, ' any apostrophe, and {name} one of a list of words: of the list `name` of the kind (what
is said to be done), or of `sets`. Lists may name lists. Built in are

    {start} {end}  those of the sentence, past marks     {b} {e}  the left, the right edge of a word
    {mid}    a few words, the fewest that will do

A kind that has no words for a list of a template has no such template. {mid} stands in templates only, never
inside brackets: so a template is a row of pieces, and the one that names the kind's words is its gate.

A match counts unless what stands before it in its clause, inside it or behind it says otherwise ("once
I've booked", "has not been booked", "are booked within a day"); none counts in a question or a quotation.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any, NamedTuple

from filterproxy.core.rule import Span
from filterproxy.core.scan import PatternSet, encode

LANGUAGES = ("en", "de", "fr", "es", "it", "pt", "nl", "zh", "ja")
UNSPACED = ("zh", "ja")

_BLANK = "(?:[ \t\u00a0\u202f\u3000*_]+)"
_LETTER = "A-Za-zÀ-ÖØ-öø-ɏ"
_BUILT_IN = {
    "b": f"(?<![{_LETTER}0-9])",
    "e": f"(?![{_LETTER}])",
    "start": r"\A[^\w(\[]*",
    "end": r"\s*\Z",
}
# Classes stay as they are.
_MARKED = re.compile(r"\[[^\]]*\]| |'")
_NAME = re.compile(r"\{([a-z_]+)\}")
_MID = f"(?:{_BLANK}[^\\s.;:!?]+){{0,9}}?"
_MID_UNSPACED = "[^。！？；;!?\\n]{0,24}?"
_CLAUSE_END = re.compile(r"[,;:!?，；：！？。、]|\s[-–—]\s|\.(?=\s|\Z)")
_HEAD = r"[^,;:.!?，；：！？。—–]{0,90}\Z"
_QUOTES = (("“", "”"), ("„", "“"), ("«", "»"), ("「", "」"), ("『", "』"), ("‘", "’ "))


class Said(NamedTuple):
    """A match, and the kinds of what it says."""

    span: Span
    kinds: frozenset[str]


@dataclass(frozen=True, slots=True)
class _Group:
    """Templates of one list: a pattern for each kind, and the gates of all."""

    patterns: Mapping[str, re.Pattern[str]]
    gates: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Sayings:
    """
    What one language says for one fact.

    groups: by list of templates. before: ends at a match that does not count; inside, after: stand in one,
    behind one. anywhere: no sentence with it counts. plain_after: behind one of the lists `states` and
    `known` only, whose forms are those of rules as well ("is refunded within a week"). raw:
    the file as it stands.
    """

    groups: Mapping[str, _Group]
    before: re.Pattern[str] | None
    inside: re.Pattern[str] | None
    after: re.Pattern[str] | None
    plain_after: re.Pattern[str] | None
    anywhere: re.Pattern[str] | None
    raw: Mapping[str, Any]

    def said(self, sentence: str, *groups: str) -> list[Said]:
        """What *sentence* says by templates of the lists *groups*, one for each place."""
        found = sorted(s for group in groups for s in self._matches(sentence, group))
        merged: list[Said] = []
        for one in found:
            if merged and one.span[0] < merged[-1].span[1]:
                last = merged.pop()
                span = (last.span[0], max(last.span[1], one.span[1]))
                one = Said(span, last.kinds | one.kinds)
            merged.append(one)
        return merged

    def _matches(self, sentence: str, group: str) -> Iterator[Said]:
        if group not in self.groups or (self.anywhere and self.anywhere.search(sentence)):
            return
        for kind, pattern in self.groups[group].patterns.items():
            for m in pattern.finditer(sentence):
                if self._counts(sentence, m, group):
                    yield Said(m.span(), frozenset((kind,)))

    def _counts(self, sentence: str, m: re.Match[str], group: str) -> bool:
        head = sentence[: m.start()]
        if self.before and self.before.search(head):
            return False
        if self.inside and self.inside.search(m[0]):
            return False
        tail = sentence[m.end() :]
        end = _CLAUSE_END.search(tail)
        clause = tail[: end.start()] if end else tail
        if self.after and self.after.search(clause):
            return False
        if group in ("states", "known") and self.plain_after and self.plain_after.search(clause):
            return False
        return not (end and end[0] in "?？") and not _is_quoted(head, tail)


def _is_quoted(head: str, tail: str) -> bool:
    if head.count('"') % 2 and '"' in tail:
        return True
    return any(head.rfind(a) > head.rfind(b) and b in tail for a, b in _QUOTES)


@cache
def load(name: str) -> Sayings:
    """The sayings of `words/NAME.json`, e.g. `done.en`; read once."""
    raw: dict[str, Any] = json.loads(
        files("filterproxy.facts").joinpath(f"words/{name}.json").read_text("utf-8")
    )
    unspaced = name.rsplit(".", 1)[1] in UNSPACED
    groups = {group: _group(raw, templates, unspaced) for group, templates in raw["templates"].items()}
    return Sayings(
        groups,
        _tail(raw, unspaced),
        _words(raw, "inside", unspaced, "{}"),
        _words(raw, "after", unspaced, "{}"),
        _words(raw, "plain_after", unspaced, "{}"),
        _words(raw, "anywhere", unspaced, "{}"),
        raw,
    )


def _tail(raw: Mapping[str, Any], unspaced: bool) -> re.Pattern[str] | None:
    return _words(raw, "before", unspaced, "{}" + _HEAD)


def _words(raw: Mapping[str, Any], key: str, unspaced: bool, frame: str) -> re.Pattern[str] | None:
    if not raw.get(key):
        return None
    one_of = "|".join(_source(word, raw, {}) or "" for word in raw[key])
    b, e = ("", "") if unspaced else (_BUILT_IN["b"], _BUILT_IN["e"])
    return re.compile(frame.replace("{}", f"{b}(?:{one_of}){e}"), re.I)


def _group(raw: Mapping[str, Any], templates: Sequence[str], unspaced: bool) -> _Group:
    mid = _MID_UNSPACED if unspaced else _MID
    patterns: dict[str, re.Pattern[str]] = {}
    gates: list[str] = []
    for kind, lists in raw["kinds"].items():
        sources = []
        for template in templates:
            pieces = [_source(piece, raw, lists) for piece in template.split("{mid}")]
            if any(piece is None for piece in pieces):
                continue
            sources.append(mid.join(str(piece) for piece in pieces))
        if sources:
            patterns[kind] = re.compile("|".join(sources), re.I)
    for template in templates:
        gates += _gates(template, raw)
    return _Group(patterns, tuple(gates))


def _gates(template: str, raw: Mapping[str, Any]) -> Iterator[str]:
    """The piece of *template* that names the kinds' words, of all kinds at once."""
    kinds = raw["kinds"].values()
    own = {key for lists in kinds for key in lists}
    every = {key: list(dict.fromkeys(w for lists in kinds for w in lists.get(key, ()))) for key in own}
    pieces = template.split("{mid}")
    piece = max(
        pieces, key=lambda p: (max(map(_tells, [n for n in _NAME.findall(p) if n in own]), default=1), len(p))
    )
    source = _source(_without_options(piece), raw, every, bare=True)
    if source is not None:
        # Wider, and a third of the size.
        source = source.replace("){0,3}", ")*")
        yield f"(?i){source.strip()}"


def _tells(name: str) -> int:
    """How much the words of a kind's list tell: verbs more than things, and "it" next to nothing."""
    return 0 if name == "dnoun" or name.endswith("any") else 2 if name == "noun" else 3


def _without_options(piece: str) -> str:
    """*piece* without what may be left out at its beginning."""
    piece = piece.removeprefix("{start}")
    while piece.startswith("(?:"):
        depth, at = 1, 0
        while depth:
            at += 1
            depth += (piece[at] == "(") - (piece[at] == ")")
        if piece[at + 1 : at + 2] != "?":
            break
        piece = piece[at + 2 :]
    return piece


def _source(
    text: str, raw: Mapping[str, Any], lists: Mapping[str, Sequence[str]], *, bare: bool = False
) -> str | None:
    """The pattern of *text*; None where a list that it names has no words. bare: without edges."""
    out, at = [], 0
    for m in _NAME.finditer(text):
        out.append(_written(text[at : m.start()]))
        at = m.end()
        name = m[1]
        if name in _BUILT_IN:
            out.append("" if bare else _BUILT_IN[name])
            continue
        words = lists.get(name) or raw["sets"].get(name)
        if not words:
            return None
        members = [_source(word, raw, lists, bare=bare) for word in words]
        out.append("(?:" + "|".join(member for member in members if member is not None) + ")")
    return "".join(out) + _written(text[at:])


def _written(text: str) -> str:
    return _MARKED.sub(lambda m: {" ": _BLANK, "'": "['’´`]"}.get(m[0], m[0]), text)


@dataclass(frozen=True, slots=True)
class Screen:
    """Which languages could say something in a text. owners: the language of each pattern."""

    patterns: PatternSet
    owners: Sequence[str]

    def languages(self, text: str) -> list[str]:
        found = {self.owners[i] for i in self.patterns.matches(encode(text))}
        return [code for code in LANGUAGES if code in found]


def _owned(fact: str, groups: Sequence[str]) -> Iterator[tuple[str, str]]:
    for code in LANGUAGES:
        sayings = load(f"{fact}.{code}")
        for group in groups:
            if group in sayings.groups:
                for source in sayings.groups[group].gates:
                    yield source, code


@cache
def gate(fact: str, *groups: str) -> tuple[str, ...]:
    """RE2 patterns, one of which is in every text that says something by one of *groups*."""
    return tuple(dict.fromkeys(source for source, _ in _owned(fact, groups)))


@cache
def screen(fact: str, *groups: str) -> Screen:
    owned = list(_owned(fact, groups))
    return Screen(PatternSet([source for source, _ in owned]), [code for _, code in owned])
