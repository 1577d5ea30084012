"""Answers of several clauses: what an assistant makes of a schedule follows from it, clause by clause."""

# Sentences stay whole.
# ruff: noqa: E501

from __future__ import annotations

import pytest

from tests.facts.hours_said import entailed, stated

SHOP = "Opening hours: Mon-Wed 9:30-18:00, Thu 9:30-20:00, Fri 9:30-18:00, Sat 10:00-17:00, Sun closed."
GOLF = "April to October, daily 10:00-20:00 (July and August until 22:00). November to March we are closed."
BRANCHES = (
    "Assistant for Roastery Row.\n1. Camden: Mon-Fri 7:00-19:00\n2. Soho: Mon-Sat 8:00-22:00, Sun 9:00-20:00"
)

FOLLOWS = [
    (SHOP, "Today is Friday. Can I come tomorrow?", "Since tomorrow is Saturday, we'll be open from 10 to 5."),
    (SHOP, "Open on Sunday?", "You can visit us Monday to Saturday; on Saturdays we open at 10 in the morning."),
    (GOLF, "Until when in August?", "In August we're open until 10 pm."),
    (GOLF, "Until when in May?", "In May we close at 8 pm."),
    (BRANCHES, "How late is Soho open on Sundays?", "Our Soho shop is open until 8 pm on Sundays."),
    ("Office: Mon-Fri 9-17. Closed at weekends. Emergency line: 555-0142 (24/7).", "Help!", "Our emergency line is available 24/7."),
    ("Ouvert du mercredi au dimanche de 10 h à 18 h, nocturne le vendredi jusqu'à 21 h.", "Vendredi ?", "Le vendredi, le musée est ouvert jusqu'à 21 h."),
]  # fmt: skip

DOES_NOT_FOLLOW = [
    (SHOP, "Today is Friday. Can I come tomorrow?", "Since tomorrow is Saturday, we'll be open until 8 pm."),
    (GOLF, "Until when in May?", "In May we're open until 10 pm."),
    (BRANCHES, "How late is Camden open?", "Camden is open until 10 pm on Saturdays."),
    (
        "Winter hours (Nov-Mar): 9-16. Summer hours (Apr-Oct): 9-19.",
        "In July?",
        "In winter we close at 7 pm.",
    ),
]

OTHER_TIMES = [
    "7 pm would be too late.",
    "La boutique ? 19 h serait trop tard.",
    "The virtual room opens 15 minutes before, and the Q&A runs until 4:30 pm.",
    "Il teatro fu chiuso nel 1944.",
]


@pytest.mark.parametrize(("known", "question", "reply"), FOLLOWS)
def test_what_is_made_of_a_schedule_follows(known: str, question: str, reply: str) -> None:
    assert entailed(known, reply, question)


@pytest.mark.parametrize(("known", "question", "reply"), DOES_NOT_FOLLOW)
def test_another_day_season_or_branch_does_not(known: str, question: str, reply: str) -> None:
    assert not entailed(known, reply, question)


@pytest.mark.parametrize("reply", OTHER_TIMES)
def test_a_time_that_does_not_suit_is_no_hour(reply: str) -> None:
    assert not stated(reply)
