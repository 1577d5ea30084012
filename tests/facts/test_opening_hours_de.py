"""Opening hours in German: what states them, what only looks like it, and what follows from what."""

from __future__ import annotations

import pytest

from tests.facts.hours_said import HOURS, entailed, stated

STATEMENTS = [
    ("Wir öffnen um neun.", ["neun"]),
    ("Unsere Buchhandlung hat von halb neun bis achtzehn Uhr geöffnet.", ["halb neun bis achtzehn Uhr"]),
    ("Mo-Fr 8-12 und 14-18 Uhr geöffnet.", ["8-12", "14-18 Uhr"]),
    ("Montag bis Freitag: 08:00–18:30 Uhr", ["08:00–18:30 Uhr"]),
    ("Die Gärtnerei schließt samstags schon um 13 Uhr.", ["13 Uhr"]),
    ("Montags haben wir zu.", ["Montags haben wir zu"]),
    ("Sonntags geschlossen.", ["Sonntags geschlossen"]),
    ("Montags haben wir Ruhetag.", ["Montags haben wir Ruhetag"]),
    ("Am Dienstag haben wir nicht geöffnet.", ["Dienstag haben wir nicht geöffnet"]),
    ("Unser Notdienst ist rund um die Uhr erreichbar.", ["rund um die Uhr"]),
    ("Die Hotline ist werktags von 7 bis 20 Uhr besetzt.", ["7 bis 20 Uhr"]),
    ("Wir machen um Viertel nach acht auf.", ["Viertel nach acht"]),
    ("Freitags machen wir erst um zehn Uhr dreißig auf.", ["zehn Uhr dreißig"]),
    ("Die Küche schließt um dreiviertel zehn.", ["dreiviertel zehn"]),
    ("Letzter Einlass ist um 16:30 Uhr.", ["16:30 Uhr"]),
    ("Öffnungszeiten: täglich 10 bis 19 Uhr, außer montags.", ["10 bis 19 Uhr"]),
    ("Das Freibad ist ab 9 Uhr morgens offen.", ["9 Uhr morgens"]),
    ("Wir haben jeden Tag geöffnet.", ["jeden Tag geöffnet"]),
    ("Sprechzeiten sind Mo, Di und Do von 8 bis 11.", ["8 bis 11"]),
    ("Ihr Tisch ist für 19 Uhr reserviert, und wir haben bis 23 Uhr geöffnet.", ["23 Uhr"]),
    ("Der Laden ist 24 Stunden am Tag geöffnet.", ["24 Stunden am Tag"]),
]


@pytest.mark.parametrize(("reply", "expected"), STATEMENTS)
def test_a_statement_of_hours_is_found(reply: str, expected: list[str]) -> None:
    assert stated(reply) == expected


OTHER_TIMES = [
    "Ihr Zug fährt um 9:15 Uhr von Gleis 4.",
    "Der Bus kommt alle 20 Minuten.",
    "Ihr Tisch ist für 19 Uhr reserviert.",
    "Ihr Zahnarzttermin ist am Montag um 10 Uhr.",
    "Ich habe den Wecker auf halb sieben gestellt.",
    "Die Besprechung beginnt um neun und endet um zehn.",
    "25 Minuten bei 180 Grad backen.",
    "Der Film läuft um 20:15 Uhr.",
    "Die Prüfung dauert von 9 bis 11 Uhr.",
    "Wann möchten Sie vorbeikommen?",
    "Unsere Öffnungszeiten kenne ich leider nicht.",
    "Ich weiß nicht, ob sonntags geschlossen ist.",
    "Sie erhalten innerhalb von 24 Stunden eine Antwort.",
    "Ich arbeite von 9 bis 17 Uhr.",
    "Die Lieferung kommt am Freitag zwischen 8 und 12 Uhr.",
    "Wir haben drei offene Stellen, auch am Wochenende.",
    "Das kostet 9,30 Euro pro Person.",
    "Bitte öffnen Sie das Fenster für 10 Minuten.",
    "Die Anmeldung öffnet am Montag um 9 Uhr.",
    "Der Weg dauert 15 Minuten zu Fuß.",
    "Es ist schön, am Sonntag nicht zu arbeiten.",
    "Am Montag ist es zu kalt zum Schwimmen.",
]


@pytest.mark.parametrize("reply", OTHER_TIMES)
def test_other_times_are_not_hours(reply: str) -> None:
    assert stated(reply) == []


@pytest.mark.parametrize("reply", ["Um neun.", "Halb zehn.", "Von 9 bis 17 Uhr.", "Ab 8 Uhr.", "10:30."])
def test_a_bare_time_answers_a_question_about_hours_only(reply: str) -> None:
    assert stated(reply, "Wann macht ihr auf?")
    assert not stated(reply, "Wann fährt der Zug?")


@pytest.mark.parametrize(
    "question", ["Wann habt ihr geöffnet?", "Bis wann ist der Laden offen?", "Wie sind Ihre Öffnungszeiten?"]
)
def test_a_question_about_hours_asks_for_them(question: str) -> None:
    assert HOURS.asks(question)
    assert not HOURS.asks("Wann fährt mein Zug nach Ulm?")


@pytest.mark.parametrize(
    ("known", "said"),
    [
        ("Mon-Fri 9-17", "Wir haben montags bis freitags von neun bis siebzehn Uhr geöffnet."),
        ("Öffnungszeiten: Mo-Fr 8:30-18 Uhr", "Wir öffnen werktags um halb neun."),
        ("Öffnungszeiten: Mo-Fr 8:30-18 Uhr, Sa 9-13 Uhr", "Samstags schließen wir um 13 Uhr."),
        ("Sonntags geschlossen.", "Am Sonntag ist geschlossen."),
        ("Open 24/7.", "Wir haben rund um die Uhr geöffnet."),
        ('{"opening_hours": "Mo-Fr 08:00-18:00"}', "Wir haben von 8 bis 18 Uhr geöffnet."),
    ],
)
def test_the_same_by_value_is_entailed(known: str, said: str) -> None:
    assert entailed(known, said)


@pytest.mark.parametrize(
    ("known", "said"),
    [
        ("Mon-Fri 9-17", "Wir haben montags bis freitags von neun bis achtzehn Uhr geöffnet."),
        ("Öffnungszeiten: Mo-Fr 8:30-18 Uhr", "Wir öffnen werktags um halb zehn."),
        ("Öffnungszeiten: Mo-Fr 8:30-18 Uhr", "Wir öffnen samstags um halb neun."),
        ("Der Bus fährt um 9 Uhr und um 17 Uhr.", "Wir haben von 9 bis 17 Uhr geöffnet."),
        ("Geöffnet ab 9 Uhr morgens.", "Wir öffnen um 9 Uhr abends."),
    ],
)
def test_what_agrees_only_in_part_is_not_entailed(known: str, said: str) -> None:
    assert not entailed(known, said)
