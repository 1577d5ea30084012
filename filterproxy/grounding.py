"""
What the request states, and the excuses that rest on it.

Known are system turns, tool results, the operator's files and what a user *says*. A question is no
statement, nor is a guess ("I think you open at nine"), nor what the model said earlier: it would excuse
itself. Where the operator's side states opening hours at all, the user's word on them does not count; a
second price or address is no contradiction.

Everything is worked out on the first match that asks, once per request, and kept in `request.memo`.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from filterproxy.core.request import Background, Request
from filterproxy.core.rule import Scope, Span, Undecided
from filterproxy.core.sentence import units
from filterproxy.facts.fact import Fact, FactKind, Known, Source, is_cumulative, is_formal, stated
from filterproxy.facts.mood import states

CONTEXT_UNKNOWN = "context_unknown"

_SPACE = re.compile(r"\s+")


def sources(request: Request) -> tuple[Source, ...]:
    """All that the request states, oldest first: system turns, tool results, statements of the user."""
    found = request.memo.get("sources")
    if not isinstance(found, tuple):
        found = request.memo["sources"] = tuple(_sources(request))
    return found


def _sources(request: Request) -> Iterator[Source]:
    numbers = {"system": 0, "tool": 0, "user": 0}
    systems = sum(turn.role == "system" for turn in request.turns)
    for turn in request.turns:
        if turn.role not in numbers:
            continue
        if turn.tool and not turn.text:
            # Only what looks at calls sees anything in it.
            yield Source("tool call", "", turn.tool)
            continue
        numbers[turn.role] += 1
        text = declarative(turn.text) if turn.role == "user" else turn.text
        if text.strip():
            yield Source(_name(turn.role, numbers[turn.role], systems), text, turn.tool)


def _name(role: str, number: int, systems: int) -> str:
    if role == "system":
        return "system prompt" if systems == 1 else f"system prompt {number}"
    return f"tool result {number}" if role == "tool" else f"user turn {number}"


def declarative(text: str) -> str:
    """What *text* states: without its questions and guesses."""
    sentences = (text[a:b] for a, b in units(text, Scope.SENTENCE))
    return "".join(s for s in sentences if states(s))


@dataclass(frozen=True, slots=True)
class GroundedFact:
    """`grounded: true` beside `fact`: the request states the same, by value."""

    kind: FactKind

    def __call__(self, text: str, span: Span, unit: Span, request: Request) -> str | None:
        said = _facts_in(self.kind, text, span, unit, request)
        source = _source_of_all(_known(self.kind, request), said)
        if source is None:
            _must_be_complete(request)
            return None
        return f"grounded: {source.name}"


@dataclass(frozen=True, slots=True)
class GroundedText:
    """`grounded: true` beside any other verb: the request has the match, whatever its case and spaces."""

    def __call__(self, text: str, span: Span, unit: Span, request: Request) -> str | None:
        wanted = folded(text[span[0] : span[1]])
        if wanted:
            for name, known in _folded_sources(request):
                if _stands_in(wanted, known):
                    return f"grounded: {name}"
        _must_be_complete(request)
        return None


@dataclass(frozen=True, slots=True)
class Allowed:
    """
    `allow:` the author's own list: by value beside `fact`, else as the same text.

    values: what is allowed; for a fact, statements of it in the author's words.
    """

    values: tuple[str, ...]
    kind: FactKind | None
    _folded: frozenset[str] = field(init=False, repr=False, compare=False)
    _known: Known | None = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_folded", frozenset(folded(v) for v in self.values))
        index = self.kind.index([Source("allow", v) for v in self.values]) if self.kind is not None else None
        object.__setattr__(self, "_known", index)

    def __call__(self, text: str, span: Span, unit: Span, request: Request) -> str | None:
        if self._allows(text, span, unit, request):
            return "allow"
        _must_be_complete(request)
        return None

    def _allows(self, text: str, span: Span, unit: Span, request: Request) -> bool:
        if self.kind is None or self._known is None:
            return folded(text[span[0] : span[1]]) in self._folded
        said = _facts_in(self.kind, text, span, unit, request)
        return _source_of_all(self._known, said) is not None


def _must_be_complete(request: Request) -> None:
    """What was not found may stand in the part that we do not have."""
    if not request.complete:
        raise Undecided(CONTEXT_UNKNOWN)


def _facts_in(kind: FactKind, text: str, span: Span, unit: Span, request: Request) -> list[Fact]:
    """The statements that the match is made of."""
    if is_formal(kind):
        # The unit may be the whole reply; and a match that only the folded view has is found in its fold.
        here = unicodedata.normalize("NFKC", text[span[0] : span[1]])
        return kind.find(text, span, request) or kind.find(here, (0, len(here)), request)
    return [f for f in stated(kind, text, unit, request) if f.span[0] < span[1] and span[0] < f.span[1]]


def _source_of_all(known: Known, said: Sequence[Fact]) -> Source | None:
    """The source of the first statement, where every one is entailed."""
    found = [known.entails(fact.value) for fact in said]
    return found[0] if found and all(source is not None for source in found) else None


@dataclass(frozen=True, slots=True)
class _Both:
    """What the request says, and what the operator's files do. Neither completes a statement of the other."""

    asked: Known
    files: Known

    @property
    def empty(self) -> bool:
        return self.asked.empty and self.files.empty

    def entails(self, said: object) -> Source | None:
        return self.asked.entails(said) or self.files.entails(said)


def _known(kind: FactKind, request: Request) -> Known:
    """What is said of *kind*: on the operator's side, and by the user only where that is silent."""
    key = ("known", kind.name)
    found: Known | None = request.memo.get(key)
    if found is None:
        stated = sources(request)
        together = is_formal(kind) or is_cumulative(kind)
        found = kind.index([s for s in stated if together or not s.name.startswith("user ")])
        if request.background.texts:
            found = _Both(found, _of_files(kind, request.background))
        if found.empty and not together:
            found = kind.index([s for s in stated if s.name.startswith("user ")])
        request.memo[key] = found
    return found


def _of_files(kind: FactKind, background: Background) -> Known:
    key = ("known", kind.name)
    found: Known | None = background.memo.get(key)
    if found is None:
        texts = background.texts.items()
        found = background.memo[key] = kind.index(
            [Source(f"known file {name}", text) for name, text in texts]
        )
    return found


def folded(text: str) -> str:
    """*text* for comparing: compatibility forms, case and runs of white space made alike."""
    return _SPACE.sub(" ", unicodedata.normalize("NFKC", text).casefold()).strip()


def _folded_sources(request: Request) -> list[tuple[str, str]]:
    found: list[tuple[str, str]] | None = request.memo.get("folded sources")
    if found is None:
        found = [(s.name, folded(s.text)) for s in sources(request)]
        found += _folded_files(request.background)
        request.memo["folded sources"] = found
    return found


def _folded_files(background: Background) -> list[tuple[str, str]]:
    found: list[tuple[str, str]] | None = background.memo.get("folded")
    if found is None:
        found = [(f"known file {name}", folded(text)) for name, text in background.texts.items()]
        background.memo["folded"] = found
    return found


def _stands_in(wanted: str, known: str) -> bool:
    """Whether *wanted* is in *known* from one word's edge to another's."""
    at = known.find(wanted)
    while at >= 0:
        end = at + len(wanted)
        if _is_edge(known, at) and _is_edge(known, end):
            return True
        at = known.find(wanted, at + 1)
    return False


def _is_edge(text: str, at: int) -> bool:
    if at <= 0 or at >= len(text):
        return True
    before, after = text[at - 1], text[at]
    return not (_is_word(before) and _is_word(after))


def _is_word(char: str) -> bool:
    """Letters and digits of scripts that part words by spaces; in the others every place is an edge."""
    return (
        (char.isalnum() or char == "_")
        and not "\u2e80" <= char <= "\u9fff"
        and not "\uac00" <= char <= "\ud7a3"
    )
