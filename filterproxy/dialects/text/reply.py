"""
Replies that are plain text, whole or streamed: all of it is the model's, and there is nothing else.

So what a rule says, and that something went wrong on the way, can only be said as text.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from filterproxy.core.verdict import Channel
from filterproxy.dialects.generic.error import error_body
from filterproxy.dialects.reply import WireError
from filterproxy.dialects.text.framing import PIECES
from filterproxy.dialects.translation import Change, Parsed
from filterproxy.dialects.whole import Codec, Place, Reply

CONTENT = Channel(0, "content")
_TEXT = "text"
_WITHHELD = "the reply was withheld by a content rule"


def _read(body: bytes) -> dict[str, Any]:
    try:
        return {_TEXT: body.decode()}
    except UnicodeDecodeError:
        raise WireError("the body is not UTF-8") from None


def _write(value: dict[str, Any]) -> bytes:
    text: str = value[_TEXT]
    return text.encode()


TEXT_BODY = Codec(_read, _write)


class TextForm:
    """Whole texts (see dialects.whole.Form)."""

    def read(self, value: dict[str, Any]) -> Reply:
        return Reply(value, [Place(CONTENT, value, _TEXT, value[_TEXT])], {0: False})

    def add(self, reply: Reply, channel: Channel, text: str) -> None:
        reply.value[_TEXT] = text

    def replace(self, reply: Reply, dropped: Mapping[int, str | None], finish: str) -> None:
        for say in dropped.values():
            reply.value[_TEXT] = say or ""

    def finish(self, reply: Reply, choices: Collection[int], finish: str) -> None:
        """A text says no reason why it ends."""

    def strip(self, reply: Reply, changed: frozenset[int]) -> int:
        return 0

    def refusal(self) -> bytes:
        return _WITHHELD.encode()


class TextPieces:
    """The translation of pieces of text (see dialects.translation.Translation)."""

    framing = PIECES
    repeats = False
    single_choice = True

    def parse(self, data: bytes) -> Parsed | None:
        try:
            return Parsed({}, ((CONTENT, data.decode()),), choices=(0,))
        except UnicodeDecodeError:
            return None

    def write(self, parsed: Parsed, change: Change) -> tuple[bytes | None, int]:
        return change.texts[CONTENT].encode() or None, 0

    def plain(self, parsed: Parsed) -> bool:
        return True

    def extra(self, like: dict[str, Any], channel: Channel, text: str) -> bytes:
        return text.encode()

    def ending(self, like: dict[str, Any], choices: Sequence[int], reason: str) -> bytes:
        return b""

    def replacement(self, parsed: Sequence[Parsed], say: str, reason: str) -> bytes:
        return say.encode()

    def left(self, data: bytes) -> bytes:
        return data

    def error(self, kind: str, message: str) -> bytes:
        return f"\n[{message}]\n".encode()

    def heartbeat(self) -> bytes:
        return b""

    def refusal(self) -> bytes:
        return error_body(400, "content_filter", _WITHHELD)
