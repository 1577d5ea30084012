"""
The prompt that a choice begins with where the request said `echo`: not the model's, and no rule reads it.

A server may ignore `echo`, and what it sends may begin like the prompt by chance. So a choice's first events
wait until its text has the whole prompt, or has left it; only then is it known what the model wrote. Prompts
come back at once, before the model has begun, so that this costs no time.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from filterproxy.core.request import Request
from filterproxy.dialects.openai_completions.message import choices_of, text_of
from filterproxy.dialects.openai_completions.request import CompletionRequest
from filterproxy.dialects.reply import WireError
from filterproxy.dialects.sse import ServerSentEvents
from filterproxy.dialects.sse import Splitter as EventSplitter
from filterproxy.dialects.translation import Event
from filterproxy.dialects.whole import loads


@dataclass(frozen=True, slots=True)
class Echo:
    """prompts: that the choices begin with. each: choices of each prompt."""

    prompts: tuple[str, ...] = ()
    each: int = 1

    def prompt(self, choice: int) -> str:
        """What a choice may begin with that is not the model's; "" for nothing."""
        at = choice // self.each
        return self.prompts[at] if 0 <= at < len(self.prompts) else ""

    def lead(self, choice: int, text: str) -> str:
        """What a choice's whole *text* begins with that is not the model's."""
        prompt = self.prompt(choice)
        return prompt if text.startswith(prompt) else ""


def echo_of(request: Request) -> Echo:
    """What the replies to a request begin with."""
    return Echo(request.echoed, request.each) if isinstance(request, CompletionRequest) else Echo()


@dataclass(slots=True)
class Leads:
    """
    What is known of the beginnings of a stream's choices.

    sizes: code points that are not the model's, of each choice where that is decided.
    """

    echo: Echo
    sizes: dict[int, int] = field(default_factory=dict)
    _matched: dict[int, int] = field(default_factory=dict)  # code points that were the prompt's so far

    @property
    def all_decided(self) -> bool:
        """Whether every choice that can come has been decided."""
        return len(self.sizes) >= len(self.echo.prompts) * self.echo.each

    def waiting(self, data: bytes | None) -> bool:
        """Whether a choice of this event is not decided."""
        return not all(self._decided(choice) for choice, _, _ in _read(data))

    def observe(self, data: bytes | None) -> None:
        """Take in the next event."""
        if data == b"[DONE]":
            self.end()
        for choice, text, ends in _read(data):
            if not self._decided(choice):
                self._compare(choice, text, ends)

    def _compare(self, choice: int, text: str, ends: bool) -> None:
        prompt, at = self.echo.prompt(choice), self._matched.get(choice, 0)
        whole = at + len(text) >= len(prompt)
        if not (text.startswith(prompt[at:]) if whole else prompt.startswith(text, at)):
            self.sizes[choice] = 0
        elif whole or ends:
            self.sizes[choice] = len(prompt) if whole else 0
        else:
            self._matched[choice] = at + len(text)

    def end(self) -> None:
        """Nothing follows: what has not the whole of a prompt by now does not begin with it."""
        self.sizes.update({choice: 0 for choice in self._matched if choice not in self.sizes})

    def _decided(self, choice: int) -> bool:
        return choice in self.sizes or not self.echo.prompt(choice)


def _read(data: bytes | None) -> list[tuple[int, str, bool]]:
    """Each choice of an event with its text, and whether it ends with it; none for what is no such event."""
    try:
        value = loads(data) if data is not None else None
        if not isinstance(value, dict):
            return []
        return [
            (index, text_of(choice) or "", choice.get("finish_reason") is not None)
            for index, choice in choices_of(value)
        ]
    except (ValueError, RecursionError, WireError):
        return []


class EchoSplitter(EventSplitter):
    """Cuts a stream into events, which wait where it is not decided what their choices begin with."""

    def __init__(self, limit: int, leads: Leads) -> None:
        super().__init__(limit)
        self._leads = leads
        self._ahead = 0  # bytes from `at` on that have been looked at

    def next(self) -> Event | None:
        if self._leads.all_decided:
            return super().next()
        start = self.at
        event = super().next()
        if event is None:
            return None
        after = self.at
        self.at = start + self._ahead
        while self._leads.waiting(event.data):
            found = super().next()
            if found is None:
                self._ahead = self.at - start
                self.at = start
                return None
            self._leads.observe(found.data)
        self._ahead = max(0, self.at - after)
        self.at = after
        return event

    def last(self) -> Event | None:
        self._leads.end()
        found = self.next()
        return super().last() if found is None else found


@dataclass(frozen=True, slots=True)
class EchoFraming(ServerSentEvents):
    """Server-sent events of choices that may begin with their prompts (see dialects.translation.Framing)."""

    leads: Leads

    def splitter(self, limit: int) -> EventSplitter:
        return EchoSplitter(limit, self.leads)
