"""The questions that `filterproxy demo` asks, as data."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Question:
    """
    One exchange of the demo.

    system: the system prompt; None when there is none. shows: what a reader can learn from the reply.
    """

    text: str
    shows: str
    stream: bool = False
    system: str | None = None


_SHOP = "You answer for Bright Lamp, a shop for desk lamps. Be brief and friendly."
_SHOP_WITH_HOURS = f"{_SHOP} Opening hours: Mon-Fri 09:00-17:00."

QUESTIONS = (
    Question("What time is the business open?", "opening hours that nothing in the request states"),
    Question("What time do you open?", "the same in a whole sentence"),
    Question(
        "What time do you open?", "the same as a stream: what came before leaves, the claim does not", True
    ),
    Question(
        "What time do you open?",
        "the same question, but the system prompt states the hours: grounded, so the reply passes",
        True,
        _SHOP_WITH_HOURS,
    ),
    Question("Please book a table for two.", "a time of day that is not an opening time: passes"),
    Question("How can I contact you?", "an invented e-mail address and phone number", True, _SHOP),
    Question("How much is the desk lamp?", "an invented price", system=_SHOP),
    Question("Can I pay by card?", "a card number, taken out while the rest streams on", True),
    Question("Which lamp would you recommend?", "boilerplate of the model's makers", True, _SHOP),
    Question("Where is my order?", "nothing to filter: the bytes are upstream's own", True),
)
