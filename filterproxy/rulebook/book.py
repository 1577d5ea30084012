"""The rulebook: every rule, compiled and in order, and what people want to know about each."""

from __future__ import annotations

from dataclasses import dataclass

from filterproxy.core.request import Request, Turn
from filterproxy.core.rule import Rule


@dataclass(frozen=True, slots=True)
class Example:
    """
    A reply that a rule must hit or pass, with what came before it.

    line: where it stands in the pack's file. documents, tools: texts that the request brings along
    (retrieved documents, results of tools). channel: the part of the reply that holds the text. want: what
    the client must read in the end; None where the author does not say.
    """

    hit: bool
    reply: str
    line: int = 0
    ask: str = ""
    system: str = ""
    documents: tuple[str, ...] = ()
    tools: tuple[str, ...] = ()
    messages: tuple[tuple[str, str], ...] = ()
    channel: str = "content"
    want: str | None = None

    def request(self, *, stream: bool = False) -> Request:
        """What was asked: system prompt, documents, the conversation, results of tools, the question."""
        turns = [Turn("system", self.system)] if self.system else []
        turns += [Turn("tool", text) for text in self.documents]
        turns += [Turn("system" if role == "developer" else role, text) for role, text in self.messages]
        question = [Turn("user", self.ask)] if self.ask else []
        return Request(stream=stream, turns=(*turns, *question, *(Turn("tool", text) for text in self.tools)))


@dataclass(frozen=True, slots=True)
class RuleInfo:
    """What `check`, `test` and `filterproxy rules` say about a rule; line counts from 1."""

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


@dataclass(frozen=True, slots=True)
class Rulebook:
    """
    All packs, checked, compiled and in order; a change of rules is another value.

    hash: of what the rules do. rules: also those with `mode: off`. infos: one for each rule, in the same
    order.
    """

    hash: str
    rules: tuple[Rule, ...]
    infos: tuple[RuleInfo, ...]
