r"""
Templates of `replace`: literal text, and parts of the match that are copied.

    {match}    the whole match            {name}  {1}    a group of the rule's regex
    {{  }}     the braces themselves
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

from filterproxy.core.rule import Span

WHOLE = "match"

_TOKEN = re.compile(r"\{\{|\}\}|\{(?P<name>[^{}]*)\}|[{}]")


class TemplateError(ValueError):
    """A template that cannot be read: offset (code points) and length of the part it is about."""

    def __init__(self, message: str, offset: int, length: int) -> None:
        super().__init__(message)
        self.offset = offset
        self.length = length


@dataclass(frozen=True, slots=True)
class Copy:
    """A part of the match. offset, length: where it stands in the template."""

    name: str
    offset: int
    length: int


class Grouped(Protocol):
    """A detector that knows the groups of its matches."""

    def group_spans(self, text: str, span: Span) -> Mapping[str, Span]: ...


def parse(template: str) -> tuple[str | Copy, ...]:
    """Its parts in order. Raises TemplateError for a brace that stands alone and for {}."""
    parts: list[str | Copy] = []
    literal, end = "", 0
    for token in _TOKEN.finditer(template):
        literal += template[end : token.start()]
        end = token.end()
        name = token["name"]
        if name is None and len(token[0]) == 1:
            raise TemplateError(f'a "{token[0]}" without its counterpart', token.start(), 1)
        if name == "":
            raise TemplateError("{} names nothing", token.start(), 2)
        if name is None:
            literal += token[0][0]
            continue
        if literal:
            parts.append(literal)
        parts.append(Copy(name, token.start(), len(token[0])))
        literal = ""
    literal += template[end:]
    return (*parts, literal) if literal else tuple(parts)


@dataclass(frozen=True, slots=True)
class Literal:
    """The same text for each match."""

    text: str

    def __call__(self, text: str, span: Span) -> tuple[str | Span, ...]:
        return (self.text,)


@dataclass(frozen=True, slots=True)
class Filled:
    """
    A template with parts of the match in it. A group that took no part in the match is nothing.

    grouped: whom to ask for groups; None where the template copies only whole matches.
    """

    parts: tuple[str | Copy, ...]
    grouped: Grouped | None = None

    def __call__(self, text: str, span: Span) -> tuple[str | Span, ...]:
        groups = self.grouped.group_spans(text, span) if self.grouped is not None else {}
        filled: list[str | Span] = []
        for part in self.parts:
            if isinstance(part, str):
                filled.append(part)
            elif part.name == WHOLE:
                filled.append(span)
            elif part.name in groups:
                filled.append(groups[part.name])
        return tuple(filled)
