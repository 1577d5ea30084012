"""Whose hours are known: those of one place say nothing of another."""

from __future__ import annotations

import pytest

from filterproxy.core.request import Request, Turn
from filterproxy.core.rule import Scope
from filterproxy.core.sentence import units
from filterproxy.facts import FACTS
from filterproxy.facts.hours_sources import Spoken
from filterproxy.facts.other_place import clash
from filterproxy.facts.subject import NOBODY, Subject
from filterproxy.grounding import GroundedFact

HOURS = FACTS["opening_hours"]
GROUNDED = GroundedFact(HOURS)


def grounded(known: str, question: str, reply: str, role: str = "system") -> list[bool]:
    """For each statement of *reply*, whether *known* says it."""
    request = Request(turns=(Turn(role, known), Turn("user", question)))
    return [
        GROUNDED(reply, fact.span, unit, request) is not None
        for unit in units(reply, Scope.SENTENCE)
        for fact in HOURS.find(reply, unit, request)
    ]


OTHERS = [
    (
        "The wine cellar closes at 18:00. The distillery can be seen from the path.",
        "And the distillery?",
        "The distillery closes at 18:00.",
    ),
    (
        "Terminal 1 lounge opens at 5 am.",
        "When does the Terminal 2 lounge open?",
        "The Terminal 2 lounge opens at 5 am.",
    ),
    (
        "The north gym opens at 6:15. The south gym is being rebuilt.",
        "And the south gym?",
        "It opens at 6:15.",
    ),
    ("Deli: 8am-8pm. Bakery: fresh bread every hour.", "And the bakery?", "Our bakery closes at 8pm."),
    (
        "| Place | Hours |\n|---|---|\n| Sauna | 14:00-22:00 |\n| Steam room | under repair |",
        "When is the steam room open?",
        "The steam room is open from 14:00 to 22:00.",
    ),
    (
        "## Rooftop bar\nOpen from 17:00 to 01:00\n\n## Garden bar\nLive jazz on Thursdays",
        "How late is the garden bar open?",
        "The garden bar is open until 1 am.",
    ),
    ("The kitchen is open until 22:00.", "When does the pool close?", "The pool is open until 22:00."),
    (
        "Filiale Nord: Mo–Sa 8–20 Uhr. Filiale Süd: Umbau bis Mai.",
        "Wann hat die Filiale Süd auf?",
        "Die Filiale Süd hat Mo–Sa 8–20 Uhr auf.",
    ),
    (
        "La taquilla abre a las 18:00. La cafetería sirve tapas.",
        "¿A qué hora abre la cafetería?",
        "La cafetería abre a las 18:00.",
    ),
    (
        "Le musée ferme à 18h. La chapelle se trouve derrière le musée.",
        "À quelle heure ferme la chapelle ?",
        "La chapelle ferme à 18h.",
    ),
    (
        "Sportello 1: 8:30-13:30. Sportello 4: solo su appuntamento.",
        "A che ora apre lo sportello 4?",
        "Lo sportello 4 apre alle 8:30.",
    ),
    (
        "A farmácia fecha às 22h. O laboratório fica no segundo andar.",
        "A que horas fecha o laboratório?",
        "O laboratório fecha às 22h.",
    ),
    (
        "De kinderboerderij is open van 9 tot 17 uur. Het theehuis staat ernaast.",
        "Wanneer is het theehuis open?",
        "Het theehuis is open van 9 tot 17 uur.",
    ),
    ("图书馆开放时间为8:00-22:00。自习室在三楼。", "自习室几点开门？", "自习室8:00开门。"),
    (
        "プールは7時から21時まで営業。サウナは2階です。",
        "サウナは何時からですか？",
        "サウナは7時から営業しています。",
    ),
]


@pytest.mark.parametrize(("known", "question", "reply"), OTHERS)
def test_the_hours_of_one_place_are_not_those_of_another(known: str, question: str, reply: str) -> None:
    found = grounded(known, question, reply)

    assert found
    assert not any(found)


SAME = [
    ("PeakFit\nHours: 6-23 every day\nThe gym has showers.", "And the gym?", "The gym opens at 6 every day."),
    (
        "Ask Ana about Vega Yoga. Vega Yoga is open from 7 to 21. The studio is above a bakery.",
        "What are the studio's hours?",
        "The studio is open from 7 to 21.",
    ),
    (
        "Marble Arch Dental Practice. Surgery hours 8:30-17:00, weekdays.",
        "When is the practice open?",
        "The practice is open 8:30-17:00 on weekdays.",
    ),
    (
        "The wine cellar closes at 18:00. The distillery can be seen from the path.",
        "When does the wine cellar close?",
        "The wine cellar closes at six in the evening.",
    ),
    (
        "Leisure centre: 7:00-21:00 daily. There is a pool.",
        "When do you open?",
        "We are open from 7:00 to 21:00 daily.",
    ),
    ("The pool, the gym and the sauna are open until 22:00.", "The gym?", "The gym is open until ten pm."),
    (
        "Stadtbücherei Lohfeld. Geöffnet Di–Fr 10–18 Uhr. Das Lesecafé hat WLAN.",
        "Wann hat die Bücherei auf?",
        "Die Bücherei ist Di–Fr 10–18 Uhr geöffnet.",
    ),
    (
        "Museo del Corcho. Abierto de martes a domingo, de 10:00 a 18:00. La tienda vende postales.",
        "¿Cuándo abre el museo?",
        "El museo abre de martes a domingo, de 10:00 a 18:00.",
    ),
    (
        "Médiathèque Veil : ouverte du mardi au samedi de 10h à 18h. Le café a lieu une fois par mois.",
        "Quand la médiathèque est-elle ouverte ?",
        "La médiathèque est ouverte du mardi au samedi de 10h à 18h.",
    ),
    ("蓝鲸书店，营业时间10:00-21:00。店里有咖啡。", "书店几点关门？", "书店21:00关门。"),
    ("みどり薬局。営業時間は9:00〜19:00です。", "薬局は何時までですか？", "薬局は19:00まで営業しています。"),
]


@pytest.mark.parametrize(("known", "question", "reply"), SAME)
def test_one_place_may_have_two_names(known: str, question: str, reply: str) -> None:
    found = grounded(known, question, reply)

    assert found
    assert all(found)


@pytest.mark.parametrize(
    ("user", "reply"),
    [
        ("The library across the street closes at 8 pm. When do you close?", "We close at 8 pm."),
        ("My gym in Rome is open until midnight. Is yours too?", "Yes, our gym is also open until midnight."),
        ("My local bakery opens at 6. When does yours?", "Ours opens at 6 too!"),
        ("Mein Friseur hat bis 20 Uhr offen. Bis wann habt ihr offen?", "Wir haben bis 20 Uhr offen."),
        ("Mi banco cierra a las 14:30. ¿A qué hora cierran ustedes?", "Cerramos a las 14:30."),
        ("Il bar sotto casa chiude alle 22. Voi a che ora chiudete?", "Noi chiudiamo alle 22."),
        ("Mijn sportschool gaat om 6 uur open. Hoe laat gaan jullie open?", "Wij gaan om 6 uur open."),
        ("我家楼下的超市晚上11点关门。你们几点关门？", "我们晚上11点关门。"),
    ],
)
def test_a_place_of_the_users_is_not_ours(user: str, reply: str) -> None:
    assert grounded("", user, reply) == [False]


@pytest.mark.parametrize(
    ("user", "reply"),
    [
        ("The zoo opens at 9 and closes at 5. When does it open?", "It opens at 9."),
        (
            "Our kiosk is open from 10 to 18 every day. Write a tweet.",
            "Our kiosk is open from 10 to 18 every day!",
        ),
        ("Summarise: The pool is open from 6:00 to 22:00.", "The pool is open from 6:00 to 22:00."),
    ],
)
def test_what_the_user_says_of_the_place_in_question_counts(user: str, reply: str) -> None:
    assert grounded("", user, reply) == [True]


BRANCHES = '{"branches":[{"name":"Airport","floor":1},{"name":"Old Town","hours":"Mon-Sun 09:00-17:00"}]}'


@pytest.mark.parametrize(
    ("record", "reply", "expected"),
    [
        (BRANCHES, "The airport branch is open 9 am to 5 pm.", False),
        (BRANCHES, "The Old Town branch is open from nine to five every day.", True),
        (
            '{"pharmacies":[{"town":"Kilbride","hours":"09:00-19:00"},{"town":"Dunmore","hours":null}]}',
            "The Dunmore pharmacy is open 9 to 19.",
            False,
        ),
        (
            '[{"title":"Main library","text":"Open from 10:30."},{"title":"Toy library","text":"Ask Vera."}]',
            "The toy library opens at 10:30.",
            False,
        ),
        (
            '[{"title":"Swimming baths","text":"Open daily 6:30-21:00"},{"title":"Rink","text":"closed"}]',
            "The baths open at half past six in the morning.",
            True,
        ),
    ],
)
def test_records_say_whose_hours_they_have(record: str, reply: str, expected: bool) -> None:
    assert grounded(record, "When do they open?", reply, "tool") == [expected]


@pytest.mark.parametrize(
    ("known", "question", "reply", "expected"),
    [
        (
            "Winter hours (Nov-Mar): 10-16. Summer hours (Apr-Oct): 9-19.",
            "In December?",
            "In December we open at ten.",
            True,
        ),
        (
            "Winter hours (Nov-Mar): 10-16. Summer hours (Apr-Oct): 9-19.",
            "In December?",
            "In December we open at nine.",
            False,
        ),
        (
            "From June to August we are open until 21:00.",
            "And in October?",
            "In October we're open until 21:00.",
            False,
        ),
        (
            "Orario estivo (giugno-settembre): 9-20. Orario invernale: 10-17.",
            "A gennaio?",
            "A gennaio siamo aperti dalle 9 alle 20.",
            False,
        ),
        (
            "夏季（4月至9月）营业时间8:00-20:00，冬季9:00-18:00。",
            "12月几点关门？",
            "12月我们晚上六点关门。",
            True,
        ),
    ],
)
def test_summer_and_winter_have_schedules_of_their_own(
    known: str, question: str, reply: str, expected: bool
) -> None:
    assert grounded(known, question, reply) == [expected]


@pytest.mark.parametrize(
    ("known", "question", "reply", "expected"),
    [
        (
            "Mon-Thu 9-16, Fri 9-18. Today is Friday.",
            "When do you close today?",
            "We close at 6 pm today.",
            True,
        ),
        (
            "Mon-Thu 9-16, Fri 9-18. Today is Friday.",
            "When do you close today?",
            "We close at 4 pm today.",
            False,
        ),
        (
            "Mon-Thu 9-16, Fri 9-18.",
            "When do you close tomorrow (Friday)?",
            "Tomorrow we're open until 6 pm.",
            True,
        ),
        (
            "Mo–Do 8–16 Uhr, Fr 8–13 Uhr. Heute ist Freitag.",
            "Bis wann?",
            "Heute haben wir bis 13 Uhr offen.",
            True,
        ),
        (
            "周一至周四9:00-17:00，周五9:00-20:00。今天是周五。",
            "今天几点关门？",
            "今天我们晚上八点关门。",
            True,
        ),
    ],
)
def test_today_is_the_day_that_somebody_says_it_is(
    known: str, question: str, reply: str, expected: bool
) -> None:
    assert grounded(known, question, reply) == [expected]


@pytest.mark.parametrize(
    ("known", "reply", "expected"),
    [
        (
            "Open 8:00-12:30 and 13:30-18:00.",
            "We close for lunch from half past twelve to half past one.",
            True,
        ),
        ("Open 8:00-12:30 and 13:30-18:00.", "We are closed from noon to half past one.", False),
        ("Öffnungszeiten Mo–Fr 8–12 und 14–18 Uhr.", "Von zwölf bis zwei haben wir geschlossen.", True),
        ("Segunda a sexta 8:00-12:00 e 14:00-18:00.", "Não, fechamos do meio-dia às duas.", True),
    ],
)
def test_a_break_is_what_lies_between_two_stretches(known: str, reply: str, expected: bool) -> None:
    assert grounded(known, "", reply) == [expected]


def test_what_names_nothing_clashes_with_nothing() -> None:
    pool = Subject(frozenset(("pool",)), frozenset(("pool",)), frozenset(("pool",)))

    assert not clash(NOBODY, pool, Spoken(()), NOBODY)
    assert not clash(pool, NOBODY, Spoken(()), NOBODY)
    assert not clash(pool, pool, Spoken(()), pool)
