"""What the caller asked: the half of the input that rules may look at but never change."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple


class Turn(NamedTuple):
    """
    One message of the request, as plain text.

    role: system, user, assistant or tool (a developer message counts as system).
    text: its text parts joined by line breaks; "" when it had none (an image, a bare tool call).
    tool: of a tool turn, the name of the function whose result it is; "" where nobody says. A call
    without a result in the request is a tool turn without text.
    """

    role: str
    text: str
    tool: str = ""


@dataclass(frozen=True, slots=True)
class Background:
    """
    What is known beside every request: the operator's files.

    texts: by name. memo: what is worked out of them, once for all requests, keyed as `Request.memo`.
    """

    texts: Mapping[str, str] = field(default_factory=dict)
    memo: dict[Any, Any] = field(default_factory=dict, repr=False, compare=False)


_NOTHING = Background()


@dataclass(slots=True)
class Request:
    """
    A request as rules see it, whichever dialect it came in.

    turns: oldest first. complete: False when a part of the context is not in the request
    (an image, a conversation kept by the server), so that what is known cannot be said.
    json: the request demands JSON as its reply's content. memo: what is worked out once per
    request, on first use (language, the index of what is known), keyed by who worked it out.
    background: what the operator states beside it. conversation: the id under which the server keeps it; ""
    where the request names none.
    """

    model: str = ""
    route: str = ""
    headers: Mapping[str, str] = field(default_factory=dict)
    stream: bool = False
    json: bool = False
    turns: tuple[Turn, ...] = ()
    complete: bool = True
    background: Background = _NOTHING
    memo: dict[Any, Any] = field(default_factory=dict)
    conversation: str = ""

    @property
    def question(self) -> str:
        """The last user turn; "" when there is none."""
        for turn in reversed(self.turns):
            if turn.role == "user":
                return turn.text
        return ""
