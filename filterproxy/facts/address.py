"""
Street addresses: a house number with the name of a street, in the order of nine languages.

An address is told by a word for "street" beside a number ("12 Baker Street", "Hauptstr. 5", "5 rue de la
Paix", "建国路88号"), in Japanese by a place and the numbers of blocks ("渋谷区1-2-3"). Its value is the
number and the street's name without accents, case and endings that are abbreviated; town and postcode are not
compared. Not found: streets without such a word ("Broadway 5", "Am Markt 3", "Unter den Linden 5"), squares
and buildings without a number, post boxes, names in small letters, numbers in words, and a street or a
postcode by itself.
"""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from filterproxy.core.request import Request
from filterproxy.core.rule import Span
from filterproxy.facts.contact import Stated
from filterproxy.facts.fact import Fact, Known, Source

_QUESTION_REACH = 2000
_CAP = "[A-ZÀ-ÖØ-Þ][a-zà-öø-ÿ'’-]{0,24}"
_KAN = "一-鿿ぁ-んァ-ヶ"
_NUM = "[0-9]{1,5}(?:-[0-9]{1,4})?[a-zA-Z]?"
_PARTS = {
    "cap": _CAP,
    "caps": rf"(?:(?:{_CAP}|[0-9]{{1,3}}(?:st|nd|rd|th)|[NSEW]\.?) ){{1,4}}",
    "name": r"(?:(?:de|del|della|di|da|do|dos|das|du|des|la|le|les|las|los|el|y|e|dei|degli) |[ld]['’]){0,3}"
    rf"{_CAP}"
    rf"(?: (?:(?:de|del|della|di|da|do|dos|das|du|des|la|le|y|e) ){{0,2}}{_CAP}){{0,3}}",
    "numcn": "[0-9０-９一二三四五六七八九十百]{1,6}",
    "numja": "[0-9０-９]{1,4}(?:丁目|番地?|[-－‐−][0-9０-９]{1,4})[0-9０-９番地号−－‐-]{0,10}",
}  # fmt: skip
_ASKS = re.compile(
    r"\b(?:address|where (?:are|is|can)|located|location|adresse|wo (?:sind|ist|finde)|où|dirección|dónde"
    r"|indirizzo|dove"
    r"|endereço|morada|onde|adres|waar)\b|地址|在哪|住所|どこ|場所",
    re.I,
)
# Words for "street", as they are written short.
_SHORT = {
    "st": "street", "rd": "road", "ave": "avenue", "ln": "lane", "dr": "drive", "blvd": "boulevard",
    "ct": "court", "sq": "square", "hwy": "highway", "pkwy": "parkway", "bd": "boulevard",
    "avda": "avenida", "av": "avenida",
    "c": "calle", "r": "rua",
}  # fmt: skip
_NUMBERS = re.compile(r"[0-9]+[a-z]?(?:-[0-9]+)*|[一二三四五六七八九十百]+(?=号|號)")


def _source(template: str, *, bare: bool) -> str:
    edge = "" if bare else "(?![0-9A-Za-z])"
    number = _NUM if bare else f"(?<![0-9.,]){_NUM}(?![0-9A-Za-z%])(?!\\s?[€$£%°])"
    out = template.replace("{e}", edge).replace("{num}", number)
    # Words that stand before an address are none of its name.
    out = out.replace("{han}", "[一-鿿]" if bare else "(?:(?![在是于於到们們址])[一-鿿])")
    out = out.replace("{kan}", f"[{_KAN}]" if bare else f"(?:(?![はがにでを])[{_KAN}])")
    for name, part in _PARTS.items():
        out = out.replace(f"{{{name}}}", part)
    return out


@cache
def _templates() -> tuple[str, ...]:
    raw = json.loads(files("filterproxy.facts").joinpath("words/address.json").read_text("utf-8"))
    return tuple(template for templates in raw.values() for template in templates)


@cache
def _pattern() -> re.Pattern[str]:
    return re.compile("|".join(_source(template, bare=False) for template in _templates()))


def _value(text: str) -> tuple[str, str]:
    """(numbers, name of the street) of an address as it is written."""
    low = "".join(c for c in unicodedata.normalize("NFKD", text.lower()) if not unicodedata.combining(c))
    low = re.sub("[－‐−–]|丁目|番地?(?=[0-9])", "-", low)
    number = " ".join(_NUMBERS.findall(low))
    words = re.findall(r"[^\W\d_]+", _NUMBERS.sub(" ", low).replace("ß", "ss"))
    street = "".join(_SHORT.get(word, word) for word in words if word not in ("n", "numero"))
    street = re.sub(r"str\Z", "strasse", street)
    street = re.sub(r"\A.*(?:区|區|市|县|縣|镇)(?=.+(?:路|街|道|巷|胡同))", "", street)
    return number, re.sub(r"\A.*?(?:都|道|府|県)(?=.)|(?:番地|番|号|號)\Z", "", street)


@dataclass(frozen=True, slots=True)
class AddressFact:
    """The fact `address`."""

    @property
    def name(self) -> str:
        return "address"

    @property
    def gate(self) -> tuple[str, ...]:
        return tuple(_source(template, bare=True) for template in _templates())

    def find(self, text: str, unit: Span, request: Request) -> list[Fact]:
        return [Fact(m.span(), _value(m[0])) for m in _pattern().finditer(text, *unit)]

    def asks(self, question: str) -> bool:
        return _ASKS.search(question[-_QUESTION_REACH:]) is not None

    def index(self, sources: Sequence[Source]) -> Known:
        found: dict[object, Source] = {}
        for source in sources:
            for value in _known(source.text):
                found.setdefault(value, source)
        return Stated(found)


def _known(text: str) -> Iterator[tuple[str, str]]:
    yield from (_value(m[0]) for m in _pattern().finditer(unicodedata.normalize("NFKC", text)))
