"""The events of streamed chat completions: from JSON to texts and back."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from filterproxy.core.verdict import Channel
from filterproxy.dialects.choices import keep, renumber
from filterproxy.dialects.openai_chat.message import (
    PLAIN_CHOICE_KEYS,
    PLAIN_KEYS,
    PLAIN_MESSAGE_KEYS,
    TEXT_KEYS,
    choices_of,
    odd_keys,
    places_of,
    strip,
)
from filterproxy.dialects.openai_stream import DONE, ChoiceEvents, envelope
from filterproxy.dialects.sse import SSE, event
from filterproxy.dialects.translation import Change, Parsed
from filterproxy.dialects.whole import dumps, loads

_KEY_OF = {place: key for key, place in TEXT_KEYS.items()}


@dataclass(frozen=True, slots=True)
class ChatEvents(ChoiceEvents):
    """The translation of chat completion events (see dialects.translation.Translation)."""

    framing = SSE

    def _parse(self, value: dict[str, Any]) -> Parsed:
        texts: list[tuple[Channel, str]] = []
        indices, ends, single = [], [], b""
        for index, choice, delta in choices_of(value, "delta"):
            indices.append(index)
            if choice.get("finish_reason") is not None:
                ends.append(index)
            texts += [(place.channel, place.text) for place in places_of(delta, index)]
            if len(delta) == 1 and len(texts) == 1 and delta.keys() <= TEXT_KEYS.keys():
                single = next(iter(delta)).encode()
        usage = value.get("usage") is not None
        return Parsed(
            value,
            tuple(texts),
            tuple(indices),
            tuple(ends),
            closing=bool(ends) or (usage and not texts),
            single=single if len(indices) == 1 and not ends and not usage else b"",
        )

    def write(self, parsed: Parsed, change: Change) -> tuple[bytes | None, int]:
        if parsed.last:
            return event(DONE), 0
        if "choices" not in parsed.value:  # upstream's error, whose words may be the model's
            return self.error("upstream_error", "the model server reported an error"), 1
        texts = change.texts
        value = _copy(parsed.value)
        ends: Collection[int] = parsed.ends
        if change.numbers is not None:
            keep(value["choices"], change.numbers)
            ends = change.numbers.keys() & parsed.ends
        telling = bool(ends) or value.get("usage") is not None or not parsed.choices
        for index, choice, delta in choices_of(value, "delta"):
            choice["finish_reason"] = change.reasons.get(index, choice.get("finish_reason"))
            if index in change.dropped:
                choice["delta"] = delta = {k: v for k, v in delta.items() if k in ("role", "content")}
            seen: set[Channel] = set()
            for place in list(places_of(delta, index)):
                if place.channel in texts:
                    place.holder[place.key] = "" if place.channel in seen else texts[place.channel]
                    seen.add(place.channel)
            own = texts.get(Channel(index, "content"))
            if own and Channel(index, "content") not in seen:
                choice["delta"] = delta = {**delta, "content": own}
            telling = (
                telling
                or any(v for k, v in delta.items() if k != "tool_calls")
                or bool(delta.get("tool_calls") and not _emptied(delta, texts))
            )
        lost = strip(value, change.changed, "delta")
        if change.numbers is not None:
            renumber(value["choices"], change.numbers)
        return (event(dumps(value)) if telling else None), lost

    def plain(self, parsed: Parsed) -> bool:
        value = parsed.value
        return not odd_keys(value, PLAIN_KEYS) and all(
            choice.get("logprobs") is None
            and not odd_keys(choice, PLAIN_CHOICE_KEYS | {"logprobs"})
            and not odd_keys(delta, PLAIN_MESSAGE_KEYS)
            for _, choice, delta in choices_of(value, "delta")
        )

    def extra(self, like: dict[str, Any], channel: Channel, text: str) -> bytes:
        key = _KEY_OF.get((channel.kind, channel.part), "content")
        delta: dict[str, Any] = {key: text}
        if channel.kind == "arguments":
            delta = {"tool_calls": [{"index": channel.part, "function": {"arguments": text}}]}
        return event(dumps(_chunk(like, [(channel.choice, delta, None)])))

    def ending(self, like: dict[str, Any], choices: Sequence[int], reason: str) -> bytes:
        chunk = _chunk(like, [(choice, {}, reason) for choice in choices])
        return event(dumps(chunk)) + event(DONE)


def _emptied(delta: dict[str, Any], texts: Mapping[Channel, str]) -> bool:
    """Whether a delta's tool calls were nothing but arguments that have gone."""
    return all(
        isinstance(call, dict)
        and set(call) <= {"index", "function"}
        and isinstance(call.get("function"), dict)
        and set(call["function"]) == {"arguments"}
        and not call["function"]["arguments"]
        for call in delta["tool_calls"]
    ) and bool(texts)


def _copy(value: dict[str, Any]) -> dict[str, Any]:
    copied: dict[str, Any] = loads(dumps(value))
    return copied


def _chunk(
    like: Mapping[str, Any], choices: Sequence[tuple[int, dict[str, Any], str | None]]
) -> dict[str, Any]:
    """A chunk of our own, in the manner of upstream's."""
    return {
        **envelope(like),
        "choices": [{"index": i, "delta": delta, "finish_reason": reason} for i, delta, reason in choices],
    }
