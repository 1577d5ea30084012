"""
OpenAI completion requests, as rules see them. https://platform.openai.com/docs/api-reference/completions

A prompt is instructions, context and question in one text, and nobody says which is which. It is read as a
user's turn: what it states is known, its questions and guesses are not, and it is what was asked. As a
system's turn all of it would be known, and a guess that an end user typed would excuse a reply.

Several prompts are one request: what one of them states is known in the replies to all.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import orjson

from filterproxy.core.request import Request, Turn
from filterproxy.dialects.request import object_of, wants_json, word


@dataclass(slots=True)
class CompletionRequest(Request):
    """
    A completion request.

    echoed: the prompts that the choices begin with, in order; empty where they do not, or where the prompts
    are not text. each: choices of each prompt.
    """

    echoed: tuple[str, ...] = ()
    each: int = 1


def read_request(body: bytes, headers: Mapping[str, str]) -> Request:
    """The request as rules see it. Never raises: what it cannot read makes the context incomplete."""
    value = object_of(body)
    prompts = _prompts(value.get("prompt"))
    suffix = value.get("suffix")
    # The question is the last turn, so that what follows the gap stands before it.
    texts = [text for text in (suffix, *prompts) if isinstance(text, str) and text]
    each = value.get("n")
    return CompletionRequest(
        model=word(value.get("model")),
        headers=headers,
        stream=value.get("stream") is True,
        json=wants_json(value.get("response_format")),
        turns=tuple(Turn("user", text) for text in texts),
        complete=bool(prompts) and (suffix is None or isinstance(suffix, str)),
        echoed=prompts if value.get("echo") is True else (),
        each=each if isinstance(each, int) and each > 0 else 1,
    )


def _prompts(prompt: object) -> tuple[str, ...]:
    """The prompts; empty when one of them is none that can be read: tokens, or nothing."""
    several = prompt if isinstance(prompt, list) else [prompt]
    texts = tuple(text for text in several if isinstance(text, str))
    return texts if len(texts) == len(several) else ()


def with_note(body: bytes, note: str) -> bytes:
    """
    A request body with a note before each prompt: what is after a prompt would be taken for its answer.

    Raises ValueError for prompts that are no text, or that the reply repeats: the caller is not to read the
    note.
    """
    value = orjson.loads(body)
    prompts = _prompts(value["prompt"])
    if not prompts or value.get("echo"):
        raise ValueError("the prompt takes no note")
    noted = [f"{note}\n\n{prompt}" for prompt in prompts]
    value["prompt"] = noted if isinstance(value["prompt"], list) else noted[0]
    return orjson.dumps(value)
