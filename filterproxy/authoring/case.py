"""One strange reply, with what came before it: what a rule is begun from, and its first example."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from filterproxy.core.request import Request, Turn
from filterproxy.core.rule import Scope, Span
from filterproxy.core.sentence import units
from filterproxy.core.verdict import Channel
from filterproxy.corpus.exchange import Exchange
from filterproxy.rulebook.book import Example, message


@dataclass(frozen=True, slots=True)
class Case:
    """
    A reply as `examples` of a pack can hold it.

    messages: as plain data, what came before the question and the system prompt does not say. channel: the
    kind of text that the reply is. complete: whether all of the context is here.
    """

    reply: str
    ask: str = ""
    system: str = ""
    documents: tuple[str, ...] = ()
    messages: tuple[dict[str, Any], ...] = ()
    channel: str = "content"
    complete: bool = True

    def example(self, *, hit: bool) -> Example:
        """The case as the engine tries it."""
        return Example(
            hit=hit,
            reply=self.reply,
            ask=self.ask,
            system=self.system,
            documents=self.documents,
            messages=tuple(message({"content": "", **one}) for one in self.messages),
            channel=self.channel,
        )

    def request(self) -> Request:
        """What was asked, as the example says it."""
        return self.example(hit=True).request()

    def form(self) -> dict[str, Any] | str:
        """The case as a pack has it: a text alone where there is nothing else to say."""
        said: dict[str, Any] = {}
        if self.system:
            said["system"] = self.system
        if self.documents:
            said["documents"] = list(self.documents)
        if self.messages:
            said["messages"] = list(self.messages)
        if self.ask:
            said["ask"] = self.ask
        if self.channel != "content":
            said["in"] = self.channel
        return said | {"reply": self.reply} if said else self.reply


def case_of(exchange: Exchange, part: str = "") -> Case:
    """
    The case of an exchange.

    part: words of the text that is meant, where the reply has several. Raises ValueError where none of them
    has these words.
    """
    channel, reply = _meant(exchange.texts, part)
    turns = list(exchange.turns)
    system = turns.pop(0).text if turns and turns[0].role == "system" else ""
    ask = turns.pop().text if turns and turns[-1].role == "user" else ""
    messages = tuple(_message(turn) for turn in turns)
    return Case(reply, ask, system, (), messages, channel.kind, exchange.complete)


def _meant(texts: Sequence[tuple[Channel, str]], part: str) -> tuple[Channel, str]:
    fitting = [(channel, text) for channel, text in texts if locate(text, part) is not None or not part]
    if not fitting:
        raise ValueError("that part does not stand in the reply")
    return min(fitting, key=lambda one: (one[0].kind != "content", one[0]))


def _message(turn: Turn) -> dict[str, Any]:
    if turn.role != "tool":
        return {"role": turn.role, "content": turn.text}
    if turn.text:
        named = {"name": turn.tool} if turn.tool else {}
        return {"role": "tool", **named, "content": turn.text}
    # A call that nothing answered.
    return {
        "role": "assistant",
        "content": "",
        "tool_calls": [{"function": {"name": turn.tool or "unknown"}}],
    }


def locate(reply: str, part: str) -> Span | None:
    """Where *part* stands in *reply* first, as written, else with other capitals; None where it does not."""
    if not part:
        return None
    at = reply.find(part)
    if at < 0 and len(reply.lower()) == len(reply):
        at = reply.lower().find(part.lower())
    return (at, at + len(part)) if at >= 0 else None


def line_around(text: str, span: Span) -> str:
    """The line of *text* in which *span* begins."""
    start, end = text.rfind("\n", 0, span[0]) + 1, text.find("\n", span[0])
    return text[start : end if end >= 0 else None].strip()


def sentence_around(text: str, span: Span) -> str:
    """The sentence of *text* in which *span* begins."""
    found = next((text[a:b] for a, b in units(text, Scope.SENTENCE) if a <= span[0] < b), text)
    return found.strip()
