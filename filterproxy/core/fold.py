"""
The folded view of a text: what a reader takes it for, so that odd code points do not hide a match.

Each code point is folded by itself: zero-width ones and those that strike out or underline are dropped,
blanks become " ", full-width, mathematical, enclosed, raised and small capital letters, typographic
apostrophes and hyphens become ASCII. (Not enclosed or raised digits: those number what follows them as
often, and "①9:00" is not 19:00.) The one exception looks at its neighbours: a Cyrillic or Greek letter that
looks like a Latin one becomes that one where a Latin letter stands in the same word, at most 32 code points
away. So Russian stays Russian, and "pаypal" (with a Cyrillic а) reads "paypal".

Text that folding leaves alone costs one scan in C.
"""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass

from filterproxy.core.scan import PatternSet, encode

# Code points to either side that the fold of one may hang on.
FOLD_REACH = 32

_ZERO_WIDTH = (
    "\u00ad\u034f\u061c\u180e\u200b-\u200f\u202a-\u202e\u2060-\u2064\u2066-\u206f\ufe00-\ufe0f\ufeff"
    "\u0332\u0333\u0335-\u0338\u20dd-\u20e0\u20e3"  # lines and frames about a letter
)
_TAGS = "\U000e0000-\U000e007f"
_BLANKS = "\u00a0\u1680\u2000-\u200a\u202f\u205f\u3000"
_FULL_WIDTH = "\uff01-\uff5e"
_MATHEMATICAL = "\U0001d400-\U0001d7ff"
# Letters of other blocks that NFKC makes one of ASCII; "ª" and "º" are ordinals, "ℹ" is a sign.
_RAISED = "\u02b0-\u02b8\u1d2c-\u1d6a\u2071\u207f\u2090-\u209c\u2100-\u2138\u213a-\u214f\u24b6-\u24e9"
# The first of 26 each: in parentheses, squares, black circles and black squares.
_ENCLOSED = (0x1F110, 0x1F130, 0x1F150, 0x1F170)
_SMALL_CAPITALS = dict(zip("ᴀʙᴄᴅᴇꜰɢʜɪᴊᴋʟᴍɴᴏᴘʀꜱᴛᴜᴠᴡʏᴢ", "abcdefghijklmnoprstuvwyz", strict=True))
_APOSTROPHES = "\u2018\u2019\u02bc"
_HYPHENS = "\u2010\u2011\u2212\ufe63"

# Letters that look like a Latin one in most typefaces (Unicode Technical Standard 39, confusables).
_LOOK_ALIKES = dict(
    zip(
        "аеорсухіјѕһԁԛԝѵАВЕКМНОРСТУХІЈЅԌԚԜЗαινορτυχΑΒΕΖΗΙΚΜΝΟΡΤΥΧ",
        "aeopcyxijshdqwvABEKMHOPCTYXIJSGQW3aivoptuxABEZHIKMNOPTYX",
        strict=True,
    )
)
_ALIKE = "".join(_LOOK_ALIKES)
_IN_WORD = rf"[\w{_ZERO_WIDTH}]"


def _expand(ranges: str) -> str:
    """The characters of the inside of a character class."""
    return re.sub(
        "(.)-(.)", lambda m: "".join(map(chr, range(ord(m[1]), ord(m[2]) + 1))), ranges, flags=re.DOTALL
    )


def _odd_letters() -> dict[str, str]:
    """Letters that stand for one of ASCII, and that."""
    found = {c: unicodedata.normalize("NFKC", c) for c in _expand(_RAISED)}
    found = {
        c: plain for c, plain in found.items() if len(plain) == 1 and plain.isascii() and plain.isalpha()
    }
    for first in _ENCLOSED:
        found |= {chr(first + n): chr(ord("A") + n) for n in range(26)}
    return found | _SMALL_CAPITALS


_ODD_LETTERS = _odd_letters()
_FOLDED_ALONE = (
    f"[{_ZERO_WIDTH}{_TAGS}{_BLANKS}{_FULL_WIDTH}{_MATHEMATICAL}{_APOSTROPHES}{_HYPHENS}"
    f"{''.join(sorted(_ODD_LETTERS))}]"
)
_SINGLE = re.compile(_FOLDED_ALONE)
_DROPPED = re.compile(f"[{_ZERO_WIDTH}{_TAGS}]")
_MIXED = re.compile(
    rf"[A-Za-z]{_IN_WORD}{{0,{FOLD_REACH - 1}}}[{_ALIKE}]|[{_ALIKE}]{_IN_WORD}{{0,{FOLD_REACH - 1}}}[A-Za-z]"
)
# Whether a text folds at all, for RE2, which is many times faster on large classes; "yes" is "perhaps". A
# gate asks this along with its own patterns.
FOLDABLE = (
    _FOLDED_ALONE,
    rf"[A-Za-z][\pL\pN\pM_{_ZERO_WIDTH}]*[{_ALIKE}]",
    rf"[{_ALIKE}][\pL\pN\pM_{_ZERO_WIDTH}]*[A-Za-z]",
)
_PERHAPS = PatternSet(FOLDABLE)
_OPEN = re.compile(rf"[{_ALIKE}]{_IN_WORD}{{0,{FOLD_REACH - 1}}}\Z")
_WORD = re.compile(rf"{_IN_WORD}+")


def _table() -> dict[int, str | None]:
    table: dict[int, str | None] = {ord(c): None for c in _expand(_ZERO_WIDTH + _TAGS)}
    table |= {ord(c): " " for c in _expand(_BLANKS)}
    table |= {ord(c): chr(ord(c) - 0xFEE0) for c in _expand(_FULL_WIDTH)}
    for c in _expand(_MATHEMATICAL):
        plain = unicodedata.normalize("NFKC", c)
        if len(plain) == 1:
            table[ord(c)] = plain
    table |= {ord(c): plain for c, plain in _ODD_LETTERS.items()}
    table |= {ord(c): "'" for c in _expand(_APOSTROPHES)}
    return table | {ord(c): "-" for c in _expand(_HYPHENS)}


_TABLE = _table()


@dataclass(frozen=True, slots=True)
class Folded:
    """
    A folded text. raw: the offset in the text as sent of each of its characters, and at last that
    text's length; None when they are the same.
    """

    text: str
    raw: Sequence[int] | None

    def place(self, offset: int) -> int:
        """The first place in the folded text that stands at *offset* of the raw one, or after it."""
        return offset if self.raw is None else bisect_left(self.raw, offset)

    def span(self, start: int, end: int) -> tuple[int, int]:
        """A folded span in offsets of the text as sent; zero-width ones inside belong to it."""
        if self.raw is None:
            return (start, end)
        return (self.raw[start], self.raw[end - 1] + 1 if end > start else self.raw[start])


def folds(text: str) -> bool:
    """Whether the folded view of *text* differs from it."""
    if text.isascii() or not _PERHAPS.matches(encode(text)):
        return False
    return _SINGLE.search(text) is not None or _MIXED.search(text) is not None


def fold(text: str) -> Folded | None:
    """The folded view; None when it is the text itself."""
    if not folds(text):
        return None
    if _MIXED.search(text) is not None:
        text = _WORD.sub(_unmix, text)
    raw = (
        [i for i, c in enumerate(text) if _TABLE.get(ord(c), c) is not None]
        if _DROPPED.search(text)
        else None
    )
    if raw is not None:
        raw.append(len(text))
    return Folded(text.translate(_TABLE), raw)


def unsure_from(text: str) -> int:
    """The offset from which the fold of *text* hangs on what follows; its length when none does."""
    if text.isascii():
        return len(text)
    found = _OPEN.search(text, max(0, len(text) - FOLD_REACH))
    return len(text) if found is None else found.start()


def _unmix(word: re.Match[str]) -> str:
    text = word[0]
    latin = [i for i, c in enumerate(text) if c.isascii() and c.isalpha()]
    if not latin:
        return text
    letters = list(text)
    for i, c in enumerate(text):
        plain = _LOOK_ALIKES.get(c)
        if plain is not None:
            near = bisect_left(latin, i - FOLD_REACH)
            if near < len(latin) and latin[near] <= i + FOLD_REACH:
                letters[i] = plain
    return "".join(letters)
