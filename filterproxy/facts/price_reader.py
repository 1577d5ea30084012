"""
How prices are read from a text.

Theory of operation. A price is looked for where a currency is named (a sign, a code, a word): its number
stands before that place or behind it, and may be the first or second of a range. All that decides stands in
the price or before it, so a stream need not wait for more than what could begin one.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from decimal import Decimal

from filterproxy.core.rule import Span
from filterproxy.facts.amount import NUMERALS, of_digits, of_numerals, of_words, parts_of_word
from filterproxy.facts.fact import Fact
from filterproxy.facts.price_words import BLANK, DASH, LETTER, Currencies, Mark, PriceWords, key, words

# Code points that are looked at before a currency for its number: the longest amounts in words have 60.
_REACH = 96
# Code points before a price that say what it is.
LEAD = 64
# The longest of "from", "à partir de" and the like, with blanks.
_BOUND = 20
_WORD_BEFORE = re.compile(rf"(?<![{LETTER}])([{LETTER}]+)(?:{BLANK}|-){{1,2}}\Z")
_BLANKS = re.compile(BLANK)
_HAS_NUMERAL = re.compile(f"[{NUMERALS}]")
_IS_LETTER = re.compile(f"[{LETTER}_]")
# Behind these "cents" are hundreds.
_FRENCH = frozenset("deux trois quatre cinq sept huit neuf dix".split())
# A "2 - 49 €" is a list's number and a price rather than a range.
_WIDEST_RANGE = 10


@dataclass(frozen=True, slots=True)
class Price:
    """
    low, high: the ends of a range, or twice the amount. currencies: what its sign may stand for; none when
    none is said. per: night, person, ...; "" when that is not said. bound: it is one end ("from $20").
    """

    low: Decimal
    high: Decimal
    currencies: Currencies
    per: str = ""
    bound: bool = False


def prices(text: str, unit: Span) -> Iterator[Fact]:
    """All prices in text[unit], in order."""
    at = unit[0]
    while (fact := first(text, at, unit[1], words())) is not None:
        yield fact
        at = fact.span[1]


def first(text: str, pos: int, end: int, w: PriceWords) -> Fact | None:
    """The first price in text[pos:end]; what stands before is looked back at."""
    at = pos
    while (m := w.mark.search(text, at, end)) is not None:
        if (fact := _priced(text, pos, end, m, w)) is not None:
            return fact
        at = m.end()
    return None


def _priced(text: str, pos: int, end: int, m: re.Match[str], w: PriceWords) -> Fact | None:
    """The price whose currency is named at *m*."""
    mark = mark_of(m.group(), w)
    start = m.start()
    leads = mark.before and text[m.end() : m.end() + 1].isdigit() and m.end() < end
    if (not leads or text[start - 1 : start].isdigit()) and (
        fact := _number_first(text, pos, end, m, mark, w)
    ):
        return fact
    return _mark_first(text, end, m, mark, w) if mark.before else None


def mark_of(written: str, w: PriceWords) -> Mark:
    """What a match of the pattern for currencies says."""
    return w.marks[key(written)]


# -- "49.99 USD", "fünf Euro", "50-100元"


def _number_first(text: str, pos: int, end: int, m: re.Match[str], mark: Mark, w: PriceWords) -> Fact | None:
    if "$" in m.group() and _is_variable_behind(text, m, end):
        return None
    found = w.left.search(text, max(pos, m.start() - _REACH), m.start())
    if found is None or _is_loose_numeral(found["high"], m.group()):
        return _spelled(text, pos, end, m, mark, w)
    high = _amount(found["high"], found["scale"], w)
    if high is None:
        return None
    low = _amount(found["low"], found["scale"], w) if found["low"] else None
    if low is not None and not _is_range(text, found.start("low"), found["between"], low, high, w):
        low = None
    start = found.start("high") if low is None else found.start("low")
    if low is None and start > 0 and _IS_LETTER.match(text[start - 1]):
        return None  # "5to5$" is no range, and no amount begins inside a word
    certain = "." in found["high"][-3:-2] or "," in found["high"][-3:-2]
    return _finished(text, start, m.end(), end, (low or high, high), mark, certain, w)


def _is_variable_behind(text: str, m: re.Match[str], end: int) -> bool:
    """Whether the "$" behind a number closes a formula, or begins a name."""
    following = text[m.end() : m.end() + 1] if m.end() < end else ""
    line = text[max(0, m.start() - 200) : m.start()].rpartition("\n")[2]
    return following in ("$", "{", "(") or _IS_LETTER.match(following) is not None or line.count("$") % 2 == 1


def _is_loose_numeral(number: str, mark: str) -> bool:
    """Chinese numerals before a currency in Latin letters, which do not belong together."""
    return _HAS_NUMERAL.match(number) is not None and mark.isascii()


def _spelled(text: str, pos: int, end: int, m: re.Match[str], mark: Mark, w: PriceWords) -> Fact | None:
    if w.hundred.match(text, m.start(), end) or not _IS_LETTER.match(m.group()[-1]):
        return None
    parts: list[str] = []
    at, scale = m.start(), Decimal(1)
    floor = max(pos, m.start() - _REACH)
    start = -1
    while (found := _WORD_BEFORE.search(text, floor, at)) is not None:
        word = found[1].lower()
        pieces = parts_of_word(word, w.numbers.keys() | w.joiners, w.longest)
        if pieces is None or (pieces[0] in w.joiners and len(pieces) > 1):
            if parts or scale != 1 or word not in w.scales:
                break
            scale = w.scales[word]
        else:
            parts = [*pieces, *parts]
            if word not in w.joiners:
                start = found.start()
        at = found.start()
    value = of_words(parts, w.numbers)
    if start < 0 or value is None or (m.group().lower() in w.numbers and not _FRENCH.isdisjoint(parts)):
        return None
    return _finished(text, start, m.end(), end, (value * scale, value * scale), mark, False, w)


# -- "$49.99", "CHF 1'250", "€50–100"


def _mark_first(text: str, end: int, m: re.Match[str], mark: Mark, w: PriceWords) -> Fact | None:
    sign = m.group()
    if (sign == "$" and text[m.start() - 1 : m.start()] in tuple("_$`{}\\")) or _touches_word(text, m):
        return None
    found = w.right.match(text, m.end(), end)
    if found is None:
        return None
    number, scale, stop = found["low"], found["scale"], found.end()
    blank = _BLANKS.search(number)
    if sign in "$£" and blank:
        number, scale, stop = number[: blank.start()], None, found.start("low") + blank.start()
    following = text[stop : stop + 1] if stop < end else ""
    behind = w.mark.match(text, stop + (text[stop : stop + 1] == " "), end)
    if behind and (both := mark.currencies & mark_of(behind.group(), w).currencies):
        # "$50 CAD", "人民币100元": said twice.
        mark, stop, following = replace(mark, currencies=both), behind.end(), ""
    elif following == "_" or _IS_LETTER.match(following):
        return None
    single = sign == "$" and len(number) == 1 and not scale
    if "$" in sign and following and following in ("^\\_=+*$`}" + ("\"')" if single else "")):
        return None
    value = _amount(number, scale, w)
    if value is None:
        return None
    return _finished(text, m.start(), stop, end, (value, value), mark, not single, w)


def _touches_word(text: str, m: re.Match[str]) -> bool:
    """Whether a sign stands right behind a letter or digit, as in "a$1"; codes never do."""
    before = text[m.start() - 1 : m.start()]
    return m.group() == "$" and before.isascii() and before.isalnum()


# -- what follows the first amount


def _finished(
    text: str,
    start: int,
    stop: int,
    end: int,
    ends: tuple[Decimal, Decimal],
    mark: Mark,
    certain: bool,
    w: PriceWords,
) -> Fact | None:
    """The price, with the other end of its range and what it is for; None where it is perhaps none."""
    low, high = ends
    if low == high and (tail := _tail(text, start, stop, end, low, mark, w)) is not None:
        stop, high = tail
    per, stop = _per(text, start, stop, end, w)
    lead = text[max(0, start - LEAD) : start]
    clear = certain or per or low != high or not _needs_evidence(text[start:stop], mark)
    if not clear and not (w.firm if mark.weight else w.evidence).search(lead):
        return None
    bound = w.bounds.search(lead, max(0, len(lead) - _BOUND)) is not None
    price = Price(low * mark.scale, high * mark.scale, mark.currencies, per, bound)
    return Fact((start, stop), price)


def _needs_evidence(price: str, mark: Mark) -> bool:
    """ "five pounds" may be a weight, "$5" a variable."""
    return mark.weight or re.fullmatch(r"\$\s?[0-9]", price) is not None


def _tail(
    text: str, start: int, stop: int, end: int, low: Decimal, mark: Mark, w: PriceWords
) -> tuple[int, Decimal] | None:
    """Where a range ends that begins with *low*, and its other end."""
    found = w.tail.match(text, stop, end)
    if found is None:
        return None
    high = _amount(found["high"], found["scale"], w)
    if high is None or not _is_range(text, start, found["between"], low, high, w):
        return None
    last = found.end()
    behind = found["behind"]
    if behind and mark_of(behind, w).currencies != mark.currencies:
        return None
    if found["sign"] and mark_of(found["sign"].strip(), w).currencies != mark.currencies:
        return None
    tight = re.fullmatch(DASH, found["between"]) is not None and text[stop - 1].isdigit()
    if not (behind or found["sign"] or tight) or _IS_LETTER.match(text[last : min(last + 1, end)]):
        return None
    return last, high


def _is_range(text: str, start: int, between: str, low: Decimal, high: Decimal, w: PriceWords) -> bool:
    joined = between.strip().lower()
    if joined in ("and", "und", "et", "y", "e", "en") and not w.between.search(
        text, max(0, start - 16), start
    ):
        return False
    spaced = between != between.strip() and re.fullmatch(DASH, joined) is not None
    return low < high and (not spaced or high <= low * _WIDEST_RANGE)


def _per(text: str, start: int, stop: int, end: int, w: PriceWords) -> tuple[str, int]:
    """What a price is for, and where that ends."""
    found = w.per.match(text, stop, end)
    if found is not None:
        unit = next(unit for unit in found.group("unit", "cjk", "alone") if unit)
        return w.units[key(unit)], found.end()
    before = w.unit_before.search(text, max(0, start - 12), start)
    return (w.befores[before["unit"]] if before else ""), stop


def _amount(number: str, scale: str | None, w: PriceWords) -> Decimal | None:
    value = of_numerals(number) if _HAS_NUMERAL.search(number) else of_digits(number)
    if value is None or scale is None:
        return value
    return value * w.scales[key(scale).rstrip(".")]
