"""Replies through every dialect, as a client reads them."""

from __future__ import annotations

from dataclasses import replace

import pytest

from filterproxy.answers import Inline
from filterproxy.core.plan import Plans
from filterproxy.core.request import Request
from filterproxy.core.rule import Action, Rule, Say, Verb
from filterproxy.core.verdict import Channel
from filterproxy.detectors.regex import Regex
from filterproxy.dialects.routes import ROUTES
from filterproxy.proving.api import Api, Misread, Said, sse_values
from filterproxy.proving.wire import APIS, Way, chunks, difference, through, ways
from filterproxy.trial import Trial, deltas_of, run

SAY = Say({"default": "Ask us."})
ACTIONS = [
    Action(Verb.FLAG),
    Action(Verb.APPEND, say=SAY),
    Action(Verb.CUT, say=SAY),
    Action(Verb.DROP, say=SAY),
    Action(Verb.DROP),
    Action(Verb.RETRY, times=2, then=Action(Verb.DROP, say=SAY)),
]
TEXTS = ["It is 9. Yes, 9!", "9", "No.", "", " \n", "Zwölf 😀 9\r\ndata: 9\n\nevent: x"]


def plans(action: Action, kind: str = "content") -> Plans:
    return Plans([Rule("nine", Regex("[9]"), action, channels=frozenset({kind}))])


def bare(chain: Plans, text: str, kind: str, *, stream: bool) -> Trial:
    return run(chain, Request(stream=stream), deltas_of([text], Channel(0, kind)))


def judged(way: Way, chain: Plans, text: str, kind: str, *, stream: bool) -> tuple[str, str] | None:
    read = through(way, chain, lambda: Request(stream=stream), kind, text, Inline())
    return difference(bare(chain, text, kind, stream=stream), read, kind)


def test_every_dialect_that_makes_replies_is_gone_through() -> None:
    """A new one must have its writer and its reader."""
    spoken = {id(route.dialect) for route in ROUTES}

    assert spoken == {id(api.dialect) for api in APIS if api.name not in ("generic", "text")}


@pytest.mark.parametrize("api", APIS, ids=lambda api: api.name)
def test_what_a_server_writes_its_client_reads(api: Api) -> None:
    """Whole and streamed, in every kind of channel, without a proxy between them."""
    for kind in sorted(api.kinds):
        text = '{"a": 9}' if kind == "arguments" else "Zwölf 9"
        said = Said(kind, [text[:3], text[3:]])

        assert text == api.read_whole(api.whole(said))[kind]
        assert text == api.read_events(b"".join(api.events(said)))[kind]


@pytest.mark.parametrize("action", ACTIONS, ids=lambda action: action.verb.value)
@pytest.mark.parametrize("stream", [False, True])
def test_dialects_agree_with_the_bare_text(action: Action, stream: bool) -> None:
    """Whatever is done with a match, in whatever cut."""
    for kind in ("content", "reasoning", "refusal"):
        chain = plans(action, kind)
        for text in TEXTS:
            for way in ways(kind, text, stream=stream):
                assert judged(way, chain, text, kind, stream=stream) is None, (way.how, kind, text)


@pytest.mark.parametrize("verb", [Verb.FLAG, Verb.DROP])
def test_arguments_agree_as_json(verb: Verb) -> None:
    """APIs that carry them as objects write them anew."""
    chain = plans(Action(verb, say=SAY), "arguments")
    text = '{ "number": "9",  "more": ["x"] }'
    for stream in (False, True):
        found = list(ways("arguments", text, stream=stream))

        assert {"openai_chat", "anthropic_messages", "ollama_chat"} <= {way.api.name for way in found}
        for way in found:
            assert judged(way, chain, text, "arguments", stream=stream) is None, way.how


def test_text_that_is_no_object_goes_only_where_it_can() -> None:
    assert {way.api.name for way in ways("arguments", "[9", stream=False)} == {
        "openai_chat",
        "openai_chat_list",
        "openai_responses",
        "generic",
    }


def test_a_dialect_that_loses_text_is_found() -> None:
    """The comparison is not blind: a client that misses a letter is reported, with both texts."""
    way = next(ways("content", "It is 9", stream=False))
    deaf = replace(way.api, read_whole=lambda body: {"content": "It is"})
    found = judged(replace(way, api=deaf), plans(Action(Verb.FLAG)), "It is 9", "content", stream=False)

    assert found == ('"It is 9"', '"It is"')


def test_a_reply_that_no_client_can_read_is_found() -> None:
    """An end that is missing, or text in the wrong place."""
    way = next(ways("content", "It is 9", stream=True))
    mute = replace(way.api, events=lambda said: list(way.api.events(said))[:-2])
    found = judged(replace(way, api=mute), plans(Action(Verb.FLAG)), "It is 9", "content", stream=True)

    assert found is not None and found[0] == "a reply that a client can read"


def test_other_matches_are_found() -> None:
    """The same text is not enough: what was found must agree, too."""
    way = next(ways("content", "It is 9", stream=False))
    read = through(way, plans(Action(Verb.FLAG)), Request, "content", "It is 9", Inline())
    nothing = bare(Plans([]), "It is 9", "content", stream=False)

    assert difference(nothing, read, "content") == (
        "the same matches as of the bare text",
        "1 matches, others than that",
    )


def test_nothing_may_follow_the_end() -> None:
    with pytest.raises(Misread, match="follows"):
        list(sse_values(b'data: [DONE]\n\ndata: {"a": 1}\n\n', b"[DONE]"))
    with pytest.raises(Misread, match="no end"):
        list(sse_values(b'data: {"a": 1}\n\n', b"[DONE]"))


def test_chunks_are_the_same_each_time_and_lose_nothing() -> None:
    body = bytes(range(256)) * 9

    assert list(chunks(body)) == list(chunks(body))
    assert b"".join(chunks(body)) == body
    assert len(list(chunks(body))) > 10
