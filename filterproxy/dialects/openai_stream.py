"""What OpenAI's streams of choices have in common, be they of messages or of plain text."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from typing import Any

from filterproxy.dialects.openai_error import REFUSAL, error_body
from filterproxy.dialects.reply import WireError
from filterproxy.dialects.sse import COMMENT, event
from filterproxy.dialects.translation import Parsed
from filterproxy.dialects.whole import object_in

DONE = b"[DONE]"


class ChoiceEvents(ABC):
    """Half of a translation (see dialects.translation.Translation)."""

    repeats = False
    single_choice = False

    def parse(self, data: bytes) -> Parsed | None:
        if data == DONE:
            return Parsed({}, closing=True, last=True)
        value = object_in(data)
        if value is None:
            return None
        if "error" in value and "choices" not in value:
            return Parsed(value, closing=True)
        try:
            return self._parse(value)
        except WireError:
            return None

    @abstractmethod
    def _parse(self, value: dict[str, Any]) -> Parsed:
        """What an event with choices says. Raises WireError where these are none."""

    def replacement(self, parsed: Sequence[Parsed], say: str, reason: str) -> bytes:
        return b""  # choices are dropped one by one

    def left(self, data: bytes) -> bytes:
        return data

    def error(self, kind: str, message: str) -> bytes:
        return event(error_body(0, kind, message))

    def heartbeat(self) -> bytes:
        return COMMENT

    def refusal(self) -> bytes:
        return REFUSAL


def envelope(like: Mapping[str, Any]) -> dict[str, Any]:
    """What a chunk of our own has beside its choices, in the manner of upstream's."""
    return {k: like[k] for k in ("id", "object", "created", "model", "system_fingerprint") if k in like}
