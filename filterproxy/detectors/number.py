"""
Numbers that check digits or numbering plans make certain: cards, bank accounts, national ids, telephones.

A candidate is found by its form, and python-stdnum or phonenumbers decides.
"""

from __future__ import annotations

import importlib
import ipaddress
from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Final

from filterproxy.core.request import Request
from filterproxy.core.rule import Span
from filterproxy.core.shape import Alt, Chars, Repeat, Seq, Shape
from filterproxy.facts import phone
from filterproxy.facts.digits import Finder, Form, Verifier
from filterproxy.facts.form import chars, seq


def _picture(*pictures: str) -> Shape:
    """One of some pictures of a number: 9 a digit, A a capital, X either, all else itself."""
    return Alt(tuple(Seq(tuple(Chars(_PICTURE.get(c, f"[{c}]")) for c in p)) for p in pictures))


_PICTURE = {"9": "[0-9]", "A": "[A-Z]", "X": "[0-9A-Z]", "-": "-", " ": " "}


def _spaced(*pictures: str) -> Shape:
    """Pictures with a blank at each place, and the same with hyphens."""
    return _picture(*pictures, *(p.replace(" ", "-") for p in pictures))


@dataclass(frozen=True, slots=True)
class _Kind:
    """verifier: a module of python-stdnum. The others as in Form."""

    verifier: str
    strong: Shape | None = None
    weak: Shape | None = None
    keywords: str = ""


def _groups(first: Shape, *sizes: int, sep: str) -> Seq:
    """*first* and then groups of digits, each behind *sep*."""
    return seq(first, *(part for size in sizes for part in (Chars(sep), chars("[0-9]", size))))


# First digits and lengths per network: https://en.wikipedia.org/wiki/Payment_card_number
_CARD_STARTS = Alt(
    (
        seq(Chars("[3-6]"), chars("[0-9]", 3)),
        seq(Chars("2"), Chars("[2-7]"), chars("[0-9]", 2)),
    )
)
_CARD = Alt(
    (
        seq(Chars("4"), Alt((chars("[0-9]", 12), chars("[0-9]", 15), chars("[0-9]", 18)))),
        seq(Chars("5"), chars("[0-9]", 15)),
        seq(Chars("2"), Chars("[2-7]"), chars("[0-9]", 14)),
        seq(Chars("3"), Chars("[47]"), chars("[0-9]", 13)),
        seq(Chars("3"), Chars("[0689]"), chars("[0-9]", 12, 17)),
        seq(Chars("3"), Chars("5"), chars("[0-9]", 14, 17)),
        seq(Chars("6"), chars("[0-9]", 15, 18)),
        *(_groups(_CARD_STARTS, 4, 4, 4, *last, sep=sep) for sep in " -" for last in ((), (1,), (2,), (3,))),
        *(_groups(seq(Chars("3"), chars("[0-9]", 3)), 6, last, sep=sep) for sep in " -" for last in (4, 5)),
    )
)
_IBAN = seq(
    chars("[A-Z]", 2),
    chars("[0-9]", 2),
    Alt(
        (
            chars("[0-9A-Z]", 11, 30),
            seq(
                Repeat(seq(Chars(" "), chars("[0-9A-Z]", 4)), 2, 7),
                Repeat(seq(Chars(" "), chars("[0-9A-Z]", 1, 3)), 0, 1),
            ),
        )
    ),
)
# In Italy's code letters may stand for digits where two people would have the same one.
_CODICE_FISCALE = Seq(
    tuple(
        part
        for letters, digits in ((6, 2), (1, 2), (1, 3), (1, 0))
        for part in (chars("[A-Z]", letters), chars("[0-9LMNPQRSTUV]", digits))
        if part != chars("[0-9LMNPQRSTUV]", 0)
    )
)
_NIR = seq(Chars("[1-478]"), _picture(" 99 99 9X 999 999 99", " 99 99 9X 999 999"))
# Four numbers, or groups of hexadecimal digits with two colons at least.
_IP = Alt(
    (
        seq(chars("[0-9]", 1, 3), *(part for _ in range(3) for part in (Chars("[.]"), chars("[0-9]", 1, 3)))),
        seq(
            chars("[0-9A-Fa-f]", 0, 4),
            Repeat(seq(Chars(":"), chars("[0-9A-Fa-f]", 0, 4)), 2, 7),
            Repeat(
                seq(Chars(":"), Repeat(seq(chars("[0-9]", 1, 3), Chars("[.]")), 3, 3), chars("[0-9]", 1, 3)),
                0,
                1,
            ),
        ),
    )
)
_BITCOIN = Alt(
    (
        seq(Chars("[13]"), chars("[1-9A-HJ-NP-Za-km-z]", 25, 34)),
        seq(Chars("b"), Chars("c"), Chars("1"), chars("[0-9a-z]", 11, 71)),
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
            "stdnum.eu.vat", seq(chars("[A-Z]", 2), chars(" ", 0, 1), chars("[0-9A-Z]", 8, 12))
        ),
    }
)  # fmt: skip

NUMBERS: Final = tuple(sorted([*_KINDS, "ip", "phone"]))

# Not a part of a version or of a longer address; "Chrome/120.0.6099.109" is a version too.
_IP_LEFT: Final = r"(?<![0-9A-Za-z_.])(?<![0-9:]:)(?<![0-9][-./])(?<![A-Za-z]/)"
_VERSION: Final = (
    r"v|ver|version|versie|versión|versione|versão|release|build|firmware|driver|update|upgrade|patch"
    r"|revision|rev"
    r"|section|chapter|clause|figure|table|abschnitt|kapitel|artikel|sección|chapitre|paragraph"
    r"|python|node|java"
    r"|chrome|firefox|windows|android|ios|linux|kernel|oid"
)
_IP_WORDS: Final = (
    r"ip\w*|address\w*|adres\w*|direcci[óo]n|indirizzo|endereço|log(?:ged )?-?in|from|host|server|client|peer"
    r"|ping\w*"
)
_IP_NEAR: Final = "地址|アドレス"
# Resolvers that everybody's machine may ask: they stand for nobody.
_RESOLVERS: Final = frozenset(
    "8.8.8.8 8.8.4.4 1.1.1.1 1.0.0.1 9.9.9.9 149.112.112.112 208.67.222.222 208.67.220.220 4.2.2.2"
    " 2001:4860:4860::8888"
    " 2001:4860:4860::8844 2606:4700:4700::1111 2606:4700:4700::1001 2620:fe::fe".split()
)


# Of version 6, all that has been given out so far (RFC 4291, 2.4): "ace::bad" is a name in a program.
_GIVEN_OUT: Final = ipaddress.ip_network("2000::/3")


def _is_public_address(text: str) -> bool:
    """
    Whether it is an address that the Internet routes to somebody.

    Not those for private networks, the machine itself, documentation, groups (the IANA's special-purpose
    registries); a number with a zero before it is none (RFC 6943, 3.1.1).
    """
    try:
        address = ipaddress.ip_address(text)
    except ValueError:
        return False
    given_out = address.version == 4 or address in _GIVEN_OUT
    return (
        address.is_global and given_out and not address.is_multicast and address.compressed not in _RESOLVERS
    )


def _is_no_version(text: str) -> bool:
    """Whether it is such an address, and no version: those hardly ever have a number over 31."""
    return _is_public_address(text) and (":" in text or any(int(part) > 31 for part in text.split(".")))


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
            (Poland), `sin` (Canada), `steuerid` (Germany), `tfn` (Australia), `imei` (a handset); `ip` (an
            address of the Internet, version 4 or 6).
        region: for `phone`: the country whose numbers are written without a country code, as two
            capitals (default `US`).

    How sure it is depends on the kind. `bitcoin`, `codicefiscale` and a grouped `nir` look like nothing else;
    of texts with the form of an `iban` one in a hundred would pass by chance. `card` takes one in ten of the
    numbers that begin like a card and have its length, `dni` and `nie` one in twenty-three of their form.
    `ssn` and `itin` have no check digit: with hyphens or blanks their form is all there is. `phone` takes
    what the region's plan allows; where its numbers vary in length (Germany), digits behind a blank may be
    taken along. Numbers with "+" and a country's code are found of every country, those in the groups of
    another large country's plan or behind a word that names them ("Tel.", "Anruf", "电话") without it too; no
    `phone` stands right behind "order", "invoice" and their like. `ip` takes addresses that the Internet
    routes: private ones, those of documentation, public resolvers and versions ("v1.2.3.4") pass, as do four
    numbers up to 31 without a word before them.

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
    _finder: Finder = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        if self.kind == "phone":
            finder = phone.finder(self.region)
        elif self.kind == "ip":
            form = Form(_IP, None, _IP_WORDS, left=_IP_LEFT, near=_IP_NEAR, other=_VERSION)
            finder = Finder(form, _is_no_version, _is_public_address)
        else:
            kind = _kind(self.kind)
            form = Form(kind.strong, kind.weak, kind.keywords)
            finder = Finder(form, _stdnum_verifier(kind.verifier))
        object.__setattr__(self, "shape", finder.shape)
        object.__setattr__(self, "gate", None)
        object.__setattr__(self, "_finder", finder)

    def find(self, text: str, pos: int, unit: Span, request: Request) -> Span | None:
        return self._finder.find(text, max(pos, unit[0]), unit[1])


def _kind(name: str) -> _Kind:
    kind = _KINDS.get(name)
    if kind is None:
        raise ValueError(f"{name!r} is no kind of number; there are {', '.join(NUMBERS)}")
    return kind


def _stdnum_verifier(module: str) -> Verifier:
    is_valid: Verifier = importlib.import_module(module).is_valid
    # Modules differ in which separators they know, and in Finland's codes the hyphen is a century.
    return lambda number: is_valid(number) or is_valid(number.translate(_SEPARATORS))
