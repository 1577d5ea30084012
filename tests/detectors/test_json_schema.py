"""The verb `json_schema`."""

from __future__ import annotations

from typing import Any

import pytest

from filterproxy.actions.template import Literal
from filterproxy.core.plan import Plans
from filterproxy.core.request import Request
from filterproxy.core.rule import Action, Rule, Say, Verb
from filterproxy.core.session import Session, Settings
from filterproxy.core.verdict import Channel
from filterproxy.detectors.combine import AnyOf
from filterproxy.detectors.json_schema import JsonSchema
from filterproxy.detectors.phrases import Phrases
from filterproxy.detectors.regex import Regex
from filterproxy.dialects.json_text import JsonStrings

CITY = {"type": "object", "required": ["city"], "properties": {"city": {"type": "string"}}}


def is_hit(text: str, schema: Any = CITY, **options: Any) -> bool:
    found = JsonSchema(schema, **options).find(text, 0, (0, len(text)), Request())
    assert found in (None, (0, len(text)))
    return found is not None


@pytest.mark.parametrize(
    "text", ['{"city": "Köln"}', ' {"city":"", "x": [1e400]}\n', '{"city": "\\ud83d\\ude00"}']
)
def test_json_of_the_right_shape_passes(text: str) -> None:
    assert not is_hit(text) or "1e400" in text


@pytest.mark.parametrize(
    "text",
    ["", " ", "Köln", '{"city": 1}', "{}", '{"city": "a"', '{"city": "a"} Enjoy!', "[]", "NaN", "[" * 5000],
)
def test_what_is_no_json_or_of_another_shape_is_a_match_as_a_whole(text: str) -> None:
    assert is_hit(text)


def test_json_in_a_fence_is_a_violation_unless_the_rule_takes_fences() -> None:
    good, bad = '```json\n{"city": "a"}\n```\n', "```\n{}\n```"

    assert (True, True) == (is_hit(good), is_hit(bad))
    assert (False, True) == (is_hit(good, fenced=True), is_hit(bad, fenced=True))
    assert not is_hit('{"city": "a"}', fenced=True)
    assert is_hit('Here:\n```json\n{"city": "a"}\n```', fenced=True)


def test_a_ref_reaches_within_the_schema() -> None:
    schema = {"$ref": "#/$defs/a", "$defs": {"a": {"type": "string"}}}

    assert (False, True) == (is_hit('"x"', schema), is_hit("1", schema))


@pytest.mark.parametrize(
    "schema",
    [
        {"type": "objct"},
        {"$ref": "http://127.0.0.1:9/x.json"},
        {"$ref": "file:///etc/hostname"},
        {"$ref": "#/$defs/none"},
        {"pattern": "("},
        {"$schema": "http://127.0.0.1:9/draft"},
    ],
)
def test_a_schema_that_cannot_be_used_fails_at_load_and_fetches_nothing(schema: Any) -> None:
    with pytest.raises(ValueError, match=r"(?i)schema|ref"):
        JsonSchema(schema)


def test_a_pattern_that_backtracks_for_ever_does_not_hold_up_the_others() -> None:
    assert is_hit('"' + "a" * 60 + '!"', {"type": "string", "pattern": r"^(a+)+\1?$"})


def filtered(rules: list[Rule], text: str, *, json: bool, kind: str = "content") -> str:
    request, channel = Request(json=json), Channel(0, kind)
    settings = Settings(clock=lambda: 0.0, language_of=lambda _: "en", strings=JsonStrings())
    session = Session(Plans(rules).plan(request), request, settings)
    pieces = [piece for letter in text for piece in session.feed(channel, letter)]
    ending = session.end()
    if 0 in ending.dropped:
        return ending.dropped[0] or ""
    return "".join(piece.text for piece in (*pieces, *ending.pieces.get(channel, ())))


def dropping(**more: Any) -> Rule:
    return Rule("s", JsonSchema(CITY), Action(Verb.DROP, say=Say({"default": "No."})), **more)


@pytest.mark.parametrize("json", [False, True])
def test_the_text_is_read_as_it_stands_also_where_others_read_its_strings(json: bool) -> None:
    """A reply to a request that demands JSON is taken apart for every other rule."""
    redact = Rule("r", Regex("Bonn", False), Action(Verb.REDACT, template=Literal("[x]")))

    assert '{"city": "[x]"}' == filtered([redact, dropping()], '{"city": "Bonn"}', json=json)
    assert "No." == filtered([redact, dropping()], '{"town": "Bonn"}', json=json)
    assert "No." == filtered([dropping(), redact], '{"town": "Bonn"}', json=json)


def test_arguments_of_a_tool_call_are_read_as_they_stand() -> None:
    both = Rule(
        "s",
        AnyOf((JsonSchema(CITY), Phrases(("secret",)))),
        Action(Verb.DROP, say=Say({"default": "No."})),
        channels=frozenset({"arguments"}),
    )

    assert '{"city": "Bonn"}' == filtered([both], '{"city": "Bonn"}', json=False, kind="arguments")
    assert "No." == filtered([both], '{"city": "a secret"}', json=False, kind="arguments")


def test_look_alikes_in_a_string_do_not_break_its_json() -> None:
    """A folded view of the text would have another shape."""
    text = '{"city": "＂Bonn＂"}'

    assert text == filtered([dropping()], text, json=False)
