"""Hours in a conversation: questions that go on, answers of a word, and times that people agree on."""

from __future__ import annotations

import pytest

from tests.facts.hours_said import HOURS, entailed, stated


@pytest.mark.parametrize(
    ("first", "answer", "further", "reply"),
    [
        ("When do you open on Fridays?", "At nine.", "And on Sundays?", "10 to 4."),
        ("Wann habt ihr freitags auf?", "Ab neun.", "Und sonntags?", "Von 10 bis 16 Uhr."),
        ("Vous ouvrez à quelle heure le samedi ?", "À 9 h.", "Et le dimanche ?", "À 10 h."),
        ("你们周六几点开门？", "周六九点开门。", "周日呢？", "十点。"),
        ("土曜日は何時に開きますか？", "9時に開きます。", "日曜は？", "10時です。"),
    ],
)
def test_a_question_that_only_names_other_days_goes_on_asking(
    first: str, answer: str, further: str, reply: str
) -> None:
    assert stated(reply, first, answer, further)


def test_a_question_that_goes_on_asks_for_its_own_days() -> None:
    asked = ("When do you close on Fridays?", "At five.", "And on Sundays?")

    assert entailed("Fri until 17:00, Sun until 16:00.", "At 4 pm.", *asked)
    assert not entailed("Fri until 17:00, Sun until 16:00.", "At 5 pm.", *asked)


@pytest.mark.parametrize("further", ["Book me a table on Sunday.", "Is my visit on Sunday?", "Thanks!"])
def test_a_turn_that_says_more_does_not_go_on_asking(further: str) -> None:
    assert not stated("Sure, at 10.", "When do you open on Fridays?", "At nine.", further)


@pytest.mark.parametrize(
    ("question", "reply"),
    [
        ("Are you open on Thursdays?", "Yes, we are."),
        ("Are you closed on Thursdays?", "No."),
        ("Habt ihr sonntags offen?", "Ja klar!"),
        ("Vous êtes ouverts le dimanche ?", "Oui, bien sûr !"),
        ("¿Abren los domingos?", "Sí, claro."),
        ("你们周日开门吗？", "是的。"),
        ("日曜日は営業していますか？", "はい。"),
        ("Which day are you closed?", "Monday."),
        ("What days are you open?", "Only Saturday."),
        ("An welchem Tag habt ihr zu?", "Montag."),
        ("Quando siete chiusi?", "Il mercoledì."),
    ],
)
def test_an_answer_of_a_word_says_what_was_asked(question: str, reply: str) -> None:
    assert stated(reply, question)


@pytest.mark.parametrize(
    ("question", "reply"),
    [
        ("Are you open on Thursdays?", "Yes, let me check that for you."),
        ("Are you open on Thursdays?", "No idea, sorry."),
        ("Are you open to feedback on Monday?", "Yes, of course."),
        ("Can we meet on Friday?", "Yes."),
        ("Which day is the party?", "Saturday."),
    ],
)
def test_a_word_that_answers_something_else_does_not(question: str, reply: str) -> None:
    assert not stated(reply, question)


def test_a_yes_is_held_against_what_is_known() -> None:
    assert entailed("Open Sundays 10-16.", "Yes, we are.", "Are you open on Sundays?")
    assert not entailed("Closed on Sundays.", "Yes, we are.", "Are you open on Sundays?")


@pytest.mark.parametrize(
    ("question", "reply"),
    [
        ("When can you phone me?", "I can have someone call you between 10 and 11 tomorrow."),
        ("When are you free?", "I could do Tuesday from 9 to 11."),
        ("When did you send it?", "At 9:15 this morning."),
        ("Wann können Sie mich zurückrufen?", "Wir rufen Sie morgen zwischen 10 und 11 Uhr an."),
        ("Quand pouvez-vous me rappeler ?", "Demain entre 10 h et 11 h."),
        ("¿Cuándo me pueden llamar?", "Le llamaremos mañana entre las 10 y las 11."),
        ("Quando potete richiamarmi?", "Domani tra le 10 e le 11."),
        ("Quando me podem ligar?", "Ligamos-lhe amanhã entre as 10h e as 11h."),
        ("How do I open it?", 'Run `open("log.txt")` at 9:00 each day.'),
        ("Registration?", "Registration for the spring course opens on 1 February."),
    ],
)
def test_times_that_two_people_agree_on_are_not_hours(question: str, reply: str) -> None:
    assert not stated(reply, question)


def test_the_first_time_answers_a_question_about_another_thing() -> None:
    assert stated("At 8:15, and the shop opens at 7:30.", "When does the film start?") == ["7:30"]


@pytest.mark.parametrize(
    "question",
    [
        "When are you in?",
        "What time do you finish?",
        "When can I talk to you?",
        "You close at six?",
        "Could I come at nine tonight?",
        "Le service client répond le week-end ?",
    ],
)
def test_hours_are_asked_for_in_passing(question: str) -> None:
    assert HOURS.asks(question)


@pytest.mark.parametrize(
    "reply",
    [
        "Billing can be contacted on weekdays from 8:30 to 16:45 Eastern Time.",
        "The hut is lovely; it is staffed until 5.",
        "Our team is around Mon–Fri, 9–6 CET.",
        "Entre as 12h30 e as 14h o balcão está fechado.",
        "Bestellungen nehmen wir bis 21:45 Uhr entgegen.",
        "Il sabato siamo in negozio dalle 9 alle 13.",
        "驿站早上八点到晚上九点都有人。",
    ],
)
def test_that_somebody_is_there_states_hours(reply: str) -> None:
    assert stated(reply)


@pytest.mark.parametrize(
    ("question", "reply"),
    [
        ("Wanneer zijn jullie open?", "Vanaf de vroege ochtend tot laat in de avond."),
        ("Wanneer zijn jullie open?", "In de late ochtenden."),
        ("Wie lange habt ihr auf?", "Bis zum späten Abend."),
        ("How late are you open?", "Until lunchtime."),
    ],
)
def test_a_part_of_the_day_is_a_time(question: str, reply: str) -> None:
    assert stated(reply, question)


@pytest.mark.parametrize(
    ("known", "said"),
    [
        ("Open 11-22 (Fri and Sat until 24).", "On Fridays we're open from 11 to midnight."),
        ("Open 11-22 (Fri and Sat until 24).", "On Mondays we're open from 11 am to 10 pm."),
        ("当店の営業時間は11:00～22:00（金土は24:00まで）です。", "金曜日は深夜0時まで営業しております。"),
        ("Open 9-17, closed on Mondays.", "On Tuesdays we're open from 9 to 5."),
        ("Open Mon-Sat 11-23, Sun 12-22.", "We open at 11 (at noon on Sundays)."),
        ("- hours: M-F 8a-8p, Sa 9a-6p, Su 11a-5p", "On Sunday we are open from 11 in the morning until 5."),
        ("Support hours: weekdays 0800-2000 UTC.", "Support is reachable on weekdays from 8 am to 8 pm UTC."),
        ("夏季（5月至10月）7:00-18:30，冬季（11月至4月）8:00-17:00。", "七月是18:30关门。"),
        ("Our call centre is open 24 hours a day, every day of the year.", "We're open on Christmas Day."),
        ("Mon-Fri 9-5, public holidays closed.", "We're closed on Christmas Day."),
        ("We're closed for works from 3 to 14 March.", "We're closed from March 3 to March 14."),
        ("Fermé du 1er au 15 août.", "Nous sommes fermés du 1er au 15 août."),
        ("Am 24. Dezember geschlossen.", "Am 24. Dezember haben wir geschlossen."),
        ("Accueil : lun.-ven. 8h30-12h et 13h30-17h", "L'accueil rouvre à 13h30 du lundi au vendredi."),
        ('{"hours": {"mon": ["11:00", "23:00"]}}', "On Monday it is open from 11 am to 11 pm."),
        ('[{"weekday": "Saturday", "open": "09:00", "close": "13:00"}]', "Open 9 to 1 on Saturday."),
        ('[{"weekday": "Sunday", "closed": true}]', "We're closed on Sunday."),
        ('{"day": "Monday", "open": "09:00", "close": "13:00", "closed": false}', "On Monday we open at 9."),
    ],
)
def test_what_is_known_is_read_in_its_own_notation(known: str, said: str) -> None:
    assert entailed(known, said)


@pytest.mark.parametrize(
    ("known", "said"),
    [
        ("Open 11-22 (Fri and Sat until 24).", "We're open until midnight every day."),
        ("Open 11-22 (Fri and Sat until 24).", "On Mondays we close at midnight."),
        ("Open 9-17, closed on Mondays.", "On Mondays we open at nine."),
        ("Mon-Sat 9-5, all other days 10-12.", "We're closed on Sundays."),
        ("夏季（5月至10月）7:00-18:30，冬季（11月至4月）8:00-17:00。", "七月是17:00关门。"),
        ("Hours 0800-2000 on weekdays.", "We're open from 8 am to 9 pm on weekdays."),
        ("Mon-Fri 9-5, public holidays closed.", "On Christmas Day we're open from 9 to 5."),
        ("Closed on 25 December.", "We're closed on January 1."),
        ("Am 24. Dezember geschlossen.", "Am 31. Dezember haben wir geschlossen."),
        ("Aperti tutti i giorni dalle 7 alle 24, chiuso il 25 dicembre.", "La domenica siamo chiusi."),
        ('{"hours": {"mon": ["11:00", "23:00"]}}', "On Monday it is open from 11 am to midnight."),
        ('[{"weekday": "Sunday", "closed": true}]', "On Sunday we're open from 9 to 1."),
    ],
)
def test_another_day_or_time_than_it_says_is_not_entailed(known: str, said: str) -> None:
    assert not entailed(known, said)


@pytest.mark.parametrize(
    "reply", ["The base was open 1990-1995.", "Votre compte est ouvert depuis le 3 mars."]
)
def test_years_and_beginnings_are_not_hours(reply: str) -> None:
    assert not stated(reply)
