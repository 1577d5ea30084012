"""What a statement is said of, and of which part of the year."""

from __future__ import annotations

import pytest

from filterproxy.facts.hours_context import lexicon
from filterproxy.facts.season import months_at
from filterproxy.facts.subject import subject_at, subject_words
from filterproxy.language import LANGUAGES


@pytest.mark.parametrize(
    ("code", "text", "at", "words", "person"),
    [
        ("en", "The hotel bar is open until 23:30.", "23:30", {"bar"}, ""),
        ("en", "Museum of Clay: Tuesday to Sunday, 10 to 6.", "10", {"museum", "clay"}, ""),
        ("en", "Counter 2 opens at 7:15.", "7:15", {"counter", "2"}, ""),
        ("en", "Ground-floor café: daily 11:00–19:00.", "11:00", {"ground", "floor", "cafe"}, ""),
        ("en", "The pool and the gym are open until 9.", "9", {"pool", "gym"}, ""),
        ("en", "The deli shuts at 8 and the bakery at 9.", "9", {"bakery"}, ""),
        ("en", "Our shop opens at nine.", "nine", set(), "we"),
        ("en", "My gym is open until midnight.", "midnight", {"gym"}, "mine"),
        ("de", "Um neun öffnet die Apotheke.", "neun", {"apotheke"}, ""),
        ("fr", "La salle d'escalade est ouverte de 10h à 22h.", "10h", {"escalade"}, ""),
        ("ja", "バーは23時30分まで営業しています。", "23時", {"バー"}, ""),
        ("zh", "酒吧开到23:30。", "23:30", {"酒吧"}, ""),
    ],
)
def test_the_subject_is_the_first_name_of_the_clause(
    code: str, text: str, at: str, words: set[str], person: str
) -> None:
    start = text.index(at)
    found = subject_at(text, (0, len(text)), (start, start + len(at)), lexicon(code), code)

    assert (set(found.words), found.person) == (words, person)


@pytest.mark.parametrize(
    ("code", "text", "months"),
    [
        ("en", "In winter we open at 10.", {10, 11, 12, 1, 2, 3}),
        ("en", "Apr–Sep 9-20.", {4, 5, 6, 7, 8, 9}),
        ("en", "From November to February: 10.", {11, 12, 1, 2}),
        ("en", "In June and July: 10.", {6, 7}),
        ("en", "You may come at 10.", set()),
        ("de", "Winteröffnungszeiten: 10 Uhr.", {10, 11, 12, 1, 2, 3}),
        ("fr", "En janvier, nous ouvrons à 10h.", {1}),
        ("zh", "4月至9月：10:00。", {4, 5, 6, 7, 8, 9}),
        ("ja", "12月は10時開店です。", {12}),
    ],
)
def test_a_season_is_its_months(code: str, text: str, months: set[int]) -> None:
    start = text.rindex("10") if "10" in text else text.index("9-20")

    assert months_at(text, (0, len(text)), (start, start + 2), lexicon(code), code) == frozenset(months)


@pytest.mark.parametrize("code", LANGUAGES)
def test_every_language_has_words_for_subjects(code: str) -> None:
    words = subject_words(code)

    assert words.link and words.generic and words.kinds and words.today and words.tomorrow
    assert set(words.people.values()) == {"we", "you", "mine", "it"}
    assert not words.generic & words.kinds.keys()
