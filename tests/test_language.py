"""Languages are told by script and function words, and not guessed."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from filterproxy.core.request import Request, Turn
from filterproxy.language import LANGUAGES, language_of, request_language


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("What time do you open?", "en"),
        ("hello, I would like a refund", "en"),
        ("¿A qué hora abren ustedes?", "es"),
        ("Hola, quisiera saber el horario de la tienda", "es"),
        ("À quelle heure est-ce que vous ouvrez ?", "fr"),
        ("Bonjour, je voudrais un remboursement pour ma commande", "fr"),
        ("Wann haben Sie geöffnet?", "de"),
        ("Ich möchte bitte mein Geld zurück", "de"),
        ("A che ora aprite il sabato?", "it"),
        ("Buongiorno, quali sono gli orari della biblioteca?", "it"),
        ("A que horas vocês abrem no sábado?", "pt"),
        ("Olá, qual é o horário da loja?", "pt"),
        ("Hoe laat gaat de winkel open?", "nl"),
        ("Wat zijn de openingstijden van het museum?", "nl"),
        ("你们几点开门？", "zh"),
        ("请问 iPhone 15 多少钱", "zh"),
        ("何時に開きますか。", "ja"),
        ("営業時間はいつですか", "ja"),
        ("OK", ""),
        ("12345", ""),
        ("", ""),
    ],
)
def test_a_text_is_of_the_language_its_words_are_of(text: str, code: str) -> None:
    assert language_of(text) == code


@given(st.text(max_size=200))
def test_every_text_is_of_a_known_language_or_none(text: str) -> None:
    assert language_of(text) in (*LANGUAGES, "")


def test_a_request_speaks_the_language_of_its_last_user_turn() -> None:
    request = Request(
        turns=(
            Turn("system", "You are helpful."),
            Turn("user", "What is it?"),
            Turn("user", "Wann haben Sie geöffnet?"),
        )
    )

    assert request_language(request) == "de"
    assert request_language(Request()) == ""


def test_the_language_of_a_request_is_worked_out_once() -> None:
    request = Request(turns=(Turn("user", "What time is it?"),))
    request_language(request)
    request.turns = (Turn("user", "Wann haben Sie geöffnet?"),)

    assert request_language(request) == "en"
