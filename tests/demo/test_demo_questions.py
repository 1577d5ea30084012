"""The demo's questions show each of the things that they promise."""

from __future__ import annotations

from filterproxy.demo.questions import QUESTIONS
from filterproxy.demo.replies import ANSWERS, DEFAULT, Answer, answer


def asked_entry(text: str) -> Answer:
    said = answer(text, "", 0)
    return next((entry for entry in ANSWERS if entry.texts[0] == said), DEFAULT)


def test_questions_come_whole_and_streamed() -> None:
    assert {question.stream for question in QUESTIONS} == {True, False}


def test_no_question_falls_to_the_default_answer() -> None:
    assert [q.text for q in QUESTIONS if asked_entry(q.text) is DEFAULT] == []


def test_stated_hours_change_the_answer() -> None:
    stated = [q for q in QUESTIONS if q.system and "09:00" in q.system]

    assert [answer(q.text, q.system or "", 0) for q in stated] == [
        "We open at 9 am and close at 5 pm, Monday to Friday. We look forward to your visit!"
    ]
