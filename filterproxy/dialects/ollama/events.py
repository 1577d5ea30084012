"""The lines of Ollama's streamed replies: from JSON to texts and back."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from filterproxy.core.verdict import Channel
from filterproxy.dialects.ndjson import NDJSON, line
from filterproxy.dialects.ollama.message import REFUSAL, Layout, error_body
from filterproxy.dialects.reply import WireError
from filterproxy.dialects.translation import Change, Parsed
from filterproxy.dialects.whole import Place, dumps, loads, object_in

# What a line of our own has of upstream's.
_ENVELOPE = ("model", "created_at", "remote_model", "remote_host")


@dataclass(slots=True)
class LineEvents:
    """The translation of one reply's lines (see dialects.translation.Translation)."""

    layout: Layout
    _calls: int = 0  # tool calls in the lines so far

    framing = NDJSON
    repeats = False
    single_choice = True

    def parse(self, data: bytes) -> Parsed | None:
        value = object_in(data)
        if value is None:
            return None
        if "error" in value:
            return Parsed(value, closing=True, last=True)
        try:
            return self._parse(value)
        except WireError:
            return None

    def _parse(self, value: dict[str, Any]) -> Parsed | None:
        layout = self.layout
        places = list(layout.places(value, self._calls))
        texts = tuple((place.channel, place.text) for place in places if place.text)
        self._calls += layout.calls_in(value)
        done = value.get("done") is True
        if not places and not done and not layout.message:
            return None  # progress of something else
        if not done:
            single = _key(places) if len(texts) == 1 else b""
            return Parsed(value, texts, (0,), single=single)
        choices = () if layout.is_silent(value) else (0,)
        return Parsed(value, texts if choices else (), choices, choices, closing=True, last=True)

    def write(self, parsed: Parsed, change: Change) -> tuple[bytes | None, int]:
        value: dict[str, Any] = loads(dumps(parsed.value))
        if "error" in value:
            # Its words may be the model's.
            return self.error("upstream_error", "the model server reported an error"), 1
        telling = parsed.last
        calls = min((channel.part for channel, _ in parsed.texts if channel.kind == "arguments"), default=0)
        for place in self.layout.places(value, calls) if parsed.texts else ():
            said = change.texts.get(place.channel, place.text)
            if said != place.text:
                place.holder[place.key] = said
            telling = telling or bool(said)
        lost = self.layout.strip(value)
        if parsed.last and 0 in change.reasons:
            value["done_reason"] = change.reasons[0]
        telling = telling or bool(self.layout.calls_in(value))
        return (line(dumps(value)) if telling else None), lost

    def plain(self, parsed: Parsed) -> bool:
        return self.layout.is_plain(parsed.value)

    def extra(self, like: dict[str, Any], channel: Channel, text: str) -> bytes:
        said = self.layout.saying(text)
        if channel.kind == "reasoning":
            said = self.layout.saying("")
            (said[self.layout.message] if self.layout.message else said)["thinking"] = text
        return line(dumps({**_envelope(like), **said, "done": False}))

    def ending(self, like: dict[str, Any], choices: Sequence[int], reason: str) -> bytes:
        return line(dumps({**_envelope(like), **self.layout.saying(""), "done": True, "done_reason": reason}))

    def replacement(self, parsed: Sequence[Parsed], say: str, reason: str) -> bytes:
        like = parsed[0].value if parsed else {}
        last = next((p.value for p in parsed if p.value.get("done") is True), {})
        counts = {key: value for key, value in last.items() if isinstance(value, int)}
        end = {
            **_envelope(last or like),
            **self.layout.saying(""),
            **counts,
            "done": True,
            "done_reason": reason,
        }
        return self.extra(like, Channel(0, "content"), say) + line(dumps(end))

    def left(self, data: bytes) -> bytes:
        return data

    def error(self, kind: str, message: str) -> bytes:
        return line(error_body(0, kind, message))

    def heartbeat(self) -> bytes:
        return b""  # official clients read JSON in every line, also in an empty one

    def refusal(self) -> bytes:
        return REFUSAL


def _key(places: Sequence[Place]) -> bytes:
    """The key of the only text of a line; b"" where that is of a tool call."""
    key = next(place.key for place in places if place.text)
    return b"" if key == "arguments" else key.encode()


def _envelope(like: dict[str, Any]) -> dict[str, Any]:
    return {key: like[key] for key in _ENVELOPE if key in like}
