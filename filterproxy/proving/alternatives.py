"""
The alternatives of a match, and which of them made one: of patterns, lists of phrases and of tokens, `any`,
and the `not` of `all`.

A tree of these stands beside the detectors of a rule and asks the detectors themselves, on the text and the
unit on which the engine asked them.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import Any, NamedTuple

from filterproxy.core.request import Request
from filterproxy.core.rule import Detector, Span
from filterproxy.core.shape import Underivable
from filterproxy.detectors.combine import AllOf, AnyOf
from filterproxy.detectors.phrases import Phrases, fold
from filterproxy.detectors.regex import Regex
from filterproxy.detectors.regex_branches import Branches

# A place in the tree, and the alternative's number or phrase there.
Key = tuple[tuple[int, ...], int | str]

_LABEL_LENGTH = 40


class Asked(NamedTuple):
    """What a detector was asked: where in which text to look, from where on."""

    text: str
    pos: int
    unit: Span
    request: Request

    def of(self, detector: Detector) -> Span | None:
        """What a detector says to it."""
        return detector.find(self.text, self.pos, self.unit, self.request)

    def from_unit(self) -> Asked:
        """The same, from the unit's beginning on."""
        return self._replace(pos=self.unit[0])


@dataclass(frozen=True, slots=True)
class Alternative:
    """
    One alternative. outer: the one that it stands in, None for none. by: whether hits or passes show it.
    verb, label: what it is and what it says, for people.
    """

    key: Key
    outer: Key | None
    verb: str
    label: str
    by_pass: bool = False


@dataclass(frozen=True)
class Analysis:
    """The alternatives of a detector. not_analysed: of what nothing is known, and why."""

    alternatives: tuple[Alternative, ...]
    not_analysed: tuple[str, ...]
    _root: _Node = field(repr=False)

    def used(self, asked: Asked, span: Span) -> set[Key] | None:
        """What made a match; None where an engine, asked again, finds another one."""
        try:
            return set(self._root.used(asked, span))
        except _Otherwise:
            return None

    def excluded(self, asked: Asked) -> set[Key]:
        """Which `not` kept a match from being one."""
        return set(self._root.excluded(asked))


class _Otherwise(Exception):
    """An engine that was asked again says something else."""


@dataclass
class _Node:
    """Of a detector that has no alternatives, or none that can be told apart."""

    detector: Any
    path: tuple[int, ...]

    def alternatives(self, outer: Key | None) -> Iterator[Alternative]:
        yield from ()

    def not_analysed(self) -> Iterator[str]:
        for name in ("labels", "languages"):
            if len(listed := getattr(self.detector, name, ())) > 1:
                yield f"{type(self.detector).__name__.lower()}: which of {', '.join(listed)} it is"

    def used(self, asked: Asked, span: Span) -> Iterator[Key]:
        yield from ()

    def excluded(self, asked: Asked) -> Iterator[Key]:
        yield from ()


class _Regex(_Node):
    def __init__(self, detector: Regex, path: tuple[int, ...]) -> None:
        super().__init__(detector, path)
        self._branches: Branches | None = None
        self._why = ""
        try:
            self._branches = Branches(*detector.compiled)
        except Underivable as error:
            self._why = str(error)

    def alternatives(self, outer: Key | None) -> Iterator[Alternative]:
        for found in self._branches.alternatives if self._branches is not None else ():
            inside = outer if found.outer < 0 else (self.path, found.outer)
            yield Alternative((self.path, found.number), inside, "regex", found.label)

    def not_analysed(self) -> Iterator[str]:
        if self._branches is None:
            yield f"regex: {self._why}"
        elif self._branches.left_out:
            where = "inside negative look-arounds and conditions"
            yield f"regex: {self._branches.left_out} alternatives {where}"

    def used(self, asked: Asked, span: Span) -> Iterator[Key]:
        if self._branches is None:
            return
        numbers = self._branches.used(asked.text, span, asked.unit[1])
        if numbers is None:
            raise _Otherwise
        for number in numbers:
            yield self.path, number


class _Phrases(_Node):
    def alternatives(self, outer: Key | None) -> Iterator[Alternative]:
        written = {fold(phrase): phrase for phrase in reversed(self.detector.phrases)}
        if len(written) > 1:
            for folded, phrase in reversed(written.items()):
                yield Alternative((self.path, folded), outer, "phrases", shortened(phrase))

    def used(self, asked: Asked, span: Span) -> Iterator[Key]:
        yield self.path, fold(asked.text[slice(*span)])


class _Tokens(_Node):
    """Each pattern is asked alone."""

    def __init__(self, detector: Any, path: tuple[int, ...]) -> None:
        super().__init__(detector, path)
        several = detector.patterns if len(detector.patterns) > 1 else ()
        self._each = [replace(detector, patterns=(pattern,)) for pattern in several]

    def alternatives(self, outer: Key | None) -> Iterator[Alternative]:
        for number, each in enumerate(self._each):
            said = " ".join(str(dict(token)) for token in each.patterns[0])
            yield Alternative((self.path, number), outer, "tokens", shortened(said))

    def used(self, asked: Asked, span: Span) -> Iterator[Key]:
        for number, each in enumerate(self._each):
            if asked.of(each) == span:
                yield self.path, number


class _Any(_Node):
    def __init__(self, detector: AnyOf, path: tuple[int, ...]) -> None:
        super().__init__(detector, path)
        self._members = [_node(member, (*path, at)) for at, member in enumerate(detector.members)]

    def alternatives(self, outer: Key | None) -> Iterator[Alternative]:
        for number, member in enumerate(self._members):
            key = (self.path, number)
            if len(self._members) > 1:
                yield Alternative(key, outer, "any", f"member {number + 1}, {_named(member.detector)}")
            yield from member.alternatives(key if len(self._members) > 1 else outer)

    def not_analysed(self) -> Iterator[str]:
        for member in self._members:
            yield from member.not_analysed()

    def used(self, asked: Asked, span: Span) -> Iterator[Key]:
        found = False
        for number, member in enumerate(self._members):
            if asked.of(member.detector) == span:
                found = True
                yield self.path, number
                yield from member.used(asked, span)
        if not found:
            raise _Otherwise

    def excluded(self, asked: Asked) -> Iterator[Key]:
        for member in self._members:
            yield from member.excluded(asked)


class _All(_Node):
    def __init__(self, detector: AllOf, path: tuple[int, ...]) -> None:
        super().__init__(detector, path)
        members = [detector.first, *detector.others, *detector.nots]
        nodes = [_node(member, (*path, at)) for at, member in enumerate(members)]
        needed = 1 + len(detector.others)
        self._first, self._others, self._nots = nodes[0], nodes[1:needed], nodes[needed:]

    def alternatives(self, outer: Key | None) -> Iterator[Alternative]:
        for member in (self._first, *self._others):
            yield from member.alternatives(outer)
        for member in self._nots:
            label = f"not, {_named(member.detector)}"
            yield Alternative((member.path, "not"), outer, "all", label, by_pass=True)

    def not_analysed(self) -> Iterator[str]:
        for member in (self._first, *self._others):
            yield from member.not_analysed()

    def used(self, asked: Asked, span: Span) -> Iterator[Key]:
        yield from self._first.used(asked, span)
        for member in self._others:
            found = asked.from_unit().of(member.detector)
            if found is None:
                raise _Otherwise
            yield from member.used(asked.from_unit(), found)

    def excluded(self, asked: Asked) -> Iterator[Key]:
        within = asked.from_unit()
        if asked.of(self._first.detector) is None or any(within.of(m.detector) is None for m in self._others):
            return
        for member in self._nots:
            if within.of(member.detector) is not None:
                yield member.path, "not"


def analyse(detector: Detector) -> Analysis:
    """The alternatives of a rule's match."""
    root = _node(detector, ())
    return Analysis(tuple(root.alternatives(None)), tuple(root.not_analysed()), root)


def _node(detector: Any, path: tuple[int, ...]) -> _Node:
    if isinstance(detector, Regex):
        return _Regex(detector, path)
    if isinstance(detector, Phrases):
        return _Phrases(detector, path)
    if isinstance(detector, AnyOf):
        return _Any(detector, path)
    if isinstance(detector, AllOf):
        return _All(detector, path)
    # By its name: to import it is to import spaCy.
    return (_Tokens if type(detector).__name__ == "Tokens" else _Node)(detector, path)


def _named(detector: Any) -> str:
    """A member, by its verb and the beginning of what it looks for."""
    verb = {"AnyOf": "any", "AllOf": "all"}.get(type(detector).__name__, type(detector).__name__.lower())
    said = next((getattr(detector, name) for name in _SAYS if getattr(detector, name, None)), "")
    text = said if isinstance(said, str) else ", ".join(map(str, said)) if isinstance(said, tuple) else ""
    return f"{verb} {shortened(text)}".rstrip()


_SAYS = ("pattern", "phrases", "name", "kind", "patterns", "labels", "languages")


def shortened(text: str) -> str:
    """*text* on one line, at most so long that a line of a list holds it."""
    line = " ".join(text.split())
    return line if len(line) <= _LABEL_LENGTH else line[: _LABEL_LENGTH - 1] + "…"
