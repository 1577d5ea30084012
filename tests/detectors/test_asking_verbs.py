"""The verbs `service`, `python` and `entity`: what they ask, and what they make of an answer."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import spacy

from filterproxy.answers import Inline, functions, work_out
from filterproxy.core.asking import Needs, NoAnswer, answer
from filterproxy.core.request import Request, Turn
from filterproxy.core.rule import Span
from filterproxy.detectors.entity import Entity, Model
from filterproxy.detectors.python import Python, function_named
from filterproxy.detectors.service import Service

URL = "http://127.0.0.1:9000/judge"


# service


@pytest.mark.parametrize(
    "url",
    [
        "x",
        "ftp://h/",
        "http://",
        "http://h/?k=1",
        "http://u:p@h/",
        "http://h:0/",
        "http://h:x/",
        "http://h/ö",
    ],
)
def test_an_address_that_cannot_be_asked_fails_at_load(url: str) -> None:
    with pytest.raises(ValueError, match="service"):
        Service(url)


def test_a_service_is_told_the_text_its_channel_and_the_rule_and_the_question_only_if_wanted() -> None:
    request = Request(turns=(Turn("system", "Private."), Turn("user", "Why?")))
    bare = {"text": "Hi \ufffd", "channel": "content", "rule": "r"}

    said = Service(URL).body("Hi ?", "content", "r", request)
    assert {**bare, "text": "Hi ?"} == json.loads(said)
    assert {**bare, "text": "Hi ?"} == json.loads(Service(URL).body("Hi \ud83d", "content", "r", request))
    asking = Service(URL, question=True)
    assert json.loads(asking.body("Hi", "content", "r", request))["question"] == "Why?"


@pytest.mark.parametrize(
    ("body", "over", "found"),
    [
        (b'{"flagged": true}', None, [(0, 5)]),
        (b'{"flagged": false, "score": 1}', None, []),
        (b'{"score": 0.81}', 0.8, [(0, 5)]),
        (b'{"score": 0.8, "flagged": true}', 0.8, []),
        (b'{"matches": []}', 0.8, []),
        (b'{"matches": [{"start": 3, "end": 4, "x": 1}, {"start": 0, "end": 1}]}', None, [(0, 1), (3, 4)]),
    ],
)
def test_an_answer_says_where_or_whether(body: bytes, over: float | None, found: list[Span]) -> None:
    said = Service(URL, over=over).read(body, 5)

    assert not isinstance(said, NoAnswer)
    assert found == [(start, end) for start, end, _ in said]


@pytest.mark.parametrize(
    "body",
    [
        b"", b"[]", b"<html>", b"{}", b'{"flagged": 1}', b'{"score": "1"}', b'{"score": true}',
        b'{"matches": {}}', b'{"matches": [1]}', b'{"matches": [{"start": 0, "end": 6}]}',
        b'{"matches": [{"start": 0}]}', b'{"matches": [{"start": 1.0, "end": 2}]}',
        b'{"matches": [' + b'{"start":0,"end":1},' * 1000 + b"{}]}",
    ],
)  # fmt: skip
@pytest.mark.parametrize("over", [None, 0.5])
def test_what_is_no_answer_is_refused(body: bytes, over: float | None) -> None:
    with pytest.raises(ValueError):
        Service(URL, over=over).read(body, 5)


def test_blank_text_is_not_asked_about() -> None:
    assert Service(URL).find(" \n", 0, (0, 2), Request()) is None


def test_a_question_is_about_the_unit_and_its_answer_lies_in_the_whole_text() -> None:
    service, request = Service(URL), Request()
    with pytest.raises(Needs) as caught:
        service.find("One. Two.", 5, (5, 9), request)
    [question] = caught.value.questions
    answer(request, question, ((0, 3, ""),))

    assert ("Two.", (5, 8)) == (question.text, service.find("One. Two.", 5, (5, 9), request))
    assert service.find("One. Two.", 6, (5, 9), request) is None


# python


def shouts(text: str) -> list[tuple[int, int]]:
    """Find capitals."""
    return [(i, i + 1) for i, c in enumerate(text) if c.isupper()]


def breaks(text: str) -> Any:
    raise RuntimeError(text)


def strays(text: str) -> Any:
    return [(0, len(text) + 1)]


HERE = __name__


@pytest.mark.parametrize("name", ["shouts", "a.b", "a:b:c", "a b:c", ":f", "m:", "os.path:join()"])
def test_a_name_of_another_form_fails_at_load(name: str) -> None:
    with pytest.raises(ValueError, match=r"package\.module:function"):
        Python(name)


@pytest.mark.parametrize("name", ["no_such_module:f", f"{HERE}:none", f"{HERE}:HERE"])
def test_a_function_that_is_not_there_is_said_at_the_start(name: str) -> None:
    with pytest.raises(ValueError, match="function"):
        function_named(name)


def test_only_a_function_that_is_allowed_runs() -> None:
    name = f"{HERE}:shouts"

    assert NoAnswer.UNANSWERED == work_out(Python(name), "aB", {})
    assert ((1, 2, ""),) == work_out(Python(name), "aB", functions([name]))


@pytest.mark.parametrize("name", ["breaks", "strays"])
def test_what_a_function_fails_at_is_no_verdict_and_its_text_is_not_logged(
    name: str, caplog: pytest.LogCaptureFixture
) -> None:
    allowed = functions([f"{HERE}:{name}"])

    assert NoAnswer.UNANSWERED == work_out(Python(f"{HERE}:{name}"), "a secret", allowed)
    assert "secret" not in caplog.text


# entity


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> str:
    """A model by rules, as no trained one is to be had everywhere."""
    folder = tmp_path_factory.mktemp("model") / "names"
    pipeline = spacy.blank("en")
    ruler: Any = pipeline.add_pipe("entity_ruler")
    ruler.add_patterns(
        [{"label": "PERSON", "pattern": "Maria Keller"}, {"label": "ORG", "pattern": [{"LOWER": "acme"}]}]
    )
    pipeline.to_disk(folder)
    return str(folder)


def names(entity: Entity, text: str) -> list[str]:
    request, pos = Request(), 0
    found: list[str] = []
    while True:
        try:
            span = entity.find(text, pos, (0, len(text)), request)
        except Needs as needs:
            Inline().fetch(request, needs.questions)
            continue
        if span is None:
            return found
        found.append(text[slice(*span)])
        pos = span[1]


def test_names_of_the_wanted_kinds_are_found(model: str) -> None:
    text = "Ask Maria Keller of Acme about it."

    assert ["Maria Keller"] == names(Entity(("PERSON",), model), text)
    assert ["Maria Keller", "Acme"] == names(Entity(("ORG", "PERSON"), model), text)
    assert [] == names(Entity(("ORG",), model), "Ask Maria Keller.")


def test_a_sentence_that_can_hold_no_name_is_not_given_to_the_model(model: str) -> None:
    entity = Entity(("ORG",), model)

    assert [] == names(entity, "ask acme about it, ¿no?")
    for text in ("acme 5", "日本", "Ask"):
        with pytest.raises(Needs):
            entity.find(text, 0, (0, len(text)), Request())


def test_rules_with_the_same_model_ask_once(model: str) -> None:
    first, second = Entity(("ORG",), model), Entity(("PERSON",), model)

    assert set(first.askers) == set(second.askers) == {Model(model)}


def test_a_kind_that_the_model_does_not_know_and_a_model_that_is_missing_fail_at_load(model: str) -> None:
    with pytest.raises(ValueError, match="no kind 'PERSN'; there are ORG, PERSON"):
        Entity(("PERSN",), model)
    with pytest.raises(ValueError, match="not installed: python -m spacy download en_core_web_none"):
        Entity(("PERSON",), "en_core_web_none")


def test_a_model_that_says_nothing_about_its_kinds_is_taken_at_its_word(tmp_path: Path) -> None:
    (tmp_path / "meta.json").write_text("{}")

    Entity(("ANYTHING",), str(tmp_path))
