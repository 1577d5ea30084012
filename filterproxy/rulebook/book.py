"""The rulebook: every rule, compiled and in order, and what people want to know about each."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from filterproxy.core.calls import Said, said, turns_of
from filterproxy.core.request import Background, Request, Turn
from filterproxy.core.rule import Rule


@dataclass(frozen=True, slots=True)
class Example:
    """
    A reply that a rule must hit or pass, with what came before it.

    line: where it stands in the pack's file. documents: texts that the request brings along. tools: name and
    result of each function that was called, the name "" where the author does not say. channel: the part of
    the reply that holds the text. want: what the client must read in the end; None where the author does not
    say.
    """

    hit: bool
    reply: str
    line: int = 0
    ask: str = ""
    system: str = ""
    documents: tuple[str, ...] = ()
    tools: tuple[tuple[str, str], ...] = ()
    messages: tuple[Said, ...] = ()
    channel: str = "content"
    want: str | None = None

    def request(self, *, stream: bool = False) -> Request:
        """What was asked: system prompt, documents, the conversation, results of tools, the question."""
        turns = [Turn("system", self.system)] if self.system else []
        turns += [Turn("tool", text) for text in self.documents]
        turns += turns_of(self.messages)
        question = [Turn("user", self.ask)] if self.ask else []
        results = [Turn("tool", text, name) for name, text in self.tools]
        return Request(stream=stream, turns=(*turns, *question, *results))


def message(form: Mapping[str, Any]) -> Said:
    """A message of an example's `messages`, as schema.Message has it."""
    role = {"developer": "system", "function": "tool"}.get(form["role"], form["role"])
    return said(role, form["content"] or "", form)


def result(form: Mapping[str, Any]) -> tuple[str, str]:
    """A member of an example's `tools`, as schema.ToolResult has it."""
    return form.get("name", ""), form["result"]


@dataclass(frozen=True, slots=True)
class RuleInfo:
    """
    What `check`, `test` and `filterproxy rules` say about a rule; line counts from 1.

    examples: what it does. todo: what it should do and does not yet. digest: what it does, as a short text;
    equal ones stand for rules that do the same.
    """

    id: str
    pack: str
    file: str
    line: int
    why: str = ""
    owner: str = ""
    link: str = ""
    created: str | None = None
    expires: str | None = None
    examples: tuple[Example, ...] = ()
    digest: str = ""
    todo: tuple[Example, ...] = ()


@dataclass(frozen=True, slots=True)
class Rulebook:
    """
    All packs, checked, compiled and in order; a change of rules is another value.

    hash: of what the rules do. rules: also those with `mode: off`. infos: one for each rule, in the same
    order. background: what the operator's files state.
    """

    hash: str
    rules: tuple[Rule, ...]
    infos: tuple[RuleInfo, ...]
    background: Background = field(default_factory=Background)
