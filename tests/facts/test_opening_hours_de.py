"""Opening hours in German: what states them, what only looks like it, and what follows from what."""

# Sentences stay whole.
# ruff: noqa: E501

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


# -- every shape: lines, lists and tables, days, last orders, lines that are answered; and their look-alikes

ALSO_STATED = [
    "Wir haben von Montag bis Freitag zwischen 8 und 18 Uhr für Sie geöffnet.",
    "Unser Laden macht morgens um halb zehn auf.",
    "Ab Viertel vor neun sind wir für dich da, und zwar bis sechs Uhr abends.",
    "Mo–Fr 7.30–12.00 und 13.00–17.00 Uhr, Sa nach Vereinbarung.",
    "Mo-Fr: 9-18 Uhr\nSa: 10-14 Uhr\nSo: geschlossen",
    "| Tag | Geöffnet |\n|---|---|\n| Montag | 10:00–19:00 |\n| Dienstag | geschlossen |",
    "- **Montag bis Donnerstag:** 11–22 Uhr\n- **Freitag & Samstag:** 11–23 Uhr\n- **Sonntag:** Ruhetag",
    "Montags ist bei uns Ruhetag.",
    "Sonn- und feiertags bleibt die Bäckerei geschlossen.",
    "Am 24. Dezember schließen wir bereits um 14 Uhr.",
    "An Heiligabend haben wir nur bis 13 Uhr offen.",
    "Unsere Hotline erreichen Sie rund um die Uhr.",
    "Der Kundenservice ist werktags von 8 bis 20 Uhr telefonisch erreichbar.",
    "Die Tankstelle hat 24 Stunden geöffnet.",
    "Warme Küche gibt es bis 21:30 Uhr.",
    "Küchenschluss ist um halb zehn.",
    "Letzte Bestellungen nehmen wir um 22 Uhr entgegen.",
    "Der letzte Einlass ist 45 Minuten vor Schließung, also um 17:15 Uhr.",
    "Um acht sperren wir auf, um fünf machen wir Feierabend.",
    "Wir machen um 20 Uhr dicht.",
    "Klar doch! Wir haben sonntags auch auf.",
    "Die Filiale in der Innenstadt hat täglich außer Montag von zehn bis neunzehn Uhr auf.",
    "Du kannst einfach zwischen neun und siebzehn Uhr vorbeikommen, da sind wir geöffnet.",
    "Das Museum öffnet seine Pforten dienstags bis sonntags um 10 Uhr.",
    "Die Bibliothek schließt heute erst um einundzwanzig Uhr.",
    "Die Praxis hat mittwochnachmittags zu.",
    "Mittwochs haben wir zu.",
    "Freitags schließen wir schon um eins.",
    "Sprechstunde: Mo, Di, Do 8–12 Uhr und 15–18 Uhr",
    "Unsere Öffnungszeiten sind: wochentags 09:00 - 18:30, samstags 09:00 - 16:00.",
    "Die Sauna ist von 14 h bis 22 h geöffnet.",
    "Wir sind jeden Tag, auch an Sonn- und Feiertagen, von 6 bis 24 Uhr für Sie da.",
    "Am Wochenende öffnen wir erst ab zehn.",
    "Von Oktober bis März schließt der Park bei Einbruch der Dunkelheit.",
    "Der Pool steht Ihnen von 7 bis 21 Uhr zur Verfügung.",
    "Die Rezeption ist durchgehend besetzt, 24 Stunden am Tag.",
    "Die Kasse schließt eine halbe Stunde früher, um 17:30 Uhr.",
    "Unser Bürgerbüro hat donnerstags einen langen Tag: bis 18 Uhr geöffnet.",
    "Geöffnet ist der Shop Mo bis Sa von 10 bis 20 Uhr.",
    "Geschlossen haben wir nur an Neujahr und am 1. Mai.",
    "Öffnungszeiten\nMontag 8 – 16\nDienstag 8 – 18\nMittwoch 8 – 12",
    "Ihr Tisch ist für 19 Uhr reserviert. Übrigens öffnen wir um 18 Uhr.",
    "Am Samstag gehts bei uns um 9 los und um 4 ist Schluss.",
    "Wir haben werktags durchgehend von ９：００ bis １８：００ Uhr geöffnet.",
    "Der Laden ist ab 8 Uhr in der Früh offen.",
    "Unser Café ist dienstags zu.",
    "Montag und Dienstag sind unsere Ruhetage.",
    "Der Supportchat ist täglich zwischen 7 und 23 Uhr besetzt.",
    "Im Sommer ist das Freibad bis 20 Uhr geöffnet.",
    "Geöffnet: täglich 10–18 Uhr",
    "Sie erreichen unser Callcenter montags bis samstags zwischen 7 und 22 Uhr.",
    "Die Küche bleibt bis 22 Uhr offen.",
    "Kommen Sie gern vorbei: Wir sind bis 19 Uhr im Geschäft.",
    "Dienstags bis freitags öffnen wir um Punkt zehn.",
    "Unser Lager ist sonntags leider nicht besetzt.",
    "Das Rathaus hat freitags nur vormittags geöffnet.",
    "Samstags ist um 13 Uhr Ladenschluss.",
    "Der Schalter ist von halb acht bis Viertel nach vier besetzt.",
    "Über die Feiertage haben wir geschlossen.",
    "Zwischen Weihnachten und Neujahr bleibt unser Büro zu.",
    "Wir öffnen um dreiviertel neun.",
    "Unser Hofladen hat rund um die Uhr offen.",
    "Ab 17 Uhr geht bei uns die Tür auf, Schluss ist um eins.",
    "Die Ausstellung ist dienstags bis sonntags von 10 bis 18 Uhr zugänglich.",
    "Bestellungen nimmt die Küche bis 21 Uhr an.",
    "Telefonisch: Mo.–Fr. 9.00–16.00 Uhr",
    "Mo.-Do. 8-16 Uhr, Fr. 8-12 Uhr",
    "Mo, Mi, Fr: 14-18 Uhr",
    "Wir haben von 8:00 bis 12:00 und von 14:00 bis 18:00 Uhr offen, mittwochs nur vormittags.",
    "Heute haben wir leider schon um 16 Uhr geschlossen.",
    "Der Biergarten öffnet bei schönem Wetter um 11 Uhr.",
    "Unser Laden öffnet werktags um acht und schließt um halb sieben.",
    "Die Bar hat bis 2 Uhr nachts offen.",
    "Freitags und samstags haben wir bis Mitternacht geöffnet.",
    "Das Schwimmbad ist montags wegen Reinigung geschlossen.",
    "Sonntag: 11:00 bis 17:00 Uhr, Montag geschlossen",
    "Bei uns ist täglich von 11 bis 23 Uhr geöffnet.",
    "Unsere Türen stehen Ihnen ab neun Uhr offen.",
    "Wir schließen unsere Pforten um 18 Uhr.",
    "Der Markt findet hier jeden Samstag statt, unser Stand hat von 8 bis 13 Uhr auf.",
    "Die Beratungsstelle ist dienstags und donnerstags zwischen 10 und 15 Uhr besetzt.",
    "Nach 18 Uhr ist unser Laden zu.",
    "Vor zehn Uhr haben wir noch nicht geöffnet.",
    "Wir haben an Werktagen bis 20 Uhr auf, am Wochenende nur bis 16 Uhr.",
    "Kein Problem: Das Studio ist 24/7 zugänglich.",
    "Ja, sonntags haben wir von 12 bis 18 Uhr offen.",
    "Öffnungszeiten: Mo–Do 7–16:30, Fr 7–14",
    "Die Mensa hat von 11:15 bis 14:30 Uhr geöffnet.",
    "Der Kundendienst nimmt Anrufe von 8 bis 18 Uhr entgegen.",
    "Am Karfreitag bleibt die Kanzlei geschlossen.",
    "Unser Spa öffnet um 10 und schließt um 22 Uhr.",
]


@pytest.mark.parametrize("reply", ALSO_STATED)
def test_hours_are_stated_in_any_shape(reply: str) -> None:
    assert stated(reply)


ANSWERS = [
    ("Wann macht ihr morgen auf?", "Um neun."),
    ("Wann macht ihr morgen auf?", "9 Uhr."),
    ("Wann macht ihr auf?", "Um Viertel nach acht."),
    ("Wie lange habt ihr heute offen?", "Bis 20 Uhr."),
    ("Wie lange habt ihr heute offen?", "Heute bis halb sieben."),
    ("Habt ihr sonntags auf?", "Ja, von 11 bis 17 Uhr."),
    ("Habt ihr sonntags auf?", "Nein, sonntags ist zu."),
    ("Habt ihr sonntags auf?", "Nein, sonntags haben wir geschlossen."),
    ("Habt ihr am Samstag geöffnet?", "Ja, am Samstag haben wir geöffnet."),
    ("Öffnungszeiten?", "Mo-Fr 9-17, Sa 9-13"),
    ("Was sind die Öffnungszeiten der Bücherei?", "Dienstag bis Freitag, 10 bis 18 Uhr."),
    ("Bis wann kann ich heute noch vorbeikommen?", "Bis achtzehn Uhr dreißig."),
    ("Wann seid ihr telefonisch erreichbar?", "Montag bis Freitag 8:00 bis 16:00."),
    ("Hat die Apotheke Notdienst?", "Ja, rund um die Uhr."),
    ("Ihr öffnet um 10, oder?", "Genau, um 10 Uhr."),
    ("Wann schließt ihr?", "Wir schließen um sechs."),
    ("Ab wann gibt es bei euch Frühstück und wann öffnet ihr?", "Geöffnet wird um sieben."),
    ("Seid ihr an Feiertagen offen?", "An Feiertagen bleiben wir zu."),
    ("Wann öffnet das Museum?", "Das Museum öffnet um 10 Uhr und schließt um 18 Uhr."),
    ("Wann macht der Laden zu?", "So gegen acht."),
    ("Seid ihr heute noch offen?", "Ja, bis 18 Uhr."),
    ("Um wie viel Uhr macht die Post auf?", "Um halb neun."),
    ("Wann ist bei euch Ruhetag?", "Montags."),
    ("Wie sind eure Zeiten am Samstag?", "10 bis 16 Uhr"),
    ("Bis wann kann man bei euch bestellen?", "Bis 21:30 Uhr."),
    ("Ich wollte fragen, wann ihr aufmacht.", "Um zehn."),
    ("Könnten Sie mir Ihre Öffnungszeiten nennen?", "Gern: 9 bis 18 Uhr."),
    ("Habt ihr auch nachts offen?", "Ja, wir haben 24 Stunden geöffnet."),
    ("Ist der Laden montags auf?", "Ja, ist er, ab 9 Uhr."),
    ("Wann schließt die Bibliothek?", "Gegen 20 Uhr."),
    ("wann habt ihr auf", "von 9 bis 17 uhr"),
    ("Ab wann kann ich euch anrufen?", "Ab 8 Uhr."),
    ("Wie lange habt ihr abends auf?", "Bis elf."),
    ("Seid ihr am Wochenende da?", "Am Wochenende haben wir von 10 bis 14 Uhr geöffnet."),
    ("Wann öffnet die Praxis?", "Montags um 8, sonst um 9 Uhr."),
    ("Bis wann ist die Rezeption besetzt?", "Bis Mitternacht."),
    ("Eure Öffnungszeiten bitte", "täglich 9-20 Uhr"),
]


@pytest.mark.parametrize(("question", "reply"), ANSWERS)
def test_an_answer_may_say_hours_and_no_more(question: str, reply: str) -> None:
    assert stated(reply, question)


ALSO_OTHER = [
    "Der Zug nach Köln fährt um 9:15 Uhr auf Gleis 4 ab.",
    "Ihr Termin ist am Dienstag um 14:30 Uhr.",
    "Ich habe Ihren Tisch für Freitag, 19 Uhr, reserviert.",
    "Die Führung beginnt um 11 Uhr und dauert 90 Minuten.",
    "Der Film läuft um 20:15 Uhr.",
    "Lassen Sie den Teig 24 Stunden im Kühlschrank ruhen.",
    "Backen Sie den Kuchen 45 Minuten bei 180 Grad.",
    "Die Lieferung kommt zwischen 8 und 12 Uhr.",
    "Ihr Paket wird am Montag bis 18 Uhr zugestellt.",
    "Das Meeting ist von 9 bis 10 Uhr.",
    "Wir antworten innerhalb von 24 Stunden.",
    "Leider kenne ich die Öffnungszeiten nicht.",
    "Ich weiß nicht, ob wir am Sonntag geöffnet haben.",
    "Wann möchten Sie kommen, um 9 oder um 10 Uhr?",
    "Ich öffne das Ticket um 9 Uhr für Sie.",
    "Der Vorverkauf öffnet am Montag um 10 Uhr.",
    "Der Check-in ist ab 15 Uhr möglich.",
    "Das Frühstück wird von 7 bis 10 Uhr serviert.",
    "Wecker für 6:30 Uhr gestellt.",
    "Von 9 bis 17 Uhr zu arbeiten ist anstrengend.",
    "Montags zu arbeiten fällt vielen schwer.",
    "Die Haltestelle ist 5 Minuten zu Fuß entfernt.",
    "Der Bus fährt werktags von 5 bis 23 Uhr alle 10 Minuten.",
    "Dafür ist es zu spät: Das Konzert beginnt um 20 Uhr.",
    "Bitte öffnen Sie das Fenster um 8 Uhr.",
    "Das Spiel wird um 15:30 Uhr angepfiffen.",
    "Der Kurs findet mittwochs von 18 bis 19:30 Uhr statt.",
    "Ihre Prüfung ist am Donnerstag um 8 Uhr.",
    "Der Rückruf erfolgt morgen zwischen 10 und 12 Uhr.",
    "Nehmen Sie die Tablette um 8 und um 20 Uhr.",
    "Es ist jetzt 9:30 Uhr.",
    "Version 9.30 ist seit Montag verfügbar.",
    "Am besten rufen Sie uns an, wir beraten Sie gern.",
    "Abflug ist am Sonntag um 6:45 Uhr.",
    "Das Zimmer kostet 90 Euro pro Nacht.",
    "Ich bin am Montag ab 9 Uhr wieder im Büro.",
    "Die Buchung für 18 Uhr ist bestätigt.",
    "Ihre Bewerbung ist seit Montag geschlossen.",
    "Der Fall wurde am Freitag geschlossen.",
    "Die Straße ist bis Montag gesperrt.",
    "Unser Team trifft sich montags um 9.",
    "Das Abendessen ist um halb acht.",
    "Schlafen Sie von 22 bis 6 Uhr.",
    "Die Sendung läuft sonntags um 20:15 Uhr.",
    "Ich habe den Wecker auf sechs Uhr gestellt.",
    "Sie müssen bis 12 Uhr auschecken.",
    "Die Fähre legt um 10:30 Uhr ab.",
    "Ich rufe Sie um 15 Uhr zurück.",
    "Der Arzt hat am Dienstag um 9:40 Uhr einen Termin frei.",
    "Der Braten muss von 12 bis 15 Uhr im Ofen bleiben.",
    "Der Handwerker kommt zwischen 10 und 12 Uhr.",
    "Die Vorlesung findet montags von 10 bis 12 statt.",
    "Wir treffen uns um 18 Uhr am Bahnhof.",
    "Die Auktion endet am Sonntag um 20 Uhr.",
    "Das Konto wurde am Montag um 10 Uhr eröffnet.",
    "Können wir Ihnen um 9 Uhr einen Platz anbieten?",
    "Bitte seien Sie um 8:45 Uhr da.",
    "Das Gewitter zieht gegen 17 Uhr auf.",
    "Die Läden in der Gegend haben unterschiedliche Öffnungszeiten.",
    "Bitte prüfen Sie die Öffnungszeiten auf der Website.",
    "Ob wir an Feiertagen geöffnet haben, kann ich nicht sagen.",
    "Der Bus hält an der Station, die montags um 6 Uhr öffnet?",
    "Am Montag haben wir ein Meeting um 9 Uhr.",
    "Sie haben noch bis Freitag Zeit.",
    "Am Samstag wird es bis 25 Grad warm.",
    "Der Streik dauert von Montag bis Mittwoch.",
    "Von Montag bis Freitag arbeite ich im Homeoffice.",
    "Der Zug hat montags bis freitags um 7:15 Uhr Abfahrt.",
    "Meine Schicht geht von 14 bis 22 Uhr.",
    "Das Turnier läuft von Freitag bis Sonntag.",
    "Der Arzttermin am Mittwoch um 11:30 Uhr ist bestätigt.",
    "Die Nudeln 9 Minuten kochen.",
    "Das Ticket 930 ist geschlossen.",
    "Der Workshop startet um 9 Uhr und endet um 17 Uhr.",
    "Bis Montag um 10 Uhr brauche ich Ihre Antwort.",
    "Das Paket liegt ab 16 Uhr zur Abholung bereit.",
    "Die Tour dauert von 9 bis 12 Uhr.",
]


@pytest.mark.parametrize("reply", ALSO_OTHER)
def test_times_of_other_things_are_not_hours(reply: str) -> None:
    assert stated(reply) == []


ANSWERS_OF_OTHER_THINGS = [
    ("Wann habt ihr auf?", "Das weiß ich leider nicht. Ihr Tisch ist um 19 Uhr."),
    ("Wann habt ihr auf?", "Dazu liegen mir keine Informationen vor, bitte rufen Sie uns an."),
    ("Wann fährt der Zug?", "Um 9:15 Uhr."),
    ("Wann ist mein Termin?", "Am Montag um 10."),
    ("Wann kommt das Paket?", "Zwischen 9 und 12 Uhr."),
    ("Habt ihr sonntags auf?", "Das kann ich Ihnen nicht sagen."),
    ("Wann beginnt der Film?", "Um halb neun."),
    ("Wie lange dauert die Fahrt?", "Etwa 2 bis 3 Stunden."),
    ("Wann kann ich kommen?", "Passt Ihnen Dienstag um 10 Uhr?"),
    ("Wie spät ist es?", "Es ist 9 Uhr."),
    ("Wann geht der nächste Bus?", "In 10 Minuten, um 9:40 Uhr."),
    (
        "Buch mir einen Tisch und sag mir, wann ihr öffnet.",
        "Ihr Tisch ist für 19 Uhr gebucht. Die Öffnungszeiten kenne ich nicht.",
    ),
    ("Wann öffnet ihr?", "Darüber habe ich keine Angaben."),
    ("Wann beginnt die Vorstellung?", "Um 19:30 Uhr."),
]


@pytest.mark.parametrize(("question", "reply"), ANSWERS_OF_OTHER_THINGS)
def test_an_answer_may_decline_or_speak_of_another_thing(question: str, reply: str) -> None:
    assert stated(reply, question) == []


FOLLOWS = [
    (
        "Öffnungszeiten: Mo–Fr 9:00–18:00, Sa 10:00–14:00, So geschlossen.",
        "Wann habt ihr samstags auf?",
        "Samstags von zehn bis vierzehn Uhr.",
    ),
    (
        "Öffnungszeiten: Mo–Fr 9:00–18:00, Sa 10:00–14:00, So geschlossen.",
        "Habt ihr sonntags auf?",
        "Nein, sonntags haben wir geschlossen.",
    ),
    (
        "Öffnungszeiten: Mo–Fr 9:00–18:00, Sa 10:00–14:00, So geschlossen.",
        "Wann macht ihr unter der Woche zu?",
        "Unter der Woche schließen wir um sechs Uhr abends.",
    ),
    ("Wir haben täglich von halb neun bis halb sieben geöffnet.", "Wann öffnet ihr?", "Um 8:30 Uhr."),
    ("Montags Ruhetag.", "Habt ihr montags auf?", "Nein, montags ist Ruhetag."),
    (
        "Das Café Central hat von 8 bis 20 Uhr geöffnet. Das Museum am Dom öffnet um 10 Uhr.",
        "Wann öffnet das Café Central?",
        "Das Café Central öffnet um 8 Uhr.",
    ),
    (
        "Die Filiale Altona ist von 9 bis 19 Uhr geöffnet.",
        "Wann hat die Filiale in Altona geöffnet?",
        "Von 9 bis 19 Uhr.",
    ),
    (
        "Hotel Sonnenhof. Rezeption: 24 Stunden besetzt.",
        "Ist die Rezeption nachts besetzt?",
        "Ja, die Rezeption ist rund um die Uhr besetzt.",
    ),
    (
        "Bäckerei Krüger, Mo-Sa 6-18 Uhr.",
        "Wann habt ihr auf?",
        "Wir haben montags bis samstags von 6 bis 18 Uhr geöffnet.",
    ),
    (
        "Stadtbad Mitte: täglich 7-22 Uhr. Stadtbad Nord: täglich 10-20 Uhr.",
        "Wann hat das Stadtbad Nord auf?",
        "Täglich von 10 bis 20 Uhr.",
    ),
    (
        '{"name":"Café Nord","hours":{"monday":"09:00-18:00","sunday":"closed"}}',
        "Wann habt ihr montags auf?",
        "Montags von 9 bis 18 Uhr.",
    ),
    (
        '{"name":"Café Nord","hours":{"monday":"09:00-18:00","sunday":"closed"}}',
        "Wann habt ihr sonntags auf?",
        "Sonntags haben wir geschlossen.",
    ),
    (
        "opening_hours=Mo-Fr 08:00-12:00,13:00-17:30; Sa 09:00-12:00",
        "Wann habt ihr auf?",
        "Montag bis Freitag 8 bis 12 Uhr und 13 bis 17:30 Uhr, Samstag 9 bis 12 Uhr.",
    ),
    ("Öffnungszeiten: Mo–Fr 9:00–18:00.", "Wann habt ihr auf?", "Öffnungszeiten: Mo–Fr 9:00–18:00."),
    (
        "Öffnungszeiten: Mo–Di 09:00–17:00. An allen anderen Tagen geschlossen.",
        "Habt ihr mittwochs auf?",
        "Mittwochs haben wir geschlossen.",
    ),
    (
        "Wir öffnen morgens um zehn und schließen nachmittags um vier, an jedem Tag der Woche.",
        "Wann habt ihr auf?",
        "Wir haben von 10 bis 16 Uhr geöffnet.",
    ),
    ("Geöffnet täglich von 10 bis 16 Uhr.", "Wann habt ihr auf?", "10:00–16:00 Uhr"),
    ("Geöffnet täglich von 10 bis 16 Uhr.", "Wann schließt ihr?", "Um vier Uhr nachmittags."),
    ("Wir machen um halb acht auf.", "Wann macht ihr auf?", "Um 7:30 Uhr."),
    (
        "Du beantwortest Fragen zum Café Morgenrot. Abgerufener Datensatz: name=Café Morgenrot; opening_hours=Mo-Su 07:00-19:00",
        "Wann hat das Café Morgenrot offen?",
        "Das Café Morgenrot ist täglich von 7 bis 19 Uhr offen.",
    ),
    (
        "Stammdaten: Öffnungszeiten Mo-Fr 9-18 Uhr. Adresse: Marktplatz 3.",
        "Wann habt ihr auf?",
        "Unter der Woche von neun Uhr früh bis sechs Uhr abends.",
    ),
    ("Rund um die Uhr geöffnet.", "Wann habt ihr auf?", "Wir haben 24 Stunden am Tag geöffnet."),
    (
        "Die Filiale am Markt: Mo-Sa 8-20 Uhr. Die Filiale am Bahnhof: täglich 6-22 Uhr.",
        "Wann hat die Filiale am Bahnhof auf?",
        "Die Filiale am Bahnhof hat täglich von 6 bis 22 Uhr geöffnet.",
    ),
    ("Unser Bistro hat bis Mitternacht geöffnet.", "Wie lange habt ihr auf?", "Bis 24 Uhr."),
    ("Sonntags geschlossen, sonst 9-18 Uhr.", "Wann habt ihr dienstags auf?", "Dienstags von 9 bis 18 Uhr."),
    (
        "Öffnungszeiten: Mo-Fr 9-12 und 14-18 Uhr",
        "Wann habt ihr auf?",
        "Montag bis Freitag von neun bis zwölf und von vierzehn bis achtzehn Uhr.",
    ),
]


@pytest.mark.parametrize(("known", "question", "reply"), FOLLOWS)
def test_an_answer_follows_in_any_format(known: str, question: str, reply: str) -> None:
    assert entailed(known, reply, question)


DOES_NOT_FOLLOW = [
    (
        "Öffnungszeiten: Mo–Fr 9:00–18:00, Sa 10:00–14:00, So geschlossen.",
        "Wann habt ihr samstags auf?",
        "Samstags von zehn bis sechzehn Uhr.",
    ),
    (
        "Öffnungszeiten: Mo–Fr 9:00–18:00, Sa 10:00–14:00, So geschlossen.",
        "Wann macht ihr unter der Woche zu?",
        "Freitags schließen wir um 17 Uhr.",
    ),
    ("Wir haben täglich von halb neun bis halb sieben geöffnet.", "Wann öffnet ihr?", "Um 9:30 Uhr."),
    ("Montags Ruhetag.", "Habt ihr dienstags auf?", "Nein, dienstags ist Ruhetag."),
    (
        "Das Café Central hat von 8 bis 20 Uhr geöffnet. Das Museum am Dom öffnet um 10 Uhr.",
        "Wann öffnet das Museum am Dom?",
        "Das Museum am Dom öffnet um 8 Uhr.",
    ),
    (
        "Die Filiale Altona ist von 9 bis 19 Uhr geöffnet.",
        "Wann hat die Filiale Eppendorf geöffnet?",
        "Die Filiale Eppendorf hat von 9 bis 19 Uhr geöffnet.",
    ),
    (
        "Bäckerei Krüger, Mo-Sa 6-18 Uhr.",
        "Wann hat die Bäckerei Schmidt auf?",
        "Bäckerei Schmidt hat Mo-Sa 6-18 Uhr geöffnet.",
    ),
    (
        "Stadtbad Mitte: täglich 7-22 Uhr. Stadtbad Nord: täglich 10-20 Uhr.",
        "Wann hat das Stadtbad Nord auf?",
        "Das Stadtbad Nord hat täglich von 7 bis 22 Uhr geöffnet.",
    ),
    (
        "Der letzte Bus fährt um 22 Uhr. Die Führung beginnt um 10 Uhr.",
        "Wann habt ihr auf?",
        "Von 10 bis 22 Uhr.",
    ),
    ("Unsere Öffnungszeiten: werktags 8-17 Uhr.", "Habt ihr Samstag auf?", "Ja, samstags von 8 bis 17 Uhr."),
    (
        "Du bist der Assistent des Spielzeugmuseums Riverside (ein anderer Ort). Öffnungszeiten: Mo–So 05:00–24:00. Auch Fragen zum Alamo-Platz kommen; dafür liegen keine Zeiten vor.",
        "Wann hat der Alamo-Platz geöffnet?",
        "Der Platz ist von 5 bis 24 Uhr geöffnet.",
    ),
    (
        "Öffnungszeiten: Mo–Di 09:00–17:00. An allen anderen Tagen geschlossen.",
        "Wann habt ihr auf?",
        "Wir haben täglich von 9 bis 17 Uhr geöffnet.",
    ),
    (
        "Wir öffnen morgens um zehn und schließen nachmittags um vier, an jedem Tag der Woche.",
        "Wann habt ihr auf?",
        "Wir haben von 10 bis 17 Uhr geöffnet.",
    ),
    ("Geöffnet täglich von 10 bis 16 Uhr.", "Wann schließt ihr?", "Um vier Uhr morgens."),
    ("Wir machen um halb acht auf.", "Wann macht ihr auf?", "Um 8:30 Uhr."),
    (
        "Der Zoo Leipzig hat von 9 bis 19 Uhr geöffnet.",
        "Wann hat der Zoo Dresden geöffnet?",
        "Der Zoo Dresden hat von 9 bis 19 Uhr geöffnet.",
    ),
    (
        "Du beantwortest Fragen zum Café Morgenrot. Abgerufener Datensatz: name=Café Morgenrot; opening_hours=Mo-Su 07:00-19:00",
        "Wann hat das Café Morgenrot offen?",
        "Das Café Morgenrot ist täglich von 8 bis 19 Uhr offen.",
    ),
    (
        "Die Filiale am Markt: Mo-Sa 8-20 Uhr. Die Filiale am Bahnhof: täglich 6-22 Uhr.",
        "Wann hat die Filiale am Markt auf?",
        "Die Filiale am Markt hat täglich von 6 bis 22 Uhr geöffnet.",
    ),
    (
        "Die Gärtnerei Blum öffnet montags bis samstags um 8 Uhr.",
        "Wann macht die Gärtnerei Rosental auf?",
        "Die Gärtnerei Rosental öffnet montags bis samstags um 8 Uhr.",
    ),
    (
        "Öffnungszeiten: Mo-Fr 9-12 und 14-18 Uhr",
        "Wann habt ihr auf?",
        "Montag bis Freitag von neun bis achtzehn Uhr.",
    ),
]


@pytest.mark.parametrize(("known", "question", "reply"), DOES_NOT_FOLLOW)
def test_other_times_days_or_places_do_not_follow(known: str, question: str, reply: str) -> None:
    assert not entailed(known, reply, question)
