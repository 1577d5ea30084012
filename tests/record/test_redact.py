"""What rules redact stands in no file."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from filterproxy.actions import ACTIONS
from filterproxy.actions.template import Literal
from filterproxy.config import LogConfig
from filterproxy.core.request import Request, Turn
from filterproxy.core.rule import Action, Mode, OnError, Rule, Scope, Timeout, Verb
from filterproxy.core.verdict import Channel
from filterproxy.detectors.regex import Regex
from filterproxy.record.read import place
from filterproxy.record.redact import TEXT_LIMIT, Redacted, Redactor, Unjudged
from tests.record.exchanges import (
    CONTENT,
    Tally,
    everything,
    exchange,
    hit,
    lines,
    logging_to,
    redacting,
    told,
)

SECRETS = ["sk-abc", "sk-a_9", "tok9", "tok12"]
RULES = [redacting(), redacting(r"tok\d+(?: sk)?", "tokens", put="")]
REDACT = Redactor(RULES)

_texts = st.lists(
    st.sampled_from(
        [*SECRETS, "hello", " ", "\n", ". ", "sk", "-", "tok", "s\u200bk-abc", "ｓｋ-abc", '"', "{", "`"]
    ),
    max_size=12,
).map("".join)


def redacted(text: str, *rules: Rule, hits: Any = ()) -> Redacted:
    return Redactor(rules or RULES)(text, Request(), hits)


@given(_texts)
def test_no_match_of_a_rule_is_left_and_nothing_else_has_gone(text: str) -> None:
    """The redactions say what went, and the rest stands where `place` says."""
    found = redacted(text)
    kept = [
        (a, b)
        for (_, a, _), (b, _, _) in zip(
            [(0, 0, 0), *found.redactions], [*found.redactions, (len(text), 0, 0)], strict=True
        )
    ]

    assert not any(secret in found.text for secret in SECRETS)
    assert "".join(text[a:b] for a, b in kept) == "".join(
        found.text[slice(*place(found.redactions, a, b))] for a, b in kept
    )


@given(_texts, st.data())
def test_every_span_has_its_place(text: str, data: st.DataObject) -> None:
    found = redacted(text)
    start = data.draw(st.integers(0, len(text)))
    end = data.draw(st.integers(start, len(text)))
    first, last = place(found.redactions, start, end)

    assert 0 <= first <= last <= len(found.text)
    apart = all(b <= start or a >= end for a, b, _ in found.redactions)
    assert not apart or found.text[first:last] == text[start:end]


def test_a_span_in_a_redaction_takes_in_what_stands_there() -> None:
    found = redacted("key sk-abc!")

    assert "[key]" == found.text[slice(*place(found.redactions, 5, 7))]
    assert "key [key]" == found.text[slice(*place(found.redactions, 0, 7))]


@pytest.mark.parametrize(
    "given",
    [
        {"mode": Mode.SHADOW},
        {"rollout": 0.0},
        {"when": lambda request: False},
        {"unless": (lambda *_: "allow",)},
        {"channels": frozenset({"reasoning"})},
        {"skips_code": True},
        {"exact": True},
        {"scope": Scope.SENTENCE},
        {"on_error": OnError.PASS},
    ],
)
def test_whatever_else_a_rule_says_its_matches_go(given: dict[str, Any]) -> None:
    assert "Use `[key]`." == redacted("Use `sk-abc`.", redacting(**given)).text


def test_a_rule_redacts_where_only_its_streams_or_its_last_resort_do() -> None:
    redact = Action(Verb.REDACT, template=Literal("X"))
    streamed = Rule("a", Regex("aa"), ACTIONS["drop"](), streamed=redact)
    retried = Rule("b", Regex("bb"), Action(Verb.RETRY, times=1, then=redact))

    assert "X X" == redacted("aa bb", streamed, retried).text


def test_rules_that_are_off_or_do_something_else_take_nothing() -> None:
    rules = (redacting(mode=Mode.OFF), Rule("flag", Regex("sk"), ACTIONS["flag"]()))

    assert "sk-abc" == redacted("sk-abc", *rules).text


def test_matches_that_overlap_go_together() -> None:
    assert "[key]." == redacted("sk-abc-9.", redacting(), redacting("abc-9", "other", put="[x]")).text


def test_what_a_rule_found_only_after_others_goes_too() -> None:
    assert "a [key] b" == redacted("a s.k-1 b", hits=[hit(2, 7)]).text


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ('{"to": "sk-abc", "n": 1}', '{"to": "[key]", "n": 1}'),
        (r'{"to": "\u0073k-\u0061bc"}', '{"to": "[key]"}'),
        (r'{"to": "\ud83d\ude00 sk-abc\n."}', r'{"to": "\ud83d\ude00 [key]\n."}'),
        ('["sk-a", "b", "sk-c"]', '["[key]", "b", "[key]"]'),
        ('{"sk-abc": true}', '{"[key]": true}'),
    ],
)
def test_json_stays_json(text: str, left: str) -> None:
    """Each string is a text of its own, whatever it is written as."""
    assert left == redacted(text).text
    assert json.loads(left)


def test_what_stands_in_place_of_a_match_is_written_as_json() -> None:
    assert '{"a": "\\"x\\""}' == redacted('{"a": "sk-abc"}', redacting(put='"x"')).text


def test_a_secret_that_is_a_number_goes_too() -> None:
    assert '{"card": [n]}' == redacted('{"card": 4111}', redacting(r"\b\d{4}\b", put="[n]")).text


class Slow:
    """A detector whose time is always over."""

    shape = None
    gate = None

    def find(self, *_: object) -> None:
        raise Timeout


class Broken(Slow):
    def find(self, *_: object) -> None:
        raise ZeroDivisionError


@pytest.mark.parametrize(("detector", "cause"), [(Slow, "timeout"), (Broken, "error")])
def test_a_text_of_which_a_rule_says_nothing_is_not_stored(
    tmp_path: Path, detector: Callable[[], Any], cause: str
) -> None:
    rule = Rule("slow", detector(), ACTIONS["redact"]())
    config = LogConfig(str(tmp_path), "sample", 1.0)
    tally = Tally()
    with logging_to(config, config, [rule], tally) as logs:
        told(logs, exchange("id1", {CONTENT: ["private"]}, hits=[hit(rule="other")]))
    line = lines(tmp_path)[0]

    assert [cause] == [text["left_out"] for text in line["texts"]]
    assert b"private" not in everything(tmp_path)
    assert {("decisions", "text_left_out"): 1, ("recordings", cause): 1} == dict(tally.dropped)


def test_texts_that_are_too_large_are_not_read() -> None:
    with pytest.raises(Unjudged, match="too_large"):
        redacted("a" * (TEXT_LIMIT + 1))


_channels = st.builds(
    Channel,
    st.integers(0, 1),
    st.sampled_from(["content", "reasoning", "refusal", "arguments"]),
    st.integers(0, 1),
)


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.dictionaries(_channels, st.lists(_texts, max_size=4), max_size=3),
    st.lists(_texts, max_size=3),
    st.booleans(),
    st.sampled_from(["off", "hash", "sample"]),
)
def test_no_secret_is_in_any_file(
    tmp_path_factory: pytest.TempPathFactory,
    said: dict[Channel, list[str]],
    asked: list[str],
    is_json: bool,
    text: str,
) -> None:
    """Whole or streamed, in requests and replies, in every setting."""
    folder = tmp_path_factory.mktemp("logs")
    decisions = LogConfig(str(folder), text, 1.0, key="k")
    recording = LogConfig(str(folder), sample=1.0)
    turns = [Turn("tool", one, "tok9") for one in asked]
    with logging_to(decisions, recording, RULES) as logs:
        told(logs, exchange("id1", said, hits=[hit(rule="other")], turns=turns, json=is_json, model="sk-abc"))
    stored = everything(folder)

    assert 2 == len(lines(folder))
    assert not any(secret.encode() in stored for secret in SECRETS)
