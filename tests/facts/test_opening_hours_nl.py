"""Opening hours in Dutch: what states them, what only looks like it, and what follows from what."""

# Sentences stay whole.
# ruff: noqa: E501

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


# -- every shape: lines, lists and tables, days, last orders, lines that are answered; and their look-alikes

ALSO_STATED = [
    "Wij zijn van maandag tot en met vrijdag geopend van 9.00 tot 17.30 uur.",
    "De winkel gaat om half tien open.",
    "Ma-vr 9:00-12:00 en 13:00-17:00, za 10:00-14:00",
    "Ma t/m vr: 09.00 - 18.00 uur",
    "Ma: 13-18u\nDi t/m vr: 10-18u\nZa: 10-17u\nZo: gesloten",
    "| Dag | Open |\n|---|---|\n| Maandag | 10:00–19:00 |\n| Dinsdag | gesloten |",
    "- **Maandag t/m donderdag:** 11–22 uur\n- **Vrijdag en zaterdag:** 11–23 uur\n- **Zondag:** gesloten",
    "Op maandag zijn we gesloten.",
    "Zondags zijn we dicht.",
    "Op zon- en feestdagen blijft de bakkerij gesloten.",
    "Op koningsdag sluiten we al om 14 uur.",
    "Met kerst zijn we de hele dag dicht.",
    "Onze klantenservice is 24 uur per dag bereikbaar.",
    "De receptie is dag en nacht bemand.",
    "U kunt ons op werkdagen bellen tussen 8 en 20 uur.",
    "Het tankstation is 24/7 open.",
    "De keuken sluit om half tien.",
    "Laatste bestellingen om 21.30 uur.",
    "Laatste toegang is om kwart over vijf.",
    "'s Avonds gaan we om acht uur dicht.",
    "We gaan om acht uur 's ochtends open en om zes uur 's avonds dicht.",
    "Donderdag is koopavond: dan zijn we open tot negen uur.",
    "Elke dag behalve maandag open van tien tot negentien uur.",
    "Kom gerust langs tussen negen en vijf, dan zijn we open.",
    "Het museum opent dinsdag tot en met zondag om 10 uur zijn deuren.",
    "De bibliotheek sluit vandaag pas om eenentwintig uur.",
    "De praktijk is op woensdagmiddag gesloten.",
    "Op vrijdag sluiten we al om één uur.",
    "Spreekuur: ma, di, do 8–12 uur",
    "Openingstijden: doordeweeks 09:00 - 18:30, zaterdag 09:00 - 16:00.",
    "De sauna is open van 14u tot 22u.",
    "De apotheek is open vanaf 8.30 u.",
    "Wij staan elke dag, ook op zon- en feestdagen, van 6 tot 24 uur voor u klaar.",
    "In het weekend gaan we pas om tien uur open.",
    "Het park sluit bij zonsondergang.",
    "Het zwembad is toegankelijk van 7 tot 21 uur.",
    "De balie is doorlopend bemand, 24 uur per dag.",
    "De kassa sluit om 16:30, een half uur voor sluitingstijd.",
    "De gemeente heeft op donderdag avondopenstelling tot 20.00 uur.",
    "Openingsuren\nMaandag 8 – 16\nDinsdag 8 – 18",
    "Uw tafel is gereserveerd om 19 uur. Overigens gaan we om 18 uur open.",
    "We zijn het hele jaar door dagelijks geopend.",
    "Wij zijn 7 dagen per week open.",
    "Natuurlijk, we zijn ook op zondag open.",
    "Open: ma-za 10.00-20.00",
    "De showroom is geopend op zaterdag van elf tot vier.",
    "De chat is dagelijks van 7.00 tot 23.00 uur bemand.",
    "We zijn van 9 tot 5 open.",
    "Van half juni tot eind augustus zijn we open tot 21 uur.",
    "Geopend: dagelijks 10–18 uur",
    "U bereikt ons callcenter van maandag tot en met zaterdag tussen 7 en 22 uur.",
    "De keuken blijft tot 22 uur open.",
    "Dinsdag t/m vrijdag openen we om klokslag tien.",
    "Ons magazijn is op zondag helaas niet bemand.",
    "Het gemeentehuis is vrijdag alleen 's ochtends open.",
    "Zaterdag is het om 13 uur sluitingstijd.",
    "Het loket is bemand van half acht tot kwart over vier.",
    "Rond de feestdagen zijn we gesloten.",
    "Tussen kerst en oud en nieuw blijft ons kantoor dicht.",
    "We openen om kwart voor negen.",
    "Onze boerderijwinkel is altijd open.",
    "De tentoonstelling is van dinsdag tot en met zondag van 10 tot 18 uur te bezoeken.",
    "Telefonisch: ma-vr 9.00-16.00 uur",
    "Ma-do 8-16 uur, vr 8-12 uur",
    "Ma, wo, vr: 14-18 uur",
    "We zijn open van 8:00 tot 12:00 en van 14:00 tot 18:00 uur.",
    "Vandaag sluiten we helaas al om 16 uur.",
    "Onze winkel gaat op werkdagen om acht uur open en om half zeven dicht.",
    "De bar is tot 2 uur 's nachts open.",
    "Op vrijdag en zaterdag zijn we tot middernacht open.",
    "Het zwembad is op maandag dicht wegens schoonmaak.",
    "Zondag: 11:00 tot 17:00 uur, maandag gesloten",
    "U kunt bij ons terecht op werkdagen van 9 tot 17 uur.",
    "De winkel is ook op zondag geopend.",
    "We sluiten om vijf uur.",
    "Openingstijden: ma. t/m vr. 8.30 - 17.00 uur",
    "Bij ons is het dagelijks open van 11 tot 23 uur.",
    "Onze deuren gaan om negen uur open.",
    "We sluiten onze deuren om 18 uur.",
    "Het adviespunt is dinsdag en donderdag tussen 10 en 15 uur bemand.",
    "Na 18 uur is onze winkel dicht.",
    "Voor tien uur zijn we nog niet open.",
    "We zijn op werkdagen tot 20 uur open, in het weekend maar tot 16 uur.",
    "De studio is 24/7 toegankelijk.",
    "Ja, zondag zijn we van 12 tot 18 uur open.",
    "Openingstijden: ma–do 7–16:30, vr 7–14",
    "De kantine is geopend van 11:15 tot 14:30 uur.",
    "De klantenservice neemt telefoontjes aan van 8 tot 18 uur.",
    "Op Goede Vrijdag blijft het kantoor gesloten.",
    "Onze spa gaat om 10 uur open en om 22 uur dicht.",
    "Koopzondag: van 12 tot 17 uur open.",
]


@pytest.mark.parametrize("reply", ALSO_STATED)
def test_hours_are_stated_in_any_shape(reply: str) -> None:
    assert stated(reply)


ANSWERS = [
    ("Hoe laat gaan jullie morgen open?", "Om negen uur."),
    ("Hoe laat gaan jullie morgen open?", "9 uur."),
    ("Hoe laat gaan jullie open?", "Om kwart over acht."),
    ("Tot hoe laat zijn jullie open?", "Tot 20.00 uur."),
    ("Tot hoe laat zijn jullie vandaag open?", "Vandaag tot half zeven."),
    ("Zijn jullie op zondag open?", "Ja, van 11 tot 17 uur."),
    ("Zijn jullie op zondag open?", "Nee, zondag zijn we dicht."),
    ("Zijn jullie zaterdag open?", "Ja, zaterdag zijn we open."),
    ("Openingstijden?", "Ma-vr 9-17, za 9-13"),
    ("Wat zijn de openingstijden van de bieb?", "Dinsdag tot en met vrijdag, 10 tot 18 uur."),
    ("Tot wanneer kan ik vandaag langskomen?", "Tot half zeven."),
    ("Wanneer zijn jullie telefonisch bereikbaar?", "Maandag tot en met vrijdag 8:00 tot 16:00."),
    ("Is de nachtapotheek open?", "Ja, de klok rond."),
    ("Jullie openen om 10, toch?", "Klopt, om 10 uur."),
    ("Hoe laat sluiten jullie?", "We sluiten om zes uur."),
    ("Zijn jullie op feestdagen open?", "Op feestdagen blijven we dicht."),
    ("Wanneer opent het museum?", "Het museum opent om 10 uur en sluit om 18 uur."),
    ("Hoe laat gaat de winkel dicht?", "Rond acht uur."),
    ("Hoe laat gaan jullie open?", "8u30"),
    ("Hoe laat gaan jullie open?", "'s Ochtends om 9."),
    ("Zijn jullie nu nog open?", "Ja, tot 18 uur."),
    ("Hoe laat gaat het postkantoor open?", "Om half negen."),
    ("Op welke dag zijn jullie gesloten?", "Op maandagen."),
    ("Wat zijn jullie tijden op zaterdag?", "10 tot 16 uur"),
    ("Tot hoe laat kan ik bij jullie bestellen?", "Tot 21.30 uur."),
    ("Ik vroeg me af wanneer jullie opengaan.", "Om tien uur."),
    ("Kunt u mij uw openingstijden geven?", "Graag: 9 tot 18 uur."),
    ("Zijn jullie ook 's nachts open?", "Ja, we zijn 24 uur per dag open."),
    ("Is de winkel maandag open?", "Ja, vanaf 9 uur."),
    ("Hoe laat sluit de bibliotheek?", "Tegen achten."),
    ("hoe laat open", "van 9 tot 5"),
    ("Vanaf hoe laat kan ik jullie bellen?", "Vanaf 8 uur."),
    ("Hoe lang zijn jullie 's avonds open?", "Tot elf uur."),
    ("Zijn jullie er in het weekend?", "In het weekend zijn we open van 10 tot 14 uur."),
    ("Wanneer opent de praktijk?", "Maandag om 8 uur, anders om 9 uur."),
    ("Tot hoe laat is de receptie bemand?", "Tot middernacht."),
    ("Jullie openingstijden graag", "dagelijks 9-20 uur"),
]


@pytest.mark.parametrize(("question", "reply"), ANSWERS)
def test_an_answer_may_say_hours_and_no_more(question: str, reply: str) -> None:
    assert stated(reply, question)


ALSO_OTHER = [
    "De trein naar Utrecht vertrekt om 9.15 uur van spoor 4.",
    "Uw afspraak is op dinsdag om 14.30 uur.",
    "Ik heb een tafel voor vrijdag om 19 uur gereserveerd.",
    "De rondleiding begint om 11 uur en duurt 90 minuten.",
    "De film draait om 20.15 uur.",
    "Laat het deeg 24 uur in de koelkast rijzen.",
    "Bak de taart 45 minuten op 180 graden.",
    "De bezorging komt tussen 8 en 12 uur.",
    "Uw pakket wordt maandag voor 18 uur bezorgd.",
    "De vergadering is van 9 tot 10 uur.",
    "We antwoorden binnen 24 uur.",
    "Helaas ken ik de openingstijden niet.",
    "Ik weet niet of we zondag open zijn.",
    "Hoe laat wilt u komen, om 9 of om 10 uur?",
    "De kaartverkoop opent maandag om 10 uur.",
    "Inchecken kan vanaf 15 uur.",
    "Het ontbijt wordt geserveerd van 7 tot 10 uur.",
    "De wekker staat op 6.30 uur.",
    "Van 9 tot 5 werken is vermoeiend.",
    "Het station is dicht bij het hotel, 5 minuten lopen.",
    "De bus rijdt doordeweeks van 5 tot 23 uur om de 10 minuten.",
    "Het concert begint om 20 uur.",
    "Open het raam om 8 uur even.",
    "De wedstrijd wordt om 15.30 uur afgetrapt.",
    "De cursus is op woensdag van 18 tot 19.30 uur.",
    "De inschrijving is open tot vrijdag 12 uur.",
    "Uw examen is donderdag om 8 uur.",
    "We bellen u morgen tussen 10 en 12 uur terug.",
    "Neem de pil om 8 en om 20 uur.",
    "Het is nu 9.30 uur.",
    "Versie 9.30 is sinds maandag beschikbaar.",
    "Bel ons gerust, we helpen u graag.",
    "De vlucht vertrekt zondag om 6.45 uur.",
    "De kamer kost 90 euro per nacht.",
    "Ik ben maandag vanaf 9 uur weer op kantoor.",
    "De boeking voor 18 uur is bevestigd.",
    "De zaak is vrijdag gesloten door de rechter.",
    "De weg is tot maandag afgesloten.",
    "Ons team komt maandags om 9 uur bijeen.",
    "Het diner is om half acht.",
    "De deadline is vrijdag 17.00 uur.",
    "U heeft op maandag 3 openstaande facturen.",
    "De uitzending is zondag om 20.15 uur.",
    "Ik heb de wekker op zes uur gezet.",
    "U moet voor 12 uur uitchecken.",
    "De veerboot vaart om 10.30 uur af.",
    "Ik bel u om 15 uur terug.",
    "De dokter heeft dinsdag om 9.40 uur nog plek.",
    "Het gebraad moet van 12 tot 15 uur in de oven.",
    "De monteur komt tussen 10 en 12 uur.",
    "Het college is maandag van 10 tot 12.",
    "We zien elkaar om 18 uur bij het station.",
    "De veiling eindigt zondag om 20 uur.",
    "De rekening is maandag om 10 uur geopend.",
    "Past 9 uur u?",
    "Wees om 8.45 uur aanwezig.",
    "De winkels in de buurt hebben verschillende openingstijden.",
    "Kijk op de website voor de openingstijden.",
    "Of we op feestdagen open zijn, kan ik niet zeggen.",
    "Maandag hebben we een vergadering om 9 uur.",
    "U heeft nog tot vrijdag.",
    "Zaterdag wordt het 25 graden.",
    "De staking duurt van maandag tot woensdag.",
    "Van maandag tot en met vrijdag werk ik thuis.",
    "Ik kom over een uur of drie.",
    "Open het bestand van maandag.",
    "Het is dicht bij het centrum, 10 minuten.",
    "De trein vertrekt op werkdagen om 7.15 uur.",
    "Mijn dienst is van 14 tot 22 uur.",
    "Het toernooi duurt van vrijdag tot zondag.",
    "De doktersafspraak van woensdag 11.30 uur is bevestigd.",
    "Kook de pasta 9 minuten.",
    "Ticket 930 is gesloten.",
    "De workshop start om 9 uur en eindigt om 17 uur.",
    "Ik heb uw antwoord voor maandag 10 uur nodig.",
    "Het pakket ligt vanaf 16 uur klaar om op te halen.",
    "De tour duurt van 9 tot 12 uur.",
]


@pytest.mark.parametrize("reply", ALSO_OTHER)
def test_times_of_other_things_are_not_hours(reply: str) -> None:
    assert stated(reply) == []


ANSWERS_OF_OTHER_THINGS = [
    ("Hoe laat zijn jullie open?", "Dat weet ik helaas niet. Uw tafel is om 19 uur."),
    ("Hoe laat zijn jullie open?", "Daar heb ik geen informatie over, bel ons even."),
    ("Hoe laat gaat de trein?", "Om 9.15 uur."),
    ("Wanneer is mijn afspraak?", "Maandag om 10 uur."),
    ("Wanneer komt mijn pakket?", "Tussen 9 en 12 uur."),
    ("Zijn jullie op zondag open?", "Dat kan ik u niet zeggen."),
    ("Hoe laat begint de film?", "Om half negen."),
    ("Hoe lang duurt de reis?", "Ongeveer 2 tot 3 uur."),
    ("Wanneer kan ik komen?", "Past dinsdag om 10 uur?"),
    ("Hoe laat is het?", "Het is 9 uur."),
    ("Hoe laat gaat de volgende bus?", "Over 10 minuten, om 9.40 uur."),
    (
        "Boek een tafel en zeg hoe laat jullie open zijn.",
        "Uw tafel is voor 19 uur geboekt. De openingstijden weet ik niet.",
    ),
    ("Hoe laat gaan jullie open?", "Daar heb ik geen gegevens over."),
    ("Hoe laat begint de voorstelling?", "Om 19.30 uur."),
]


@pytest.mark.parametrize(("question", "reply"), ANSWERS_OF_OTHER_THINGS)
def test_an_answer_may_decline_or_speak_of_another_thing(question: str, reply: str) -> None:
    assert stated(reply, question) == []


FOLLOWS = [
    (
        "Openingstijden: ma–vr 9:00–18:00, za 10:00–14:00, zo gesloten.",
        "Hoe laat zijn jullie zaterdag open?",
        "Zaterdag van tien tot veertien uur.",
    ),
    (
        "Openingstijden: ma–vr 9:00–18:00, za 10:00–14:00, zo gesloten.",
        "Zijn jullie zondag open?",
        "Nee, op zondag zijn we gesloten.",
    ),
    (
        "Openingstijden: ma–vr 9:00–18:00, za 10:00–14:00, zo gesloten.",
        "Hoe laat sluiten jullie doordeweeks?",
        "Doordeweeks sluiten we om zes uur 's avonds.",
    ),
    ("We zijn dagelijks open van half negen tot half zeven.", "Hoe laat gaan jullie open?", "Om 8.30 uur."),
    ("Maandag gesloten.", "Zijn jullie maandag open?", "Nee, maandag zijn we gesloten."),
    (
        "Café Centraal is open van 8 tot 20 uur. Museum De Dom opent om 10 uur.",
        "Hoe laat opent Café Centraal?",
        "Café Centraal opent om 8 uur.",
    ),
    (
        "De vestiging Utrecht is open van 9 tot 19 uur.",
        "Wanneer is de vestiging in Utrecht open?",
        "Van 9 tot 19 uur.",
    ),
    (
        "Hotel Zonnehof. Receptie: 24 uur bemand.",
        "Is de receptie 's nachts bemand?",
        "Ja, de receptie is dag en nacht bemand.",
    ),
    (
        "Bakkerij Jansen, ma-za 6-18 uur.",
        "Wanneer zijn jullie open?",
        "We zijn van maandag tot en met zaterdag open van 6 tot 18 uur.",
    ),
    (
        "opening_hours=Mo-Fr 08:00-12:00,13:00-17:30; Sa 09:00-12:00",
        "Wanneer zijn jullie open?",
        "Maandag tot en met vrijdag 8 tot 12 uur en 13 tot 17.30 uur, zaterdag 9 tot 12 uur.",
    ),
    (
        '{"name":"Café Noord","hours":{"monday":"09:00-18:00","sunday":"closed"}}',
        "Wanneer zijn jullie maandag open?",
        "Maandag van 9 tot 18 uur.",
    ),
    ("Openingstijden: ma–vr 9:00–18:00.", "Wanneer zijn jullie open?", "Openingstijden: ma–vr 9:00–18:00."),
    (
        "Openingstijden: ma–di 09:00–17:00. Op alle andere dagen gesloten.",
        "Zijn jullie woensdag open?",
        "Op woensdag zijn we gesloten.",
    ),
    (
        "We gaan 's ochtends om tien uur open en sluiten 's middags om vier uur, elke dag van de week.",
        "Wanneer zijn jullie open?",
        "We zijn open van 10 tot 16 uur.",
    ),
    ("Dagelijks open van 10 tot 16 uur.", "Wanneer zijn jullie open?", "10:00–16:00 uur"),
    ("Dagelijks open van 10 tot 16 uur.", "Hoe laat sluiten jullie?", "Om vier uur 's middags."),
    ("We gaan om half acht open.", "Hoe laat gaan jullie open?", "Om 7.30 uur."),
    (
        "Je beantwoordt vragen over Café Morgenrood. Gevonden record: name=Café Morgenrood; opening_hours=Mo-Su 07:00-19:00",
        "Wanneer is Café Morgenrood open?",
        "Café Morgenrood is dagelijks open van 7 tot 19 uur.",
    ),
    (
        "Winkelgegevens: openingstijden ma-vr 9-18 uur. Adres: Marktplein 3.",
        "Wanneer zijn jullie open?",
        "Doordeweeks van negen uur 's ochtends tot zes uur 's avonds.",
    ),
    ("Dag en nacht geopend.", "Wanneer zijn jullie open?", "We zijn 24 uur per dag open."),
    ("Onze bistro is tot middernacht open.", "Tot hoe laat zijn jullie open?", "Tot 24 uur."),
    ("Zondag gesloten, verder 9-18 uur.", "Wanneer zijn jullie dinsdag open?", "Dinsdag van 9 tot 18 uur."),
    (
        "Openingstijden: ma-vr 9-12 en 14-18 uur",
        "Wanneer zijn jullie open?",
        "Maandag tot en met vrijdag van negen tot twaalf en van veertien tot achttien uur.",
    ),
]


@pytest.mark.parametrize(("known", "question", "reply"), FOLLOWS)
def test_an_answer_follows_in_any_format(known: str, question: str, reply: str) -> None:
    assert entailed(known, reply, question)


DOES_NOT_FOLLOW = [
    (
        "Openingstijden: ma–vr 9:00–18:00, za 10:00–14:00, zo gesloten.",
        "Hoe laat zijn jullie zaterdag open?",
        "Zaterdag van tien tot zestien uur.",
    ),
    (
        "Openingstijden: ma–vr 9:00–18:00, za 10:00–14:00, zo gesloten.",
        "Hoe laat sluiten jullie vrijdag?",
        "Op vrijdag sluiten we om 17 uur.",
    ),
    ("We zijn dagelijks open van half negen tot half zeven.", "Hoe laat gaan jullie open?", "Om 9.30 uur."),
    ("Maandag gesloten.", "Zijn jullie dinsdag open?", "Nee, dinsdag zijn we gesloten."),
    (
        "Café Centraal is open van 8 tot 20 uur. Museum De Dom opent om 10 uur.",
        "Hoe laat opent Museum De Dom?",
        "Museum De Dom opent om 8 uur.",
    ),
    (
        "De vestiging Utrecht is open van 9 tot 19 uur.",
        "Wanneer is de vestiging Leiden open?",
        "De vestiging Leiden is open van 9 tot 19 uur.",
    ),
    (
        "Bakkerij Jansen, ma-za 6-18 uur.",
        "Wanneer is Bakkerij De Vries open?",
        "Bakkerij De Vries is ma-za 6-18 uur open.",
    ),
    (
        "De laatste bus vertrekt om 22 uur. De rondleiding begint om 10 uur.",
        "Wanneer zijn jullie open?",
        "Van 10 tot 22 uur.",
    ),
    (
        "Openingstijden: op werkdagen 8-17 uur.",
        "Zijn jullie zaterdag open?",
        "Ja, zaterdag van 8 tot 17 uur.",
    ),
    (
        "Je bent de assistent van het Speelgoedmuseum Riverside (een andere plek). Openingstijden: ma–zo 05:00–24:00. Er komen ook vragen over Alamo Square; daarvan zijn geen tijden bekend.",
        "Wat zijn de openingstijden van Alamo Square?",
        "Alamo Square is open van 5 tot 24 uur.",
    ),
    (
        "Openingstijden: ma–di 09:00–17:00. Op alle andere dagen gesloten.",
        "Wanneer zijn jullie open?",
        "We zijn dagelijks open van 9 tot 17 uur.",
    ),
    (
        "We gaan 's ochtends om tien uur open en sluiten 's middags om vier uur, elke dag van de week.",
        "Wanneer zijn jullie open?",
        "We zijn open van 10 tot 17 uur.",
    ),
    ("Dagelijks open van 10 tot 16 uur.", "Hoe laat sluiten jullie?", "Om vier uur 's nachts."),
    ("We gaan om half acht open.", "Hoe laat gaan jullie open?", "Om 8.30 uur."),
    (
        "Dierentuin Artis is open van 9 tot 19 uur.",
        "Wanneer is Dierentuin Blijdorp open?",
        "Dierentuin Blijdorp is open van 9 tot 19 uur.",
    ),
    (
        "Je beantwoordt vragen over Café Morgenrood. Gevonden record: name=Café Morgenrood; opening_hours=Mo-Su 07:00-19:00",
        "Wanneer is Café Morgenrood open?",
        "Café Morgenrood is dagelijks open van 8 tot 19 uur.",
    ),
    (
        "Tuincentrum Blom opent maandag t/m zaterdag om 8 uur.",
        "Hoe laat gaat Tuincentrum Rozendal open?",
        "Tuincentrum Rozendal opent maandag t/m zaterdag om 8 uur.",
    ),
    (
        "Openingstijden: ma-vr 9-12 en 14-18 uur",
        "Wanneer zijn jullie open?",
        "Maandag tot en met vrijdag van negen tot achttien uur.",
    ),
]


@pytest.mark.parametrize(("known", "question", "reply"), DOES_NOT_FOLLOW)
def test_other_times_days_or_places_do_not_follow(known: str, question: str, reply: str) -> None:
    assert not entailed(known, reply, question)
