"""
What a statement of hours is said of: "the hotel bar", "counter 4", "we".

The subject is the first run of content words of the clause: before the verb, the colon or the particle, or
behind the time where the clause begins with it. Nothing here parses; other_place.py makes up for that by
asking for evidence before it says that two subjects are different places.
"""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from importlib.resources import files
from typing import Any, NamedTuple

from filterproxy.core.rule import Span
from filterproxy.facts.lexer import WEAK, Token, bare, plain
from filterproxy.facts.lexicon import Lexicon
from filterproxy.facts.tokens import tokens

_CONTENT = frozenset(("word", "desk", "foreign", "foreign_subject", "neutral"))
_CLAUSE_ENDS = frozenset((";", "|", "(", ")", "!", "?", "\n"))
_JOINTS = frozenset((",", "and"))
_TIMES = frozenset(("clock", "day", "short", "time", "number", "allday"))
_WORD = re.compile(r"[^\W_]+'?")
# What follows a number that is a time.
_GO_ON = frozenset(("-", "to", "clock", "number", "oclock", "am", "pm", "until_after", "from_after"))
# North of the equator, and wide: summer hours are often those of half a year.
_SEASONS = {
    "summer": frozenset(range(4, 10)),
    "winter": frozenset((10, 11, 12, 1, 2, 3)),
    "spring": frozenset((3, 4, 5)),
    "autumn": frozenset((9, 10, 11)),
}
# A word may have others stuck to it from this length on ("Fahrradwerkstatt").
_LONG = 4


@dataclass(frozen=True, slots=True)
class SubjectWords:
    """
    The words of one language that tell subjects.

    link: stand inside a name and tell nothing ("of"). stop: end it (verbs of being somewhere, prepositions).
    people: pronoun -> `we`, `you`, `mine` or `it`. generic: every business has one, or it is no place. kinds:
    word for a kind of place -> its kind, the same in every language. seasons: word -> months 1 to 12, the
    months' own names among them. today, tomorrow: words for them.
    """

    link: frozenset[str]
    stop: frozenset[str]
    people: Mapping[str, str]
    generic: frozenset[str]
    kinds: Mapping[str, str]
    seasons: Mapping[str, frozenset[int]]
    today: frozenset[str]
    tomorrow: frozenset[str]


@dataclass(frozen=True, slots=True)
class Subject:
    """
    words: those that tell, without accents. kinds: of place, and kind_words, which of the words say them.
    person: `we`, `you`, `mine` or `it` where a pronoun stands there, else "". name: whether capitals make all
    of it a name. label: a name without an article. months: 1 to 12, of the season that it is said of; none
    where that is the whole year.
    """

    words: frozenset[str] = frozenset()
    kinds: frozenset[str] = frozenset()
    kind_words: frozenset[str] = frozenset()
    person: str = ""
    name: bool = False
    label: bool = False
    months: frozenset[int] = frozenset()


NOBODY = Subject()


class _Run(NamedTuple):
    """A run of content words: its tokens and clause, and whether a verb that opens or closes follows."""

    first: int
    last: int
    clause: int
    subject: Subject
    opens: bool


@dataclass(frozen=True, slots=True)
class Asked:
    """
    What the question wants to know the hours of.

    bag: all words that tell. yours: it asks for the answerer's own. unnamed: no other place is named. days:
    those that it names, or that today is.
    """

    bag: Subject = NOBODY
    yours: bool = False
    unnamed: bool = False
    days: frozenset[int] = frozenset()


UNASKED = Asked()


@cache
def subject_words(code: str) -> SubjectWords:
    """The words of one language of `words/subject.json`."""
    raw = _all_words()[code]
    people = {bare(w): person for person in ("mine", "we", "you", "it") for w in raw[person]}
    kinds = {bare(w): kind for kind, words in raw["kinds"].items() for w in words}
    link, generic, stop = (frozenset(map(bare, raw[key])) for key in ("link", "generic", "stop"))
    seasons = {bare(w): _SEASONS[season] for season, words in raw["seasons"].items() for w in words}
    seasons |= {w: frozenset((int(month),)) for month, words in raw["months"].items() for w in words}
    today, tomorrow = (frozenset(map(plain, raw[key])) for key in ("today", "tomorrow"))
    return SubjectWords(link, stop - link, people, generic, kinds, seasons, today, tomorrow)


@cache
def _all_words() -> Mapping[str, Mapping[str, Any]]:
    text = files("filterproxy.facts").joinpath("words/subject.json").read_text(encoding="utf-8")
    found: Mapping[str, Mapping[str, Any]] = json.loads(text)
    return found


# -- reading


def subject_at(text: str, unit: Span, span: Span, words: Lexicon, code: str) -> Subject:
    """The subject of the statement that stands at *span* in text[unit]; NOBODY when none is said."""
    ts = tokens(text, unit[0], unit[1], words)
    found, clause_at = _runs_of(ts, text, unit[1], words, subject_words(code))
    here = clause_at(span[0])
    before = [run for run in found if run[0].clause <= here and _start(run) < span[0]]
    own = [run[0] for run in before if run[0].clause == here]
    if own:
        return _with_numbered(own)
    if before:
        nearest = before[-1][0].clause
        run = next(run[0] for run in before if run[0].clause == nearest)
        between = [t.kind for t in ts[run.last :] if t.start < span[0]]
        # "wheelchair=yes; opening_hours=9-5": before a semicolon only more hours have the same subject.
        if ";" not in between or any(kind in _TIMES for kind in between[: between.index(";")]):
            return run.subject
    for run, start in found:
        if start >= span[1] and (run.clause == here or (run.clause == here + 1 and run.opens)):
            return run.subject
    return NOBODY


def _with_numbered(runs: Sequence[_Run]) -> Subject:
    """The first; with what has a number behind it: "the lounge in Terminal 2"."""
    first, more = runs[0].subject, [run.subject for run in runs[1:]]
    numbered = [s for s in more if any(w.isdigit() for w in s.words)]
    if not (first.words and numbered):
        return first
    return replace(
        first,
        words=first.words.union(*(s.words for s in numbered)),
        kinds=first.kinds.union(*(s.kinds for s in numbered)),
        kind_words=first.kind_words.union(*(s.kind_words for s in numbered)),
    )


def subjects(text: str, unit: Span, words: Lexicon, code: str) -> list[Subject]:
    """What the clauses of text[unit] are said of, those that name nothing left out."""
    seen: dict[int, Subject] = {}
    for run, _ in _runs(text, unit, words, subject_words(code))[0]:
        seen.setdefault(run.clause, run.subject)
    return [s for s in seen.values() if s.words]


def everything(text: str, words: Lexicon, code: str) -> Subject:
    """All telling words of *text* as one."""
    runs = [run.subject for run, _ in _runs(text, (0, len(text)), words, subject_words(code))[0]]
    person = next((s.person for s in runs if s.person), "")
    return Subject(
        frozenset().union(*(s.words for s in runs)),
        frozenset().union(*(s.kinds for s in runs)),
        frozenset().union(*(s.kind_words for s in runs)),
        person,
    )


def is_title(text: str, unit: Span, words: Lexicon, code: str) -> Subject | None:
    """The subject of a line that is nothing else ("Rooftop café", "## Airport branch:"); None of others."""
    found, _ = _runs(text, unit, words, subject_words(code))
    ts = tokens(text, unit[0], unit[1], words)
    solid = sum(t.kind not in ("\n", ":", ",", "and", "(", ")") for t in ts)
    if len(found) != 1 or not found[0][0].subject.words or solid > 6:
        return None
    run = found[0][0]
    covered = sum(t.kind not in ("\n", ":", ",", "and", "(", ")") for t in ts[run.first : run.last])
    return run.subject if covered == solid else None


def named(words: Collection[str], code: str) -> Subject:
    """A name that a record gives."""
    known = subject_words(code)
    telling = frozenset(w for w in map(bare, words) if w not in known.generic and w not in known.link)
    return _subject(telling, known, "", True)


def _start(run: tuple[_Run, int]) -> int:
    return run[1]


class _Clauses:
    """Which clause a place in the text is in."""

    def __init__(self, starts: Sequence[int]) -> None:
        self._starts = starts

    def __call__(self, at: int) -> int:
        return sum(start <= at for start in self._starts)


def _runs(
    text: str, unit: Span, words: Lexicon, known: SubjectWords
) -> tuple[list[tuple[_Run, int]], _Clauses]:
    """The runs of content words of text[unit] and where each begins."""
    return _runs_of(tokens(text, unit[0], unit[1], words), text, unit[1], words, known)


def _runs_of(
    ts: Sequence[Token], text: str, end: int, words: Lexicon, known: SubjectWords
) -> tuple[list[tuple[_Run, int]], _Clauses]:
    found: list[tuple[_Run, int]] = []
    starts: list[int] = []
    first, clause, solid = -1, 0, False
    for i in range(len(ts) + 1):
        inside = i < len(ts) and _is_inside(ts, i, first, known, words)
        if inside:
            first = i if first < 0 else first
            continue
        kind = ts[i].kind if i < len(ts) else "\n"
        joins = kind == "and" or (kind == "," and not solid)
        if first >= 0 and joins and _tells(ts, first, i, known, words, text):
            continue  # "the pool, the gym and the sauna"
        if first >= 0:
            subject = _read(ts[first:i], known, words, text)
            if subject.words or subject.person:
                opens = any(t.kind in ("open", "close") for t in ts[i : i + 3])
                found.append((_Run(first, i, clause, subject, opens), ts[first].start))
            first = -1
        if kind in _CLAUSE_ENDS or (kind in _JOINTS and solid):
            clause, solid = clause + 1, False
            starts.append(ts[i].start if i < len(ts) else end)
        else:
            solid = True
    return found, _Clauses(starts)


def _is_inside(ts: Sequence[Token], i: int, first: int, known: SubjectWords, words: Lexicon) -> bool:
    token = ts[i]
    if bare(token.word) in known.stop:
        return False
    if token.kind in _CONTENT or token.word in known.link or token.word in known.people:
        return True
    if token.word in known.generic and token.kind in ("light", "on", "word"):
        return True
    if token.kind == "-" and first >= 0 and i + 1 < len(ts):
        # "Ground-floor", not "the café - open"
        glued = ts[i - 1].end == token.start and token.end == ts[i + 1].start
        return glued and ts[i - 1].kind in _CONTENT and ts[i + 1].kind in _CONTENT
    return first >= 0 and _is_number_of(ts, i)


def _is_number_of(ts: Sequence[Token], i: int) -> bool:
    """ "Counter 2", "Terminal 1 lounge": a bare number right behind a word."""
    token, before = ts[i], ts[i - 1]
    if before.kind not in _CONTENT or token.end - token.start > 3 or not token.word.isdigit():
        return False
    weak = token.kind == "number" or (token.kind == "clock" and token.grade == WEAK and not token.half)
    return weak and (ts[i + 1].kind if i + 1 < len(ts) else "") not in _GO_ON


def _tells(ts: Sequence[Token], first: int, end: int, known: SubjectWords, words: Lexicon, text: str) -> bool:
    return bool(_read(ts[first:end], known, words, text).words)


def _read(run: Sequence[Token], known: SubjectWords, words: Lexicon, text: str) -> Subject:
    telling: set[str] = set()
    article = bool(run) and run[0].word in known.link
    # Where all nouns have capitals, an article makes one common.
    person, name = "", not (article and "nouns_capital" in words.traits)
    for token in run:
        whole = bare(token.word)
        if whole in known.people:
            person = person or known.people[whole]
            continue
        parts = [whole] if words.unspaced else _WORD.findall(whole)
        for part in parts:
            if _skipped(part, known):
                continue
            telling.add(part)
            name = name and (words.unspaced or not text[token.start].islower())
    if "mine" in person and not telling:
        person = "mine"
    label = name and not article and not words.unspaced
    return replace(_subject(frozenset(telling), known, person, name), label=label)


def _skipped(word: str, known: SubjectWords) -> bool:
    return word in known.link or word in known.people or word in known.generic or word in (",", "-", "and")


def _subject(telling: frozenset[str], known: SubjectWords, person: str, name: bool) -> Subject:
    kinds = {w: kind for w in telling if (kind := _kind(w, known))}
    return Subject(telling, frozenset(kinds.values()), frozenset(kinds), person, name)


def _kind(word: str, known: SubjectWords) -> str:
    if word in known.kinds:
        return known.kinds[word]
    if word.endswith("s") and word[:-1] in known.kinds:
        return known.kinds[word[:-1]]
    if len(word) > _LONG:
        return next((k for tail, k in known.kinds.items() if len(tail) >= _LONG and word.endswith(tail)), "")
    return ""


def words_in(text: str) -> Iterator[str]:
    """All words of *text*, in small letters, without accents."""
    return (bare(w) for w in _WORD.findall(plain(text)))
