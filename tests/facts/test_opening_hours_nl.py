"""Opening hours in Dutch: what states them, what only looks like it, and what follows from what."""

from __future__ import annotations

import pytest

from tests.facts.hours_said import HOURS, entailed, stated

STATEMENTS = [
    ("Wij openen om negen uur.", ["negen uur"]),
    ("De boekwinkel is open van 9.00 tot 18.30 uur.", ["9.00 tot 18.30 uur"]),
    ("Openingstijden: maandag tot en met vrijdag van 8 tot 19 uur.", ["8 tot 19 uur"]),
    ("Op zondag zijn wij gesloten.", ["zondag zijn wij gesloten"]),
    ("'s Maandags is het museum dicht.", ["dicht"]),
    ("De apotheek sluit om half negen 's avonds.", ["half negen 's avonds"]),
    ("De receptie is 24 uur per dag bereikbaar.", ["24 uur per dag"]),
    ("Het zwembad gaat om 10 uur 's ochtends open.", ["10 uur 's ochtends"]),
    ("De keuken sluit om kwart voor tien.", ["kwart voor tien"]),
    ("Op zaterdag gaan we om half tien open.", ["half tien"]),
    ("Laatste toegang om 17.15 uur.", ["17.15 uur"]),
    ("We zijn elke dag open.", ["elke dag open"]),
    ("Uw tafel is gereserveerd voor 19 uur en de bar is tot 2 uur 's nachts open.", ["2 uur 's nachts"]),
    ("De klantenservice is op werkdagen bereikbaar van negen tot vijf.", ["negen tot vijf"]),
    ("Gesloten op feestdagen.", ["Gesloten op feestdagen"]),
    ("De winkel is vanaf 7 uur geopend.", ["7 uur"]),
    ("We gaan op zondag niet open.", ["zondag niet open"]),
    ("Wij zijn tot middernacht geopend.", ["middernacht"]),
]


@pytest.mark.parametrize(("reply", "expected"), STATEMENTS)
def test_a_statement_of_hours_is_found(reply: str, expected: list[str]) -> None:
    assert stated(reply) == expected


OTHER_TIMES = [
    "Uw trein vertrekt om 9.15 uur van spoor 4.",
    "De bus komt elke 20 minuten.",
    "Uw tafel is gereserveerd voor 19.30 uur.",
    "Uw tandartsafspraak is maandag om 10 uur.",
    "Ik heb de wekker op half zeven gezet.",
    "De vergadering begint om negen uur en eindigt om tien uur.",
    "Bak het 25 minuten op 180 graden.",
    "De film begint om 20.15 uur.",
    "Het examen duurt van 9 tot 11 uur.",
    "Hoe laat wilt u langskomen?",
    "Onze openingstijden ken ik helaas niet.",
    "Ik weet niet of we op zondag gesloten zijn.",
    "U krijgt binnen 24 uur antwoord.",
    "Ik werk van 9 tot 17 uur.",
    "De levering komt vrijdag tussen 8 en 12 uur.",
    "Het kost 9,30 euro per persoon.",
    "De inschrijving opent maandag om 9 uur.",
    "Het is 15 minuten lopen.",
    "Neem om 8 uur een tablet en om 20 uur nog een.",
    "De rondleiding start om 16.00 uur.",
]


@pytest.mark.parametrize("reply", OTHER_TIMES)
def test_other_times_are_not_hours(reply: str) -> None:
    assert stated(reply) == []


@pytest.mark.parametrize(
    "reply", ["Om negen uur.", "9.30 uur.", "Van 9 tot 18 uur.", "Half tien.", "Tot 20 uur."]
)
def test_a_bare_time_answers_a_question_about_hours_only(reply: str) -> None:
    assert stated(reply, "Hoe laat gaan jullie open?")
    assert not stated(reply, "Hoe laat vertrekt de trein?")


@pytest.mark.parametrize(
    "question",
    ["Wat zijn jullie openingstijden?", "Zijn jullie zondag open?", "Tot hoe laat is de winkel open?"],
)
def test_a_question_about_hours_asks_for_them(question: str) -> None:
    assert HOURS.asks(question)
    assert not HOURS.asks("Hoe laat vertrekt de trein?")


@pytest.mark.parametrize(
    ("known", "said"),
    [
        ("Mon-Fri 9-17", "Wij zijn van maandag tot en met vrijdag van negen tot vijf open."),
        ("Openingstijden: ma-vr 8.30-18 uur, za 9-13 uur", "Op zaterdag sluiten we om 13 uur."),
        ("Openingstijden: ma-vr 8.30-18 uur", "Op werkdagen openen we om half negen."),
        ("Maandag gesloten.", "Op maandag zijn wij gesloten."),
        ("Open 24/7.", "Wij zijn 24 uur per dag open."),
    ],
)
def test_the_same_by_value_is_entailed(known: str, said: str) -> None:
    assert entailed(known, said)


@pytest.mark.parametrize(
    ("known", "said"),
    [
        ("Mon-Fri 9-17", "Wij zijn van maandag tot en met vrijdag van negen tot zes open."),
        ("Mon-Fri 9-17", "Op zaterdag openen we om negen uur."),
        ("Open vanaf 9 uur 's ochtends.", "We openen om negen uur 's avonds."),
        ("De bus vertrekt om 9 uur en om 17 uur.", "Wij zijn open van 9 tot 17 uur."),
        ("Maandag gesloten.", "Op dinsdag zijn wij gesloten."),
    ],
)
def test_what_agrees_only_in_part_is_not_entailed(known: str, said: str) -> None:
    assert not entailed(known, said)
