"""Amounts as numbers: in digits with separators of any country, in words, in Chinese numerals."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection, Mapping
from decimal import Decimal

_SUFFIX = re.compile(r"[.,][-–—]{1,2}\Z")
_GROUPS = re.compile(r"[0-9]{1,3}(?:[.,][0-9]{2,3})*")
_GROUP_MARKS = re.compile("['’ \u00a0\u202f]")

_NUMERALS = {c: n for n, group in enumerate("〇零 一壹 二贰貳两兩 三叁 四肆 五伍 六陆 七柒 八捌 九玖".split())
             for c in group}  # fmt: skip
_POWERS = {"十": 10, "拾": 10, "百": 100, "佰": 100, "千": 1000, "仟": 1000}
_MYRIADS = {"万": 10**4, "萬": 10**4, "亿": 10**8, "億": 10**8}
# The characters of a number that is not in digits alone, for a class.
NUMERALS = "".join([*_NUMERALS, *_POWERS, *_MYRIADS])
_PIECES = re.compile(rf"[0-9][0-9,.]*|[{NUMERALS}]")


def of_digits(text: str) -> Decimal | None:
    """
    The value of "1,299.00", "1.299,00", "1'250", "49,-" or "４９".

    Three digits behind a lone separator are a group ("1.299" is more than a thousand), unless a zero stands
    before it.
    """
    plain = _GROUP_MARKS.sub("", _SUFFIX.sub("", unicodedata.normalize("NFKC", text)))
    marks = [c for c in plain if c in ".,"]
    if marks:
        last = marks[-1]
        whole, _, rest = plain.rpartition(last)
        if len(marks) > 1 and not _GROUPS.fullmatch(whole):
            return None
        groups = len(rest) == 3 and whole != "0" and len(set(marks)) == 1
        whole = whole.replace(",", "").replace(".", "")
        plain = whole + rest if groups or marks.count(last) > 1 else f"{whole}.{rest}"
    return Decimal(plain) if re.fullmatch(r"[0-9]+(?:\.[0-9]+)?", plain) else None


def of_numerals(text: str) -> Decimal | None:
    """The value of "五十", "两百", "3万5千", "二〇" or "1.2万"."""
    text = unicodedata.normalize("NFKC", text)
    pieces = _PIECES.findall(text)
    if "".join(pieces) != text:
        return None
    total, section, digits = Decimal(0), Decimal(0), ""
    for piece in pieces:
        if piece in _MYRIADS:
            section += Decimal(digits or 0)
            total += (section or 1) * _MYRIADS[piece]
            section, digits = Decimal(0), ""
        elif piece in _POWERS:
            section += Decimal(digits or 1) * _POWERS[piece]
            digits = ""
        elif piece in _NUMERALS:
            digits += str(_NUMERALS[piece])
        else:
            value = of_digits(piece)
            if value is None:
                return None
            digits += format(value, "f")
    return total + section + Decimal(digits or 0)


def parts_of_word(word: str, words: Collection[str], longest: int) -> list[str] | None:
    """A word as number words that it is written together from ("fünfundzwanzig"); None when it is not."""
    found: list[list[str] | None] = [None] * len(word) + [[]]
    for at in range(len(word) - 1, -1, -1):
        for end in range(min(len(word), at + longest), at, -1):
            rest = found[end]
            if rest is not None and word[at:end] in words:
                found[at] = [word[at:end], *rest]
                break
    return found[0]


def of_words(parts: Collection[str], numbers: Mapping[str, int]) -> Decimal | None:
    """The value of number words in order, joining words left out: "two hundred fifty", "fünf zwanzig"."""
    values = [(numbers[part], part) for part in parts if part in numbers]
    if not values:
        return None
    total = section = 0
    for value, part in values:
        if value == 1000:
            total += max(section, 1) * 1000
            section = 0
        elif value == 100 or (section % 100 == 4 and part.startswith("vingt")):
            # "quatre-vingts" is four times twenty.
            low = section % 100 if value == 20 else section
            section = section - low + max(low, 1) * value
        else:
            section += value
    return Decimal(total + section)
