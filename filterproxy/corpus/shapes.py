"""
One line of a corpus, as plain data, to the exchange that it says: by its keys, each line by itself.

    request + reply, or request + texts        record/SCHEMA.md: recordings, and decisions whose text was
    sampled messages + reply                           OpenAI's messages, and the reply to them
    messages                                   the same, where the last message is the reply
    conversations                              ShareGPT: `from` and `value`; the last turn is the reply

`reply` beside `messages` is a text, an OpenAI message, a chat completion, or a list as in recordings. What a
line says besides (`id`, `time`, `model`, `route`, `stream`, `json`, `response_format`) is taken where it is
there.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

import orjson

from filterproxy.core.request import Turn
from filterproxy.core.rule import Span
from filterproxy.core.verdict import Channel
from filterproxy.corpus.exchange import Exchange, Texts
from filterproxy.dialects.openai_chat.message import choices_of, places_of
from filterproxy.dialects.openai_chat.request import read_request
from filterproxy.dialects.reply import WireError
from filterproxy.dialects.request import wants_json, word
from filterproxy.record.lines import VERSION

_KINDS = ("content", "refusal", "reasoning", "arguments")
# Of a choice, and of a part: what replay.batch.TEXT has room for.
_LARGEST = (1 << 31) - 1
_ROLES = ("system", "user", "assistant", "tool")

# What ShareGPT's `from` is called in the data sets that use it.
_SPEAKERS = {
    "human": "user", "user": "user",
    "gpt": "assistant", "assistant": "assistant", "chatgpt": "assistant", "bing": "assistant",
    "bard": "assistant", "bot": "assistant", "model": "assistant", "function_call": "assistant",
    "system": "system",
    "tool": "tool", "function": "tool", "function_response": "tool", "observation": "tool",
}  # fmt: skip


def exchange_of(value: Mapping[str, Any], file: str = "", line: int = 0) -> Exchange:
    """
    The exchange that *value* says. Raises ValueError with what is wrong; what may stand before a colon in it
    is the same for all lines that have the same fault.
    """
    version = value.get("v", VERSION)
    if type(version) is not int or not 1 <= version <= VERSION:
        raise ValueError(f"is of a version other than 1 to {VERSION}")
    for key, read in _SHAPES.items():
        if value.get(key) is not None:
            return replace(read(value), file=file, line=line)
    if value.get("log") == "decisions":
        raise ValueError("its text was not sampled")
    raise ValueError("has neither `request`, nor `messages`, nor `conversations`")


def left_over(value: Mapping[str, Any]) -> str:
    """What of a readable line is not replayed, and why; "" where all of it is."""
    stored = value.get("reply") if "request" in value else None
    said = stored if stored is not None else value.get("texts") if "request" in value else None
    members = said if isinstance(said, list) else []
    if any(isinstance(text, dict) and text.get("attempt") not in (None, 0) for text in members):
        return "holds more than one reply, since a rule asked again: only the first is replayed"
    return ""


def _recorded(value: Mapping[str, Any]) -> Exchange:
    request = value["request"]
    if not isinstance(request, dict):
        raise ValueError("`request` is not an object")
    stored = value["reply"] if value.get("reply") is not None else value.get("texts")
    texts, turns = _stored(stored), tuple(_turns(request.get("turns")))
    return Exchange(
        **_about(value),
        json=value.get("json", request.get("json")) is True,
        complete=request.get("complete") is not False,
        turns=turns,
        texts=texts,
        redacted=any(text.get("redactions") for text in (*request["turns"], *_objects(stored, "its reply"))),
        marks=tuple(_marks(stored)),
    )


def _turns(turns: object) -> Iterator[Turn]:
    for turn in _objects(turns, "`turns`"):
        if "left_out" in turn:
            raise ValueError("a text of its request was left out")
        if turn.get("role") not in _ROLES:
            raise ValueError("a turn has no role that is known")
        yield Turn(turn["role"], _text(turn.get("text"), "a turn"), word(turn.get("tool")))


def _stored(texts: object) -> Texts:
    """The texts of the first reply, as a line of a log or of a recording has them."""
    found: list[tuple[Channel, str]] = []
    for text in _objects(texts, "its reply"):
        if text.get("attempt") not in (None, 0):
            continue
        if "left_out" in text:
            raise ValueError("a text of its reply was left out")
        if text.get("text") is None and "hash" in text:
            raise ValueError("its text is not stored: there are only hashes")
        found.append((_channel(text), _text(text.get("text"), "a text of its reply")))
    return _texts(found)


def _marks(texts: object) -> Iterator[tuple[Channel, Span]]:
    """What stands in the place of something redacted (record/SCHEMA.md), where it stands now."""
    for text in _objects(texts, "its reply"):
        if text.get("attempt") in (None, 0):
            for span in _places(text.get("redactions") or [], len(text["text"])):
                yield _channel(text), span


def _places(redactions: object, size: int) -> Iterator[Span]:
    shift = at = 0
    for one in redactions if isinstance(redactions, list) else [None]:
        if not isinstance(one, list) or len(one) != 3 or not all(type(number) is int for number in one):
            raise ValueError("the redactions of its reply are not as they are written")
        first, last, length = one
        start, end = first + shift, first + shift + length
        if not at <= start <= end <= size:
            raise ValueError("the redactions of its reply are not as they are written")
        yield start, end
        at, shift = end, shift + length - (last - first)


def _channel(text: Mapping[str, Any]) -> Channel:
    choice, kind, part = text.get("choice", 0), text.get("kind", "content"), text.get("part", 0)
    if type(choice) is not int or type(part) is not int or kind not in _KINDS:
        raise ValueError("a text of its reply stands in no channel that is known")
    return Channel(choice, kind, part)


def _chat(value: Mapping[str, Any]) -> Exchange:
    messages = list(_objects(value["messages"], "`messages`"))
    if not all(isinstance(message.get("role"), str) for message in messages):
        raise ValueError("a message has no `role`")
    reply = value.get("reply")
    if reply is None:
        if not messages or messages[-1]["role"] != "assistant":
            raise ValueError("has no reply: its last message is not the assistant's, and there is no `reply`")
        reply = messages.pop()
    request = read_request(_packed(messages), {})
    return Exchange(
        **_about(value),
        json=wants_json(value.get("response_format")) or value.get("json") is True,
        complete=request.complete and value.get("complete") is not False,
        turns=request.turns,
        texts=_reply(reply),
    )


def _packed(messages: list[dict[str, Any]]) -> bytes:
    """As a client sends them."""
    try:
        return orjson.dumps({"messages": messages})
    except orjson.JSONEncodeError as error:
        # A line of JSON may be nested deeper than it can be written; a row of Parquet may hold anything.
        why = "they hold what JSON does not" if "Type" in str(error) else "they are nested too deeply"
        raise ValueError(f"its messages cannot be read: {why}") from None


def _reply(reply: object) -> Texts:
    if isinstance(reply, str):
        return ((Channel(0, "content"), reply),)
    if isinstance(reply, list):
        return _stored(reply)
    if not isinstance(reply, dict):
        raise ValueError("its reply is neither a text, nor a message, nor a list of texts")
    try:
        if "choices" in reply:
            parts = [_message(message, index) for index, _, message in choices_of(reply, "message")]
        else:
            parts = [_message(reply, 0)]
    except WireError as error:
        raise ValueError(f"its reply cannot be read: {error}") from None
    return _texts([text for part in parts for text in part])


def _message(message: dict[str, Any], choice: int) -> Texts:
    content = message.get("content")
    if isinstance(content, list):
        message = {
            **message,
            "content": "".join(_text(part, "a part of its reply") for part in _parts(content)),
        }
    return tuple((place.channel, place.text) for place in places_of(message, choice))


def _parts(content: Sequence[object]) -> Iterator[object]:
    for part in content:
        yield part.get("text") if isinstance(part, dict) else part


def _sharegpt(value: Mapping[str, Any]) -> Exchange:
    turns = [_said(turn) for turn in _objects(value["conversations"], "`conversations`")]
    system = value.get("system")
    if isinstance(system, str) and system:
        turns.insert(0, Turn("system", system))
    if not turns or turns[-1].role != "assistant":
        raise ValueError("has no reply: its last turn is not the model's")
    last = value["conversations"][-1]["from"]
    kind = "arguments" if last == "function_call" else "content"
    return Exchange(**_about(value), turns=tuple(turns[:-1]), texts=((Channel(0, kind), turns[-1].text),))


def _said(turn: Mapping[str, Any]) -> Turn:
    speaker = turn.get("from")
    role = _SPEAKERS.get(speaker.lower()) if isinstance(speaker, str) else None
    if role is None:
        raise ValueError("a turn's `from` is nobody who is known")
    return Turn(role, _text(turn.get("value"), "a turn"))


def _about(value: Mapping[str, Any]) -> dict[str, Any]:
    stream = value.get("stream") is True
    return {key: word(value.get(key)) for key in ("id", "time", "model", "route")} | {"stream": stream}


def _objects(value: object, name: str) -> Iterator[dict[str, Any]]:
    if not isinstance(value, list):
        raise ValueError(f"{name} is not a list" if value is not None else f"{name} is not there")
    for member in value:
        if not isinstance(member, dict):
            raise ValueError(f"a member of {name} is not an object")
        yield member


def _text(value: object, name: str) -> str:
    if not isinstance(value, str):
        raise ValueError(f"{name} has no text")
    return value


def _texts(found: Sequence[tuple[Channel, str]]) -> Texts:
    if not found:
        raise ValueError("its reply has no text")
    channels = {channel for channel, _ in found}
    if not all(0 <= number <= _LARGEST for channel in channels for number in (channel.choice, channel.part)):
        raise ValueError("a text of its reply stands in no channel that is known")
    if len(channels) < len(found):
        raise ValueError("its reply has two texts in one place")
    return tuple(found)


_SHAPES: dict[str, Callable[[Mapping[str, Any]], Exchange]] = {
    "request": _recorded,
    "messages": _chat,
    "conversations": _sharegpt,
}
