"""What a scripted model says, whichever API it is asked by."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

Json = dict[str, Any]

TOOL = "look_up"
PROMPT_TOKENS, COMPLETION_TOKENS = 5, 7
CREATED = 1_760_000_000  # the same in every run, so that what two clients read can be compared


@dataclass(frozen=True, slots=True)
class Said:
    """
    choices: the text of each, in the pieces in which it streams. reasoning: before the first choice's text.
    arguments: JSON of a call of TOOL, after the first choice's text. APIs without choices say the first.
    """

    choices: tuple[tuple[str, ...], ...]
    reasoning: tuple[str, ...] = ()
    arguments: tuple[str, ...] = ()

    @property
    def texts(self) -> list[str]:
        return ["".join(pieces) for pieces in self.choices]

    @property
    def thought(self) -> str:
        return "".join(self.reasoning)

    @property
    def called(self) -> str:
        return "".join(self.arguments)


def sse(value: Json, event: str = "") -> bytes:
    """One server-sent event."""
    name = f"event: {event}\n" if event else ""
    return f"{name}data: {json.dumps(value, separators=(',', ':'))}\n\n".encode()
