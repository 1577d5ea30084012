"""Rules that ask, in the proxy: services that are slow, broken or down, functions, and late judges."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable
from typing import Any

import pytest
from prometheus_client import CollectorRegistry

from filterproxy.actions.template import Literal
from filterproxy.core.rule import Action, Mode, OnError, Rule, Scope, Verb
from filterproxy.detectors.combine import AllOf
from filterproxy.detectors.phrases import Phrases
from filterproxy.detectors.python import Function, Python
from filterproxy.detectors.service import Service
from filterproxy.metrics import Metrics
from filterproxy.proxy.asking.answers import Answers
from filterproxy.proxy.asking.breaker import Breaker
from tests.proxy.chats import Run, streamed, text_of
from tests.proxy.fake_upstream import (
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
from tests.proxy.judge import Judge, rule, serving


def script(text: str, stream: bool) -> list[Step]:
    if not stream:
        return [reply(completion(text))]
    pieces = [text[i : i + 3] for i in range(0, len(text), 3)]
    return streamed(*map(delta, pieces), delta("", "stop"), DONE)


@pytest.mark.parametrize("stream", [False, True])
@pytest.mark.parametrize(("text", "read"), [("A bad reply.", "No."), ("A good reply.", "A good reply.")])
def test_a_service_says_what_becomes_of_a_reply(run: Run, stream: bool, text: str, read: str) -> None:
    async def test() -> None:
        async with (
            serving(Judge()) as judge,
            proxied(script(text, stream), rules=[rule(judge)]) as proxy,
        ):
            answer = await proxy.ask(post(stream=stream))
            await proxy.settled()

            assert read == text_of(answer)
            assert [{"text": text, "channel": "content", "rule": "s1"}] == judge.asked
            assert proxy.counted("service_requests_total", rule="s1", outcome="ok") == 1
            assert proxy.counted("rule_matches_total", rule="s1", action="drop", mode="enforce") == (
                read == "No."
            )

    run(test())


@pytest.mark.parametrize("stream", [False, True])
def test_a_reply_that_nothing_matches_is_upstreams_bytes(run: Run, stream: bool) -> None:
    async def test() -> None:
        sent = script("All is well.", stream)
        async with serving(Judge()) as judge, proxied(sent, rules=[rule(judge)]) as proxy:
            direct = (await proxy.ask(post("/v1/files", stream=stream))).body
            answer = await proxy.ask(post(stream=stream))

            assert direct == answer.body

    run(test())


def test_spans_are_acted_on_and_sentences_are_asked_about_together(run: Run) -> None:
    def says(asked: dict[str, Any]) -> Any:
        at = asked["text"].find("bad")
        return {"matches": [{"start": at, "end": at + 3}] if at >= 0 else []}

    async def test() -> None:
        async with (
            serving(Judge(says)) as judge,
            proxied(
                script("Fine. A bad one. Fine.", True), rules=[rule(judge, Verb.REDACT, scope=Scope.SENTENCE)]
            ) as proxy,
        ):
            answer = await proxy.ask(post(stream=True))

            assert "Fine. A [x] one. Fine." == text_of(answer)
            assert sorted(["Fine. ", "A bad one. ", "Fine."]) == sorted(
                asked["text"] for asked in judge.asked
            )

    run(test())


def test_only_what_a_cheap_member_lets_through_leaves_for_the_service(run: Run) -> None:
    async def test() -> None:
        async with serving(Judge()) as judge:
            match = AllOf(Phrases(("refund",)), (Service(judge.url),))
            made = rule(judge, match=match, needs_unit=True)
            async with proxied(
                script("A bad reply.", False), script("A bad refund.", False), rules=[made]
            ) as proxy:
                first, second = await proxy.ask(post()), await proxy.ask(post())

                assert ("A bad reply.", "No.") == (text_of(first), text_of(second))
                assert ["A bad refund."] == [asked["text"] for asked in judge.asked]

    run(test())


BROKEN: dict[str, list[Step]] = {
    "an error": [reply(b"{}", status=b"500 No")],
    "a redirect": [reply(b"", b"location: /", status=b"307 There")],
    "no JSON": [reply(b"<html>")],
    "another shape": [reply(b'{"verdict": "bad"}')],
    "a span outside": [reply(b'{"matches": [{"start": 0, "end": 99}]}')],
    "too much": [reply(b'{"flagged": false, "x": "' + b"x" * 200_000 + b'"}')],
    "it breaks off": [b"HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\n{", None],
    "no HTTP": [b"hello\r\n\r\n", None],
}


@pytest.mark.parametrize("broken", BROKEN)
@pytest.mark.parametrize(("on_error", "status"), [(OnError.PASS, 200), (OnError.DROP, 502)])
def test_what_is_no_answer_is_a_fault_and_never_a_verdict(
    run: Run, broken: str, on_error: OnError, status: int
) -> None:
    async def test() -> None:
        async with (
            serving(Judge(raw=BROKEN[broken])) as judge,
            proxied(script("A bad reply.", False), rules=[rule(judge, on_error=on_error)]) as proxy,
        ):
            answer = await proxy.ask(post())
            await proxy.settled()

            assert status == answer.status
            assert proxy.counted("rule_errors_total", rule="s1", cause="unanswered") == 1
            assert proxy.counted("service_requests_total", rule="s1", outcome="failed") == 1
            assert proxy.counted("rule_suspended", rule="s1") == 0

    run(test())


def test_a_service_that_is_late_is_not_waited_for(run: Run) -> None:
    async def test() -> None:
        async with (
            serving(Judge(raw=[asyncio.Event()])) as judge,
            proxied(script("Hi.", True), rules=[rule(judge, timeout=20, on_error=OnError.PASS)]) as proxy,
        ):
            answer = await proxy.ask(post(stream=True))
            await proxy.settled()

            assert "Hi." == text_of(answer)
            assert proxy.counted("service_requests_total", rule="s1", outcome="timeout") == 1

    run(test())


def test_a_text_that_is_longer_than_the_rule_says_is_not_sent(run: Run) -> None:
    async def test() -> None:
        async with serving(Judge()) as judge:
            made = rule(judge, match=Service(judge.url, limit=5), on_error=OnError.PASS)
            async with proxied(script("A bad reply.", False), rules=[made]) as proxy:
                assert "A bad reply." == text_of(await proxy.ask(post()))
                await proxy.settled()

                assert [] == judge.asked
                assert proxy.counted("rule_errors_total", rule="s1", cause="too_large") == 1

    run(test())


def test_a_service_that_fails_again_and_again_is_left_alone_and_tried_once_later(run: Run) -> None:
    now = [0.0]

    async def test() -> None:
        async with serving(Judge(raw=[reply(b"", status=b"500 No")])) as judge:
            made = rule(judge, on_error=OnError.PASS)

            def answers(metrics: Metrics) -> Answers:
                return Answers(metrics, breaker=lambda: Breaker(lambda: now[0]))

            async with proxied(script("A bad reply.", False), rules=[made], answers=answers) as proxy:
                for _ in range(7):
                    await proxy.ask(post())

                assert len(judge.asked) == 5
                assert proxy.counted("service_open", rule="s1") == 1
                assert proxy.counted("service_requests_total", rule="s1", outcome="open") == 2

                now[0], judge.raw = 10.0, None
                answer = await proxy.ask(post())
                assert "No." == text_of(answer)
                assert proxy.counted("service_open", rule="s1") == 0

    run(test())


# Late


@pytest.mark.parametrize("looks", [{"mode": Mode.SHADOW}, {"verb": Verb.FLAG}])
@pytest.mark.parametrize("stream", [False, True])
def test_a_rule_that_only_looks_delays_nothing_and_counts_the_same(
    run: Run, stream: bool, looks: dict[str, Any]
) -> None:
    """The service answers only when the client has all of the reply."""

    async def test() -> None:
        gone = asyncio.Event()
        late: list[Step] = [gone, reply(b'{"flagged": true}')]
        async with serving(Judge(raw=late)) as judge:
            made = rule(judge, **looks)
            other = Rule("r1", Phrases(("bad",)), Action(Verb.REDACT, template=Literal("[x]")))
            async with proxied(script("A bad reply.", stream), rules=[made, other]) as proxy:
                answer = await proxy.ask(post(stream=stream))
                assert ("A [x] reply.", True) == (text_of(answer), answer.complete)
                gone.set()
                await proxy.settled()

                mode = "shadow" if "mode" in looks else "enforce"
                labels = {"rule": "s1", "action": made.action.verb.value, "mode": mode}
                assert proxy.counted("rule_matches_total", **labels) == 1
                assert proxy.counted("rule_matches_total", rule="r1", action="redact", mode="enforce") == 1
                assert ["A bad reply."] == [asked["text"] for asked in judge.asked]

    run(test())


# Streams


def test_a_stream_that_waits_for_an_answer_is_kept_alive(run: Run) -> None:
    async def test() -> None:
        more = asyncio.Event()
        sent: list[Step] = [STREAM, chunk(delta("Good.")), more, chunk(delta("", "stop")), chunk(DONE), END]
        async with (
            serving(Judge()) as judge,
            proxied(sent, rules=[rule(judge)], heartbeat_seconds=0.01) as proxy,
        ):
            answer = await proxy.open(post(stream=True))
            await answer.until(b":")
            assert b"Good." not in answer.message.body
            more.set()
            await answer.rest()

            assert "Good." == text_of(answer.message)

    run(test())


@pytest.mark.parametrize("text", ["A bad reply.", "A good reply."])
def test_a_stream_that_breaks_off_is_judged_before_it_is_said(run: Run, text: str) -> None:
    async def test() -> None:
        sent: list[Step] = [STREAM, chunk(delta(text)), None]
        async with (
            serving(Judge()) as judge,
            proxied(sent, rules=[rule(judge)], heartbeat_seconds=0.01) as proxy,
        ):
            answer = await proxy.ask(post(stream=True))

            assert b"bad" not in answer.body
            assert answer.status in (200, 502)
            assert b"error" in answer.body

    run(test())


@pytest.mark.parametrize("unscanned", ["pass", "drop"])
def test_a_stream_that_is_too_large_to_wait_goes_through_the_other_rules_or_is_withheld(
    run: Run, unscanned: str
) -> None:
    async def test() -> None:
        other = Rule("r1", Phrases(("secret",)), Action(Verb.REDACT, template=Literal("[x]")))
        async with serving(Judge()) as judge:
            settings: dict[str, Any] = {"reply_limit_bytes": 400, "unscanned": unscanned}
            sent = script("A bad secret, and more.", True)
            async with proxied(sent, rules=[rule(judge), other], **settings) as proxy:
                answer = await proxy.ask(post(stream=True))
                await proxy.settled()

                if unscanned == "pass":
                    assert "A bad [x], and more." == text_of(answer)
                    assert proxy.counted("unscanned_total", cause="too_large") == 1
                else:
                    assert 502 == answer.status
                assert [] == judge.asked

    run(test())


# Functions


def functions(found: Function) -> Callable[[Metrics], Answers]:
    return lambda metrics: Answers(metrics, {"m:f": found})


def python(**more: Any) -> Rule:
    return Rule(
        "p1", Python("m:f", **more), Action(Verb.REDACT, template=Literal("[x]")), on_error=OnError.PASS
    )


def test_a_function_runs_beside_the_event_loop(run: Run) -> None:
    threads: list[str] = []

    def find(text: str) -> list[tuple[int, int]]:
        threads.append(threading.current_thread().name)
        return [(2, 5)]

    async def test() -> None:
        async with proxied(script("A bad reply.", True), rules=[python()], answers=functions(find)) as proxy:
            assert "A [x] reply." == text_of(await proxy.ask(post(stream=True)))
            assert ["rule-function"] == threads

    run(test())


def test_a_function_that_hangs_again_and_again_is_suspended(run: Run) -> None:
    release = threading.Event()

    def find(text: str) -> list[tuple[int, int]]:
        release.wait(10)
        return []

    async def test() -> None:
        made = [python(timeout=5)]
        async with proxied(script("A bad reply.", False), rules=made, answers=functions(find)) as proxy:
            for _ in range(4):
                assert "A bad reply." == text_of(await proxy.ask(post()))
            await proxy.settled()

            assert proxy.counted("rule_errors_total", rule="p1", cause="timeout") == 3
            assert proxy.counted("rule_errors_total", rule="p1", cause="suspended") == 1
            assert proxy.counted("rule_suspended", rule="p1") == 1

    try:
        run(test())
    finally:
        release.set()


def test_a_function_that_the_operator_does_not_allow_keeps_the_worker_from_starting() -> None:
    answers = Answers(Metrics(CollectorRegistry()))

    with pytest.raises(ValueError, match="does not allow m:f"):
        answers.prepare([python()])


def test_more_questions_than_a_reply_may_ask_are_not_asked(run: Run) -> None:
    async def test() -> None:
        made = python(timeout=5000)
        several = Rule("p1", made.match, made.action, scope=Scope.SENTENCE, on_error=OnError.DROP)
        said = "".join(f"Yes {n}. " for n in range(300))
        seen: list[str] = []

        def find(text: str) -> list[tuple[int, int]]:
            seen.append(text)
            return []

        async with proxied(script(said, False), rules=[several], answers=functions(find)) as proxy:
            answer = await proxy.ask(post())
            await proxy.settled()

            assert (502, 256) == (answer.status, len(seen))
            assert proxy.counted("rule_errors_total", rule="p1", cause="too_many") >= 1

    run(test())
