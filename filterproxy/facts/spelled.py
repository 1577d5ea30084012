"""Number words that stand before a place in a text, in nine languages at once."""

from __future__ import annotations

import re
from decimal import Decimal

from filterproxy.facts.amount import of_words, parts_of_word
from filterproxy.facts.price_words import BLANK, LETTER, words

WORD_BEFORE = re.compile(rf"(?<![{LETTER}])([{LETTER}]+)(?:{BLANK}|-){{1,2}}\Z")


def number_before(text: str, floor: int, at: int) -> tuple[Decimal | None, int]:
    """
    (value, where its first word begins) of the number words in text[floor:] that end at *at*, with blanks or
    dashes behind them: "twenty-five ", "fünfundzwanzig ", "vinte e cinco "; None where there are none.
    """
    w = words()
    parts: list[str] = []
    start = at
    while (found := WORD_BEFORE.search(text, floor, at)) is not None:
        word = found[1].lower()
        pieces = parts_of_word(word, w.numbers.keys() | w.joiners, w.longest)
        if pieces is None or (pieces[0] in w.joiners and (len(pieces) > 1 or not parts)):
            break
        if word not in w.joiners:
            start, parts = found.start(), [*pieces, *parts]
        at = found.start()
    return of_words(parts, w.numbers), start
