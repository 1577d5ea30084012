"""
Requests to servers of one's own, as rules see them: texts at paths that the operator names.

What is known is what stands there: that it is all the model is told, the operator says by naming it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import orjson

from filterproxy.core.request import Request, Turn
from filterproxy.dialects.generic.path import Path, find

ROLES = ("user", "system", "assistant", "tool")
# As servers call them in messages.
_ROLE_OF = {role: role for role in ROLES} | {
    "developer": "system",
    "function": "tool",
    "human": "user",
    "ai": "assistant",
}


@dataclass(frozen=True, slots=True)
class Asked:
    """
    What a request says, and where.

    texts: paths with their roles, oldest turn first; a text beside a key `role` has that one. Without paths
    nothing is known of the request, unless its body is plain text.
    """

    texts: tuple[tuple[str, Path], ...] = ()

    def read(self, body: bytes, headers: Mapping[str, str]) -> Request:
        """The request as rules see it. Never raises: what it cannot read makes the context incomplete."""
        if not self.texts and headers.get("content-type", "").startswith("text/plain"):
            return _plain(body, headers)
        try:
            value = orjson.loads(body)
        except orjson.JSONDecodeError:
            value = None
        turns, complete = self._turns(value)
        given = value if isinstance(value, dict) else {}
        model = given.get("model")
        return Request(
            model=model if isinstance(model, str) else "",
            headers=headers,
            stream=given.get("stream") is True,
            turns=tuple(turns),
            complete=complete,
        )

    def _turns(self, value: Any) -> tuple[list[Turn], bool]:
        turns, complete = [], True
        for role, path in self.texts:
            for found in find(value, path):
                if isinstance(found.value, str):
                    turns.append(Turn(_role(found.holder, role), found.value))
                else:
                    complete = complete and found.value is None
        return turns, complete and bool(turns)

    def with_note(self, body: bytes, note: str) -> bytes:
        """A request body with a note before the last text. Raises ValueError where there is none."""
        value = orjson.loads(body)
        found = [f for _, path in self.texts for f in find(value, path) if isinstance(f.value, str)]
        if not found:
            raise ValueError("the request has no text at the configured paths")
        last = found[-1]
        last.holder[last.key] = f"{note}\n\n{last.value}"
        return orjson.dumps(value)


def _role(holder: Any, role: str) -> str:
    said = holder.get("role") if isinstance(holder, dict) else None
    return _ROLE_OF.get(said, role) if isinstance(said, str) else role


def _plain(body: bytes, headers: Mapping[str, str]) -> Request:
    try:
        text = body.decode()
    except UnicodeDecodeError:
        return Request(headers=headers, complete=False)
    return Request(headers=headers, turns=(Turn("user", text),))
