"""
For which conversations a rule that is rolled out to a share of them acts.

A conversation has a number from 0 to 1 for each rule, and the rule acts where that is below its share: the
same conversations in every worker, after every restart, whole and streamed, and those of 10 % are among those
of 50 %. Between rules the numbers have nothing to do with each other, so that no conversation is in all
canaries, and none is spared by all.

That wants a real hash. A CRC is linear: the numbers that it gives one conversation for two rules differ by a
constant, so that two canaries of 50 % were the same half of the conversations, or its opposite.
"""

from __future__ import annotations

import hashlib

from filterproxy.core.request import Request

# Where clients say who they are: OpenAI's way, Anthropic's, Azure's.
_CALLER = ("authorization", "x-api-key", "api-key")
# Bytes of the number, which a float holds exactly, and of what stands for a conversation.
_NUMBER, _KEY = 6, 16
_ALL: float = 2.0 ** (8 * _NUMBER)


def acts(rule: str, share: float, conversation: bytes) -> bool:
    """Whether the rule with this id acts in a conversation. share: 0 to 1. conversation: see below."""
    digest = hashlib.blake2b(rule.encode() + b"\0" + conversation, digest_size=_NUMBER).digest()
    return int.from_bytes(digest) < share * _ALL


def conversation_of(request: Request, header: str) -> bytes:
    """
    What stands for the request's conversation, the same at each of its turns.

    header: in small letters, of the header that names it; "" for none. Without that it is the id under which
    the model server keeps it; else who asks, the system text and the first thing that was asked.
    """
    key: bytes | None = request.memo.get(conversation_of)
    if key is None:
        parts = _parts(request, header)
        text = "\0".join(parts).encode("utf-8", "replace")
        key = request.memo[conversation_of] = hashlib.blake2b(text, digest_size=_KEY).digest()
    return key


def _parts(request: Request, header: str) -> tuple[str, ...]:
    named = (request.headers.get(header, "") if header else "") or request.conversation
    if named:
        return (named,)
    caller = next((said for name in _CALLER if (said := request.headers.get(name))), "")
    system = next((turn.text for turn in request.turns if turn.role == "system"), "")
    first = next((turn.text for turn in request.turns if turn.role == "user"), "")
    return caller, system, first
