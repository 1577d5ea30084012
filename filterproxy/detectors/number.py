r"""
Numbers that check digits or numbering plans make certain: cards, bank accounts, national ids, telephones.

A candidate is found by its form, and python-stdnum or phonenumbers decides. The form is written once, as a
shape, and the pattern that searches is made from it: what is held in a stream and what is found cannot
differ. At one place the longest candidate that verifies is taken ("4111 1111 1111 1111 12" is a
card and something else), so every end in reach is tried.

PhoneNumberMatcher looks at what stands around a number, without a bound. Here it is given the candidate
alone and must take all of it: what a candidate is does not depend on how much of the text has come.
"""

from __future__ import annotations

import importlib
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any, Final

from filterproxy.core.request import Request
from filterproxy.core.rule import Span
from filterproxy.core.shape import Ahead, Alt, Chars, Edge, Repeat, Seq, Shape

# What a number may not touch: it would be a part of something longer. After a separator only a digit
# counts ("1111." ends a sentence, "1111.5" does not). In phone numbers currency signs speak of prices.
_LEFT = r"(?<![0-9A-Za-z_])(?<![0-9][-./])"
_LEFT_OF_PHONE = (
    _LEFT
    + r"(?<![+#$€£¥₹])(?<![0-9][,:])(?<!ISBN )(?<!ISBN: )"
    # Not the rest of a card's or an account's number in groups of four.
    + r"(?<![0-9A-Z]{4} [0-9]{4} )(?<![A-Z]{2}[0-9]{2} )"
)
_RIGHT = r"(?![0-9A-Za-z_]|[-./][0-9])"
_END: Final = Seq((Edge(), Ahead(Seq((Chars("[-./]"), Chars("[0-9]"))))))

# Code points between a keyword and its number: "IBAN", "account number is:", "(work)".
_KEYWORD_REACH = 32

Verifier = Callable[[str], bool]


def _chars(source: str, least: int, most: int | None = None) -> Shape:
    """*least* to *most* of a class whose source means the same to RE2 and to `re`."""
    return Repeat(Chars(source), least, least if most is None else most)


def _source(shape: Shape) -> str:
    """The pattern, for `re`, of exactly the texts of a form."""
    match shape:
        case Chars(source):
            return source
        case Seq(parts):
            return "".join(map(_source, parts))
        case Alt(choices):
            return "(?:" + "|".join(map(_source, choices)) + ")"
        case Repeat(inner, least, most):
            return f"(?:{_source(inner)}){{{least},{'' if most is None else most}}}"
        case Edge() | Ahead():
            return ""


def _seq(*parts: Shape) -> Seq:
    return Seq(parts)


def _picture(*pictures: str) -> Shape:
    """One of some pictures of a number: 9 a digit, A a capital, X either, all else itself."""
    return Alt(tuple(Seq(tuple(Chars(_PICTURE.get(c, f"[{c}]")) for c in p)) for p in pictures))


_PICTURE = {"9": "[0-9]", "A": "[A-Z]", "X": "[0-9A-Z]", "-": "-", " ": " "}


def _spaced(*pictures: str) -> Shape:
    """Pictures with a blank at each place, and the same with hyphens."""
    return _picture(*pictures, *(p.replace(" ", "-") for p in pictures))


@dataclass(frozen=True, slots=True)
class _Kind:
    """
    strong: forms that speak for themselves. weak: forms that count only behind one of the keywords
    (`re` source, any case), as their check digit lets one plain number in ten or so pass.
    """

    verifier: str  # a module of python-stdnum; or phonenumbers
    strong: Shape | None = None
    weak: Shape | None = None
    keywords: str = ""


def _groups(first: Shape, *sizes: int, sep: str) -> Seq:
    """*first* and then groups of digits, each behind *sep*."""
    return _seq(first, *(part for size in sizes for part in (Chars(sep), _chars("[0-9]", size))))


# First digits and lengths per network: https://en.wikipedia.org/wiki/Payment_card_number
_CARD_STARTS = Alt(
    (
        _seq(Chars("[3-6]"), _chars("[0-9]", 3)),
        _seq(Chars("2"), Chars("[2-7]"), _chars("[0-9]", 2)),
    )
)
_CARD = Alt(
    (
        _seq(Chars("4"), Alt((_chars("[0-9]", 12), _chars("[0-9]", 15), _chars("[0-9]", 18)))),
        _seq(Chars("5"), _chars("[0-9]", 15)),
        _seq(Chars("2"), Chars("[2-7]"), _chars("[0-9]", 14)),
        _seq(Chars("3"), Chars("[47]"), _chars("[0-9]", 13)),
        _seq(Chars("3"), Chars("[0689]"), _chars("[0-9]", 12, 17)),
        _seq(Chars("3"), Chars("5"), _chars("[0-9]", 14, 17)),
        _seq(Chars("6"), _chars("[0-9]", 15, 18)),
        *(_groups(_CARD_STARTS, 4, 4, 4, *last, sep=sep) for sep in " -" for last in ((), (1,), (2,), (3,))),
        *(_groups(_seq(Chars("3"), _chars("[0-9]", 3)), 6, last, sep=sep) for sep in " -" for last in (4, 5)),
    )
)
_IBAN = _seq(
    _chars("[A-Z]", 2),
    _chars("[0-9]", 2),
    Alt(
        (
            _chars("[0-9A-Z]", 11, 30),
            _seq(
                Repeat(_seq(Chars(" "), _chars("[0-9A-Z]", 4)), 2, 7),
                Repeat(_seq(Chars(" "), _chars("[0-9A-Z]", 1, 3)), 0, 1),
            ),
        )
    ),
)
# In Italy's code letters may stand for digits where two people would have the same one.
_CODICE_FISCALE = Seq(
    tuple(
        part
        for letters, digits in ((6, 2), (1, 2), (1, 3), (1, 0))
        for part in (_chars("[A-Z]", letters), _chars("[0-9LMNPQRSTUV]", digits))
        if part != _chars("[0-9LMNPQRSTUV]", 0)
    )
)
_NIR = _seq(Chars("[1-478]"), _picture(" 99 99 9X 999 999 99", " 99 99 9X 999 999"))
_BITCOIN = Alt(
    (
        _seq(Chars("[13]"), _chars("[1-9A-HJ-NP-Za-km-z]", 25, 34)),
        _seq(Chars("b"), Chars("c"), Chars("1"), _chars("[0-9a-z]", 11, 71)),
    )
)

_KINDS: Final[Mapping[str, _Kind]] = MappingProxyType(
    {
        "aadhaar": _Kind(
            "stdnum.in_.aadhaar", None, _spaced("999999999999", "9999 9999 9999"), "aadh?aar|uidai|आधार"
        ),
        "ahv": _Kind("stdnum.ch.ssn", _picture("756.9999.9999.99"), _picture("7569999999999"), "ahv|avs"),
        "bic": _Kind("stdnum.bic", None, _picture("AAAAAAXX", "AAAAAAXXXXX"), "bic|swift"),
        "bitcoin": _Kind("stdnum.bitcoin", _BITCOIN),
        "bsn": _Kind(
            "stdnum.nl.bsn",
            None,
            _picture("999999999", "9999.99.999", "999 999 999"),
            "bsn|burgerservicenummer|sofi-?nummer",
        ),
        "card": _Kind("stdnum.luhn", _CARD),
        "cnpj": _Kind("stdnum.br.cnpj", _picture("99.999.999/9999-99"), _picture("99999999999999"), "cnpj"),
        "codicefiscale": _Kind("stdnum.it.codicefiscale", _CODICE_FISCALE),
        "cpf": _Kind("stdnum.br.cpf", _picture("999.999.999-99"), _picture("99999999999"), "cpf"),
        "cpr": _Kind("stdnum.dk.cpr", None, _picture("999999-9999", "9999999999"), r"cpr(?:-n\w+)?"),
        "dni": _Kind("stdnum.es.dni", _picture("99999999A", "99999999-A")),
        "ein": _Kind(
            "stdnum.us.ein", None, _picture("99-9999999", "999999999"), r"f?ein|employer id\w*|tax id\w*"
        ),
        "hetu": _Kind("stdnum.fi.hetu", _picture("999999-999X", "999999A999X")),
        "iban": _Kind("stdnum.iban", _IBAN),
        "imei": _Kind("stdnum.imei", None, _spaced("999999999999999", "99 999999 999999 9"), "imei"),
        "itin": _Kind("stdnum.us.itin", _spaced("999 99 9999"), _picture("999999999"), "itin"),
        "nhs": _Kind("stdnum.gb.nhs", None, _spaced("9999999999", "999 999 9999"), "nhs"),
        "nie": _Kind("stdnum.es.nie", _picture("A9999999A", "A-9999999-A", "A9999999-A")),
        "nir": _Kind(
            "stdnum.fr.nir",
            _NIR,
            _picture("99999XX99999999", "99999XX999999"),
            r"nir|s[ée]cu(?:rit[ée] sociale)?|social security",
        ),
        "personnummer": _Kind("stdnum.se.personnummer", _picture("999999-9999", "99999999-9999")),
        "pesel": _Kind("stdnum.pl.pesel", None, _picture("99999999999"), "pesel"),
        "sin": _Kind("stdnum.ca.sin", None, _spaced("999999999", "999 999 999"), "sin|social insurance|nas"),
        "ssn": _Kind("stdnum.us.ssn", _spaced("999 99 9999"), _picture("999999999"), "ssn|social security"),
        "steuerid": _Kind(
            "stdnum.de.idnr",
            None,
            _picture("99999999999", "99 999 999 999"),
            r"steuer-?id\w*|steuerliche identifikationsnummer|identifikationsnummer|idnr|tax id\w*",
        ),
        "tfn": _Kind("stdnum.au.tfn", None, _spaced("999999999", "999 999 999"), "tfn|tax file"),
        "vat": _Kind(
            "stdnum.eu.vat", _seq(_chars("[A-Z]", 2), _chars(" ", 0, 1), _chars("[0-9A-Z]", 8, 12))
        ),
    }
)  # fmt: skip

# Groups of digits with up to three signs between them: "+49 (0) 30 1234567". E.164 has at most 15 digits;
# three more are a prefix for calls abroad or a "(0)".
_BETWEEN = _chars("[-. ()/‐‑–]", 0, 3)
_PHONE = _Kind(
    "phonenumbers",
    _seq(
        _chars("[(]", 0, 1),
        _chars("[+]", 0, 1),
        _chars("[(]", 0, 1),
        Chars("[0-9]"),
        Repeat(_seq(_BETWEEN, Chars("[0-9]")), 6, 17),
    ),
    _chars("[0-9]", 7, 18),
    r"(?:tele)?(?:ph|f)one?\w*|tel|t[ée]l\w*|call\w*|ring|dial|mobile?\w*|m[óo]vil|cell\w*|fax|whatsapp|sms|text"
    r"|hotline|ruf\w*|anruf\w*|handy|appel\w*|ll[aá]m\w*|chiama\w*|ligue|bel",
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
_SEPARATORS = str.maketrans("", "", " -./")


@dataclass(frozen=True, slots=True)
class Number:
    """
    Find numbers of one kind that are real by their check digits or their numbering plan.

    Options:
        kind: `card`, `iban`, `bic`, `bitcoin`, `phone`, `vat` (European Union), or a person's or firm's:
            `aadhaar` (India), `ahv` (Switzerland), `bsn` (Netherlands), `cnpj`, `cpf` (Brazil),
            `codicefiscale` (Italy), `cpr` (Denmark), `dni`, `nie` (Spain), `ein`, `itin`, `ssn` (USA),
            `hetu` (Finland), `nhs` (United Kingdom), `nir` (France), `personnummer` (Sweden), `pesel`
            (Poland), `sin` (Canada), `steuerid` (Germany), `tfn` (Australia), `imei` (a handset).
        region: for `phone`: the country whose numbers are written without a country code, as two
            capitals (default `US`).

    How sure it is depends on the kind. `bitcoin`, `codicefiscale` and a grouped `nir` look like nothing else;
    of texts with the form of an `iban` one in a hundred would pass by chance. `card` takes one in ten of the
    numbers that begin like a card and have its length, `dni` and `nie` one in twenty-three of their form.
    `ssn` and `itin` have no check digit: with hyphens or blanks their form is all there is. `phone` takes
    what the region's plan allows; where its numbers vary in length (Germany), digits behind a blank may be
    taken along.

    Kinds whose form is that of many numbers are found only when a word that names them ("SSN", "call")
    stands at most 32 characters before, in the same sentence: `aadhaar`, `bic`, `bsn`, `cpr`, `ein`, `imei`,
    `nhs`, `pesel`, `sin`, `steuerid`, `tfn`; and, as bare digits, `ahv`, `cnpj`, `cpf`, `itin`, `nir`, `ssn`,
    `phone`. Codes with letters are found in capitals.

    Hit:   `number: {kind: card}`  on  "It was 4111 1111 1111 1111."
    Pass:  `number: {kind: card}`  on  "Order 4111 1111 1111 1112"
    """

    kind: str
    region: str = "US"
    shape: Shape | None = field(init=False, repr=False, compare=False)
    gate: tuple[str, ...] | None = field(init=False, repr=False, compare=False)
    _search: re.Pattern[str] = field(init=False, repr=False, compare=False)
    _strong: re.Pattern[str] | None = field(init=False, repr=False, compare=False)
    _weak: re.Pattern[str] | None = field(init=False, repr=False, compare=False)
    _keyword: re.Pattern[str] | None = field(init=False, repr=False, compare=False)
    _verify: Verifier = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        put = object.__setattr__
        if self.kind == "phone":
            kind, verify = _PHONE, _phone_verifier(self.region)
        else:
            kind = _kind(self.kind)
            verify = _stdnum_verifier(kind.verifier)
        strong, weak = kind.strong, kind.weak
        core = Alt(tuple(form for form in (strong, weak) if form is not None))
        left = _LEFT_OF_PHONE if self.kind == "phone" else _LEFT
        put(self, "shape", Seq((core, _END)))
        put(self, "gate", None)
        put(self, "_search", re.compile(f"{left}(?:{_source(core)}){_RIGHT}"))
        put(self, "_strong", None if strong is None else re.compile(_source(strong)))
        put(self, "_weak", None if weak is None else re.compile(_source(weak)))
        put(self, "_keyword", _behind(kind.keywords) if kind.keywords else None)
        put(self, "_verify", verify)

    def find(self, text: str, pos: int, unit: Span, request: Request) -> Span | None:
        begin, end = max(pos, unit[0]), unit[1]
        while candidate := self._search.search(text, begin, end):
            start = candidate.start()
            if stop := self._longest(text, start, end):
                return start, stop
            begin = start + 1
        return None

    def _longest(self, text: str, start: int, end: int) -> int | None:
        for stop in range(min(start + _REACH, end), start, -1):
            if _ENDS.match(text, stop, end) and self._is_number(text, start, stop):
                return stop
        return None

    def _is_number(self, text: str, start: int, stop: int) -> bool:
        named = self._weak is not None and self._weak.fullmatch(text, start, stop) is not None
        if named and not self._is_named(text, start):
            return False
        if not named and (self._strong is None or self._strong.fullmatch(text, start, stop) is None):
            return False
        return self._verify(text[start:stop])

    def _is_named(self, text: str, start: int) -> bool:
        # Room for the longest keyword before its reach.
        begin = max(0, start - 2 * _KEYWORD_REACH)
        return self._keyword is not None and self._keyword.search(text, begin, start) is not None


# The longest form is a Bitcoin address of 74 characters; a phone number has at most 72.
_REACH = 74
_ENDS = re.compile(r"(?<=[0-9A-Za-z])" + _RIGHT)


def _behind(keywords: str) -> re.Pattern[str]:
    return re.compile(rf"(?<!\w)(?:{keywords})\.?(?!\w)[^\n.!?0-9]{{0,{_KEYWORD_REACH}}}\Z", re.IGNORECASE)


def _kind(name: str) -> _Kind:
    kind = _KINDS.get(name)
    if kind is None:
        raise ValueError(f"{name!r} is no kind of number; there are {', '.join(sorted([*_KINDS, 'phone']))}")
    return kind


def _stdnum_verifier(module: str) -> Verifier:
    is_valid: Verifier = importlib.import_module(module).is_valid
    # Modules differ in which separators they know, and in Finland's codes the hyphen is a century.
    return lambda number: is_valid(number) or is_valid(number.translate(_SEPARATORS))


def _phone_verifier(region: str) -> Verifier:
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


_NO_DIGITS = re.compile("[^0-9]+")
