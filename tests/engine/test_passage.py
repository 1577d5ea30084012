"""A reply's passage, with nobody who moves the bytes: any cut, any ending, and the proxy's answer."""

from __future__ import annotations

import asyncio
import gc
import gzip
import json
import weakref
import zlib
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest
from prometheus_client import CollectorRegistry

from filterproxy.actions.ask import retry
from filterproxy.actions.edit import redact
from filterproxy.actions.end import cut, drop
from filterproxy.config import Config
from filterproxy.core.asking import Needs, answer
from filterproxy.core.request import Request
from filterproxy.core.rule import Action, Rule, Say
from filterproxy.core.session import Withheld
from filterproxy.detectors.python import Python
from filterproxy.detectors.regex import Regex
from filterproxy.dialects.openai_chat import OPENAI_CHAT
from filterproxy.engine.counting import count, count_causes
from filterproxy.engine.elsewhere import Elsewhere
from filterproxy.engine.engine import Engine
from filterproxy.engine.passage import Passage, Terms
from filterproxy.engine.words import BROKEN_OFF, INTERNAL
from filterproxy.metrics import Metrics
from filterproxy.rulebook.book import Rulebook
from tests import shells
from tests.clients.wire_server import APIS
from tests.proxy.fake_upstream import DONE, completion, delta

JSON = [(b"content-type", b"application/json")]
SSE = [(b"content-type", b"text/event-stream")]
NO = Say({"default": "No."})
STREAM = delta("A sec") + delta("ret. ") + delta("Bye.", "stop") + DONE


def engine_of(*rules: Rule, registry: CollectorRegistry | None = None, **settings: Any) -> Engine:
    metrics = Metrics(registry or CollectorRegistry())
    return Engine(Rulebook("0" * 16, rules, ()), Config("http://h", **settings), metrics)


def passage(action: Action | None = None, *, stream: bool = False, **settings: Any) -> Passage:
    """The passage of a chat reply, with one rule on `secret`."""
    rules = [Rule("r", Regex("secret", False), action)] if action is not None else []
    asked = {"messages": [{"role": "user", "content": "Hi?"}], "stream": stream}
    request = OPENAI_CHAT.read_request(json.dumps(asked).encode(), {})
    engine = engine_of(*rules, **settings)
    return Passage(engine, OPENAI_CHAT, request, Terms.of(Config("http://h", **settings)))


def through(
    one: Passage | Elsewhere, headers: Sequence[tuple[bytes, bytes]], pieces: Iterable[bytes]
) -> bytes:
    """All that the client gets of a reply with status 200."""
    out = one.begin(200, headers)
    for piece in pieces:
        out += one.receive(piece)
        assert one.head is not None or not out
    return out + one.end()


def cuts(data: bytes) -> Iterator[list[bytes]]:
    yield [data]
    yield [data[i : i + 1] for i in range(len(data))]
    for i in range(1, len(data), 7):
        yield [data[:i], data[i:]]


# Any cut


@pytest.mark.parametrize("action", [redact("[x]"), cut(say=NO), drop(say=NO), drop()])
def test_however_upstream_cuts_a_stream_the_client_gets_the_same(action: Action) -> None:
    def read(pieces: list[bytes]) -> tuple[bytes, object, object]:
        one = passage(action, stream=True)
        out = through(one, SSE, pieces)
        return out, one.head, one.session and one.session.verdict.outcomes

    found = [read(pieces) for pieces in cuts(STREAM)]

    # Where an event is cut out of the middle of what came the others are sent as they came: text is compared.
    texts = {(_text(out), repr(head), repr(outcomes)) for out, head, outcomes in found}
    assert 1 == len(texts)


def _text(out: bytes) -> str:
    values = [json.loads(line[6:]) for line in out.split(b"\n\n") if line.startswith(b"data: {")]
    return (
        "".join(v["choices"][0]["delta"].get("content", "") for v in values if "choices" in v) or out.decode()
    )


def test_what_no_rule_touches_leaves_byte_for_byte() -> None:
    for pieces in cuts(delta("Good ") + delta("morning.", "stop") + DONE):
        assert b"".join(pieces) == through(passage(redact("[x]"), stream=True), SSE, pieces)
    whole = completion("Good morning.")
    for pieces in cuts(whole):
        assert whole == through(passage(redact("[x]")), JSON, pieces)


@pytest.mark.parametrize("name", [b"gzip", b"deflate"])
def test_an_encoded_reply_is_read_and_leaves_without_its_encoding(name: bytes) -> None:
    encode = gzip.compress if name == b"gzip" else zlib.compress
    for headers, data in ((JSON, completion("A secret.")), (SSE, STREAM)):
        for pieces in cuts(encode(data)):
            one = passage(redact("[x]"), stream=headers is SSE)
            out = through(one, [*headers, (b"content-encoding", name), (b"etag", b"1")], pieces)

            assert b"[x]" in out and b"secret" not in out
            assert one.head is not None
            assert not {b"content-encoding", b"etag"} & {key for key, _ in one.head.headers}


# When the head may go


def test_status_and_headers_wait_for_the_first_byte_that_may_leave() -> None:
    one = passage(drop(), stream=True)
    assert b"" == one.begin(200, SSE) + one.receive(STREAM.removesuffix(DONE))
    assert one.head is None

    one.end()

    assert one.head is not None and 400 == one.head.status
    assert one.ended


def test_a_whole_reply_says_its_own_length() -> None:
    one = passage(redact("[a longer text]"))
    headers = [*JSON, (b"content-length", b"3"), (b"x-request-id", b"7")]
    out = through(one, headers, [completion("A secret.")])

    assert one.head is not None
    assert [*JSON, (b"x-request-id", b"7"), (b"content-length", b"%d" % len(out))] == one.head.headers


def test_headers_that_pretend_to_be_ours_do_not_leave() -> None:
    one = passage()
    ours, hop = (b"x-filterproxy-decision-id", b"9"), (b"connection", b"close")
    through(one, [*JSON, ours, hop], [completion("Hi.")])

    assert one.head is not None
    assert {b"content-type", b"content-length"} == {key for key, _ in one.head.headers}


# Asking


def test_a_rule_that_would_ask_upstream_again_takes_what_comes_after_the_last_try() -> None:
    action = retry(2, note="Again.", then=redact("[x]"))
    assert b"[x]" in through(passage(action), JSON, [completion("A secret.")])
    assert "A [x]. Bye." == _text(through(passage(action, stream=True), SSE, [STREAM]))


@pytest.mark.parametrize("stream", [False, True])
def test_a_rule_that_asks_is_answered_and_the_end_called_again(stream: bool) -> None:
    rule = Rule("r", Python("m:f", 100), redact("[x]"))
    request = OPENAI_CHAT.read_request(b"{}", {})
    request.stream = stream
    one = Passage(engine_of(rule), OPENAI_CHAT, request, Terms())
    one.begin(200, SSE if stream else JSON)
    assert b"" == one.receive(STREAM if stream else completion("A secret. Bye."))
    with pytest.raises(Needs) as raised:
        one.end()
    for question in raised.value.questions:
        answer(request, question, ((2, 8, ""),))

    out = one.end()

    assert b"[x]" in out and b"secret" not in out
    assert one.ended


@pytest.mark.parametrize("is_asking", [False, True])
def test_a_passage_is_gone_with_its_answer(is_asking: bool) -> None:
    """In a cycle it would keep its rules until the collector comes."""
    gc.collect()
    gc.disable()
    try:
        found = Python("m:f", 100) if is_asking else Regex("secret", False)
        engine = engine_of(Rule("r", found, redact("[x]")))
        one = Passage(engine, OPENAI_CHAT, Request(stream=True), Terms())
        one.begin(200, SSE)
        one.receive(STREAM)
        known = weakref.ref(one)
        del one
        assert known() is None
    finally:
        gc.enable()


# What is not judged

UNREAD = [
    ("status", 202, JSON),
    ("content_type", 200, [(b"content-type", b"text/html")]),
    ("encoding", 200, [*JSON, (b"content-encoding", b"br")]),
    ("malformed", 200, JSON),
]


@pytest.mark.parametrize(("cause", "status", "headers"), UNREAD)
def test_what_cannot_be_judged_leaves_as_it_came_and_is_counted(
    cause: str, status: int, headers: list[tuple[bytes, bytes]]
) -> None:
    one = passage(redact("[x]"))
    assert b"a secret" == one.begin(status, headers) + one.receive(b"a secret") + one.end()
    assert ([cause], "unscanned", None) == (one.unscanned, one.outcome, one.session)
    assert one.head is not None and status == one.head.status


@pytest.mark.parametrize(("cause", "status", "headers"), UNREAD)
def test_what_cannot_be_judged_is_withheld_where_the_operator_wants_that(
    cause: str, status: int, headers: list[tuple[bytes, bytes]]
) -> None:
    one = passage(redact("[x]"), unscanned="drop")
    out = one.begin(status, headers) + one.receive(b"a secret") + one.end()

    assert one.head is not None and 502 == one.head.status
    assert f"({cause})" in json.loads(out)["error"]["message"]
    assert b"secret" not in out


@pytest.mark.parametrize("policy", ["pass", "drop"])
def test_a_reply_past_the_limit_is_not_kept(policy: str) -> None:
    one = passage(redact("[x]"), reply_limit_bytes=100, unscanned=policy)
    one.begin(200, JSON)
    out = one.receive(b"x" * 60) + one.receive(b"x" * 60) + one.receive(b"y") + one.end()

    assert ["too_large"] == one.unscanned
    assert one.head is not None
    assert (200 if policy == "pass" else 502) == one.head.status
    assert (b"x" * 120 + b"y" == out) == (policy == "pass")


def test_an_error_of_upstreams_is_its_own_and_is_counted() -> None:
    one = passage(redact("[x]"))
    assert b"a secret" == one.begin(429, JSON) + one.receive(b"a secret") + one.end()
    assert (["status_4xx"], [], "upstream_error") == (one.failures, one.unscanned, one.outcome)


# What goes wrong


@pytest.mark.parametrize("stream", [False, True])
def test_what_breaks_off_before_anything_has_left_is_an_error(stream: bool) -> None:
    one = passage(drop(say=NO), stream=stream)
    one.begin(200, SSE if stream else JSON)
    one.receive(b"data: ")
    out = one.fail(BROKEN_OFF, "upstream_error", "cut")

    assert one.head is not None and 502 == one.head.status
    assert "upstream_error" == json.loads(out)["error"]["type"]
    assert (["cut"], True) == (one.failures, one.ended)


def test_what_breaks_off_later_ends_with_an_event_and_what_was_held_is_judged_first() -> None:
    one = passage(redact("[x]"), stream=True)
    one.begin(200, SSE)
    out = one.receive(delta("Hello. ") + delta("A secret"))
    out += one.fail(BROKEN_OFF, "upstream_error", "cut")

    assert b"secret" not in out and b"[x]" in out
    assert b"broke off" in out
    assert b"" == one.receive(delta("more")) + one.end() + one.fail(INTERNAL)


def test_a_body_of_somebody_elses_form_that_breaks_off_has_no_end() -> None:
    one = passage()
    one.begin(500, JSON)
    assert b"abc" == one.receive(b"abc") + one.fail(BROKEN_OFF, "upstream_error", "cut")
    assert one.cut_off


@pytest.mark.parametrize("headers", [JSON, SSE])
def test_a_body_that_is_not_encoded_as_it_says_is_upstreams_error(headers: list[tuple[bytes, bytes]]) -> None:
    one = passage(redact("[x]"), stream=headers is SSE)
    out = through(one, [*headers, (b"content-encoding", b"gzip")], [b"not gzip at all"])

    assert one.head is not None and 502 == one.head.status
    assert "upstream_error" == json.loads(out)["error"]["type"]
    assert ["protocol"] == one.failures


def test_a_stream_that_is_none_is_upstreams_error_and_not_judged() -> None:
    one = passage(redact("[x]"), stream=True, event_limit_bytes=20)
    out = through(one, SSE, [b"data: " + b"x" * 100])

    assert one.head is not None and 502 == one.head.status
    assert (["malformed"], ["protocol"]) == (one.unscanned, one.failures)
    assert b"xxx" not in out


def test_a_rule_that_fails_and_must_not_let_the_reply_deliver_it_is_an_error() -> None:
    one = passage(redact("[x]"), stream=True)
    one.begin(200, SSE)
    stream = one.stream
    assert stream is not None

    class Failing:
        closed = waiting = False

        def receive(self, data: bytes) -> bytes:
            raise Withheld("rule r could not be judged")

    one.stream = Failing()  # type: ignore[assignment]
    out = one.receive(b"x") + one.end()

    assert "filter_error" == json.loads(out)["error"]["type"]
    assert "error" == one.outcome


def test_a_rule_that_wants_no_more_ends_the_reply() -> None:
    one = passage(cut(say=NO, close=True), stream=True)
    one.begin(200, SSE)
    out = one.receive(delta("Fine. ") + delta("A secret. ") + delta("Bye. "))

    assert one.ended
    assert b"[DONE]" in out and b"Bye" not in out
    assert b"" == one.receive(delta("Bye.")) + one.end()


# Where no dialect is spoken


@pytest.mark.parametrize(
    ("method", "kind", "counted"), [("POST", b"text/plain", True), ("GET", b"text/html", False)]
)
def test_elsewhere_replies_pass_as_they_are_and_are_counted_where_a_model_may_have_spoken(
    method: str, kind: bytes, counted: bool
) -> None:
    one = Elsewhere(method)
    headers = [(b"content-type", kind), (b"content-length", b"8")]
    assert b"a secret" == one.begin(200, headers) + one.receive(b"a secret") + one.end()
    assert one.head is not None and headers == one.head.headers
    assert (["unknown_path"] if counted else []) == one.unscanned


def test_elsewhere_replies_are_withheld_where_the_operator_wants_that() -> None:
    one = Elsewhere("POST", drops=True)
    assert b"secret" not in one.begin(200, JSON) + one.receive(b"a secret") + one.end()
    assert one.head is not None and 502 == one.head.status
    let = Elsewhere("POST", drops=True, lets=True)
    assert b"a secret" == let.begin(200, JSON) + let.receive(b"a secret") + let.end()
    assert ["passthrough"] == let.unscanned


# Counting


def test_a_reply_is_counted_once_by_what_became_of_it() -> None:
    registry = CollectorRegistry()
    metrics = Metrics(registry)
    one = passage(redact("[x]"), stream=True)
    through(one, SSE, [STREAM])

    assert "edit" == count(one, metrics)
    assert 1 == registry.get_sample_value(
        "filterproxy_replies_total", {"route": "default", "dialect": "openai_chat", "outcome": "edit"}
    )
    assert 1 == registry.get_sample_value("filterproxy_filter_seconds_count")
    assert 1 == registry.get_sample_value("filterproxy_first_byte_delay_seconds_count")


def test_causes_are_counted_by_name() -> None:
    registry = CollectorRegistry()
    count_causes(["too_large"], ["cut"], Metrics(registry))

    assert 1 == registry.get_sample_value("filterproxy_unscanned_total", {"cause": "too_large"})
    labels = {"upstream": "default", "cause": "cut"}
    assert 1 == registry.get_sample_value("filterproxy_upstream_errors_total", labels)


# The proxy's answer


def test_the_proxy_answers_the_same(tmp_path: Path) -> None:
    """Status, type, body and outcome, over the table that all shells share; those who break off apart."""
    pack = shells.write(tmp_path)
    rules = shells.rules_of(pack)
    engine = engine_of(*rules)

    async def compare() -> None:
        async with shells.models() as address, shells.reference(pack, address) as proxy:
            for case in shells.CASES:
                for stream in (False, True):
                    if case.breaks:
                        continue
                    expected = await shells.asked(proxy, case, stream)
                    found, body = _passed(engine, case, stream)
                    assert found.head is not None
                    kind = dict(found.head.headers)[b"content-type"].decode()
                    answered = (expected.status, expected.headers["content-type"], expected.body)
                    assert answered == (found.head.status, kind, body), (case.name, stream)

    asyncio.run(asyncio.wait_for(compare(), 30))


def _passed(engine: Engine, case: shells.Case, stream: bool) -> tuple[Passage, bytes]:
    api, asked = APIS[case.api], case.body(stream)
    dialect = {"chat": OPENAI_CHAT}.get(case.api) or _dialect(case.path)
    request = dialect.read_request(json.dumps(asked).encode(), {})
    one = Passage(engine, dialect, request, Terms())
    said = case.script.said
    if stream:
        return one, through(one, [(b"content-type", api.kind)], api.events(asked, said))
    return one, through(one, JSON, [json.dumps(api.whole(asked, said), separators=(",", ":")).encode()])


def _dialect(path: str) -> Any:
    from filterproxy.dialects.routes import Routes

    found = Routes().of("POST", path)
    assert found is not None
    return found.dialect
