"""Client traffic, against a scripted upstream on loopback."""

from __future__ import annotations

import asyncio
import gzip
import json
import zlib
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

import pytest

from filterproxy.actions.template import Literal
from filterproxy.core.request import Request
from filterproxy.core.rule import Action, OnError, Rule, Scope, Span, Timeout, Verb
from filterproxy.dialects.openai_chat import OPENAI_CHAT
from filterproxy.dialects.routes import Route, Routes
from filterproxy.grounding import GroundedText
from tests.proxy.chats import Run, drop, redact, retry, streamed, text_of
from tests.proxy.fake_upstream import (
    CHAT,
    DONE,
    END,
    STREAM,
    Step,
    chunk,
    completion,
    delta,
    post,
    proxied,
    reply,
)

# Memory


@pytest.mark.parametrize("path", [CHAT, "/v1/files"])
def test_a_client_that_reads_slowly_makes_upstream_wait_and_not_the_proxy_keep(run: Run, path: str) -> None:
    async def test() -> None:
        pieces = 320
        piece = chunk(delta("word " * 13_000))
        script = [STREAM, *[piece] * pieces, chunk(DONE), END]
        async with proxied(script, rules=[redact()]) as proxy:
            answer = await proxy.open(post(path, stream=True))
            await answer.head()
            await proxy.upstream.stalled()

            # The rest lies in the sockets of the system, which hold a few MB each.
            assert proxy.upstream.sent < pieces
            assert 0 < proxy.unsent() < 8 * len(piece)
            assert (await answer.rest()).complete
            assert answer.message.body.endswith(DONE)

    run(test())


# Whole replies


def test_a_whole_reply_without_a_match_is_upstreams_bytes(run: Run) -> None:
    async def test() -> None:
        body = completion("All is well.") + b"  \n"
        async with proxied([reply(body, b"x-request-id: 7", b"etag: e")], rules=[redact()]) as proxy:
            answer = await proxy.ask(post())
            await proxy.settled()

            assert (200, body) == (answer.status, answer.body)
            assert str(len(body)) == answer.headers["content-length"]
            assert (answer.headers["x-request-id"], answer.headers["etag"]) == ("7", "e")
            assert proxy.counted("replies_total", route="default", dialect="openai_chat", outcome="pass") == 1

    run(test())


def test_keys_that_could_repeat_what_was_removed_go_and_are_counted(run: Run) -> None:
    async def test() -> None:
        body = completion("A secret.")[:-1] + b', "copy": "A secret."}'
        async with proxied([reply(body)], rules=[redact()]) as proxy:
            answer = await proxy.ask(post())
            await proxy.settled()

            assert b"secret" not in answer.body
            assert proxy.counted("removed_keys_total") == 1

    run(test())


def test_a_changed_whole_reply_has_its_own_length_and_no_digest(run: Run) -> None:
    async def test() -> None:
        async with proxied([reply(completion("A secret."), b"etag: e")], rules=[redact()]) as proxy:
            answer = await proxy.ask(post())
            await proxy.settled()

            assert text_of(answer) == "A [x]."
            assert str(len(answer.body)) == answer.headers["content-length"]
            assert "etag" not in answer.headers
            assert proxy.counted("replies_total", route="default", dialect="openai_chat", outcome="edit") == 1
            assert proxy.counted("rule_matches_total", rule="r1", action="redact", mode="enforce") == 1
            assert proxy.counted("filter_seconds_count") == 1

    run(test())


def test_a_request_goes_upstream_byte_for_byte(run: Run) -> None:
    async def test() -> None:
        async with proxied([reply(completion("Hi."))]) as proxy:
            body = b'{ "messages" : [] , "odd":1 }'
            raw = post(
                f"{CHAT}?a=%20b",
                body,
                "x-filterproxy-mode: off",
                "accept-encoding: br",
                "authorization: Bearer t",
                "connection: keep-alive, x-hop",
                "x-hop: 1",
            )
            answer = await proxy.ask(raw)
            seen = proxy.upstream.seen[0]

            assert (f"POST {CHAT}?a=%20b HTTP/1.1", body) == (seen.line, seen.body)
            assert (
                seen.headers["accept-encoding"],
                seen.headers["authorization"],
            ) == ("identity", "Bearer t")
            assert not {"x-filterproxy-mode", "x-hop", "connection"} & set(seen.headers)
            assert answer.status == 200

    run(test())


def test_every_reply_has_an_id_of_its_own_that_upstream_cannot_set(run: Run) -> None:
    async def test() -> None:
        spoofed = reply(completion("Hi."), b"x-filterproxy-decision-id: mine", b"x-filterproxy-x: 1")
        async with proxied([spoofed]) as proxy:
            answers = [
                await proxy.ask(raw) for raw in (post(), post(), post("/v1/models", b"", method="GET"))
            ]

            assert len({answer.headers["x-filterproxy-decision-id"] for answer in answers}) == 3
            assert all(answer.headers["x-filterproxy-decision-id"] != "mine" for answer in answers)
            assert all("x-filterproxy-x" not in answer.headers for answer in answers)

    run(test())


def test_a_dropped_reply_says_what_the_rule_says(run: Run) -> None:
    async def test() -> None:
        async with proxied([reply(completion("A secret."))], rules=[drop()]) as proxy:
            assert text_of(await proxy.ask(post())) == "No."

    run(test())


def test_a_dropped_reply_without_words_is_an_error_of_status_400(run: Run) -> None:
    async def test() -> None:
        scripts = [reply(completion("A secret."))], streamed(delta("A secret."), delta("", "stop"), DONE)
        async with proxied(*scripts, rules=[drop(say=None)]) as proxy:
            for raw in (post(), post(stream=True)):
                answer = await proxy.ask(raw)

                assert (answer.status, answer.error["code"]) == (400, "content_filter")
            await proxy.settled()
            assert proxy.counted("replies_total", route="default", dialect="openai_chat", outcome="drop") == 2

    run(test())


def test_a_rule_with_a_condition_counts_only_the_replies_that_it_is_for(run: Run) -> None:
    async def test() -> None:
        rules = [redact(), replace(redact("x"), id="r2", when=lambda request: request.stream)]
        scripts = [reply(completion("Hi."))], streamed(delta("Hi.", "stop"), DONE)
        async with proxied(*scripts, rules=rules) as proxy:
            for stream in (False, True, True):
                await proxy.ask(post(stream=stream))
            await proxy.settled()
            page = proxy.page()

            assert 'filterproxy_rule_evaluated_total{rule="r1"} 3.0' in page
            assert 'filterproxy_rule_evaluated_total{rule="r2"} 2.0' in page

    run(test())


# Limits


def test_a_request_body_is_taken_up_to_the_limit_and_not_past_it(run: Run) -> None:
    async def test() -> None:
        body = post().split(b"\r\n\r\n", 1)[1]
        async with proxied([reply(completion("Hi."))], request_limit_bytes=len(body)) as proxy:
            assert (await proxy.ask(post(body=body))).status == 200
            refused = await proxy.ask(post(body=body + b" "))
            pieces = chunk(body) + chunk(b" ") + END
            chunked = await proxy.ask(
                f"POST {CHAT} HTTP/1.1\r\nhost: p\r\ntransfer-encoding: chunked\r\n\r\n".encode() + pieces
            )

            assert (refused.status, chunked.status) == (413, 413)
            assert "invalid_request_error" == refused.error["type"] == chunked.error["type"]
            assert len(proxy.upstream.seen) == 1
            await proxy.settled()
            assert (
                proxy.counted("replies_total", route="default", dialect="openai_chat", outcome="client_error")
                == 2
            )

    run(test())


def test_a_reply_of_which_a_part_was_not_judged_never_counts_as_passed(run: Run) -> None:
    """What an image in the request states is not known."""

    async def test() -> None:
        image = b'{"messages": [{"role": "user", "content": [{"type": "image_url"}]}]}'
        grounded = replace(redact(), unless=(GroundedText(),))
        async with proxied([reply(completion("A secret."))], rules=[grounded]) as proxy:
            answer = await proxy.ask(post(body=image))
            await proxy.settled()

            assert text_of(answer) == "A secret."
            assert proxy.counted("unscanned_total", cause="context_unknown") == 1
            assert (
                proxy.counted("replies_total", route="default", dialect="openai_chat", outcome="unscanned")
                == 1
            )

    run(test())


@pytest.mark.parametrize("squeeze", [bytes, gzip.compress])
@pytest.mark.parametrize("policy", ["pass", "drop"])
def test_a_reply_body_is_judged_up_to_the_limit_and_not_past_it(
    run: Run, policy: str, squeeze: Callable[[bytes], bytes]
) -> None:
    async def test() -> None:
        body, coding = completion("A secret."), (b"content-encoding: gzip",) if squeeze is not bytes else ()
        fits, over = reply(squeeze(body), *coding), reply(squeeze(body + b" "), *coding)
        settings: dict[str, Any] = {"reply_limit_bytes": len(body), "unscanned": policy}
        async with proxied([fits], [over], rules=[redact()], **settings) as proxy:
            assert text_of(await proxy.ask(post())) == "A [x]."
            answer = await proxy.ask(post())
            await proxy.settled()

            if policy == "pass":
                assert (200, body + b" ") == (answer.status, answer.body)
            else:
                assert (answer.status, answer.error["type"]) == (502, "filter_error")
            assert proxy.counted("unscanned_total", cause="too_large") == 1
            assert (
                proxy.counted("replies_total", route="default", dialect="openai_chat", outcome="unscanned")
                == 1
            )

    run(test())


def test_a_small_body_that_stands_for_gigabytes_is_not_unpacked_past_the_limit(run: Run) -> None:
    async def test() -> None:
        bomb = gzip.compress(b"\0" * (64 << 20))
        settings: dict[str, Any] = {"reply_limit_bytes": 1 << 20, "unscanned": "drop"}
        async with proxied([reply(bomb, b"content-encoding: gzip")], **settings) as proxy:
            assert (await proxy.ask(post())).status == 502

    run(test())


@pytest.mark.parametrize("policy", ["pass", "drop"])
@pytest.mark.parametrize("stream", [False, True])
def test_text_waits_up_to_the_limit_and_not_past_it(run: Run, stream: bool, policy: str) -> None:
    async def test() -> None:
        def script(text: str) -> list[Step]:
            return streamed(delta(text, "stop"), DONE) if stream else [reply(completion(text))]

        fits, over = script("A secret."), script("A secret!.")
        settings: dict[str, Any] = {"held_limit": len("A secret."), "unscanned": policy}
        async with proxied(fits, over, rules=[drop()], **settings) as proxy:
            assert text_of(await proxy.ask(post(stream=stream))) == "No."
            answer = await proxy.ask(post(stream=stream))
            await proxy.settled()

            if policy == "pass":
                assert (answer.status, text_of(answer)) == (200, "A secret!.")
            else:
                assert (answer.status, answer.error["type"]) == (502, "filter_error")
            assert proxy.counted("unscanned_total", cause="too_large") == 1

    run(test())


def test_an_event_is_read_up_to_the_limit_and_not_past_it(run: Run) -> None:
    async def test() -> None:
        first, last = delta("A secret."), delta("", "stop") + DONE
        for limit, status in ((len(first), 200), (len(first) - 8, 502)):
            async with proxied(streamed(first, last), rules=[redact()], event_limit_bytes=limit) as proxy:
                answer = await proxy.ask(post(stream=True))

                assert status == answer.status
                assert b"secret" not in answer.body

    run(test())


# What upstream may send


@pytest.mark.parametrize(
    ("coding", "body"),
    [
        (b"gzip", gzip.compress(completion("A secret."))),
        (b"deflate", zlib.compress(completion("A secret."))),
        (b"deflate", zlib.compress(completion("A secret."), wbits=-15)),
        (b"GZIP", gzip.compress(completion("A secret.")[:9]) + gzip.compress(completion("A secret.")[9:])),
        (b"identity", completion("A secret.")),
    ],
)
def test_compressed_replies_are_decoded_and_judged(run: Run, coding: bytes, body: bytes) -> None:
    async def test() -> None:
        async with proxied([reply(body, b"content-encoding: " + coding)], rules=[redact()]) as proxy:
            answer = await proxy.ask(post())

            assert text_of(answer) == "A [x]."
            assert answer.headers.get("content-encoding", "identity") == "identity"

    run(test())


def test_a_compressed_reply_without_a_match_leaves_decoded_and_otherwise_as_it_came(run: Run) -> None:
    async def test() -> None:
        body = completion("Hi.") + b" "
        async with proxied([reply(gzip.compress(body), b"content-encoding: gzip")]) as proxy:
            answer = await proxy.ask(post())

            assert (body, str(len(body))) == (answer.body, answer.headers["content-length"])
            assert "content-encoding" not in answer.headers

    run(test())


def test_a_body_that_is_not_compressed_as_it_says_is_upstreams_error(run: Run) -> None:
    async def test() -> None:
        whole = gzip.compress(completion("Hi."))
        for body in (b"nonsense", whole[:-9], b"\x1f\x8b" + b"?" * 40):
            async with proxied([reply(body, b"content-encoding: gzip")]) as proxy:
                answer = await proxy.ask(post())
                await proxy.settled()

                assert (answer.status, answer.error["type"]) == (502, "upstream_error")
                assert proxy.counted("upstream_errors_total", upstream="default", cause="protocol") == 1

    run(test())


@pytest.mark.parametrize("policy", ["pass", "drop"])
@pytest.mark.parametrize(
    ("cause", "sent"),
    [
        ("encoding", reply(b"??", b"content-encoding: br")),
        ("content_type", reply(b"a secret", kind=b"text/html")),
        ("malformed", reply(b"{a secret")),
        ("malformed", reply(b"[]")),
        ("status", reply(completion("A secret."), status=b"203 Odd")),
    ],
)
def test_what_cannot_be_judged_is_counted_and_the_operator_says_what_becomes_of_it(
    run: Run, cause: str, sent: bytes, policy: str
) -> None:
    async def test() -> None:
        async with proxied([sent], rules=[redact()], unscanned=policy) as proxy:
            answer = await proxy.ask(post())
            await proxy.settled()

            if policy == "pass":
                assert sent.endswith(b"\r\n\r\n" + answer.body)
            else:
                assert (answer.status, answer.error["type"]) == (502, "filter_error")
            assert proxy.counted("unscanned_total", cause=cause) == 1
            assert (
                proxy.counted("replies_total", route="default", dialect="openai_chat", outcome="unscanned")
                == 1
            )

    run(test())


@pytest.mark.parametrize("status", [b"429 Slow", b"500 Oh", b"307 There"])
def test_upstreams_own_errors_pass_and_are_not_unscanned(run: Run, status: bytes) -> None:
    async def test() -> None:
        body = b'{"error": {"message": "a secret"}}'
        async with proxied([reply(body, b"retry-after: 3", status=status)], rules=[redact()]) as proxy:
            answer = await proxy.ask(post())

            assert (int(status[:3]), body) == (answer.status, answer.body)
            assert answer.headers["retry-after"] == "3"
            assert "filterproxy_unscanned_total{" not in proxy.page()

    run(test())


# Streams


def test_a_stream_without_a_match_is_upstreams_bytes(run: Run) -> None:
    async def test() -> None:
        events = (b": hello\n\n", delta("All "), delta("is well."), delta("", "stop"), DONE)
        async with proxied(streamed(*events), rules=[redact()]) as proxy:
            answer = await proxy.ask(post(stream=True))
            await proxy.settled()

            assert (200, b"".join(events)) == (answer.status, answer.body)
            assert answer.headers["content-type"] == "text/event-stream"
            assert answer.complete
            assert 1 == proxy.counted("held_characters_count") == proxy.counted("held_seconds_count")

    run(test())


def test_a_match_across_events_never_leaves(run: Run) -> None:
    async def test() -> None:
        events = (delta("A sec"), delta("ret."), delta("", "stop"), DONE)
        async with proxied(streamed(*events), rules=[redact()]) as proxy:
            answer = await proxy.ask(post(stream=True))

            assert text_of(answer) == "A [x]."
            assert answer.body.endswith(DONE)

    run(test())


def test_a_token_leaves_before_the_next_one_comes(run: Run) -> None:
    async def test() -> None:
        more = asyncio.Event()
        script: list[Step] = [STREAM, chunk(delta("All ")), more, chunk(delta("", "stop") + DONE), END]
        async with proxied(script, rules=[redact()]) as proxy:
            answer = await proxy.open(post(stream=True))
            await answer.until(b"All ")
            more.set()

            assert (await answer.rest()).body.endswith(DONE)

    run(test())


def test_head_and_status_wait_for_the_first_byte(run: Run) -> None:
    async def test() -> None:
        async with proxied([STREAM, None]) as proxy:
            answer = await proxy.ask(post(stream=True))

            assert (answer.status, answer.error["type"]) == (502, "upstream_error")

    run(test())


def test_a_stream_that_breaks_off_ends_with_an_error_event(run: Run) -> None:
    async def test() -> None:
        async with proxied(
            [STREAM, chunk(delta("All ")), chunk(delta("is")), None], rules=[redact()]
        ) as proxy:
            answer = await proxy.ask(post(stream=True))
            await proxy.settled()

            assert (answer.status, text_of(answer), answer.complete) == (200, "All is", True)
            assert b'"upstream_error"' in answer.body
            assert proxy.counted("upstream_errors_total", upstream="default", cause="cut") == 1
            assert (
                proxy.counted(
                    "replies_total", route="default", dialect="openai_chat", outcome="upstream_error"
                )
                == 1
            )

    run(test())


def test_nothing_follows_the_end_of_a_reply_that_upstream_breaks_off_behind_it(run: Run) -> None:
    async def test() -> None:
        events = [chunk(delta("A secret.")), chunk(delta("", "stop")), chunk(DONE)]
        async with proxied([STREAM, *events, None], rules=[redact()]) as proxy:
            answer = await proxy.ask(post(stream=True))

            assert (text_of(answer), answer.complete) == ("A [x].", True)
            assert answer.body.endswith(DONE)

    run(test())


def test_a_heartbeat_goes_out_while_text_is_held_and_only_then(run: Run) -> None:
    async def test() -> None:
        more = asyncio.Event()
        script: list[Step] = [STREAM, chunk(delta("A sec")), more, chunk(delta("ret.", "stop") + DONE), END]
        async with proxied(script, rules=[drop()], heartbeat_seconds=0.01) as proxy:
            answer = await proxy.open(post(stream=True))
            seen = await answer.until(b":")

            assert b"sec" not in seen.body
            more.set()
            assert text_of(await answer.rest()) == "No."
        more.clear()
        script = [STREAM, chunk(delta("All ")), more, chunk(delta("", "stop") + DONE), END]
        async with proxied(script, heartbeat_seconds=0.001) as proxy:
            answer = await proxy.open(post(stream=True))
            await answer.until(b"All ")
            asyncio.get_running_loop().call_later(0.02, more.set)

            assert delta("All ") + delta("", "stop") + DONE == (await answer.rest()).body

    run(test())


def test_a_stream_that_is_gzipped_is_judged_as_it_comes(run: Run) -> None:
    async def test() -> None:
        packer, more = zlib.compressobj(wbits=31), asyncio.Event()
        first = packer.compress(delta("A ")) + packer.flush(zlib.Z_SYNC_FLUSH)
        last = packer.compress(delta("secret.", "stop") + DONE) + packer.flush()
        head = STREAM.replace(b"\r\n\r\n", b"\r\ncontent-encoding: gzip\r\n\r\n")
        script: list[Step] = [head, chunk(first), more, chunk(last[:5]), chunk(last[5:]), END]
        async with proxied(script, rules=[redact()]) as proxy:
            answer = await proxy.open(post(stream=True))
            await answer.until(b"A ")
            more.set()

            assert text_of(await answer.rest()) == "A [x]."

    run(test())


def test_a_second_try_that_fails_after_heartbeats_ends_the_stream_with_an_error(run: Run) -> None:
    async def test() -> None:
        for second in ([reply(b"{}", status=b"500 Oh")], [reply(completion("Hi."))], [None]):
            more = asyncio.Event()
            first: list[Step] = [
                STREAM,
                chunk(delta("A secret.")),
                more,
                chunk(delta("", "stop") + DONE),
                END,
            ]
            async with proxied(first, second, rules=[retry()], heartbeat_seconds=0.001) as proxy:
                answer = await proxy.open(post(stream=True))
                await answer.until(b":")
                more.set()
                ended = await answer.rest()
                await proxy.settled()

                assert (ended.status, ended.complete) == (200, True)
                assert b'"upstream_error"' in ended.body
                assert b"secret" not in ended.body
                assert (
                    proxy.counted(
                        "replies_total", route="default", dialect="openai_chat", outcome="upstream_error"
                    )
                    == 1
                )

    run(test())


def test_a_worker_that_must_end_says_so_to_the_clients_that_still_wait(run: Run) -> None:
    async def test() -> None:
        silent: list[Step] = [asyncio.Event()]
        begun: list[Step] = [STREAM, chunk(delta("All ")), asyncio.Event()]
        for script, status in ((silent, 503), (begun, 200)):
            async with proxied(script) as proxy:
                answer = await proxy.open(post(stream=True))
                await (answer.until(b"All ") if status == 200 else proxy.upstream.asked.wait())
                for task in list(proxy.state.tasks):
                    task.cancel()
                ended = await answer.rest()

                assert (status, True) == (ended.status, ended.complete)
                assert b'"unavailable"' in ended.body

    run(test())


# Clients that go away


def test_a_client_that_leaves_a_stream_closes_the_upstream_request(run: Run) -> None:
    async def test() -> None:
        script: list[Step] = [STREAM, chunk(delta("All ")), asyncio.Event()]
        async with proxied(script) as proxy:
            answer = await proxy.open(post(stream=True))
            await answer.until(b"All ")
            answer.leave()
            await proxy.upstream.gone.wait()
            await proxy.settled()

            assert (
                proxy.counted("replies_total", route="default", dialect="openai_chat", outcome="client_gone")
                == 1
            )

    run(test())


@pytest.mark.parametrize("path", [CHAT, "/v1/embeddings"])
def test_a_client_that_leaves_before_the_first_byte_closes_the_upstream_request(run: Run, path: str) -> None:
    async def test() -> None:
        async with proxied([asyncio.Event()]) as proxy:
            answer = await proxy.open(post(path))
            await proxy.upstream.asked.wait()
            answer.leave()
            await proxy.upstream.gone.wait()

    run(test())


def test_a_client_that_leaves_within_its_request_is_counted(run: Run) -> None:
    async def test() -> None:
        async with proxied() as proxy:
            answer = await proxy.open(post()[:-3])
            while not proxy.state.tasks:
                await asyncio.sleep(0)
            answer.leave()
            await proxy.settled()

            assert (
                proxy.counted("replies_total", route="default", dialect="openai_chat", outcome="client_gone")
                == 1
            )
            assert proxy.upstream.seen == []

    run(test())


# Upstream's failures


def test_an_upstream_that_is_down_is_a_502(run: Run) -> None:
    async def test() -> None:
        async with proxied(upstream="http://127.0.0.1:9") as proxy:
            for raw in (post(), post(stream=True), post("/v1/models", b"", method="GET")):
                answer = await proxy.ask(raw)

                assert (answer.status, answer.error["type"]) == (502, "upstream_error")
            await proxy.settled()
            assert proxy.counted("upstream_errors_total", upstream="default", cause="connect") == 3

    run(test())


def test_an_upstream_that_is_silent_is_a_504(run: Run) -> None:
    async def test() -> None:
        async with proxied([asyncio.Event()], first_byte_timeout_seconds=0.02) as proxy:
            assert tuple([(await proxy.ask(raw)).status for raw in (post(), post(stream=True))]) == (504, 504)

    run(test())


@pytest.mark.parametrize(
    "sent", [b"nonsense\r\n\r\n", b"HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\n{", b"HTTP/1.1 999 X\r\n\r\n"]
)
def test_an_upstream_that_speaks_nonsense_is_a_502(run: Run, sent: bytes) -> None:
    async def test() -> None:
        async with proxied([sent, None]) as proxy:
            answer = await proxy.ask(post())

            assert (answer.status, answer.error["type"]) == (502, "upstream_error")

    run(test())


# Rules that ask again


@pytest.mark.parametrize("stream", [False, True])
def test_retry_asks_upstream_again_with_the_note(run: Run, stream: bool) -> None:
    async def test() -> None:
        def script(text: str) -> list[Step]:
            return streamed(delta(text, "stop"), DONE) if stream else [reply(completion(text))]

        async with proxied(script("A secret."), script("All is well."), rules=[retry()]) as proxy:
            answer = await proxy.ask(post(stream=stream))
            await proxy.settled()
            again = json.loads(proxy.upstream.seen[1].body)["messages"]

            assert text_of(answer) == "All is well."
            assert again[-1] == {"role": "system", "content": "Be kind."}
            assert proxy.counted("upstream_retries_total") == 1
            assert proxy.counted("rule_matches_total", rule="t1", action="retry", mode="enforce") == 1
            assert (
                proxy.counted("replies_total", route="default", dialect="openai_chat", outcome="retry") == 1
            )

    run(test())


@pytest.mark.parametrize("stream", [False, True])
def test_retry_ends_with_what_comes_after_the_last_try(run: Run, stream: bool) -> None:
    async def test() -> None:
        bad = streamed(delta("A secret.", "stop"), DONE) if stream else [reply(completion("A secret."))]
        async with proxied(bad, rules=[retry(2)]) as proxy:
            assert text_of(await proxy.ask(post(stream=stream))) == "No."
            assert len(proxy.upstream.seen) == 3

    run(test())


@pytest.mark.parametrize("stream", [False, True])
@pytest.mark.parametrize("body", [b"no JSON", b"[]", b'{"messages": "Hi?"}', b'{"messages": null}'])
def test_what_takes_no_note_is_not_asked_again_and_its_reply_is_what_comes_after_the_last_try(
    run: Run, stream: bool, body: bytes
) -> None:
    async def test() -> None:
        bad = streamed(delta("A secret.", "stop"), DONE) if stream else [reply(completion("A secret."))]
        async with proxied(bad, rules=[retry(2)]) as proxy:
            answer = await proxy.ask(post(body=body))
            await proxy.settled()

            assert (answer.status, text_of(answer)) == (200, "No.")
            assert len(proxy.upstream.seen) == 1
            assert proxy.counted("replies_total", route="default", dialect="openai_chat", outcome="drop") == 1

    run(test())


def test_what_is_nested_too_deeply_to_be_written_is_asked_again_as_it_is(run: Run) -> None:
    async def test() -> None:
        deep = b'{"messages": [{"role": "user", "content": "Hi?"}], "x": ' + b"[" * 500 + b"]" * 500 + b"}"
        bad, good = [reply(completion("A secret."))], [reply(completion("All is well."))]
        async with proxied(bad, good, rules=[retry()]) as proxy:
            assert text_of(await proxy.ask(post(body=deep))) == "All is well."
            assert proxy.upstream.seen[1].body == deep

    run(test())


# Faults of rules and of our own


class Late:
    """A detector whose time always runs out."""

    shape = None
    gate = None

    def find(self, text: str, pos: int, unit: Span, request: Request) -> Span | None:
        raise Timeout


def late(policy: OnError) -> Rule:
    return Rule("slow", Late(), Action(Verb.REDACT, template=Literal("x")), Scope.SENTENCE, on_error=policy)


@pytest.mark.parametrize("stream", [False, True])
def test_a_reply_that_could_not_be_judged_is_withheld_when_the_rule_says_so(run: Run, stream: bool) -> None:
    async def test() -> None:
        script = streamed(delta("Hi.", "stop"), DONE) if stream else [reply(completion("Hi."))]
        async with proxied(script, rules=[late(OnError.DROP)]) as proxy:
            answer = await proxy.ask(post(stream=stream))
            await proxy.settled()

            assert (answer.status, answer.error["type"]) == (502, "filter_error")
            assert proxy.counted("rule_errors_total", rule="slow", cause="timeout") == 1
            assert (
                proxy.counted("replies_total", route="default", dialect="openai_chat", outcome="error") == 1
            )

    run(test())


def test_a_rule_is_suspended_after_its_third_time_out_and_not_before(run: Run) -> None:
    async def test() -> None:
        async with proxied([reply(completion("Hi."))], rules=[late(OnError.PASS)]) as proxy:
            for times in range(1, 5):
                assert (await proxy.ask(post())).status == 200
                await proxy.settled()

                assert (frozenset({"slow"}) if times >= 3 else frozenset()) == proxy.engine.suspended
            assert proxy.counted("rule_errors_total", rule="slow", cause="timeout") == 3
            assert proxy.counted("rule_errors_total", rule="slow", cause="suspended") == 1
            assert proxy.counted("rule_suspended", rule="slow") == 1

    run(test())


def _bug(body: bytes, headers: Mapping[str, str]) -> Request:
    raise RuntimeError(body.decode())


BROKEN = Routes([Route("POST", ("chat", "completions"), replace(OPENAI_CHAT, read_request=_bug))])


def test_a_bug_of_ours_is_a_500_and_its_log_has_no_text(run: Run, caplog: pytest.LogCaptureFixture) -> None:
    async def test() -> None:
        async with proxied([reply(completion("Hi."))], routes=BROKEN) as proxy:
            answer = await proxy.ask(post())
            await proxy.settled()

            assert (answer.status, answer.error["type"]) == (500, "internal_error")
            assert "RuntimeError" in caplog.text
            assert "test_app.py" in caplog.text
            assert "Hi?" not in caplog.text
            assert (
                proxy.counted("replies_total", route="default", dialect="openai_chat", outcome="error") == 1
            )

    run(test())


# Every other path


@pytest.mark.parametrize("method", ["GET", "HEAD", "POST", "PUT", "DELETE", "OPTIONS", "PATCH"])
def test_other_paths_go_through_as_they_are(run: Run, method: str) -> None:
    async def test() -> None:
        sent = reply(b"a secret", b"x-a: 1", kind=b"image/png", status=b"201 Made")
        sent = sent[: -len(b"a secret")] if method == "HEAD" else sent
        async with proxied([sent], rules=[redact()]) as proxy:
            opened = await proxy.open(post("/v1/x%2Fy/../z?q=%C3%A9&q", b"body", method=method))
            answer = await (opened.head() if method == "HEAD" else opened.rest())
            seen = proxy.upstream.seen[0]

            assert (f"{method} /v1/x%2Fy/../z?q=%C3%A9&q HTTP/1.1", b"body") == (seen.line, seen.body)
            assert (answer.status, answer.headers["x-a"], answer.headers["content-length"]) == (201, "1", "8")
            assert (b"" if method == "HEAD" else b"a secret") == answer.body

    run(test())


def test_bodies_of_other_paths_stream_both_ways(run: Run) -> None:
    async def test() -> None:
        more = asyncio.Event()
        head = b"HTTP/1.1 200 OK\r\ncontent-type: audio/wav\r\ntransfer-encoding: chunked\r\n\r\n"
        body = b"x" * 300_000
        async with proxied([head, chunk(b"one"), more, chunk(b"two"), END]) as proxy:
            answer = await proxy.open(post("/v1/audio/speech", body))
            await answer.until(b"one")
            more.set()

            assert (await answer.rest()).body == b"onetwo"
            assert body == proxy.upstream.seen[0].body

    run(test())


@pytest.mark.parametrize(
    ("kind", "method", "times"),
    [(b"application/json", "POST", 1), (b"text/event-stream", "POST", 1), (b"application/json", "GET", 0),
     (b"image/png", "POST", 0)],
)  # fmt: skip
def test_replies_that_we_cannot_read_are_counted(run: Run, kind: bytes, method: str, times: int) -> None:
    async def test() -> None:
        async with proxied([reply(b"{}", kind=kind)]) as proxy:
            await proxy.ask(post("/v1/embeddings", b"{}", method=method))
            await proxy.settled()

            assert times == proxy.counted("unscanned_total", cause="unknown_path")
            assert times == proxy.counted(
                "replies_total", route="default", dialect="none", outcome="unscanned"
            )

    run(test())


@pytest.mark.parametrize(
    "path",
    [
        f"{CHAT}/",
        "/v1//chat/completions",
        "/v1/chat/%63ompletions",
        "/v1/chat/./completions",
        "/x" + CHAT,
        f"{CHAT};x",
        "/v1;a=b/chat;c/x/..;d/completions",
        f"{CHAT}%3Bx",
        f"{CHAT}%20",
        f"{CHAT}%00.html",
        f"{CHAT}#x",
        CHAT.upper(),
        "/v1%5cchat%5Ccompletions",
    ],
)
def test_a_path_written_otherwise_is_judged_all_the_same(run: Run, path: str) -> None:
    async def test() -> None:
        async with proxied([reply(completion("A secret."))], rules=[redact()]) as proxy:
            assert text_of(await proxy.ask(post(path))) == "A [x]."

    run(test())


def test_no_target_or_host_reaches_another_server(run: Run) -> None:
    async def test() -> None:
        async with proxied([reply(b"{}")]) as proxy:
            for target in ("http://other.example/v1/models", "//other.example/v1/models", "/v1/models"):
                await proxy.ask(post(target, b"", "x-forwarded-host: other.example", method="GET"))
            hosts = {seen.headers["host"] for seen in proxy.upstream.seen}

            assert len(proxy.upstream.seen) == 3
            assert len(hosts) == 1
            assert "other.example" not in hosts.pop()

    run(test())


def test_websockets_are_refused_and_counted(run: Run) -> None:
    async def test() -> None:
        async with proxied() as proxy:
            raw = post("/v1/realtime", b"", "connection: upgrade", "upgrade: websocket", method="GET")
            answer = await proxy.ask(raw)

            assert answer.status == 501
            assert proxy.counted("unscanned_total", cause="websocket") == 1
            assert proxy.upstream.seen == []

    run(test())


def test_a_connection_serves_one_request_after_the_other(run: Run) -> None:
    async def test() -> None:
        async with proxied([reply(completion("Hi."))]) as proxy:
            answer = await proxy.open(post() + post())
            first = (await answer.rest()).headers["x-filterproxy-decision-id"]
            answer.message.complete = False
            second = (await answer.rest()).headers["x-filterproxy-decision-id"]

            assert first != second
            assert len(proxy.upstream.seen) == 2

    run(test())
