"""
OpenAI chat completions, whole and streamed.

https://platform.openai.com/docs/api-reference/chat. Channels of a choice: content; refusal; reasoning
(`reasoning_content` of vLLM and others, or `reasoning`); arguments (of each tool call, by its index).
Anything else that a choice carries leaves untouched while the choice is unchanged, and not at all once it
was changed, unless it is known to carry no text.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import orjson

from filterproxy.core.plan import Bound
from filterproxy.core.request import Request, Turn
from filterproxy.core.session import Session, Withheld
from filterproxy.core.tape import Piece, text_of
from filterproxy.core.verdict import Channel
from filterproxy.dialects.queue import EventStream, Parsed
from filterproxy.dialects.reply import Options, Refused, Whole, WireError
from filterproxy.dialects.sse import event

# Keys of a delta or message that hold text, and the channel each is.
_TEXT_KEYS = {
    "content": "content",
    "refusal": "refusal",
    "reasoning_content": "reasoning",
    "reasoning": "reasoning",
}
# Known to carry no text of the model.
_PLAIN_KEYS = frozenset(
    {"id", "object", "created", "model", "usage", "system_fingerprint", "service_tier", "choices", "timings"}
)
_PLAIN_CHOICE_KEYS = frozenset({"index", "finish_reason", "delta", "message"})
_PLAIN_MESSAGE_KEYS = frozenset({"role", "tool_calls", "function_call", *_TEXT_KEYS})
# The deprecated single function call, beside the list of tool calls.
_FUNCTION_CALL = -1
_MOST_CHOICES = 1024


def read_request(body: bytes, headers: Mapping[str, str], route: str) -> Request:
    """
    The request as rules see it. Never raises: what it cannot read makes the context incomplete.
    """
    try:
        value = orjson.loads(body)
    except orjson.JSONDecodeError:
        value = None
    if not isinstance(value, dict):
        return Request(route=route, headers=headers, complete=False)
    turns, complete = _turns(value.get("messages"))
    model = value.get("model")
    wanted = value.get("response_format")
    return Request(
        model=model if isinstance(model, str) else "",
        route=route,
        headers=headers,
        stream=value.get("stream") is True,
        json=isinstance(wanted, dict) and wanted.get("type") in ("json_object", "json_schema"),
        turns=tuple(turns),
        complete=complete,
    )


def _turns(messages: object) -> tuple[list[Turn], bool]:
    if not isinstance(messages, list):
        return [], False
    turns, complete = [], True
    for message in messages:
        if not isinstance(message, dict):
            complete = False
            continue
        role = message.get("role")
        text, readable = _text(message.get("content"))
        complete = complete and readable
        turns.append(Turn(_ROLES.get(role, "user") if isinstance(role, str) else "user", text))
    return turns, complete


_ROLES = {
    "system": "system",
    "developer": "system",
    "assistant": "assistant",
    "tool": "tool",
    "function": "tool",
}


def _text(content: object) -> tuple[str, bool]:
    """A message's text, and whether it has nothing else."""
    if content is None or isinstance(content, str):
        return content or "", True
    if not isinstance(content, list):
        return "", False
    texts, readable = [], True
    for part in content:
        text = part.get("text") if isinstance(part, dict) else part
        if isinstance(text, str):
            texts.append(text)
        else:
            readable = False
    return "\n".join(texts), readable


def with_note(body: bytes, note: str) -> bytes:
    """A request body with a system message appended: what upstream is told when it is asked again."""
    value = orjson.loads(body)
    value["messages"] = [*value["messages"], {"role": "system", "content": note}]
    return orjson.dumps(value)


def error_body(status: int, kind: str, message: str) -> bytes:
    """An error in OpenAI's shape."""
    return orjson.dumps({"error": {"message": message, "type": kind, "param": None, "code": status}})


_REFUSAL = {
    "error": {
        "message": "The reply was withheld by a content rule.",
        "type": "invalid_request_error",
        "param": None,
        "code": "content_filter",
    }
}


def _loads(data: bytes) -> Any:
    """JSON; also with lone surrogates, which some servers escape and orjson refuses."""
    try:
        return orjson.loads(data)
    except orjson.JSONDecodeError:
        return json.loads(data)


def _dumps(value: Any) -> bytes:
    try:
        return orjson.dumps(value)
    except (TypeError, orjson.JSONEncodeError):  # lone surrogates, integers past 64 bits
        return json.dumps(value, separators=(",", ":")).encode()


@dataclass(slots=True)
class _Place:
    """Where a text stands: `holder[key]`."""

    channel: Channel
    holder: dict[str, Any]
    key: str
    text: str


def _places(message: dict[str, Any], choice: int) -> Iterator[_Place]:
    """The texts of a message or delta. Raises WireError where a text key holds something else."""
    for key, kind in _TEXT_KEYS.items():
        value = message.get(key)
        if value is None:
            continue
        if not isinstance(value, str):
            raise WireError(f"`{key}` is not a string")
        yield _Place(Channel(choice, kind), message, key, value)
    calls = message.get("tool_calls")
    if calls is not None:
        if not isinstance(calls, list):
            raise WireError("`tool_calls` is not a list")
        for at, call in enumerate(calls):
            yield from _call_places(call, choice, at)
    function = message.get("function_call")
    if isinstance(function, dict):
        yield from _arguments(function, Channel(choice, "arguments", _FUNCTION_CALL))


def _call_places(call: object, choice: int, at: int) -> Iterator[_Place]:
    if not isinstance(call, dict):
        raise WireError("a tool call is not an object")
    index = call.get("index", at)
    function = call.get("function")
    if isinstance(function, dict) and isinstance(index, int):
        yield from _arguments(function, Channel(choice, "arguments", index))


def _arguments(function: dict[str, Any], channel: Channel) -> Iterator[_Place]:
    value = function.get("arguments")
    if isinstance(value, str):
        yield _Place(channel, function, "arguments", value)


def _choices(value: dict[str, Any], key: str) -> Iterator[tuple[int, dict[str, Any], dict[str, Any]]]:
    """Index, choice and message of each choice."""
    choices = value.get("choices")
    if not isinstance(choices, list) or len(choices) > _MOST_CHOICES:
        raise WireError("`choices` is not a list")
    for choice in choices:
        if not isinstance(choice, dict) or not isinstance(choice.get("index", 0), int):
            raise WireError("a choice is not an object with an index")
        message = choice.get(key)
        if message is not None and not isinstance(message, dict):
            raise WireError(f"`{key}` is not an object")
        yield choice.get("index", 0), choice, message or {}


# ---- whole replies


def filter_whole(session: Session, body: bytes, options: Options) -> tuple[Whole | None, Bound | None]:
    """
    A whole reply, filtered; or the rule that wants upstream to be asked again.

    Raises WireError when *body* is no chat completion, Withheld when it must not be delivered.
    """
    try:
        value = _loads(body)
    except (ValueError, RecursionError):
        raise WireError("the body is not JSON") from None
    if not isinstance(value, dict):
        raise WireError("the body is not an object")
    session.whole = True
    places: dict[Channel, list[_Place]] = {}
    pieces: dict[Channel, list[Piece]] = {}
    choices = list(_choices(value, "message"))
    for index, _, message in choices:
        if not message.get("tool_calls") and not message.get("function_call"):
            session.expect_content(index)
        for place in _places(message, index):
            places.setdefault(place.channel, []).append(place)
            pieces.setdefault(place.channel, []).extend(session.feed(place.channel, place.text))
    ending = session.end()
    if ending.ask is not None:
        return None, ending.ask
    for channel, last in ending.pieces.items():
        pieces.setdefault(channel, []).extend(last)
    if (
        ending.dropped
        and len(ending.dropped) == len(choices)
        and not any(say is not None for say in ending.dropped.values())
    ):
        return Whole(400, orjson.dumps(_REFUSAL), True), None
    changed = set(ending.dropped)
    for channel, found in pieces.items():
        if channel.choice not in ending.dropped and not all(p.verbatim for p in found):
            changed.add(channel.choice)
            _put(places.get(channel, []), found)
    if not changed:
        return Whole(200, body, False), None
    for index, choice, message in choices:
        if index in ending.dropped:
            _replace(choice, message, ending.dropped[index], options)
        elif session.was_cut(index):
            _finish(choice, options.finish)
    session.verdict.removed_keys += _strip(value, frozenset(changed), "message")
    return Whole(200, _dumps(value), True), None


def _put(places: Sequence[_Place], pieces: Sequence[Piece]) -> None:
    """Write a channel's text back to where it stood (two keys may hold one channel's)."""
    if not places:
        return
    text = text_of(pieces)
    for place in places:
        place.holder[place.key] = ""
    places[0].holder[places[0].key] = text


def _replace(choice: dict[str, Any], message: dict[str, Any], say: str | None, options: Options) -> None:
    role = message.get("role", "assistant")
    choice["message"] = {"role": role, "content": say or "", "refusal": None}
    choice["finish_reason"] = "content_filter" if say is None else options.finish


def _finish(choice: dict[str, Any], reason: str) -> None:
    if choice.get("finish_reason") not in (None, "tool_calls", "function_call"):
        choice["finish_reason"] = reason


def _strip(value: dict[str, Any], changed: frozenset[int], key: str) -> int:
    """Leave out every key that could repeat text which was changed; how many those were."""
    lost = _keep(value, _PLAIN_KEYS)
    for choice in value.get("choices", ()):
        if choice.get("index", 0) not in changed:
            continue
        if choice.get("logprobs") is not None:
            choice["logprobs"] = None
            lost += 1
        lost += _keep(choice, _PLAIN_CHOICE_KEYS | {"logprobs"})
        message = choice.get(key)
        if isinstance(message, dict):
            lost += _keep(message, _PLAIN_MESSAGE_KEYS)
    return lost


def _odd(value: dict[str, Any], keys: frozenset[str]) -> list[str]:
    return [k for k in value if k not in keys and value[k] is not None]


def _keep(value: dict[str, Any], keys: frozenset[str]) -> int:
    odd = _odd(value, keys)
    for k in odd:
        del value[k]
    return len(odd)


# ---- streams


@dataclass(frozen=True, slots=True)
class _Chat:
    """The translation of chat completion events."""

    def parse(self, data: bytes) -> Parsed | None:
        if data == b"[DONE]":
            return Parsed({}, closing=True, last=True)
        try:
            value = _loads(data)
        except (ValueError, RecursionError):
            return None
        if not isinstance(value, dict):
            return None
        if "error" in value and "choices" not in value:
            return Parsed(value, closing=True)
        try:
            return self._parse(value)
        except WireError:
            return None

    def _parse(self, value: dict[str, Any]) -> Parsed:
        texts: list[tuple[Channel, str]] = []
        indices, ends, single = [], [], b""
        for index, choice, delta in _choices(value, "delta"):
            indices.append(index)
            if choice.get("finish_reason") is not None:
                ends.append(index)
            texts += [(place.channel, place.text) for place in _places(delta, index)]
            if len(delta) == 1 and len(texts) == 1 and delta.keys() <= _TEXT_KEYS.keys():
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

    def write(
        self, parsed: Parsed, texts: dict[Channel, str], changed: frozenset[int], dropped: frozenset[int]
    ) -> tuple[bytes | None, int]:
        if parsed.last:
            return event(b"[DONE]"), 0
        value = _copy(parsed.value)
        telling = bool(parsed.ends) or value.get("usage") is not None or not parsed.choices
        for index, choice, delta in _choices(value, "delta"):
            if index in dropped:
                choice["delta"] = delta = {k: v for k, v in delta.items() if k in ("role", "content")}
            seen: set[Channel] = set()
            for place in list(_places(delta, index)):
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
        lost = _strip(value, changed, "delta")
        return (event(_dumps(value)) if telling else None), lost

    def plain(self, parsed: Parsed) -> bool:
        value = parsed.value
        return not _odd(value, _PLAIN_KEYS) and all(
            choice.get("logprobs") is None
            and not _odd(choice, _PLAIN_CHOICE_KEYS | {"logprobs"})
            and not _odd(delta, _PLAIN_MESSAGE_KEYS)
            for _, choice, delta in _choices(value, "delta")
        )

    def finish(self, parsed: Parsed, reasons: dict[int, str]) -> Parsed:
        if not reasons:
            return parsed
        value = _copy(parsed.value)
        for index, choice, _ in _choices(value, "delta"):
            if index in reasons:
                choice["finish_reason"] = reasons[index]
        return replace(parsed, value=value)

    def extra(self, like: dict[str, Any], channel: Channel, text: str) -> bytes:
        key = "reasoning_content" if channel.kind == "reasoning" else channel.kind
        delta: dict[str, Any] = {key: text}
        if channel.kind == "arguments":
            delta = {"tool_calls": [{"index": channel.part, "function": {"arguments": text}}]}
        return event(_dumps(_chunk(like, [(channel.choice, delta, None)])))

    def ending(self, like: dict[str, Any], choices: Sequence[int], reason: str) -> bytes:
        chunk = _chunk(like, [(choice, {}, reason) for choice in choices])
        return event(_dumps(chunk)) + event(b"[DONE]")

    def error(self, kind: str, message: str) -> bytes:
        return event(error_body(0, kind, message).replace(b'"code":0', b'"code":null'))

    def refusal(self) -> bytes:
        return orjson.dumps(_REFUSAL)


def _emptied(delta: dict[str, Any], texts: dict[Channel, str]) -> bool:
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
    copied: dict[str, Any] = _loads(_dumps(value))
    return copied


def _chunk(
    like: Mapping[str, Any], choices: Sequence[tuple[int, dict[str, Any], str | None]]
) -> dict[str, Any]:
    """A chunk of our own, in the manner of upstream's."""
    envelope = {k: like[k] for k in ("id", "object", "created", "model", "system_fingerprint") if k in like}
    return {
        **envelope,
        "choices": [{"index": i, "delta": delta, "finish_reason": reason} for i, delta, reason in choices],
    }


@dataclass(slots=True)
class ChatStream(EventStream):
    """A streamed chat completion (see dialects.reply.Stream)."""

    translation: _Chat = field(default_factory=_Chat)


__all__ = ["ChatStream", "Refused", "Withheld", "error_body", "filter_whole", "read_request", "with_note"]
