"""Opening hours in Italian: what states them, what only looks like it, and what follows from what."""

from __future__ import annotations

import pytest

from tests.facts.hours_said import HOURS, entailed, stated

STATEMENTS = [
    ("Apriamo alle nove.", ["nove"]),
    ("La libreria è aperta dalle 9:00 alle 18:30.", ["9:00 alle 18:30"]),
    ("Orari: dal lunedì al venerdì dalle 8 alle 19.", ["8 alle 19"]),
    ("Lun-ven 9:00-13:00 e 15:00-19:30", ["9:00-13:00", "15:00-19:30"]),
    ("Siamo chiusi la domenica.", ["chiusi la domenica"]),
    ("Il lunedì il museo è chiuso.", ["chiuso"]),
    ("La farmacia chiude alle otto e mezza di sera.", ["otto e mezza di sera"]),
    ("La reception è aperta 24 ore su 24.", ["24 ore su 24"]),
    ("La piscina apre alle 10 del mattino.", ["10 del mattino"]),
    ("La cucina chiude alle undici meno un quarto.", ["undici meno un quarto"]),
    ("Il sabato apriamo alle nove e mezza.", ["nove e mezza"]),
    ("Ultimo ingresso alle 17:15.", ["17:15"]),
    ("Siamo aperti tutti i giorni.", ["aperti tutti i giorni"]),
    ("Il suo tavolo è prenotato per le 21 e il bar resta aperto fino alle 2 di notte.", ["2 di notte"]),
    (
        "Il servizio clienti risponde dal lunedì al sabato dalle nove alle diciassette.",
        ["nove alle diciassette"],
    ),
    ("Chiuso nei giorni festivi.", ["Chiuso nei giorni festivi"]),
    ("Il negozio apre a partire dalle 7.", ["7"]),
    ("Non apriamo la domenica.", ["Non apriamo la domenica"]),
    ("Siamo aperti fino a mezzanotte.", ["mezzanotte"]),
]


@pytest.mark.parametrize(("reply", "expected"), STATEMENTS)
def test_a_statement_of_hours_is_found(reply: str, expected: list[str]) -> None:
    assert stated(reply) == expected


OTHER_TIMES = [
    "Il suo treno parte alle 9:15 dal binario 4.",
    "L'autobus passa ogni 20 minuti.",
    "Il suo tavolo è prenotato per le 19:30.",
    "Il suo appuntamento dal dentista è lunedì alle 10.",
    "Ho impostato la sveglia alle 6:30.",
    "La riunione comincia alle nove e finisce alle dieci.",
    "Cuocere 25 minuti a 180 gradi.",
    "Il film inizia alle 20:15.",
    "L'esame è dalle 9 alle 11.",
    "A che ora vorrebbe venire?",
    "Non conosco i nostri orari di apertura.",
    "Non so se siamo chiusi la domenica.",
    "Riceverà una risposta entro 24 ore.",
    "Lavoro dalle 9 alle 17.",
    "La consegna arriva venerdì tra le 8 e le 12.",
    "Costa 9,30 euro a persona.",
    "Le iscrizioni aprono lunedì alle 9.",
    "È a 15 minuti a piedi.",
    "Prenda una compressa alle 8 e una alle 20.",
    "La visita guidata parte alle 16:00.",
]


@pytest.mark.parametrize("reply", OTHER_TIMES)
def test_other_times_are_not_hours(reply: str) -> None:
    assert stated(reply) == []


@pytest.mark.parametrize(
    "reply", ["Alle nove.", "9:30.", "Dalle 9 alle 18.", "Le dieci e mezza.", "Fino alle 20."]
)
def test_a_bare_time_answers_a_question_about_hours_only(reply: str) -> None:
    assert stated(reply, "A che ora aprite?")
    assert not stated(reply, "A che ora parte il treno?")


@pytest.mark.parametrize(
    "question", ["Quali sono i vostri orari?", "Siete aperti la domenica?", "Fino a che ora siete aperti?"]
)
def test_a_question_about_hours_asks_for_them(question: str) -> None:
    assert HOURS.asks(question)
    assert not HOURS.asks("A che ora parte il treno?")


@pytest.mark.parametrize(
    ("known", "said"),
    [
        ("Mon-Fri 9-17", "Siamo aperti dal lunedì al venerdì dalle nove alle diciassette."),
        ("Orari: lun-ven 8:30-18:00, sab 9-13", "Il sabato chiudiamo alle 13."),
        ("Orari: lun-ven 8:30-18:00", "Nei giorni feriali apriamo alle otto e mezza."),
        ("Chiuso il lunedì.", "Il lunedì siamo chiusi."),
        ("Open 24/7.", "Siamo aperti 24 ore su 24."),
    ],
)
def test_the_same_by_value_is_entailed(known: str, said: str) -> None:
    assert entailed(known, said)


@pytest.mark.parametrize(
    ("known", "said"),
    [
        ("Mon-Fri 9-17", "Siamo aperti dal lunedì al venerdì dalle nove alle diciotto."),
        ("Mon-Fri 9-17", "Il sabato apriamo alle nove."),
        ("Aperto dalle 9 del mattino.", "Apriamo alle nove di sera."),
        ("L'autobus parte alle 9 e alle 17.", "Siamo aperti dalle 9 alle 17."),
        ("Chiuso il lunedì.", "Il martedì siamo chiusi."),
    ],
)
def test_what_agrees_only_in_part_is_not_entailed(known: str, said: str) -> None:
    assert not entailed(known, said)
