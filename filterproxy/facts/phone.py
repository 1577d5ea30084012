"""
Telephone numbers: digits that a numbering plan allows, in the forms in which people write them.

The plan is asked of phonenumbers, which is imported only where a rule looks for numbers. PhoneNumberMatcher
looks at what stands around a number, without a bound. Here it is given the candidate alone and must take all
of it: what a candidate is does not depend on how much of the text has come.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from filterproxy.core.request import Request
from filterproxy.core.rule import Span
from filterproxy.core.shape import Chars, Repeat, Shape, wide
from filterproxy.facts.digits import LEFT, Finder, Form, Verifier
from filterproxy.facts.fact import Fact, Known, Source
from filterproxy.facts.form import chars, seq, source

# Numbers without a country code are read as this country's.
_REGION = "US"
_QUESTION_REACH = 2000
# With so many last digits alike two numbers are one: the rest is the country's and the area's.
_TELLING_DIGITS = 7

# Groups of digits with up to three signs between them: "+49 (0) 30 1234567". E.164 has at most 15 digits;
# three more are a prefix for calls abroad or a "(0)".
_BETWEEN = chars("[-. ()/‐‑–]", 0, 3)
FORM = Form(
    seq(
        chars("[(]", 0, 1),
        chars("[+]", 0, 1),
        chars("[(]", 0, 1),
        Chars("[0-9]"),
        Repeat(seq(_BETWEEN, Chars("[0-9]")), 6, 17),
    ),
    # Digits without a sign between them count only where a word before says what they are.
    chars("[0-9]", 7, 18),
    r"(?:tele)?(?:ph|f)one?\w*|tel|t[ée]l\w*|call\w*|ring|dial|mobile?\w*|m[óo]vil|cell\w*|fax|whatsapp|sms|text"
    r"|hotline|ruf\w*|anruf\w*|handy|appel\w*|ll[aá]m\w*|chiama\w*|ligue|bel",
    LEFT
    # Signs of currencies speak of prices.
    + r"(?<![+#$€£¥₹])(?<![0-9][,:])(?<!ISBN )(?<!ISBN: )"
    # Not the rest of a card's or an account's number in groups of four.
    + r"(?<![0-9A-Z]{4} [0-9]{4} )(?<![A-Z]{2}[0-9]{2} )",
)
# What is written with digits and separators and can pass for a number of some region.
_LOOK_ALIKES = re.compile(
    r"""
      [0-9]{1,2}[-./][0-9]{1,2}[-./](?:[0-9]{4}|[0-9]{2})(?![-./0-9])   # 12/05/2024
    | [0-9]{4}[-./][0-9]{1,2}[-./][0-9]{1,2}(?![0-9])                   # 2024-05-12
    | [0-9]{1,2}[.][0-9]{2}\ ?[-‐‑–]\ ?[0-9]{1,2}[.][0-9]{2}(?![0-9])   # 09.00-17.30
    | [0-9]{4}\ ?[-‐‑–/]\ ?[0-9]{4}(?![-./0-9])                         # 2023-2024
    | [0-9]{1,3}(?:[.][0-9]{1,3}){3}\Z                                  # 192.168.0.1
    | [0-9]{1,3}(?:[. ][0-9]{3})+\Z                                     # 1.250.000
    """,
    re.VERBOSE,
)
# More than a country code and a trunk prefix is a list ("1 2 3 4"), or a sum.
_LONE_DIGITS = re.compile(r"(?<![0-9])[0-9](?![0-9])")
_NO_DIGITS = re.compile("[^0-9]+")
_TRUNK_ZERO = re.compile(r"\(0\)")

_ASKS = re.compile(
    r"\b(?:tele)?(?:ph|f)one?\b|\bt[ée]l[ée]phone\b|\btel[ée]fono\b|\btelefoon|\btelefone\b|\bcall you\b"
    r"|\bnumber (?:to|can|do) |\bcontact|\brufnummer|\banrufen|\bnumm?ero\b|电话|電話|号码|番号",
    re.I,
)


def verifier(region: str) -> Verifier:
    """Whether a text is a number of *region* (two capitals), or of any with its code. Raises ValueError."""
    import phonenumbers

    if region not in phonenumbers.SUPPORTED_REGIONS:
        raise ValueError(f"{region!r} is no region with telephone numbers: two capitals, such as US or DE")

    is_possible = _length_check(phonenumbers.PhoneMetadata.metadata_for_region(region))

    def is_phone(number: str) -> bool:
        if _LOOK_ALIKES.match(number) or len(_LONE_DIGITS.findall(number)) > 2 or not is_possible(number):
            return False
        matches = phonenumbers.PhoneNumberMatcher(number, region, leniency=phonenumbers.Leniency.VALID)
        return any((match.start, match.end) == (0, len(number)) for match in matches)

    return is_phone


def _length_check(metadata: Any) -> Verifier:
    """
    Whether so many digits can be a number in a region: spares most candidates the library's 0.1 ms.

    The lengths are the library's own; a trunk prefix or the country code may come before.
    """
    extra = {0, len(metadata.national_prefix or ""), len(str(metadata.country_code))}
    lengths = {size + more for size in metadata.general_desc.possible_length for more in extra}
    abroad = re.compile(metadata.international_prefix or r"(?!)")

    def is_possible(number: str) -> bool:
        digits = _NO_DIGITS.sub("", number)
        return "+" in number or len(digits) in lengths or abroad.match(digits) is not None

    return is_possible


@cache
def _finder() -> Finder:
    return Finder(FORM, verifier(_REGION))


# In sources every number that is long enough counts, whatever country's plan it follows.
_KNOWN = re.compile(
    source(
        seq(
            chars("[(]", 0, 1),
            chars("[+]", 0, 1),
            Chars("[0-9(]"),
            Repeat(seq(_BETWEEN, Chars("[0-9]")), 5, 17),
        )
    )
)


@dataclass(frozen=True, slots=True)
class Numbers:
    """Numbers that sources state: digits without the country's code or the zero before the area's."""

    entries: tuple[tuple[str, Source], ...]

    @property
    def empty(self) -> bool:
        return not self.entries

    def entails(self, said: object) -> Source | None:
        return next((source for known, source in self.entries if _is_same(known, str(said))), None)


def _is_same(one: str, other: str) -> bool:
    """Whether the one is the other, or its end: "+1 212 555 0142" and "212 555 0142"."""
    short, long = sorted((one, other), key=len)
    return long.endswith(short) and len(short) >= _TELLING_DIGITS


def _digits(text: str) -> str:
    """The telling digits: without signs, "(0)", and the zeros before an area's or a country's code."""
    return _NO_DIGITS.sub("", _TRUNK_ZERO.sub("", unicodedata.normalize("NFKC", text))).lstrip("0")


@dataclass(frozen=True, slots=True)
class PhoneFact:
    """The fact `phone`."""

    @property
    def name(self) -> str:
        return "phone"

    @property
    def gate(self) -> tuple[str, ...]:
        return (wide(self.shape),)

    @property
    def shape(self) -> Shape:
        return _finder().shape

    def first(self, text: str, pos: int, unit: Span) -> Fact | None:
        span = _finder().find(text, max(pos, unit[0]), unit[1])
        return None if span is None else Fact(span, _digits(text[slice(*span)]))

    def find(self, text: str, unit: Span, request: Request) -> list[Fact]:
        found: list[Fact] = []
        at = unit[0]
        while (fact := self.first(text, at, unit)) is not None:
            found.append(fact)
            at = fact.span[1]
        return found

    def asks(self, question: str) -> bool:
        return _ASKS.search(question[-_QUESTION_REACH:]) is not None

    def index(self, sources: Sequence[Source]) -> Known:
        return Numbers(tuple((digits, s) for s in sources for digits in _stated(s.text)))


def _stated(text: str) -> Iterator[str]:
    for m in _KNOWN.finditer(unicodedata.normalize("NFKC", text)):
        if len(digits := _digits(m[0])) >= _TELLING_DIGITS:
            yield digits
