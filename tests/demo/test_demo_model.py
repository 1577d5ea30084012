"""The demo's model server speaks OpenAI chat completions, and says the same each time."""

from __future__ import annotations

import asyncio
import json
import urllib.request
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from filterproxy.demo.asked import tokens
from filterproxy.demo.model import DemoModel, Message, serving

Json = dict[str, Any]


def send(
    body: object, *, path: str = "/v1/chat/completions", method: str = "POST", leave_after: int | None = None
) -> tuple[int, bytes]:
    """Status and body of one exchange; a client with *leave_after* goes away after so many parts."""
    return asyncio.run(exchange(body, path, method, leave_after))


async def exchange(body: object, path: str, method: str, leave_after: int | None) -> tuple[int, bytes]:
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()
    status, parts, gone = 0, list[bytes](), asyncio.Event()
    # In two parts, as a server may deliver any body.
    pending = [(raw[:7], True), (raw[7:], False)]

    async def receive() -> Message:
        if pending:
            part, more = pending.pop(0)
            return {"type": "http.request", "body": part, "more_body": more}
        await gone.wait()
        return {"type": "http.disconnect"}

    async def reply(message: Message) -> None:
        nonlocal status
        status = message.get("status", status)
        parts.append(message.get("body", b""))
        if len(parts) == leave_after:
            gone.set()

    await DemoModel(delay_seconds=0)({"type": "http", "method": method, "path": path}, receive, reply)
    return status, b"".join(parts)


def ask(question: str, **more: object) -> Json:
    return {"model": "demo", "messages": [{"role": "user", "content": question}], **more}


def whole(question: str, **more: object) -> Json:
    status, body = send(ask(question, **more))
    assert status == 200
    return dict(json.loads(body))


def events(question: str, **more: object) -> list[Json]:
    """The events of a stream, without the [DONE] that must end it."""
    status, body = send(ask(question, stream=True, **more))
    assert status == 200
    *payloads, done, rest = (event.removeprefix("data: ") for event in body.decode().split("\n\n"))
    assert (done, rest) == ("[DONE]", "")
    return [json.loads(payload) for payload in payloads]


def content(chunks: list[Json], index: int = 0) -> str:
    choices = (choice for chunk in chunks for choice in chunk["choices"] if choice["index"] == index)
    return "".join(choice["delta"].get("content", "") for choice in choices)


@given(st.text())
def test_tokens_joined_are_the_text(text: str) -> None:
    assert "".join(tokens(text)) == text


@pytest.mark.parametrize(
    ("question", "said"),
    [
        ("What time do you open?", "9 am"),
        ("what's your PHONE number", "+1 212-555-0142"),
        ("Do you have an e-mail address?", "help@brightlamp-support.com"),
        ("How much is it?", "$49.99"),
        ("Which one do you recommend?", "As an AI language model"),
        ("Please book a table", "7 pm"),
        ("Where is my order?", "warehouse"),
        ("Can you explain this?", "happy to help"),
    ],
)
def test_answers_follow_the_key_words(question: str, said: str) -> None:
    assert said in whole(question)["choices"][0]["message"]["content"]


@pytest.mark.parametrize(
    ("stated", "said"),
    [
        ("Open Mon-Fri 09:00-17:00.", "open at 9 am and close at 5 pm, Monday to Friday."),
        ("Hours: 10:30 to 18:00", "open at 10:30 am and close at 6 pm."),
        ("Saturday, 12:00 until 00:30", "open at 12 pm and close at 12:30 am on Saturday."),
    ],
)
def test_stated_hours_are_said_in_other_words(stated: str, said: str) -> None:
    messages = [{"role": "developer", "content": stated}, {"role": "user", "content": "When do you open?"}]

    assert said in whole("", messages=messages)["choices"][0]["message"]["content"]


@pytest.mark.parametrize("question", ["What time do you open?", "How can I contact you?", "hello"])
def test_a_stream_says_what_the_whole_reply_says(question: str) -> None:
    assert content(events(question)) == whole(question)["choices"][0]["message"]["content"]


def test_a_whole_reply_has_openais_shape() -> None:
    reply = whole("hello", model="any-name")

    assert reply["object"] == "chat.completion"
    assert reply["model"] == "any-name"
    assert reply["choices"][0]["message"]["role"] == "assistant"
    assert reply["choices"][0]["finish_reason"] == "stop"
    assert reply["usage"]["total_tokens"] == reply["usage"]["prompt_tokens"] + len(
        tokens(reply["choices"][0]["message"]["content"])
    )


def test_a_stream_begins_with_the_role_and_ends_with_the_finish() -> None:
    first, *_, last = events("hello")

    assert first["choices"][0]["delta"] == {"role": "assistant", "content": "", "refusal": None}
    assert (last["choices"][0]["delta"], last["choices"][0]["finish_reason"]) == ({}, "stop")
    assert "usage" not in last


def test_usage_comes_last_and_only_when_asked_for() -> None:
    *before, last = events("hello", stream_options={"include_usage": True})

    assert last["choices"] == []
    assert last["usage"] == whole("hello")["usage"]
    assert all(chunk["usage"] is None for chunk in before)


def test_each_choice_has_its_own_text_and_finish() -> None:
    chunks = events("book a table", n=3)
    texts = [content(chunks, index) for index in range(3)]
    finishes = [c["index"] for chunk in chunks for c in chunk["choices"] if c["finish_reason"] == "stop"]

    assert texts == [choice["message"]["content"] for choice in whole("book a table", n=3)["choices"]]
    assert texts[0] == texts[2] != texts[1]
    assert sorted(finishes) == [0, 1, 2]


def test_a_limit_ends_a_reply_early_and_says_so() -> None:
    choice = whole("hello", max_tokens=3)["choices"][0]

    assert choice == {
        "index": 0,
        "message": {"role": "assistant", "content": "I'm", "refusal": None, "annotations": []},
        "logprobs": None,
        "finish_reason": "length",
    }


def test_content_may_come_in_parts() -> None:
    parts = [{"type": "image_url", "image_url": {}}, {"type": "text", "text": "When do you open?"}]

    assert (
        "9 am" in whole("", messages=[{"role": "user", "content": parts}])["choices"][0]["message"]["content"]
    )


@pytest.mark.parametrize(
    ("body", "status", "param"),
    [
        (b"{", 400, None),
        (b"\xff", 400, None),
        (b"[]", 400, None),
        ({"messages": [{"role": "user", "content": "x"}]}, 400, "model"),
        ({"model": "demo", "messages": []}, 400, "messages"),
        ({"model": "demo", "messages": ["x"]}, 400, "messages[0]"),
        (ask("x", n=0), 400, "n"),
        (ask("x", n=129), 400, "n"),
        (ask("x", n="2"), 400, "n"),
        (ask("x", stream="yes"), 400, "stream"),
        (ask("x", stream_options={"include_usage": True}), 400, "stream_options"),
        (ask("x" * 1_000_000), 413, None),
    ],
)
def test_what_openai_refuses_is_refused_in_its_shape(body: object, status: int, param: str | None) -> None:
    got, raw = send(body)
    error = json.loads(raw)["error"]

    assert got == status
    assert sorted(error) == ["code", "message", "param", "type"]
    assert (error["type"], error["param"]) == ("invalid_request_error", param)


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [("GET", "/", 404), ("POST", "/v1/embeddings", 404), ("GET", "/v1/chat/completions", 405)],
)
def test_other_paths_and_methods_are_errors_in_openais_shape(method: str, path: str, status: int) -> None:
    got, raw = send(b"", path=path, method=method)

    assert got == status
    assert path in json.loads(raw)["error"]["message"]


def test_models_lists_the_one_there_is() -> None:
    status, raw = send(b"", path="/v1/models", method="GET")

    assert (status, [model["id"] for model in json.loads(raw)["data"]]) == (200, ["demo"])


def test_a_client_that_goes_away_ends_its_stream() -> None:
    _, body = send(ask("hello", stream=True), leave_after=4)

    assert body.count(b"data: ") == 3
    assert b"[DONE]" not in body


def test_it_serves_over_a_real_socket() -> None:
    async def fetch() -> Json:
        async with serving(delay_seconds=0) as port:
            return await asyncio.to_thread(models, f"http://127.0.0.1:{port}/v1/models")

    assert asyncio.run(fetch())["object"] == "list"


def models(url: str) -> Json:
    with urllib.request.urlopen(url, timeout=5) as reply:
        return dict(json.load(reply))
