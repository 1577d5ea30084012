"""
YAML text as nodes that remember where they stand.

Built from the parser's events, not from PyYAML's own nodes, because three things must be seen: what an author
tagged, how large an alias grows, and which key stands twice. Plain words are read as YAML 1.2 does: only true
and false are truth values, so that `on:`, `off` and `no` are the words they look like; `9:30` and dates stay
text. What a value may be is not known here.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import Any

import yaml

from filterproxy.rulebook.lines import Source
from filterproxy.rulebook.problem import Place, Problem
from filterproxy.rulebook.syntax import syntax_problem

# Bytes. The largest phrase lists known are under 1 MB; beyond 8 MiB it is some other file.
LIMIT_BYTES = 8 * 1024 * 1024
# With aliases followed: ten levels of ten aliases each would be ten thousand million.
LIMIT_NODES = 1_000_000
# A rule is about six deep; combinations of combinations add two a level.
LIMIT_DEPTH = 60

# That are told of one text: what has more is no pack, and each takes its time.
MOST_PROBLEMS = 1000

Plain = str | int | float | bool | None

# 18 digits fit in 64 bits; a leading zero says that the author means digits, not a count.
_INTEGER = re.compile(r"[-+]?(?:0|[1-9][0-9]{0,17})")
_DECIMAL = re.compile(r"[-+]?(?:[0-9]+\.[0-9]*|\.[0-9]+)(?:[eE][-+]?[0-9]{1,3})?")
_WORDS: dict[str, Plain] = {
    spelling: value
    for word, value in (("", None), ("~", None), ("null", None), ("true", True), ("false", False))
    for spelling in (word, word.title(), word.upper())
}
_ESCAPE_LENGTH = {"x": 4, "u": 6, "U": 10}


@dataclass(frozen=True, slots=True)
class Node:
    """
    One YAML value: a plain one, a tuple of nodes, or a mapping of nodes by key.

    keys: where each key of a mapping stands. size: nodes in it, aliases followed.
    """

    value: Plain | tuple[Node, ...] | dict[str, Node]
    place: Place
    source: Source = field(repr=False)
    style: str = ""
    keys: dict[str, Place] = field(default_factory=dict)
    size: int = 1

    def plain(self) -> Any:
        """The value as ordinary Python data."""
        if isinstance(self.value, dict):
            return {key: node.plain() for key, node in self.value.items()}
        if isinstance(self.value, tuple):
            return [node.plain() for node in self.value]
        return self.value

    def items(self) -> tuple[Node, ...]:
        """The members of a list; nothing for another value."""
        return self.value if isinstance(self.value, tuple) else ()

    def get(self, key: str) -> Node | None:
        """The value of a key; None where there is none, or the node is no mapping."""
        return self.value.get(key) if isinstance(self.value, dict) else None

    def at(self, path: tuple[str | int, ...]) -> Node:
        """The node that *path* leads to, as far as it leads."""
        node = self
        for step in path:
            inner = node.get(step) if isinstance(step, str) else None
            if isinstance(step, int) and step < len(node.items()):
                inner = node.items()[step]
            if inner is None:
                break
            node = inner
        return node

    def inside(self, offset: int, length: int = 1) -> Place:
        """The place of one part of a text, *offset* code points from its beginning."""
        if self.style == "|":
            return self._inside_block(offset, length)
        skipped = _raw_length(self.style, self.place.text[self.place.column - 1 :], offset)
        one_line = isinstance(self.value, str) and "\n" not in self.value
        if not one_line or skipped is None or skipped >= self.place.length:
            return self.place
        return self.source.place(self.place.line - 1, self.place.column - 1 + skipped, length)

    def _inside_block(self, offset: int, length: int) -> Place:
        # The last line break is not seen by the author: what stands at the end stands before it.
        before = str(self.value).rstrip("\n")[:offset]
        first = self.place.line  # the line after the indicator, counted from 0
        written = next((line for line in self.source.lines[first:] if line.strip()), "")
        indent = len(written) - len(written.lstrip(" "))
        column = indent + len(before) - (before.rfind("\n") + 1)
        return self.source.place(first + before.count("\n"), column, length)


class Unreadable(Exception):
    """The text could not be read to its end; args[0] is the problem."""


def parse(file: str, text: str, problems: list[Problem]) -> Node | None:
    """The one document of *text*. None where it cannot be read; what is wrong goes to *problems*."""
    source = Source.of(file, text)
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    try:
        return _Builder(source, _events(source, text, loader), problems).document()
    except Unreadable as unreadable:
        problems.append(unreadable.args[0])
    except yaml.YAMLError:
        problems.append(syntax_problem(source, text))
    return None


def _events(source: Source, text: str, loader: Any) -> Iterator[Any]:
    yield from yaml.parse(text, Loader=loader)


@dataclass(slots=True)
class _Builder:
    source: Source
    events: Iterator[Any]
    problems: list[Problem]
    anchors: dict[str | None, Node | None] = field(default_factory=dict)
    total: int = 0

    def document(self) -> Node | None:
        found: Node | None = None
        for event in self.events:
            if isinstance(event, yaml.DocumentStartEvent) and found is not None:
                raise Unreadable(_second_document(self.source.between(event.start_mark, event.end_mark)))
            if isinstance(event, yaml.NodeEvent):
                found = self.node(event, 0)
        return found

    def _note(self, problem: Problem) -> None:
        if len(self.problems) >= MOST_PROBLEMS:
            raise Unreadable(problem)
        self.problems.append(problem)

    def node(self, event: Any, depth: int) -> Node:
        place = self.source.between(event.start_mark, event.end_mark)
        if depth > LIMIT_DEPTH:
            raise Unreadable(_too_deep(place))
        if isinstance(event, yaml.AliasEvent):
            node = self.alias(event.anchor, place)
        else:
            node = self.anchored(event, place, depth)
        self.total += node.size if isinstance(event, yaml.AliasEvent) else 1
        if self.total > LIMIT_NODES:
            raise Unreadable(_too_many(place))
        return node

    def alias(self, anchor: str | None, place: Place) -> Node:
        node = self.anchors.get(anchor)
        if node is None:
            raise Unreadable(_bad_alias(place, anchor, inside=anchor in self.anchors))
        return node

    def anchored(self, event: Any, place: Place, depth: int) -> Node:
        if event.tag is not None:
            self._note(_tag(place, event.tag))
        if event.anchor is not None:
            self.anchors[event.anchor] = None
        if isinstance(event, yaml.ScalarEvent):
            node = self.scalar(event)
        elif isinstance(event, yaml.SequenceStartEvent):
            node = self.sequence(event, depth)
        else:
            node = self.mapping(event, depth)
        if event.anchor is not None:
            self.anchors[event.anchor] = node
        return node

    def scalar(self, event: Any) -> Node:
        style = event.style or ""
        value = event.value if style or event.tag is not None else read_plain(event.value)
        place = self.source.between(event.start_mark, event.end_mark)
        return Node(value, place, self.source, style)

    def sequence(self, start: Any, depth: int) -> Node:
        members = []
        while not isinstance(event := next(self.events), yaml.SequenceEndEvent):
            members.append(self.node(event, depth + 1))
        size = 1 + sum(node.size for node in members)
        place = self.place_of(start, event, members[0].place if members else None)
        return Node(tuple(members), place, self.source, size=size)

    def mapping(self, start: Any, depth: int) -> Node:
        members: dict[str, Node] = {}
        keys: dict[str, Place] = {}
        while not isinstance(event := next(self.events), yaml.MappingEndEvent):
            key, place = self.key(event)
            node = self.node(next(self.events), depth + 1)
            if key in keys:
                self._note(_twice(place, key, keys[key]))
            else:
                keys[key] = place
                members[key] = node
        size = 1 + sum(node.size for node in members.values())
        place = self.place_of(start, event, next(iter(keys.values()), None))
        return Node(members, place, self.source, keys=keys, size=size)

    def key(self, event: Any) -> tuple[str, Place]:
        place = self.source.between(event.start_mark, event.end_mark)
        if not isinstance(event, yaml.ScalarEvent):
            raise Unreadable(_odd_key(place))
        self.total += 1
        return event.value, place

    def place_of(self, start: Any, end: Any, first: Place | None) -> Place:
        # A block is pointed at by what opens it, one in brackets by all of it.
        whole = self.source.between(start.start_mark, end.end_mark)
        if start.flow_style or first is None:
            return whole
        return replace(whole, length=1) if isinstance(start, yaml.SequenceStartEvent) else first


def read_plain(text: str) -> Plain:
    """What a word without quotes means."""
    if text in _WORDS:
        return _WORDS[text]
    if _INTEGER.fullmatch(text):
        return int(text)
    return float(text) if _DECIMAL.fullmatch(text) else text


def _raw_length(style: str, raw: str, offset: int) -> int | None:
    """How much of *raw* stands before the character at *offset*; None where that cannot be said."""
    if style == "":
        return offset
    if style not in "'\"":
        return None
    at = 1
    for _ in range(offset):
        if at >= len(raw):
            return None
        if style == "'":
            at += 2 if raw.startswith("''", at) else 1
        else:
            at += _ESCAPE_LENGTH.get(raw[at + 1 : at + 2], 2) if raw[at] == "\\" else 1
    return at


def _second_document(place: Place) -> Problem:
    return Problem(
        place,
        "FP007",
        "a second document begins here",
        "only the first would be read, and the rules below would never run",
        "take the line `---` out, or put what follows into a file of its own",
    )


def _too_deep(place: Place) -> Problem:
    return Problem(
        place,
        "FP007",
        f"more than {LIMIT_DEPTH} levels deep",
        "no rule needs so many, and each one costs time for every reply",
        "write the match with fewer levels of `all` and `any`",
    )


def _too_many(place: Place) -> Problem:
    return Problem(
        place,
        "FP007",
        f"more than {LIMIT_NODES} values, counting each alias as what it stands for",
        "a few lines of aliases can stand for more than the memory holds",
        "put long lists of phrases into a file: `phrases: {file: words.txt}`",
    )


def _bad_alias(place: Place, anchor: str | None, *, inside: bool) -> Problem:
    what = (
        f"*{anchor} stands inside the very thing that it names" if inside else f"nothing is named &{anchor}"
    )
    return Problem(
        place,
        "FP007",
        what,
        "an alias repeats what stands above it under that name",
        f"put &{anchor} before something further up, or write out what is meant",
    )


def _tag(place: Place, tag: str) -> Problem:
    short = tag.replace("tag:yaml.org,2002:", "!!")
    return Problem(
        place,
        "FP007",
        f'the tag "{short}" is not read',
        "a pack is plain data: tags could make anything of it",
        'take the tag out; put text that looks like a number into quotes ("404")',
    )


def _twice(place: Place, key: str, first: Place) -> Problem:
    return Problem(
        place,
        "FP008",
        f'"{key}" is given twice',
        "only one of the two could count",
        "keep one of them",
        label=f"first in line {first.line}",
    )


def _odd_key(place: Place) -> Problem:
    return Problem(
        place,
        "FP007",
        "a key that is a list or a mapping",
        "every key of a pack is one word",
        "quote it, if it is meant as text",
    )
