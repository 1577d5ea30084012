"""Dialects that the operator gives to paths, and completions, from client to upstream and back."""

from __future__ import annotations

import json
from typing import Any

from filterproxy.actions.template import Literal
from filterproxy.core.rule import Action, Rule, Say, Verb
from filterproxy.detectors.regex import Regex
from filterproxy.dialects.configured import routes_of
from tests.proxy.chats import Run
from tests.proxy.fake_upstream import DONE, END, STREAM, Step, chunk, post, proxied, reply

REDACT = Rule("r1", Regex("secret", False), Action(Verb.REDACT, template=Literal("[x]")))
SILENT = Rule("d1", Regex("secret", False), Action(Verb.DROP))
RETRY = Rule(
    "t1",
    Regex("secret", False),
    Action(Verb.RETRY, times=1, note="Be kind.", then=Action(Verb.DROP, say=Say({"default": "No."}))),
)
GENERIC = {
    "path": "/ask/*",
    "dialect": "generic",
    "request_text": "question",
    "reply_text": "answer",
    "stream": "sse",
    "stream_text": "token",
    "stream_end": "done",
}


def text_stream(*pieces: bytes) -> list[Step]:
    head = b"HTTP/1.1 200 OK\r\ncontent-type: text/plain; charset=utf-8\r\ntransfer-encoding: chunked\r\n\r\n"
    return [head, *map(chunk, pieces), END]


def event(value: Any) -> bytes:
    return b"data: " + json.dumps(value).encode() + b"\n\n"


def asked(**value: Any) -> bytes:
    return json.dumps(value).encode()


def test_a_completion_is_judged_behind_the_prompt_that_it_repeats(run: Run) -> None:
    """Whole and streamed, by the request's own `echo`."""

    async def test() -> None:
        body = json.dumps({"choices": [{"index": 0, "text": "secret? A secret.", "finish_reason": "stop"}]})
        parts = [
            {"choices": [{"index": 0, "text": t, "finish_reason": None}]} for t in ("sec", "ret? A secret")
        ]
        scripts = [reply(body.encode())], [STREAM, *(chunk(event(part)) for part in parts), chunk(DONE), END]
        async with proxied(*scripts, rules=[REDACT]) as proxy:
            request = {"prompt": "secret?", "echo": True}
            whole = await proxy.ask(post("/v1/completions", asked(**request)))
            stream = await proxy.ask(post("/v1/completions", asked(**request, stream=True)))
            await proxy.settled()

            texts = [json.loads(x[6:])["choices"][0]["text"] for x in stream.body.split(b"\n\n") if b'"' in x]
            assert "secret? A [x]." == json.loads(whole.body)["choices"][0]["text"]
            assert "secret? A [x]" == "".join(texts)
            assert stream.body.endswith(DONE)
            assert 2 == proxy.counted(
                "replies_total", route="default", dialect="openai_completions", outcome="edit"
            )

    run(test())


def test_a_server_of_ones_own_is_judged_by_its_paths(run: Run) -> None:
    """Whole and streamed."""

    async def test() -> None:
        events = [{"id": 1}, {"token": "A sec"}, {"token": "ret."}, {"done": True, "usage": 7}]
        stream = [STREAM, *(chunk(event(value)) for value in events), END]
        whole = reply(b'{"answer": "A secret.", "id": 1, "copy": "secret"}')
        async with proxied([whole], stream, rules=[REDACT], routes=routes_of([GENERIC])) as proxy:
            first = await proxy.ask(post("/ask/me", asked(question="Q?")))
            second = await proxy.ask(post("/ask/me", asked(question="Q?", stream=True)))
            await proxy.settled()

            assert {"answer": "A [x].", "id": 1} == json.loads(first.body)
            told = [json.loads(line[6:]) for line in second.body.split(b"\n\n") if line]
            assert "A [x]." == "".join(value.get("token", "") for value in told)
            assert ({"id": 1}, {"done": True, "usage": 7}) == (told[0], told[-1])
            assert 2 == proxy.counted("replies_total", route="default", dialect="generic", outcome="edit")

    run(test())


def test_a_server_of_ones_own_is_asked_again_with_a_note(run: Run) -> None:
    """In the text that the operator named."""

    async def test() -> None:
        scripts = [reply(b'{"answer": "A secret."}')], [reply(b'{"answer": "Hi."}')]
        async with proxied(*scripts, rules=[RETRY], routes=routes_of([GENERIC])) as proxy:
            answer = await proxy.ask(post("/ask/me", asked(question="Q?")))

            assert b'{"answer": "Hi."}' == answer.body
            assert {"question": "Be kind.\n\nQ?"} == json.loads(proxy.upstream.seen[1].body)

    run(test())


def test_text_is_judged_whole_and_streamed(run: Run) -> None:
    """A length says that it is whole; what was not changed keeps it."""

    async def test() -> None:
        quiet = reply("Grüße".encode(), kind=b"text/plain")
        stream = text_stream(b"\xc3", b"\xa9 sec", b"ret \xf0\x9f", b"\x91\x8d")
        routes = routes_of([{"path": "/say", "dialect": "text", "request_text": "prompt"}])
        async with proxied([quiet], stream, rules=[REDACT], routes=routes) as proxy:
            whole = await proxy.ask(post("/say", asked(prompt="Q?")))
            streamed = await proxy.ask(post("/say", asked(prompt="Q?")))
            await proxy.settled()

            assert ("Grüße".encode(), "7") == (whole.body, whole.headers["content-length"])
            assert "é [x] 👍" == streamed.body.decode()
            assert "text/plain; charset=utf-8" == streamed.headers["content-type"]
            assert 1 == proxy.counted("replies_total", route="default", dialect="text", outcome="edit")

    run(test())


def test_a_text_that_is_dropped_without_a_word_is_an_error(run: Run) -> None:
    """Whole and streamed: status 400."""

    async def test() -> None:
        scripts = [reply(b"secret", kind=b"text/plain")], text_stream(b"sec", b"ret")
        routes = routes_of([{"path": "/say", "dialect": "text"}])
        async with proxied(*scripts, rules=[SILENT], routes=routes) as proxy:
            answers = [await proxy.ask(post("/say", b"Q?")) for _ in scripts]

            assert [400, 400] == [answer.status for answer in answers]
            assert all(b"withheld" in answer.body for answer in answers)

    run(test())


def test_a_text_that_upstream_breaks_off_says_so(run: Run) -> None:
    """Never just a closed socket; where nothing has left, a status."""

    async def test() -> None:
        routes = routes_of([{"path": "/say", "dialect": "text"}])
        late, early = [*text_stream(b"Hello there")[:2], None], [None]
        async with proxied(late, early, rules=[REDACT], routes=routes) as proxy:
            answer = await proxy.ask(post("/say", b"Q?"))
            failed = await proxy.ask(post("/say", b"Q?"))

            assert b"Hello there\n[the model server broke off its reply]\n" == answer.body
            assert 502 == failed.status
            assert "model server" in json.loads(failed.body)["error"]

    run(test())


def test_a_path_can_be_given_to_any_dialect(run: Run) -> None:
    """Before the table of known paths, and only by the method that the entry says."""

    async def test() -> None:
        said = reply(json.dumps({"choices": [{"message": {"content": "A secret."}}]}).encode())
        routes = routes_of([{"path": "/v1/mine/*", "dialect": "openai_chat"}])
        async with proxied([said], rules=[REDACT], routes=routes) as proxy:
            answer = await proxy.ask(post("/v1/mine/chat", asked(messages=[])))
            other = await proxy.ask(post("/v1/mine/chat", b"", method="GET"))

            assert b"A [x]." in answer.body
            assert b"A secret." in other.body

    run(test())
