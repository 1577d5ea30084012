"""Replies fetched another way than they were asked for: by their id, in lists, in files, by sockets."""

from __future__ import annotations

import json
from typing import Any

import pytest

from filterproxy.core.rule import Action, Rule, Verb
from filterproxy.detectors.regex import Regex
from filterproxy.grounding import GroundedText
from tests.proxy.chats import Run, drop, redact, text_of
from tests.proxy.fake_upstream import CHAT, completion, post, proxied, reply

FILE = "/v1/files/file-1/content"
OPENAI_BATCH = "/v1/batches/b-1/results"
ANTHROPIC_BATCH = "/v1/messages/batches/b-1/results"


def get(path: str) -> bytes:
    return post(path, b"", method="GET")


def page(*texts: str) -> bytes:
    """A list of stored completions."""
    data = [json.loads(completion(text)) for text in texts]
    return json.dumps({"object": "list", "data": data, "first_id": "c", "has_more": False}).encode()


def texts_of(body: bytes) -> list[Any]:
    return [item["choices"][0]["message"]["content"] for item in json.loads(body)["data"]]


@pytest.mark.parametrize(("method", "body"), [("GET", b""), ("POST", b'{"metadata": {"a": "b"}}')])
def test_a_stored_completion_is_judged_when_it_is_fetched(run: Run, method: str, body: bytes) -> None:
    async def test() -> None:
        async with proxied([reply(completion("A secret."))], rules=[redact()]) as proxy:
            answer = await proxy.ask(post(f"{CHAT}/chatcmpl-1", body, method=method))
            await proxy.settled()

            assert text_of(answer) == "A [x]."
            assert body == proxy.upstream.seen[0].body
            assert proxy.counted("replies_total", route="default", dialect="openai_chat", outcome="edit") == 1

    run(test())


def test_what_was_asked_for_a_stored_reply_is_not_known(run: Run) -> None:
    async def test() -> None:
        flag = Rule("g1", Regex("secret", False), Action(Verb.FLAG), unless=(GroundedText(),))
        async with proxied([reply(completion("A secret."))], rules=[flag]) as proxy:
            await proxy.ask(get(f"{CHAT}/chatcmpl-1"))
            await proxy.settled()

            assert proxy.counted("unscanned_total", cause="context_unknown") == 1

    run(test())


def test_a_stored_reply_cannot_be_asked_again_so_that_what_comes_then_holds(run: Run) -> None:
    async def test() -> None:
        then = Action(Verb.DROP)
        rule = Rule("t1", Regex("secret", False), Action(Verb.RETRY, times=2, fallback="other", then=then))
        async with proxied([reply(completion("A secret."))], rules=[rule]) as proxy:
            answer = await proxy.ask(get(f"{CHAT}/chatcmpl-1"))

            assert (400, "content_filter") == (answer.status, answer.error["code"])
            assert len(proxy.upstream.seen) == 1

    run(test())


def test_a_page_of_stored_completions_is_judged_one_by_one(run: Run) -> None:
    async def test() -> None:
        body = page("All is well.", "A secret.", "")
        async with proxied([reply(body)], rules=[redact()]) as proxy:
            answer = await proxy.ask(get(f"{CHAT}?limit=3"))

            assert texts_of(answer.body) == ["All is well.", "A [x].", ""]
            assert {**json.loads(body), "data": 0} == {**json.loads(answer.body), "data": 0}

    run(test())


def test_a_page_without_a_match_is_upstreams_bytes(run: Run) -> None:
    async def test() -> None:
        body = page("All is well.", "Very well.") + b" \n"
        async with proxied([reply(body)], rules=[redact()]) as proxy:
            assert body == (await proxy.ask(get(CHAT))).body

    run(test())


@pytest.mark.parametrize(("say", "expected"), [("No.", ["Hi.", "No.", "Bye."]), (None, ["Hi.", "", "Bye."])])
def test_a_dropped_completion_leaves_the_others_of_its_page(
    run: Run, say: str | None, expected: list[str]
) -> None:
    async def test() -> None:
        async with proxied([reply(page("Hi.", "A secret.", "Bye."))], rules=[drop(say=say)]) as proxy:
            answer = await proxy.ask(get(CHAT))

            assert expected == texts_of(answer.body)

    run(test())


@pytest.mark.parametrize(
    "body", [b"[]", b"{}", b'{"data": 3}', b'{"data": [1]}', b'{"data": [{"choices": [{"index": -1}]}]}']
)
@pytest.mark.parametrize(("policy", "status"), [("pass", 200), ("drop", 502)])
def test_a_page_that_cannot_be_read_is_not_judged(run: Run, body: bytes, policy: str, status: int) -> None:
    async def test() -> None:
        async with proxied([reply(body)], rules=[redact()], unscanned=policy) as proxy:
            answer = await proxy.ask(get(CHAT))
            await proxy.settled()

            assert status == answer.status
            assert proxy.counted("unscanned_total", cause="malformed") == 1

    run(test())


@pytest.mark.parametrize(
    ("path", "cause", "listed"),
    [
        (FILE, "file_content", "/v1/files/*/content"),
        ("/v1/containers/c/files/f/content", "file_content", "/v1/containers/c/files/*/content"),
        ("/v1/./files//file-1/content/?a=b", "file_content", "/v1/files/*/content"),
        (OPENAI_BATCH, "batch_results", "/v1/batches/*/results"),
        (ANTHROPIC_BATCH, "batch_results", "/v1/messages/batches/*/results"),
    ],
)
def test_files_of_replies_are_refused_and_counted_until_their_path_is_listed(
    run: Run, path: str, cause: str, listed: str
) -> None:
    async def test() -> None:
        async with proxied([reply(b"A secret.\n")], rules=[redact()]) as proxy:
            answer = await proxy.ask(get(path))
            await proxy.settled()

            assert answer.status == 403
            assert f"`passthrough: [{listed}]`" in answer.error["message"]
            assert proxy.upstream.seen == []
            assert proxy.counted("unscanned_total", cause=cause) == 1
        async with proxied([reply(b"A secret.\n")], rules=[redact()], passthrough=(listed,)) as proxy:
            answer = await proxy.ask(get(path))
            await proxy.settled()

            assert (200, b"A secret.\n") == (answer.status, answer.body)
            assert proxy.counted("unscanned_total", cause="passthrough") == 1
            assert proxy.counted("replies_total", route="default", dialect="none", outcome="unscanned") == 1

    run(test())


@pytest.mark.parametrize(
    "path", ["/v1/conversations/c/items", "/v1/conversations/c/items/i", "/v1/threads/t/messages"]
)
def test_conversations_that_the_server_keeps_pass_and_are_counted(run: Run, path: str) -> None:
    async def test() -> None:
        for policy, status in (("pass", 200), ("drop", 502)):
            async with proxied([reply(b'{"data": []}')], rules=[redact()], unscanned=policy) as proxy:
                answer = await proxy.ask(get(path))
                await proxy.settled()

                assert status == answer.status
                assert proxy.counted("unscanned_total", cause="stored_items") == 1

    run(test())


def test_what_is_not_there_is_not_counted(run: Run) -> None:
    async def test() -> None:
        script = [reply(b"{}", status=b"404 Not Found")]
        async with proxied(script, rules=[redact()], passthrough=("/v1/*",)) as proxy:
            for path in (FILE, "/v1/threads/t/messages"):
                assert (await proxy.ask(get(path))).status == 404
            await proxy.settled()

            assert "filterproxy_unscanned_total{" not in proxy.page()

    run(test())


def test_the_refusal_has_the_shape_of_the_dialect_that_is_spoken_beside(run: Run) -> None:
    async def test() -> None:
        async with proxied() as proxy:
            answer = await proxy.ask(get(ANTHROPIC_BATCH))

            assert json.loads(answer.body)["type"] == "error"

    run(test())


def test_a_listed_path_passes_where_replies_that_are_not_judged_are_dropped(run: Run) -> None:
    async def test() -> None:
        settings: dict[str, Any] = {"unscanned": "drop", "passthrough": ("/v1/embeddings", "/v1/files/*")}
        async with proxied([reply(b"{}")], rules=[redact()], **settings) as proxy:
            answers = [await proxy.ask(raw) for raw in (post("/v1/embeddings"), get(FILE), post("/v1/other"))]
            await proxy.settled()

            assert [200, 200, 502] == [answer.status for answer in answers]
            assert proxy.counted("unscanned_total", cause="passthrough") == 2

    run(test())


def test_where_a_dialect_is_spoken_rules_hold_whatever_is_listed(run: Run) -> None:
    async def test() -> None:
        async with proxied([reply(completion("A secret."))], rules=[redact()], passthrough=("*",)) as proxy:
            for raw in (post(), get(f"{CHAT}/chatcmpl-1")):
                assert text_of(await proxy.ask(raw)) == "A [x]."

    run(test())


def test_websockets_are_not_proxied_even_if_their_path_is_listed(run: Run) -> None:
    async def test() -> None:
        async with proxied(passthrough=("/v1/realtime",)) as proxy:
            raw = post("/v1/realtime", b"", "connection: upgrade", "upgrade: websocket", method="GET")
            answer = await proxy.ask(raw)

            assert (501, "WebSockets are not proxied") == (answer.status, answer.error["message"])
            assert proxy.counted("unscanned_total", cause="websocket") == 1

    run(test())


def test_headers_of_ours_are_nobody_elses_wherever_they_come_from(run: Run) -> None:
    async def test() -> None:
        spoofed = b"x-filterproxy-retries: 9"
        async with proxied([reply(completion("Hi."), spoofed)], passthrough=("*",)) as proxy:
            for path in (CHAT, f"{CHAT}/c", FILE):
                method = "POST" if path == CHAT else "GET"
                answer = await proxy.ask(post(path, b"{}", "X-FilterProxy-Retries: 8", method=method))

                own = {name for name in answer.headers if name.startswith("x-filterproxy-")}
                assert own == {"x-filterproxy-decision-id"}
                assert "x-filterproxy-retries" not in proxy.upstream.seen[-1].headers

    run(test())
