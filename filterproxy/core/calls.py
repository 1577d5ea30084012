"""Messages to turns where functions are called: which function a result came from, and which gave none."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from filterproxy.core.request import Turn


class Said(NamedTuple):
    """
    A message before the functions' names are known.

    role, text: as of Turn. calls: id and function name of each call that it makes. answers: the id of the
    call whose result it is, "" where it does not say. tool: that function's name, where the message has it.
    """

    role: str
    text: str
    calls: tuple[tuple[str, str], ...] = ()
    answers: str = ""
    tool: str = ""


def said(role: str, text: str, message: Mapping[str, Any]) -> Said:
    """*message*, with what it says about calls, as in https://platform.openai.com/docs/guides/function-calling."""
    if role == "assistant":
        return Said(role, text, tuple(_calls(message)))
    if role != "tool":
        return Said(role, text)
    return Said(role, text, answers=_word(message.get("tool_call_id")), tool=_word(message.get("name")))


def _calls(message: Mapping[str, Any]) -> Iterable[tuple[str, str]]:
    listed = message.get("tool_calls")
    for call in listed if isinstance(listed, list | tuple) else ():
        if isinstance(call, Mapping) and (name := _called(call.get("function"))):
            yield _word(call.get("id")), name
    if name := _called(message.get("function_call")):
        # The older form has no ids; results name the function.
        yield "", name


def _called(function: object) -> str:
    return _word(function.get("name")) if isinstance(function, Mapping) else ""


def _word(value: object) -> str:
    return value if isinstance(value, str) else ""


def turns_of(messages: Sequence[Said]) -> tuple[Turn, ...]:
    """The turns of *messages*; a call without a result is a tool turn of its own, without text."""
    found: list[Turn] = []
    # An id is only good until it is used again.
    names: dict[str, str] = {}
    for at, message in enumerate(messages):
        names.update(call for call in message.calls if call[0])
        tool = message.tool or names.get(message.answers, "")
        found.append(Turn(message.role, message.text, tool if message.role == "tool" else ""))
        if message.calls:
            results = _results(messages[at + 1 :])
            found += [
                Turn("tool", "", name)
                for id_, name in message.calls
                if not any(id_ == answers if id_ else name == tool for answers, tool in results)
            ]
    return tuple(found)


def _results(later: Iterable[Said]) -> list[tuple[str, str]]:
    return [(message.answers, message.tool) for message in later if message.role == "tool"]
