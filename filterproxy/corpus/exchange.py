"""One exchange that happened: what was asked, and the reply as upstream sent it."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

from filterproxy.core.request import Request, Turn
from filterproxy.core.rule import Span
from filterproxy.core.verdict import Channel

# Hex digits of a case's name: 64 bits, so that two texts among a million share one once in 37 million times.
HASH_DIGITS = 16

Texts = tuple[tuple[Channel, str], ...]
Marks = tuple[tuple[Channel, Span], ...]


@dataclass(frozen=True)
class Exchange:
    """
    A request and the reply to it, read from a file. Small, and can be pickled.

    id, time, model, route: "" where the file does not say. stream, json, complete, turns: as of
    core.request.Request. texts: of each channel, the whole text as upstream sent it, or as far as it is
    stored (recordings are redacted). redacted: something in it was. marks: where in texts what stands in the
    place of something redacted is, in order: the operator's words, not the model's. file, line: where it
    stands; lines count from 1.
    """

    id: str = ""
    time: str = ""
    model: str = ""
    route: str = ""
    stream: bool = False
    json: bool = False
    complete: bool = True
    turns: tuple[Turn, ...] = ()
    texts: Texts = ()
    redacted: bool = False
    marks: Marks = ()
    file: str = ""
    line: int = 0

    def request(self) -> Request:
        """What was asked; new each time, since a request remembers what was worked out about it."""
        return Request(
            model=self.model,
            route=self.route,
            stream=self.stream,
            json=self.json,
            turns=self.turns,
            complete=self.complete,
        )

    @cached_property
    def own(self) -> Mapping[Channel, list[Span]]:
        """The marks of each channel, as core.session.Session takes them."""
        found: dict[Channel, list[Span]] = {}
        for channel, span in self.marks:
            found.setdefault(channel, []).append(span)
        return found

    @cached_property
    def hash(self) -> str:
        """The case's name, by which labels and examples are found again. See case_hash."""
        return case_hash(self.turns, self.texts)


def case_hash(turns: tuple[Turn, ...], texts: Texts) -> str:
    """
    The first 16 hex digits of SHA-256 over what was said.

    That is the JSON of [[[role, tool, text], ...], [[choice, kind, part, text], ...]], without blanks and in
    ASCII. Neither where an exchange stands nor when it happened is a part of it: the same conversation has
    the same name in every file.
    """
    asked = [[turn.role, turn.tool, turn.text] for turn in turns]
    answered = [[channel.choice, channel.kind, channel.part, text] for channel, text in texts]
    canonical = json.dumps([asked, answered], ensure_ascii=True, separators=(",", ":"))
    return hashlib.sha256(canonical.encode("ascii")).hexdigest()[:HASH_DIGITS]
