"""Which upstream a request of a route goes to, and what watchers are told of the exchange."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Any

import pytest

from filterproxy.config import RouteConfig
from filterproxy.core.request import Request
from filterproxy.core.rule import Action, Rule, Verb
from filterproxy.core.verdict import Channel
from filterproxy.detectors.regex import Regex
from filterproxy.dialects.usage import Tokens
from filterproxy.record.decision import Decision
from filterproxy.rulebook.conditions import When, globs
from tests.proxy.chats import Run, drop, redact, streamed, text_of
from tests.proxy.fake_upstream import CHAT, FakeUpstream, completion, post, proxied, reply
from tests.proxy.test_asking_again import retry, script

CONTENT = Channel(0, "content")


@dataclass
class Watching:
    """Remembers what it is told. wants: whether texts are to be kept."""

    wants: bool = False
    asked: list[str] = field(default_factory=list)
    seen: list[Decision] = field(default_factory=list)

    def keeps(self, id: str, request: Request) -> bool:
        self.asked.append(id)
        return self.wants

    def saw(self, decision: Decision) -> None:
        self.seen.append(decision)


def says(text: str) -> FakeUpstream:
    return FakeUpstream([[reply(completion(text))]])


def chat(model: str, path: str = CHAT, *headers: str) -> bytes:
    body = {"model": model, "messages": [{"role": "user", "content": "Hi?"}]}
    return post(path, json.dumps(body).encode(), *headers)


@pytest.mark.parametrize(
    ("request_", "text"),
    [
        (chat("llama"), "one"),
        (chat("gpt-5"), "other"),
        (chat("llama", CHAT, "x-tenant: acme"), "other"),
        (chat("llama", "/o" + CHAT), "other"),
        (chat("llama", "//o/." + CHAT), "other"),
        (post("/o/v1/models", b""), "other"),
        (post("/v1/models", b""), "one"),
    ],
)
def test_a_request_goes_where_its_route_says(run: Run, request_: bytes, text: str) -> None:
    async def test() -> None:
        routes = (
            RouteConfig("models", model=("gpt-*",), upstream="other"),
            RouteConfig("tenants", header={"x-tenant": "acme"}, upstream="other"),
            RouteConfig("paths", path="/o/*", upstream="other"),
        )
        first = [reply(completion("one"))]
        async with proxied(first, fallback=says("other"), config_routes=routes) as proxy:
            assert text == text_of(await proxy.ask(request_))

    run(test())


def test_the_route_stands_in_the_metrics_and_in_a_rules_condition(run: Run) -> None:
    async def test() -> None:
        rule = Rule("r", Regex("secret", False), Action(Verb.FLAG), when=When(route=globs(["sup*"])))
        routes = (RouteConfig("support", path="/support/*"),)
        async with proxied([reply(completion("A secret."))], rules=[rule], config_routes=routes) as proxy:
            await proxy.ask(chat("m"))
            await proxy.ask(chat("m", "/support" + CHAT))
            await proxy.settled()

            assert proxy.counted("rule_matches_total", rule="r", action="flag", mode="enforce") == 1
            for route, outcome in (("default", "pass"), ("support", "flag")):
                counted = proxy.counted("replies_total", route=route, dialect="openai_chat", outcome=outcome)
                assert 1 == counted

    run(test())


def test_without_a_default_upstream_a_request_that_fits_no_route_is_not_found(run: Run) -> None:
    async def test() -> None:
        routes = (RouteConfig("o", path="/o/*", upstream="other"),)
        async with proxied(fallback=says("other"), config_routes=routes, upstream="") as proxy:
            assert "other" == text_of(await proxy.ask(chat("m", "/o" + CHAT)))
            answer = await proxy.ask(chat("m"))

            assert (404, "invalid_request_error") == (answer.status, answer.error["type"])
            assert "no route" in answer.error["message"]

    run(test())


def test_what_cannot_be_judged_is_withheld_on_the_routes_that_say_so(run: Run) -> None:
    async def test() -> None:
        routes = (RouteConfig("strict", path="/strict/*", unscanned="drop"),)
        async with proxied([reply(b"[]")], rules=[redact()], config_routes=routes) as proxy:
            assert b"[]" == (await proxy.ask(chat("m"))).body
            assert 502 == (await proxy.ask(chat("m", "/strict" + CHAT))).status

    run(test())


@pytest.mark.parametrize("stream", [False, True])
def test_a_watcher_is_told_all_of_an_exchange(run: Run, stream: bool) -> None:
    async def test() -> None:
        watching = Watching()
        lines = script("A secret.", stream)
        async with proxied(lines, rules=[redact()], watchers=[watching]) as proxy:
            answer = await proxy.ask(post(stream=stream))
            await proxy.settled()

        (seen,) = watching.seen
        (attempt,) = seen.attempts
        assert answer.headers["x-filterproxy-decision-id"] == seen.id
        assert watching.asked == [seen.id]
        assert ("default", "openai_chat", "default") == (seen.route, seen.dialect, seen.upstream)
        assert (200, "edit", stream) == (seen.status, seen.outcome, seen.request.stream)
        assert [("r1", 2, 8)] == [(hit.rule, hit.start, hit.end) for hit in attempt.verdict.hits]
        assert seen.touched and attempt.texts is None
        assert 0 < seen.seconds.filtering < seen.seconds.total
        assert 0 < seen.seconds.first_byte <= seen.seconds.total

    run(test())


@pytest.mark.parametrize("stream", [False, True])
def test_texts_are_kept_for_who_wants_them_as_upstream_sent_them(run: Run, stream: bool) -> None:
    """Also of tries that were thrown away, and of kinds that no rule reads."""

    async def test() -> None:
        watching = [Watching(), Watching(wants=True)]
        tries = [script("A secret.", stream), script("All is well.", stream)]
        async with proxied(*tries, rules=[retry()], watchers=watching) as proxy:
            await proxy.ask(post(stream=stream))
            await proxy.settled()

        for watcher in watching:
            (seen,) = watcher.seen
            texts = [{c: "".join(t) for c, t in (a.texts or {}).items()} for a in seen.attempts]
            assert [{CONTENT: "A secret."}, {CONTENT: "All is well."}] == texts
            assert Tokens(7, 3) == seen.discarded

    run(test())


def test_that_texts_are_kept_changes_nothing_that_leaves(run: Run) -> None:
    """Byte for byte, with a reasoning channel that no rule reads."""

    async def test() -> None:
        thinks = b'data: {"choices": [{"index": 0, "delta": {"reasoning_content": "A secret."}}]}\n\n'
        says = b'data: {"choices": [{"index": 0, "delta": {"content": "A secret."}}]}\n\n'
        lines = streamed(thinks, says, b"data: [DONE]\n\n")
        bodies, kept = [], Watching(wants=True)
        for watchers in ([], [kept]):
            async with proxied(lines, rules=[redact()], watchers=watchers) as proxy:
                bodies.append((await proxy.ask(post(stream=True))).body)
                await proxy.settled()

        assert bodies[0] == bodies[1]
        texts = kept.seen[0].attempts[0].texts or {}
        assert {"reasoning": "A secret.", "content": "A secret."} == {
            channel.kind: "".join(text) for channel, text in texts.items()
        }

    run(test())


@pytest.mark.parametrize(
    ("lines", "rules", "outcome", "status"),
    [
        ([reply(completion("A secret."))], [drop(say=None)], "drop", 400),
        ([None], [redact()], "upstream_error", 502),
        ([reply(b"[]")], [redact()], "unscanned", 200),
    ],
)
def test_a_reply_that_came_to_nothing_is_told_too(
    run: Run, lines: list[Any], rules: list[Rule], outcome: str, status: int
) -> None:
    async def test() -> None:
        watching = Watching()
        async with proxied(lines, rules=rules, watchers=[watching]) as proxy:
            await proxy.ask(post())
            await proxy.settled()

        (seen,) = watching.seen
        assert (outcome, status, True) == (seen.outcome, seen.status, seen.touched)

    run(test())
