"""
Telephone numbers: digits that a numbering plan allows, in the forms in which people write them.

What makes a number certain, in this order:
- "+" and a country's code: any country's number that has a possible length;
- the region's plan: one written as at home, for the region that the rule names;
- another country's way of writing: a zero and the groups that its plan has, a mobile number of China, an area
  code in parentheses;
- a word before it ("Tel.", "Anruf", "电话"): any number that one of the large countries' plans allows, and
  all of North America's form, as those of films (555) are in no plan.
A word such as "order" next before it speaks against all but the first.

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
from itertools import pairwise
from typing import Any

from filterproxy.core.request import Request
from filterproxy.core.rule import Span
from filterproxy.core.shape import Chars, Repeat, Shape, wide
from filterproxy.facts.digits import LEFT, Finder, Form, Verifier
from filterproxy.facts.fact import Fact, Known, Source
from filterproxy.facts.form import chars, seq, source

# Numbers without a country code are read as this country's.
_REGION = "US"
# Shorter ones are a service's, or a part of something else.
_LEAST_DIGITS = 9
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
    r"(?:tele)?(?:ph|f)one?\w*|tel|t[ée]l\w*|call\w*|rings?|dial\w*|mobile?\w*|m[óo]vil|cell\w*"
    r"|celular\w*|fax"
    r"|whatsapp|sms|text|hotline|helpline|landline|switchboard|(?:my|our|your|his|her|their) number"
    r"|reach (?:me|us|him|her)"
    r"|contact (?:me|us|him|her|them)|ruf\w*|anruf\w*|angerufen|handy\w*|mobil\w*|festnetz\w*"
    r"|durchwahl|telefon\w*"
    r"|appel\w*|joign\w*|portable|standard|fixe|num[ée]ro|ll[aá]m\w*|m[áa]rca\w*|marque|chiama\w*"
    r"|cellulare|recapito"
    r"|ligue|ligar|telem[óo]vel|contacto|contato|n[úu]mero|numero|bel|bellen|belt|nummer|gsm"
    r"|telefoon\w*|mobiel\w*",
    LEFT
    # Signs of currencies speak of prices.
    + r"(?<![+#$€£¥₹])(?<![0-9][,:])(?<!ISBN )(?<!ISBN: )"
    # Not the rest of a card's or an account's number in groups of four.
    + r"(?<![0-9A-Z]{4} [0-9]{4} )(?<![A-Z]{2}[0-9]{2} )",
    near="电话|電話|手机|手機|热线|熱線|拨打|撥打|致电|致電|联系方式|携帯|お問い合わせ|连络|連絡先",
    other=r"(?:order|invoice|ticket|case|ref|reference|tracking|parcel|item|part|serial|model|sku|account|booking"
    r"|reservation|policy|id|isbn|issn|ean|upc|imei|po|rma|version|build|batch|lot|zip|vat|tax id"
    r"|article|bestell\w*"
    r"|auftrag\w*|rechnung\w*|sendung\w*|kundennummer|artikel\w*|commande|facture|colis|suivi|dossier|pedido"
    r"|factura|seguimiento|ordine|fattura|spedizione|encomenda|fatura|bestelling|factuur|zending"
    r"|订单号?|訂單號?|运单号"
    r"|注文番号|追跡番号|会員番号|発票)(?:(?: |-)?(?:number|numbers|no|nr|num|nummer|num[ée]ro"
    r"|n[úu]mero|n°|id|code))?\.?"
    r"(?:\s(?:is|ist|est|es|è|é)\b|是|は)?",
)
# Where numbers may be written as at home when a word names them, or their grouping does.
_COMMON = (
    "US", "GB", "DE", "FR", "ES", "IT", "PT", "NL", "CN", "JP",
    "AT", "CH", "BE", "BR", "IN", "AU", "IE", "MX", "TW",
)  # fmt: skip
# A mobile number of China in its groups; an area code of North America in parentheses.
_PLAIN = re.compile(r"1[3-9][0-9][ -][0-9]{4}[ -][0-9]{4}|[(][2-9][0-9]{2}[)][ -]?[0-9]{3}[-. ][0-9]{4}")
_NORTH_AMERICA = re.compile(r"(?:1[-. ]?)?[(]?[2-9][0-9]{2}[)]?[-. ]{0,2}[0-9]{3}[-. ]?[0-9]{4}")
_GROUPED = re.compile(r"[(]?0[0-9]*[)]?(?:[-. ()/‐‑–]{1,3}[0-9]+)+")
_SUM = re.compile(r"[0-9]{1,3}(?:[. ][0-9]{3})+")
# What is written with digits and separators and can pass for a number of some region.
_LOOK_ALIKES = re.compile(
    r"""
      [0-9]{1,2}[-./][0-9]{1,2}[-./](?:[0-9]{4}|[0-9]{2})(?![-./0-9])   # 12/05/2024
    | [0-9]{4}[-./][0-9]{1,2}[-./][0-9]{1,2}(?![0-9])                   # 2024-05-12
    | [0-9]{1,2}[.][0-9]{2}\ ?[-‐‑–]\ ?[0-9]{1,2}[.][0-9]{2}(?![0-9])   # 09.00-17.30
    | [0-9]{4}\ ?[-‐‑–/]\ ?[0-9]{4}(?![-./0-9])                         # 2023-2024
    | [0-9]{1,3}(?:[.][0-9]{1,3}){3}\Z                                  # 192.168.0.1
    """,
    re.VERBOSE,
)
# More than a country code and a trunk prefix is a list ("1 2 3 4"), or a sum.
_LONE_DIGITS = re.compile(r"(?<![0-9])[0-9](?![0-9])")
_DIGITS = re.compile("[0-9]+")
_NO_DIGITS = re.compile("[^0-9]+")
_TRUNK_ZERO = re.compile(r"\(0\)")

_ASKS = re.compile(
    r"\b(?:tele)?(?:ph|f)one?\b|\bt[ée]l[ée]phone\b|\btel[ée]fono\b|\btelefoon|\btelefone\b|\bcall you\b"
    r"|\bnumber (?:to|can|do) |\bcontact|\brufnummer|\banrufen|\bnumm?ero\b|电话|電話|号码|番号",
    re.I,
)


@cache
def finder(region: str) -> Finder:
    """
    Finds numbers of *region* (two capitals), and those that their form or a word makes certain.

    Raises ValueError for what is no region.
    """
    import phonenumbers

    if region not in phonenumbers.SUPPORTED_REGIONS:
        raise ValueError(f"{region!r} is no region with telephone numbers: two capitals, such as US or DE")
    at_home = _plan(region, phonenumbers.Leniency.VALID)
    grouped = [_plan(other, phonenumbers.Leniency.STRICT_GROUPING) for other in _COMMON]
    loose = [_plan(other, phonenumbers.Leniency.VALID) for other in _COMMON]

    def is_phone(number: str) -> bool:
        if not _may_be_one(number) or _SUM.fullmatch(number):
            return False
        if at_home(number) or _PLAIN.fullmatch(number):
            return True
        if "+" in number:
            return _is_possible_abroad(number)
        return False

    def is_phone_alone(number: str) -> bool:
        long = len(_NO_DIGITS.sub("", number)) >= _LEAST_DIGITS
        formed = long and _GROUPED.fullmatch(number) is not None and _may_be_one(number)
        return formed and any(plan(number) for plan in grouped)

    def is_phone_when_named(number: str) -> bool:
        return _may_be_one(number) and (
            is_phone_alone(number)
            or _NORTH_AMERICA.fullmatch(number) is not None
            or is_phone(number)
            or any(plan(number) for plan in loose)
        )

    return Finder(FORM, is_phone, is_phone_when_named, is_phone_alone)


def _may_be_one(number: str) -> bool:
    if _LOOK_ALIKES.match(number) or len(_LONE_DIGITS.findall(number)) > 2:
        return False
    groups = [int(group) for group in _DIGITS.findall(number)]
    # "01 02 03 04 05" counts.
    return len(groups) < 4 or any(later != group + 1 for group, later in pairwise(groups))


def _is_possible_abroad(number: str) -> bool:
    """Whether "+" and a country's code stand before as many digits as its numbers have."""
    import phonenumbers

    if _SUM.fullmatch(number.strip("+( )")) or len(_NO_DIGITS.sub("", number)) < _LEAST_DIGITS:
        return False
    try:
        parsed = phonenumbers.parse(number, None)
    except phonenumbers.NumberParseException:
        return False
    # Other types (pagers, Japan's toll-free ones) may be so long that digits behind a blank were taken along.
    types = (phonenumbers.PhoneNumberType.FIXED_LINE, phonenumbers.PhoneNumberType.MOBILE)
    found = {phonenumbers.is_possible_number_for_type_with_reason(parsed, kind) for kind in types}
    return phonenumbers.ValidationResult.IS_POSSIBLE in found


def _plan(region: str, leniency: int) -> Verifier:
    """Whether all of a text is a number of a region, or of any with its code."""
    import phonenumbers

    is_possible = _length_check(phonenumbers.PhoneMetadata.metadata_for_region(region))

    def allows(number: str) -> bool:
        if not is_possible(number):
            return False
        matches = phonenumbers.PhoneNumberMatcher(number, region, leniency=leniency)
        return any((match.start, match.end) == (0, len(number)) for match in matches)

    return allows


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
        return finder(_REGION).shape

    def first(self, text: str, pos: int, unit: Span) -> Fact | None:
        span = finder(_REGION).find(text, max(pos, unit[0]), unit[1])
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
