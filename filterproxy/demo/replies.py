"""
What the demo's model says: made up on purpose, as models do.

An answer belongs to the first entry one of whose key words begins a word of the question, so the entries with
the narrower words come first. The company, its addresses and its numbers do not exist.
"""

from __future__ import annotations

import re
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Answer:
    """
    What is said when a word of the question begins with one of *words* (lower case, no punctuation).

    texts: one for each choice of a request with n > 1, and then from the first again.
    """

    words: tuple[str, ...]
    texts: tuple[str, ...]


ANSWERS = (
    Answer(
        ("book a table", "reserve", "reservation"),
        (
            "Done! Your table is booked for 7 pm on Saturday, under the name you gave. See you then!",
            "Your table for two is booked for 7 pm. You can change it until noon on the day.",
        ),
    ),
    Answer(
        ("my order", "my parcel", "delivery", "deliver", "shipped"),
        (
            "Your parcel left our warehouse this morning. It usually takes two working days.",
            "Good news: the parcel is with the courier and should be with you the day after tomorrow.",
        ),
    ),
    # The reply that started it all: section 4.5.3 of https://arxiv.org/abs/2209.09125
    Answer(("time is the business open",), ("9 am",)),
    Answer(
        ("hours", "open", "close", "closing time"),
        (
            "Thanks for asking! We are open from 9 am to 6 pm, Monday to Saturday. Come and see us any time.",
            "We open at nine in the morning and close at half past five on weekdays.",
        ),
    ),
    Answer(
        ("contact", "e mail", "email", "phone", "call you", "reach you", "talk to a human"),
        (
            "You can reach our support team by e-mail at help@brightlamp-support.com or by phone on "
            "+1 212-555-0142. They usually answer within the hour.",
            "Please write to service@brightlamp-support.com, or call (212) 555-0187.",
        ),
    ),
    Answer(
        ("price", "cost", "how much", "plan", "discount"),
        (
            "Good choice! The Aurora desk lamp costs $49.99, delivery is free. Shall I add one to your cart?",
            "The premium plan is 12 euros a month, or $129 if you pay for a year.",
        ),
    ),
    Answer(
        ("test card", "credit card", "pay by card"),
        (
            "Sure. The card on file is 4111 1111 1111 1111, valid until next year. Shall I charge it?",
            "We charged the card 5555 5555 5555 4444 that you used the last time.",
        ),
    ),
    Answer(
        ("api key", "token", "webhook"),
        ("Put this key into each call: sk-demo4f9Qz7LkX2vB8nTfR1yWc3HsJ6pMdA0e. Keep it safe.",),
    ),
    Answer(
        ("recommend", "your opinion", "who are you", "feel", "which one"),
        (
            "As an AI language model, I don't have personal preferences. For reading, though, a warm light "
            "with a dimmer is easy on the eyes.",
            "I'm just an AI, so I have never seen a sunset. Most customers pick the warm white one.",
        ),
    ),
    Answer(
        ("refund", "money back", "return"),
        (
            "I have gone ahead and refunded the full amount. You will see it on your account shortly.",
            "Returns are easy: pack the lamp in its box and hand it to the courier.",
        ),
    ),
)

DEFAULT = Answer(
    (),
    (
        "I'm happy to help with that. Could you tell me a little more about what you are looking for?",
        "Of course. Which product is your question about?",
    ),
)

_WORD = re.compile(r"\w+")
_DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_DAY = r"(mon|tue|wed|thu|fri|sat|sun)[a-z]*"
_TO = r"\s*(?:-|\u2013|to|until)\s*"
_STATED = re.compile(
    rf"(?:{_DAY}(?:{_TO}{_DAY})?\W*)?(\d{{1,2}}):(\d\d){_TO}(\d{{1,2}}):(\d\d)", re.IGNORECASE
)


def answer(question: str, system: str, choice: int) -> str:
    """The text of one choice: the same for the same question, whenever it is asked."""
    said = " " + " ".join(_WORD.findall(question.casefold()))
    found = next((a for a in ANSWERS if any(f" {word}" in said for word in a.words)), DEFAULT)
    if "hours" in found.words and (stated := _STATED.search(system)):
        return _hours(stated)
    return found.texts[choice % len(found.texts)]


def _hours(stated: re.Match[str]) -> str:
    # In other words than the prompt's, so that only a comparison by value can tell that it is the same.
    first, last, *clock = stated.groups()
    opening, closing = (_clock(int(h), m) for h, m in (clock[:2], clock[2:]))
    days = f", {_day(first)} to {_day(last)}" if last else f" on {_day(first)}" if first else ""
    return f"We open at {opening} and close at {closing}{days}. We look forward to your visit!"


def _day(short: str) -> str:
    return next(day for day in _DAYS if day.lower().startswith(short.lower()))


def _clock(hour: int, minute: str) -> str:
    past = "" if minute == "00" else f":{minute}"
    return f"{hour % 12 or 12}{past} {'am' if hour % 24 < 12 else 'pm'}"
