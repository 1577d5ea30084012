"""The events of streamed completions: from JSON to texts and back."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from filterproxy.core.verdict import Channel
from filterproxy.dialects.choices import keep, renumber
from filterproxy.dialects.keys import odd_keys
from filterproxy.dialects.openai_completions.echo import Echo, EchoFraming, Leads
from filterproxy.dialects.openai_completions.message import (
    PLAIN_CHOICE_KEYS,
    PLAIN_KEYS,
    choices_of,
    strip,
    text_of,
)
from filterproxy.dialects.openai_stream import DONE, ChoiceEvents, envelope
from filterproxy.dialects.sse import event
from filterproxy.dialects.translation import Change, Framing, Parsed
from filterproxy.dialects.whole import dumps, loads


@dataclass(slots=True)
class ParsedCompletion(Parsed):
    """leads: what choices begin with in this event that is not the model's."""

    leads: Mapping[int, str] = field(default_factory=dict)


class CompletionEvents(ChoiceEvents):
    """The translation of completion events (see dialects.translation.Translation)."""

    def __init__(self, echo: Echo) -> None:
        self._leads = Leads(echo)
        self._passed: dict[int, int] = {}  # code points of leads that have come
        self.framing: Framing = EchoFraming(self._leads)

    def _parse(self, value: dict[str, Any]) -> Parsed:
        read = [(i, text_of(choice), choice.get("finish_reason")) for i, choice in choices_of(value)]
        texts: list[tuple[Channel, str]] = []
        about, ends, leads = [], [], {}
        for index, text, finish in read:
            lead = self._take_lead(index, text or "")
            if lead:
                leads[index] = lead
            own = None if text is None else text[len(lead) :]
            if finish is not None:
                ends.append(index)
            # An event that has only a prompt is about nothing that the model said.
            if own or finish is not None or not lead:
                about.append(index)
                texts += [(Channel(index, "content"), own)] if own is not None else []
        usage = value.get("usage") is not None
        alone = len(read) == len(texts) == 1 and not ends and not usage and not leads
        return ParsedCompletion(
            value,
            tuple(texts),
            tuple(about),
            tuple(ends),
            closing=bool(ends) or (usage and not texts and not leads),
            led=tuple(Channel(index, "content") for index in leads),
            single=b"text" if alone and self._leads.all_decided else b"",
            leads=leads,
        )

    def _take_lead(self, choice: int, text: str) -> str:
        """What *text*, the next of a choice, begins with that is not the model's."""
        passed = self._passed.get(choice, 0)
        lead = text[: self._leads.sizes.get(choice, 0) - passed]
        if lead:
            self._passed[choice] = passed + len(lead)
        return lead

    def write(self, parsed: Parsed, change: Change) -> tuple[bytes | None, int]:
        if parsed.last:
            return event(DONE), 0
        if "choices" not in parsed.value:  # upstream's error, whose words may be the model's
            return self.error("upstream_error", "the model server reported an error"), 1
        value: dict[str, Any] = loads(dumps(parsed.value))
        ends: Collection[int] = parsed.ends
        if change.numbers is not None:
            keep(value["choices"], change.numbers)
            ends = change.numbers.keys() & parsed.ends
        leads = dict(parsed.leads) if isinstance(parsed, ParsedCompletion) else {}
        texts = dict(change.texts)
        about_none = not parsed.choices and bool(value["choices"] or not parsed.value["choices"])
        telling = bool(ends) or value.get("usage") is not None or about_none
        for index, choice in choices_of(value):
            choice["finish_reason"] = change.reasons.get(index, choice.get("finish_reason"))
            own = texts.get(Channel(index, "content"))
            if own is not None:
                choice["text"] = leads.pop(index, "") + own
                texts[Channel(index, "content")] = ""  # should an event speak of a choice twice
            telling = telling or bool(choice.get("text"))
        lost = strip(value, change.changed)
        if change.numbers is not None:
            renumber(value["choices"], change.numbers)
        return (event(dumps(value)) if telling else None), lost

    def plain(self, parsed: Parsed) -> bool:
        return not odd_keys(parsed.value, PLAIN_KEYS) and all(
            choice.get("logprobs") is None and not odd_keys(choice, PLAIN_CHOICE_KEYS)
            for _, choice in choices_of(parsed.value)
        )

    def extra(self, like: dict[str, Any], channel: Channel, text: str) -> bytes:
        return event(dumps(_chunk(like, [(channel.choice, text, None)])))

    def ending(self, like: dict[str, Any], choices: Sequence[int], reason: str) -> bytes:
        chunk = _chunk(like, [(choice, "", reason) for choice in choices])
        return event(dumps(chunk)) + event(DONE)


def _chunk(like: Mapping[str, Any], choices: Sequence[tuple[int, str, str | None]]) -> dict[str, Any]:
    """A chunk of our own, in the manner of upstream's."""
    said = [
        {"index": i, "text": text, "logprobs": None, "finish_reason": reason} for i, text, reason in choices
    ]
    return {**envelope(like), "choices": said}
