"""
The official `openai` client reads what the proxy sends as it reads the model server itself.

Where the two must agree, a test asks twice with the same script upstream: past the proxy, and through it.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import Any

import openai
import pytest
from openai import AsyncOpenAI
from openai.types.chat import ChatCompletion, ChatCompletionChunk

from filterproxy.actions.edit import redact
from filterproxy.actions.end import cut, drop
from filterproxy.core.rule import Action, Rule, Say
from filterproxy.detectors.regex import Regex
from tests.proxy.fake_upstream import DONE, END, STREAM, FakeUpstream, Step, chunk, proxied, reply
from tests.timed import run

ASKED: Any = {"model": "m", "messages": [{"role": "user", "content": "Hi?"}]}
USAGE = {"prompt_tokens": 5, "completion_tokens": 7, "total_tokens": 12}
NO = Say({"default": "No."})

REDACT = redact("[x]")
CUT = cut(say=NO)
DROP = drop(say=NO)

# What the model says, in pieces, and what each action leaves of it.
PIECES = ("Good ", "morning. ", "The sec", "ret is out. ", "Bye.")
QUIET = ("Good ", "morning. ", "Bye.")
LEFT = {"redact": "Good morning. The [x] is out. Bye.", "cut": "Good morning. No.", "drop": "No."}
ACTIONS = {"redact": REDACT, "cut": CUT, "drop": DROP}


def rule(action: Action) -> Rule:
    return Rule("r1", Regex("secret", False), action)


def whole(*texts: str) -> list[Step]:
    """One reply with a choice for each text."""
    choices = [
        {
            "index": index,
            "message": {"role": "assistant", "content": text, "refusal": None},
            "logprobs": None,
            "finish_reason": "stop",
        }
        for index, text in enumerate(texts)
    ]
    value = {"id": "c", "object": "chat.completion", "created": 1, "model": "m", "choices": choices}
    return [reply(json.dumps(value | {"usage": USAGE}).encode(), b"x-request-id: 7")]


def event(choices: Sequence[dict[str, Any]], **more: Any) -> bytes:
    value = {"id": "c", "object": "chat.completion.chunk", "created": 1, "model": "m", "choices": choices}
    return b"data: " + json.dumps(value | more).encode() + b"\n\n"


def said(index: int, text: str | None, finish: str | None = None, **more: Any) -> dict[str, Any]:
    delta = more if text is None else {"content": text, **more}
    return {"index": index, "delta": delta, "logprobs": None, "finish_reason": finish}


def events(*choices: Sequence[str], usage: bool = False) -> list[bytes]:
    """The events of a stream in which the pieces of all choices come by turns."""
    found = [event([said(index, "", role="assistant")]) for index in range(len(choices))]
    for turn in range(max(map(len, choices))):
        found += [event([said(i, pieces[turn])]) for i, pieces in enumerate(choices) if turn < len(pieces)]
    found += [event([said(index, None, "stop")]) for index in range(len(choices))]
    return [*found, *([event([], usage=USAGE)] if usage else []), DONE]


def streamed(*choices: Sequence[str], usage: bool = False) -> list[Step]:
    return [STREAM, *map(chunk, events(*choices, usage=usage)), END]


@asynccontextmanager
async def both(
    script: Sequence[Step], *rules: Rule, **settings: Any
) -> AsyncIterator[tuple[AsyncOpenAI, AsyncOpenAI]]:
    """A client of the model server itself, and one of the proxy before it."""
    upstream = FakeUpstream([script])
    server = await asyncio.start_server(upstream.play, "127.0.0.1", 0)
    model = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    try:
        async with (
            proxied(rules=rules, upstream=model, **settings) as proxy,
            client_of(model) as direct,
            client_of(f"http://127.0.0.1:{proxy.port}") as filtered,
        ):
            yield direct, filtered
    finally:
        server.close()


def client_of(base: str) -> AsyncOpenAI:
    # Straight to loopback, whatever proxies the environment names.
    bare = openai.DefaultAsyncHttpxClient(trust_env=False)
    return AsyncOpenAI(api_key="k", base_url=f"{base}/v1", max_retries=0, timeout=5, http_client=bare)


async def asked(client: AsyncOpenAI, **more: Any) -> ChatCompletion:
    completion: ChatCompletion = await client.chat.completions.create(**ASKED, **more)
    return completion


async def chunks_of(client: AsyncOpenAI, **more: Any) -> list[ChatCompletionChunk]:
    stream = await client.chat.completions.create(**ASKED, stream=True, **more)
    return [part async for part in stream]


def texts(chunks: Sequence[ChatCompletionChunk]) -> dict[int, str]:
    """What the chunks say, by choice."""
    found: dict[int, str] = {}
    for choice in (choice for part in chunks for choice in part.choices):
        found[choice.index] = found.get(choice.index, "") + (choice.delta.content or "")
    return found


def finishes(chunks: Sequence[ChatCompletionChunk]) -> dict[int, str]:
    return {c.index: c.finish_reason for part in chunks for c in part.choices if c.finish_reason}


# Whole replies


def test_a_whole_reply_that_no_rule_touches_is_the_models_own() -> None:
    async def test() -> None:
        async with both(whole("Good morning."), rule(DROP)) as (direct, filtered):
            assert await asked(direct) == await asked(filtered)

    run(test)


@pytest.mark.parametrize("action", ACTIONS)
def test_a_whole_reply_differs_in_its_text_alone(action: str) -> None:
    """Usage, id and finish reason stay."""

    async def test() -> None:
        async with both(whole("".join(PIECES)), rule(ACTIONS[action])) as (direct, filtered):
            expected, found = await asked(direct), await asked(filtered)
            expected.choices[0].message.content = LEFT[action]

            assert expected.model_dump() == found.model_dump()

    run(test)


def test_a_drop_without_a_text_is_an_error_that_names_the_filter() -> None:
    async def test() -> None:
        async with both(whole("A secret."), rule(drop())) as (_, filtered):
            with pytest.raises(openai.BadRequestError) as raised:
                await asked(filtered)

            assert "content_filter" == raised.value.code

    run(test)


def test_a_choice_in_the_middle_is_dropped_alone() -> None:
    async def test() -> None:
        async with both(whole("One.", "A secret.", "Three."), rule(DROP)) as (_, filtered):
            found = await asked(filtered, n=3)

            assert ["One.", "No.", "Three."] == [choice.message.content for choice in found.choices]
            assert [0, 1, 2] == [choice.index for choice in found.choices]

    run(test)


def test_errors_of_the_model_server_are_its_own() -> None:
    async def test() -> None:
        body = json.dumps({"error": {"message": "slow down", "type": "rate", "code": "r"}}).encode()
        async with both([reply(body, status=b"429 Too Many")], rule(DROP)) as clients:
            for client in clients:
                with pytest.raises(openai.RateLimitError, match="slow down"):
                    await asked(client)

    run(test)


def test_a_model_server_that_hangs_up_is_an_error_of_the_server() -> None:
    async def test() -> None:
        async with both([None], rule(DROP)) as (_, filtered):
            with pytest.raises(openai.InternalServerError) as raised:
                await asked(filtered)

            assert 502 == raised.value.status_code

    run(test)


# Streams


def test_a_stream_that_no_rule_touches_is_the_models_own_chunk_by_chunk() -> None:
    async def test() -> None:
        async with both(streamed(QUIET, usage=True), rule(DROP)) as (direct, filtered):
            assert await chunks_of(direct) == await chunks_of(filtered)

    run(test)


@pytest.mark.parametrize("action", ACTIONS)
def test_a_filtered_stream_ends_as_the_model_ended_it(action: str) -> None:
    """The finish reason stays, and the chunk with the usage is the last."""

    async def test() -> None:
        async with both(streamed(PIECES, usage=True), rule(ACTIONS[action])) as (_, filtered):
            found = await chunks_of(filtered, stream_options={"include_usage": True})

            assert {0: LEFT[action]} == texts(found)
            assert {0: "stop"} == finishes(found)
            assert found[-1].usage is not None
            assert USAGE.items() <= found[-1].usage.model_dump().items()
            assert [] == found[-1].choices

    run(test)


def test_a_stream_of_three_loses_only_the_one_in_the_middle() -> None:
    async def test() -> None:
        async with both(streamed(QUIET, PIECES, QUIET), rule(DROP)) as (_, filtered):
            found = await chunks_of(filtered, n=3)

            assert {0: "".join(QUIET), 1: "No.", 2: "".join(QUIET)} == texts(found)
            assert {0: "stop", 1: "stop", 2: "stop"} == finishes(found)

    run(test)


def test_a_stream_that_breaks_off_is_an_error_and_not_a_short_reply() -> None:
    """What came before is read first."""

    async def test() -> None:
        script = [STREAM, *map(chunk, events(QUIET)[:3]), None]
        async with both(script, rule(REDACT)) as (_, filtered):
            read = ""
            with pytest.raises(openai.APIError):
                async for part in await filtered.chat.completions.create(**ASKED, stream=True):
                    read += part.choices[0].delta.content or ""

            assert "Good morning. " == read

    run(test)


# The helper that gathers a stream


async def gathered(client: AsyncOpenAI, **more: Any) -> ChatCompletion:
    async with client.chat.completions.stream(**ASKED, **more) as stream:
        async for _ in stream:
            pass
        return await stream.get_final_completion()


def test_the_helper_gathers_an_untouched_stream_alike() -> None:
    async def test() -> None:
        async with both(streamed(QUIET, usage=True), rule(DROP)) as (direct, filtered):
            assert (await gathered(direct)).model_dump() == (await gathered(filtered)).model_dump()

    run(test)


@pytest.mark.parametrize("action", ACTIONS)
def test_the_helper_gathers_what_a_rule_left(action: str) -> None:
    async def test() -> None:
        async with both(streamed(PIECES, QUIET), rule(ACTIONS[action])) as (direct, filtered):
            expected, found = await gathered(direct, n=2), await gathered(filtered, n=2)
            expected.choices[0].message.content = LEFT[action]

            assert expected.model_dump() == found.model_dump()

    run(test)


def test_the_helper_gathers_a_tool_call_beside_a_filtered_text() -> None:
    async def test() -> None:
        first = {"index": 0, "id": "t", "type": "function", "function": {"name": "f", "arguments": '{"a"'}}
        second = {"index": 0, "function": {"arguments": ":1}"}}
        script = [
            event([said(0, "The secret. ", role="assistant")]),
            event([said(0, None, tool_calls=[first])]),
            event([said(0, None, tool_calls=[second])]),
            event([said(0, None, "tool_calls")]),
            DONE,
        ]
        async with both([STREAM, *map(chunk, script), END], rule(REDACT)) as (direct, filtered):
            expected, found = await gathered(direct), await gathered(filtered)
            expected.choices[0].message.content = "The [x]. "

            assert expected.model_dump() == found.model_dump()

    run(test)
