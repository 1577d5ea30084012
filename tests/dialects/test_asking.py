"""A stream whose rules ask: cut anywhere, it comes out as with the answers known beforehand."""

from __future__ import annotations

import pytest

from filterproxy.actions.template import Literal
from filterproxy.core.asking import Needs, answer
from filterproxy.core.plan import Plans
from filterproxy.core.request import Request
from filterproxy.core.rule import Action, Rule, Say, Verb
from filterproxy.core.session import Session, Withheld
from filterproxy.dialects.asking import AskingStream
from filterproxy.dialects.openai_chat import OPENAI_CHAT
from filterproxy.dialects.reply import Options, Stream
from tests.core.rules import settings
from tests.core.test_asking import Oracle
from tests.proxy.fake_upstream import DONE, delta

ACTIONS = {
    "redact": Action(Verb.REDACT, template=Literal("[x]")),
    "drop": Action(Verb.DROP, say=Say({"default": "No."})),
}
SENT = b"".join((delta("A b"), delta("ad one."), delta("", "stop"), DONE))


def begun(rule: Rule, request: Request, asking: bool) -> Stream:
    plan = Plans([rule]).plan(request)
    session = Session(plan if asking else plan.silent, request, settings())
    return OPENAI_CHAT.stream(session, request, b"text/event-stream", Options())


def through(rule: Rule, pieces: list[bytes], **given: int) -> bytes:
    request = Request(stream=True)
    limit = given.get("limit", 1 << 20)
    stream = AskingStream(lambda asking: begun(rule, request, asking), limit, given.get("passes", 1) == 1)
    out = b"".join(map(stream.receive, pieces))
    while True:
        try:
            return out + stream.end()
        except Needs as needs:
            assert out == b""
            for question in needs.questions:
                answer(request, question, question.asker.answer(question.text))


@pytest.mark.parametrize("verb", ACTIONS)
def test_any_cut_of_the_bytes_gives_the_same_stream(verb: str) -> None:
    rule = Rule("r", Oracle("bad"), ACTIONS[verb])
    expected = through(rule, [SENT])
    assert b"ad" not in expected.replace(b"[x]", b"")

    for at in range(len(SENT)):
        assert expected == through(rule, [SENT[:at], SENT[at:]])


def test_with_nothing_matched_the_bytes_are_upstreams() -> None:
    assert SENT == through(Rule("r", Oracle("good"), ACTIONS["redact"]), [SENT[:50], SENT[50:]])


def test_a_stream_that_is_too_large_to_be_kept_is_let_go_unjudged_or_withheld() -> None:
    rule = Rule("r", Oracle("bad"), ACTIONS["redact"])

    assert SENT == through(rule, [SENT[:50], SENT[50:]], limit=60)
    with pytest.raises(Withheld):
        through(rule, [SENT], limit=60, passes=0)


def test_what_breaks_off_is_judged_with_the_answers_and_without_time_for_them_goes() -> None:
    request = Request(stream=True)
    rule = Rule("r", Oracle("bad"), ACTIONS["redact"])
    stream = AskingStream(lambda asking: begun(rule, request, asking), 1000)
    stream.receive(SENT[:-20])
    with pytest.raises(Needs) as caught:
        stream.fail("upstream_error", "gone")
    for question in caught.value.questions:
        answer(request, question, question.asker.answer(question.text))

    said = stream.fail("upstream_error", "gone")
    assert (b"[x]" in said, b"gone" in said, b"bad" in said) == (True, True, False)
    assert b"one" not in stream.fail_unread("unavailable", "the proxy is shutting down")
