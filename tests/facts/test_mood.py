"""What a user says counts; what they ask or guess does not."""

from __future__ import annotations

import pytest

from filterproxy.facts.mood import states

QUESTIONS = [
    "You open at nine, right?",
    "You open at nine, right.",
    "Ihr öffnet um neun, oder?",
    "Ihr öffnet um neun, oder.",
    "Vous ouvrez à neuf heures, n'est-ce pas ?",
    "Vous ouvrez à 9h, n'est-ce pas.",
    "Abren a las nueve, ¿verdad?",
    "Aprite alle nove, vero.",
    "Vocês abrem às nove, não é?",
    "Jullie gaan om negen uur open, toch.",
    "你们九点开门吗",
    "你们九点开门？",
    "九点开门吧。",
    "九時に開きますか。",
    "営業は九時からですよね。",
]
GUESSES = [
    "I think you open at nine.",
    "We suppose it closes at five.",
    "Ich glaube, ihr öffnet um neun.",
    "Wahrscheinlich macht ihr um neun auf.",
    "Je crois que vous ouvrez à neuf heures.",
    "Creo que abren a las nueve.",
    "Forse aprite alle nove.",
    "Acho que abrem às nove.",
    "Ik denk dat jullie om negen uur opengaan.",
    "我猜你们九点开门。",
    "可能是九点开门。",
    "九時に開くと思います。",
    "たぶん九時からです。",
]
STATEMENTS = [
    "The sign says: open 9-5.",
    "An der Tür steht: geöffnet von 9 bis 17 Uhr.",
    "La porte indique : ouvert de 9h à 17h.",
    "En la puerta pone: abierto de 9 a 17 h.",
    "Sulla porta c'è scritto: aperto dalle 9 alle 17.",
    "Na porta diz: aberto das 9h às 17h.",
    "Op de deur staat: open van 9 tot 17 uur.",
    "门上写着：营业时间9点到17点。",
    "我想要两杯咖啡。",
    "看板には「営業時間 9時から17時」と書いてあります。",
]


@pytest.mark.parametrize("sentence", QUESTIONS)
def test_a_question_states_nothing(sentence: str) -> None:
    assert not states(sentence)


@pytest.mark.parametrize("sentence", GUESSES)
def test_a_guess_states_nothing(sentence: str) -> None:
    assert not states(sentence)


@pytest.mark.parametrize("sentence", STATEMENTS)
def test_what_is_said_plainly_is_stated(sentence: str) -> None:
    assert states(sentence)
