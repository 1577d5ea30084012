"""Rules that ask upstream again: what it is told, who is asked, and what the thrown away replies had cost."""

from __future__ import annotations

import asyncio
import json
import logging
from typing import Any

import pytest

from filterproxy.core.rule import Action, Rule, Say, Verb
from filterproxy.detectors.regex import Regex
from tests.clients.wire.said import Said
from tests.clients.wire_server import APIS
from tests.proxy.chats import Run, text_of
from tests.proxy.fake_upstream import (
    DONE,
    END,
    STREAM,
    FakeUpstream,
    Step,
    chunk,
    completion,
    delta,
    post,
    proxied,
    reply,
)

USAGE = {"prompt_tokens": 7, "completion_tokens": 3, "total_tokens": 10}
COST = b'"usage": ' + json.dumps(USAGE).encode()


def retry(times: int = 1, **more: Any) -> Rule:
    then = Action(Verb.DROP, say=Say({"default": "No."}))
    return Rule("t1", Regex("secret", False), Action(Verb.RETRY, times=times, then=then, **more))


def script(text: str, stream: bool) -> list[Step]:
    """A reply with its usage."""
    if not stream:
        return [reply(completion(text)[:-1] + b", " + COST + b"}")]
    last = b'data: {"id": "c", "object": "chat.completion.chunk", "choices": [], ' + COST + b"}\n\n"
    return [STREAM, *map(chunk, (delta(text), delta("", "stop"), last, DONE)), END]


@pytest.mark.parametrize("stream", [False, True])
def test_what_was_thrown_away_is_said_in_a_header_a_metric_and_the_log(
    run: Run, stream: bool, caplog: pytest.LogCaptureFixture
) -> None:
    async def test() -> None:
        bad, good = script("A secret.", stream), script("All is well.", stream)
        async with proxied(bad, bad, good, rules=[retry(2)]) as proxy:
            answer = await proxy.ask(post(stream=stream))

            assert text_of(answer) == "All is well."
            assert answer.headers["x-filterproxy-retries"] == "2"
            assert answer.headers["x-filterproxy-discarded-tokens"] == "20"
            assert proxy.counted("discarded_tokens_total", kind="prompt") == 14
            assert proxy.counted("discarded_tokens_total", kind="completion") == 6
            said = [record.getMessage() for record in caplog.records]
            assert [
                f"{answer.headers['x-filterproxy-decision-id']}: reply {n} thrown away for rule t1: "
                "7 prompt and 3 completion tokens"
                for n in (1, 2)
            ] == said

    with caplog.at_level(logging.INFO, "filterproxy"):
        run(test())


@pytest.mark.parametrize("name", APIS)
def test_nothing_of_a_stream_that_was_thrown_away_is_sent(run: Run, name: str) -> None:
    """Not even its events without text, though its last event came before its bytes ended."""

    async def test() -> None:
        api, messages = APIS[name], [{"role": "user", "content": "Hi?"}]
        asked = {"model": "m", "messages": messages, "input": "Hi?", "prompt": "Hi?", "stream": True}
        head = STREAM.replace(b"text/event-stream", api.kind)
        texts = (("A sec", "ret."), ("All is ", "well."))
        bad, good = (list(api.events(asked, Said((pieces,)))) for pieces in texts)
        scripts = ([head, *map(chunk, events), END] for events in (bad, good))
        async with proxied(*scripts, rules=[retry()]) as proxy:
            answer = await proxy.ask(post(api.path, json.dumps(asked).encode()))

            assert b"".join(good) == answer.body

    run(test())


def test_a_reply_that_was_asked_for_once_has_no_such_headers(run: Run) -> None:
    async def test() -> None:
        async with proxied(script("All is well.", False), rules=[retry()]) as proxy:
            answer = await proxy.ask(post())

            assert not [name for name in answer.headers if name.endswith(("-retries", "-tokens"))]
            assert proxy.counted("discarded_tokens_total", kind="prompt") == 0

    run(test())


@pytest.mark.parametrize("stream", [False, True])
def test_upstream_that_does_not_say_what_a_reply_has_cost_makes_it_count_as_nothing(
    run: Run, stream: bool
) -> None:
    async def test() -> None:
        bad = [STREAM, chunk(delta("A secret.", "stop")), END] if stream else [reply(completion("A secret."))]
        async with proxied(bad, script("All is well.", stream), rules=[retry()]) as proxy:
            answer = await proxy.ask(post(stream=stream))

            assert answer.headers["x-filterproxy-discarded-tokens"] == "0"

    run(test())


def test_the_next_try_has_the_temperature_and_the_note_of_the_rule(run: Run) -> None:
    async def test() -> None:
        bad, good = script("A secret.", False), script("All is well.", False)
        async with proxied(bad, good, rules=[retry(note="Be kind.", temperature=0.3)]) as proxy:
            asked = json.dumps({"messages": [{"role": "user", "content": "Hi?"}], "temperature": 1, "n": 1})
            await proxy.ask(post(body=asked.encode()))
            first, again = (json.loads(seen.body) for seen in proxy.upstream.seen)

            assert (1, 0.3) == (first["temperature"], again["temperature"])
            assert [*first["messages"], {"role": "system", "content": "Be kind."}] == again["messages"]
            assert again["n"] == 1

    run(test())


def test_without_note_and_temperature_the_same_bytes_are_asked_again(run: Run) -> None:
    async def test() -> None:
        body = b'{ "messages":[{"role":"user","content":"Hi?"}] , "odd": 1.50 }'
        bad, good = script("A secret.", False), script("All is well.", False)
        async with proxied(bad, good, rules=[retry()]) as proxy:
            await proxy.ask(post("/v1/chat/completions", body, "idempotency-key: k"))

            assert [body, body] == [seen.body for seen in proxy.upstream.seen]
            # Under the same key the reply would be the same.
            assert [True, False] == ["idempotency-key" in seen.headers for seen in proxy.upstream.seen]

    run(test())


def test_a_request_without_a_place_for_a_note_is_asked_again_as_it_is(run: Run) -> None:
    async def test() -> None:
        body = b'{"instructions": "Be brief.", "prompt": {"id": "p"}}'
        said = {
            "type": "message",
            "role": "assistant",
            "content": [{"type": "output_text", "text": "A secret."}],
        }
        value = {"id": "r", "object": "response", "status": "completed", "output": [said]}
        bad, good = (reply(json.dumps(v).encode()) for v in (value, {**value, "output": []}))
        async with proxied([bad], [good], rules=[retry(note="Be kind.")]) as proxy:
            answer = await proxy.ask(post("/v1/responses", body))

            assert (200, []) == (answer.status, json.loads(answer.body)["output"])
            assert [body, body] == [seen.body for seen in proxy.upstream.seen]

    run(test())


@pytest.mark.parametrize("stream", [False, True])
def test_another_upstream_is_asked_once_when_the_last_try_did_not_help(run: Run, stream: bool) -> None:
    async def test() -> None:
        other = FakeUpstream([script("All is well.", stream)])
        rules = [retry(2, fallback="other", note="Be kind.")]
        async with proxied(script("A secret.", stream), rules=rules, fallback=other) as proxy:
            answer = await proxy.ask(post("/v1/chat/completions?a=b", None, "authorization: Bearer t"))
            (asked,) = other.seen

            assert text_of(answer) == "All is well."
            assert answer.headers["x-filterproxy-retries"] == "3"
            assert len(proxy.upstream.seen) == 3
            assert asked.line == "POST /v1/chat/completions?a=b HTTP/1.1"
            assert asked.headers["authorization"] == "Bearer t"
            assert json.loads(asked.body)["messages"][-1]["content"] == "Be kind."

    run(test())


@pytest.mark.parametrize("stream", [False, True])
def test_when_the_other_upstream_does_not_help_either_comes_what_comes_then(run: Run, stream: bool) -> None:
    async def test() -> None:
        other = FakeUpstream([script("A secret, too.", stream)])
        rules = [retry(1, fallback="other")]
        async with proxied(script("A secret.", stream), rules=rules, fallback=other) as proxy:
            answer = await proxy.ask(post(stream=stream))
            await proxy.settled()

            assert text_of(answer) == "No."
            assert (2, 1) == (len(proxy.upstream.seen), len(other.seen))
            assert proxy.counted("replies_total", route="default", dialect="openai_chat", outcome="drop") == 1

    run(test())


def test_another_upstream_that_is_down_is_an_error_that_still_says_what_was_thrown_away(run: Run) -> None:
    async def test() -> None:
        other = FakeUpstream([[None]])
        rules = [retry(1, fallback="other")]
        async with proxied(script("A secret.", False), rules=rules, fallback=other) as proxy:
            answer = await proxy.ask(post())

            assert (502, "upstream_error") == (answer.status, answer.error["type"])
            assert answer.headers["x-filterproxy-discarded-tokens"] == "20"

    run(test())


def test_headers_that_have_left_are_not_sent_twice(run: Run) -> None:
    """A heartbeat needs the head of the answer before the first try has ended."""

    async def test() -> None:
        more = asyncio.Event()
        bad: list[Step] = [
            STREAM,
            chunk(delta("A secret.")),
            more,
            chunk(delta("", "stop")),
            chunk(DONE),
            END,
        ]
        rules = [retry()]
        async with proxied(bad, script("All is well.", True), rules=rules, heartbeat_seconds=0.001) as proxy:
            answer = await proxy.open(post(stream=True))
            await answer.until(b":")
            more.set()
            ended = await answer.rest()

            assert text_of(ended) == "All is well."
            assert "x-filterproxy-retries" not in ended.headers
            assert proxy.counted("upstream_retries_total") == 1

    run(test())
