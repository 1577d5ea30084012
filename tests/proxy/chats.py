"""Rules, scripts and readings that tests of chats through the proxy share."""

from __future__ import annotations

import json
from collections.abc import Callable, Coroutine
from typing import Any

from filterproxy.actions.template import Literal
from filterproxy.core.rule import Action, Rule, Say, Verb
from filterproxy.detectors.regex import Regex
from tests.proxy.fake_upstream import END, STREAM, Message, Step, chunk

Run = Callable[[Coroutine[Any, Any, None]], None]


def redact(word: str = "secret") -> Rule:
    return Rule("r1", Regex(word, False), Action(Verb.REDACT, template=Literal("[x]")))


def drop(word: str = "secret", say: str | None = "No.") -> Rule:
    said = None if say is None else Say({"default": say})
    return Rule("d1", Regex(word, False), Action(Verb.DROP, say=said))


def retry(times: int = 1) -> Rule:
    then = Action(Verb.DROP, say=Say({"default": "No."}))
    return Rule("t1", Regex("secret", False), Action(Verb.RETRY, times=times, note="Be kind.", then=then))


def streamed(*events: bytes) -> list[Step]:
    return [STREAM, *map(chunk, events), END]


def text_of(answer: Message) -> str:
    if answer.headers["content-type"] == "text/event-stream":
        lines = [line[6:] for line in answer.body.split(b"\n") if line.startswith(b"data: {")]
        deltas = [choice["delta"] for line in lines for choice in json.loads(line).get("choices", ())]
        return "".join(delta.get("content", "") for delta in deltas)
    return str(json.loads(answer.body)["choices"][0]["message"]["content"])
