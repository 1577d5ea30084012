r"""
Sentences told by templates: how a language says that something has been done, or will be.

One JSON file per fact and language. `templates` are patterns in which a blank is any run of white space and
Markdown emphasis, ' any apostrophe, and {name} one of a list of words: of the list `name` of the kind (what
is said to be done), or of `sets`. Lists may name lists. Built in are

    {start} {end}  those of the sentence, past marks     {b} {e}  the left, the right edge of a word
    {mid}    a few words, the fewest that will do

A kind that has no words for a list of a template has no such template. {mid} stands in templates only, never
inside brackets: so a template is a row of pieces, and the one that names the kind's words is its gate.

A sentence is read in small letters, which the words of the files are in, and by those templates only whose
gates are in it: a pattern of one takes RE2 next to nothing, `re` some ten microseconds for each kind.

A match counts unless what stands before it in its clause, inside it or behind it says otherwise ("once
I've booked", "has not been booked", "are booked within a day"); none counts in a question or a quotation.
"""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache, cached_property
from importlib.resources import files
from typing import Any, NamedTuple

from filterproxy.core.rule import Span
from filterproxy.core.scan import PatternSet, encode, usable
from filterproxy.facts.lexer import small

LANGUAGES = ("en", "de", "fr", "es", "it", "pt", "nl", "zh", "ja")
UNSPACED = ("zh", "ja")

# Categories rather than ranges: a class with a range beyond Latin-1 takes `re` far longer to compile, and
# there are thousands.
_BLANK = r"(?:[\s*_]+)"
# The same for RE2, whose \s is ASCII only.
_GATE_BLANK = (
    r"(?:[\x09-\x0d\x1c-\x20\x{85}\x{a0}\x{1680}\x{2000}-\x{200a}"
    r"\x{2028}\x{2029}\x{202f}\x{205f}\x{3000}*_]+)"
)
_GATE_BEGIN = "(?:^|[^A-Za-z0-9])"
_GATE_END = "(?:$|[^A-Za-z])"
_BUILT_IN = {
    "b": r"(?<![^\W_])",
    "e": r"(?![^\W\d_])",
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


# Templates, by the list that they are of.
Named = Mapping[str, Collection[int]]


class Said(NamedTuple):
    """A match, and the kinds of what it says."""

    span: Span
    kinds: frozenset[str]


@dataclass(frozen=True, slots=True)
class _Group:
    """
    Templates of one list, by their places in it.

    sources: for each kind, of each template that has words for it. gates: each with its template.
    """

    sources: Mapping[str, Mapping[int, str]]
    gates: tuple[tuple[str, int], ...]
    _compiled: dict[str, re.Pattern[str]] = field(default_factory=dict, repr=False, compare=False)

    def pattern(self, source: str) -> re.Pattern[str]:
        # Gates are asked for wherever packs are read; compiling all patterns takes half a second.
        if source not in self._compiled:
            self._compiled[source] = re.compile(source)
        return self._compiled[source]

    def matches(self, kind: str, templates: Collection[int] | None, low: str) -> Iterator[re.Match[str]]:
        """
        What *templates* (None: all) find of a kind, as one pattern of all would: at one place the first.
        """
        sources = self.sources[kind].items()
        patterns = [self.pattern(source) for n, source in sources if templates is None or n in templates]
        at = 0
        while found := [m for pattern in patterns if (m := pattern.search(low, at))]:
            first = min(found, key=re.Match.start)
            yield first
            at = first.end()


@dataclass(frozen=True)  # no slots: cached_property wants a place
class Sayings:
    """
    What one language says for one fact.

    groups: by list of templates. before: ends at a match that does not count; inside, after: stand in one,
    behind one. anywhere: no sentence with it counts. plain_after: behind one of the lists `states` and
    `known` only, whose forms are those of rules as well ("is refunded within a week"). raw:
    the file as it stands. Patterns are compiled when they are first asked for.
    """

    groups: Mapping[str, _Group]
    raw: Mapping[str, Any]
    unspaced: bool
    _last: list[tuple[str, frozenset[str]]] = field(default_factory=list, repr=False, compare=False)

    @cached_property
    def _kinds(self) -> tuple[PatternSet, Sequence[str], frozenset[str]]:
        """Patterns, one of which is in all that says a kind; the kinds they are of; the kinds without one."""
        raw = self.raw
        sources = {kind: _words_of_kind(raw, lists) for kind, lists in raw["kinds"].items()}
        told = {kind: source for kind, source in sources.items() if source and usable(source)}
        return PatternSet(list(told.values())), list(told), frozenset(sources.keys() - told.keys())

    def _possible(self, sentence: str) -> frozenset[str]:
        """Kinds that *sentence* has a word of. One pattern takes long to search, and there are many kinds."""
        if not self._last or self._last[0][0] != sentence:
            patterns, kinds, others = self._kinds
            found = others | {kinds[i] for i in patterns.matches(encode(sentence))}
            self._last[:] = [(sentence, found)]
        return self._last[0][1]

    @cached_property
    def before(self) -> re.Pattern[str] | None:
        return _words(self.raw, "before", self.unspaced, "{}" + _HEAD)

    @cached_property
    def inside(self) -> re.Pattern[str] | None:
        return _words(self.raw, "inside", self.unspaced)

    @cached_property
    def after(self) -> re.Pattern[str] | None:
        return _words(self.raw, "after", self.unspaced)

    @cached_property
    def plain_after(self) -> re.Pattern[str] | None:
        return _words(self.raw, "plain_after", self.unspaced)

    @cached_property
    def anywhere(self) -> re.Pattern[str] | None:
        return _words(self.raw, "anywhere", self.unspaced)

    def prepare(self) -> None:
        """Compile all."""
        self._possible("")
        for name in ("before", "inside", "after", "plain_after", "anywhere"):
            getattr(self, name)
        for group in self.groups.values():
            for sources in group.sources.values():
                for source in sources.values():
                    group.pattern(source)

    def said(self, sentence: str, *groups: str, named: Named | None = None) -> list[Said]:
        """
        What *sentence* says by templates of the lists *groups*, one for each place.

        named: the templates that a Screen of these lists named for it; None: any may say something.
        """
        low = small(sentence)
        lists = ((group, None if named is None else named.get(group, ())) for group in groups)
        found = sorted(s for group, templates in lists for s in self._matches(low, group, templates))
        merged: list[Said] = []
        for one in found:
            if merged and one.span[0] < merged[-1].span[1]:
                last = merged.pop()
                span = (last.span[0], max(last.span[1], one.span[1]))
                one = Said(span, last.kinds | one.kinds)
            merged.append(one)
        return merged

    def _matches(self, low: str, group: str, templates: Collection[int] | None) -> Iterator[Said]:
        if group not in self.groups or (templates is not None and not templates):
            return
        if self.anywhere and self.anywhere.search(low):
            return
        possible = self._possible(low)
        for kind in self.groups[group].sources:
            if kind in possible:
                for m in self.groups[group].matches(kind, templates, low):
                    if self._counts(low, m, group):
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
    return Sayings(groups, raw, unspaced)


def _words(raw: Mapping[str, Any], key: str, unspaced: bool, frame: str = "{}") -> re.Pattern[str] | None:
    if not raw.get(key):
        return None
    one_of = "|".join(_source(word, raw, {}) or "" for word in raw[key])
    b, e = ("", "") if unspaced else (_BUILT_IN["b"], _BUILT_IN["e"])
    return re.compile(frame.replace("{}", f"{b}(?:{one_of}){e}"))


def _group(raw: Mapping[str, Any], templates: Sequence[str], unspaced: bool) -> _Group:
    mid = _MID_UNSPACED if unspaced else _MID
    found: dict[str, dict[int, str]] = {}
    for kind, lists in raw["kinds"].items():
        for n, template in enumerate(templates):
            pieces = [_source(piece, raw, lists) for piece in template.split("{mid}")]
            if all(piece is not None for piece in pieces):
                found.setdefault(kind, {})[n] = mid.join(map(str, pieces))
    gates = [(gate, n) for n, template in enumerate(templates) for gate in _gates(template, raw)]
    return _Group(found, tuple(gates))


def _gates(template: str, raw: Mapping[str, Any]) -> Iterator[str]:
    """The piece of *template* that names the kinds' words, of all kinds at once."""
    kinds = raw["kinds"].values()
    own = {key for lists in kinds for key in lists}
    every = {key: list(dict.fromkeys(w for lists in kinds for w in lists.get(key, ()))) for key in own}
    pieces = template.split("{mid}")
    piece = max(
        pieces, key=lambda p: (max(map(_tells, [n for n in _NAME.findall(p) if n in own]), default=1), len(p))
    )
    piece = _without_options(piece)
    source = _source(piece, raw, every, bare=True)
    if source is not None:
        begin = _GATE_BEGIN if piece.startswith("{b}") else ""
        end = _GATE_END if piece.endswith("{e}") else ""
        # Wider, and a third of the size.
        source = source.replace("){0,3}", ")*")
        yield f"(?i){begin}(?:{source.strip()}){end}"


def _words_of_kind(raw: Mapping[str, Any], lists: Mapping[str, Sequence[str]]) -> str:
    """
    A pattern that is in all that templates say of a kind: of each template the list that tells most.

    "" where a template names no list of the kind.
    """
    own = {key for words in raw["kinds"].values() for key in words}
    telling: set[str] = set()
    for template in (t for templates in raw["templates"].values() for t in templates):
        names = [name for name in _NAME.findall(template) if name in own]
        if not names:
            return ""
        if all(lists.get(name) or raw["sets"].get(name) for name in names):
            telling.add(max(names, key=_tells))
    return "(?i)" + "|".join(str(_source(f"{{{key}}}", raw, lists, bare=True)) for key in sorted(telling))


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
    """The pattern of *text*; None where a list that it names has no words. bare: for RE2, without edges."""
    out, at = [], 0
    blank = _GATE_BLANK if bare else _BLANK
    for m in _NAME.finditer(text):
        out.append(_written(text[at : m.start()], blank))
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
    return "".join(out) + _written(text[at:], blank)


def _written(text: str, blank: str) -> str:
    return _MARKED.sub(lambda m: {" ": blank, "'": "['’´`]"}.get(m[0], m[0]), text)
