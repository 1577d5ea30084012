"""
The words, signs and patterns by which prices are told, of all languages at once: what language a reply is in
need not be known, as hardly a word means one thing here and another there.
"""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from importlib.resources import files
from typing import Any

from filterproxy.core.shape import Ahead, Chars, Edge, Repeat, Shape, wide
from filterproxy.facts.amount import NUMERALS
from filterproxy.facts.form import alt, beginnings, optional, run, seq

LANGUAGES = ("de", "en", "es", "fr", "it", "ja", "nl", "pt", "zh")

Currencies = frozenset[str]

# What a sign or word may stand for; a code stands for itself.
_AMBIGUOUS: Mapping[str, Currencies] = {
    "$": frozenset("USD CAD AUD NZD HKD SGD TWD MXN ARS CLP COP".split()),
    "¥": frozenset(("JPY", "CNY")),
    "franc": frozenset("CHF XAF XOF FRF BEF".split()),
    "kr": frozenset("SEK NOK DKK ISK".split()),
    "rupee": frozenset("INR PKR LKR NPR".split()),
    "peso": frozenset("MXN ARS CLP COP PHP UYU DOP CUP".split()),
    "cent": frozenset("USD CAD AUD NZD HKD SGD EUR MXN BRL ZAR ARS CLP COP CHF".split()),
}
_SIGNS = {
    "$": "$", "＄": "$", "€": "EUR", "£": "GBP", "￡": "GBP", "¥": "¥", "￥": "¥", "₹": "INR", "₩": "KRW",
    "￦": "KRW", "₽": "RUB", "₺": "TRY", "₫": "VND", "₪": "ILS", "฿": "THB", "₱": "PHP", "₴": "UAH",
}  # fmt: skip
_DOLLARS = {
    "US": "USD", "CA": "CAD", "C": "CAD", "AU": "AUD", "A": "AUD", "NZ": "NZD", "HK": "HKD", "NT": "TWD",
    "SG": "SGD", "S": "SGD", "R": "BRL", "MX": "MXN", "Mex": "MXN", "AR": "ARS",
}  # fmt: skip
_CODES = """
    USD EUR GBP CHF JPY CNY RMB CAD AUD NZD HKD SGD TWD KRW BRL MXN SEK NOK DKK ISK PLN CZK HUF TRY ILS AED
    SAR ZAR THB VND IDR MYR RUB UAH BGN ARS CLP INR RON
""".split()
# Words of other things when they stand before a number: "TRY 5", "INR 2.5" (a blood test), "RON 95" (petrol).
_ONLY_BEHIND = frozenset(("TRY", "INR", "RON"))
_SHORT = {"kr": "kr", "kr.": "kr", "zł": "PLN", "Kč": "CZK", "Rs": "rupee", "Rs.": "rupee"}
# Words that may stand before the number as well.
# Evidence of a price in "$5", but not in "five pounds": "she lost only five pounds".
_VAGUE = frozenset("only just für nur pour seulement por sólo solo per apenas só voor maar slechts".split())
# What "cent" is a number before: "deux cents euros".
_HUNDREDFOLD = ("euro", "dollar", "franc", "livre", "yen", "yuan", "rouble", "roupie", "couronne")
_BEFORE = frozenset(("euro", "eur", "usd", "gbp", "chf", "rmb", "人民币", "人民幣", "港币", "港幣"))

DIGIT = "[0-9０-９]"
LETTER = "A-Za-zÀ-ÖØ-öø-ɏ\u212a"
BLANK = "[ \u00a0\u202f\u2009]"
DASH = "[-‐‑–—−~～〜]"
_CJK = "\u3040-\u30ff\u4e00-\u9fff"
_DASHES = r"\-‐‑–—−~～〜"

# Groups by comma, dot, blank or apostrophe; lakhs; cents of cents; "49,-" and "20.–".
_GROUPED = (
    rf"{DIGIT}{{1,3}}(?:(?:,{DIGIT}{{3}})+(?:\.{DIGIT}{{1,2}})?|(?:\.{DIGIT}{{3}})+(?:,{DIGIT}{{1,2}})?"
    rf"|(?:['’ \u00a0\u202f]{DIGIT}{{3}})+(?:[.,]{DIGIT}{{1,2}})?)"
)
_NUMBER = (
    rf"(?:0[.,]{DIGIT}{{1,6}}|{DIGIT}{{1,2}}(?:,{DIGIT}{{2}})+,{DIGIT}{{3}}|{_GROUPED}"
    rf"|{DIGIT}{{1,12}}(?:[.,]{DIGIT}{{1,2}})?)(?:[.,][-–—]{{1,2}}(?!{DIGIT}))?"
)
_NO_MORE = rf"(?!{DIGIT}|[.,:]{DIGIT})"
_AMOUNT = rf"(?:{_NUMBER}(?:[{NUMERALS}]+{DIGIT}*)*|[{NUMERALS}]{{1,16}})"
# What a number at the left of a sign may not be a part of: "A4", "1.2.3 €", "+49", "几百元".
_LEFT = rf"(?<![{LETTER}0-9０-９_+#$€£¥₹])(?<!{DIGIT}[.,:/])(?<!{DIGIT}{DASH})(?<![{NUMERALS}几幾数數第])"


def key(written: str) -> str:
    """A word as the tables have it; patterns that ignore case take ſ for s as well."""
    return _BLANKS.sub(" ", written.strip().casefold()).replace("\u0307", "").replace("ı", "i")


_BLANKS = re.compile(BLANK)


@dataclass(frozen=True, slots=True)
class Mark:
    """What a sign, code or word says. scale: of the number. weight: it may be a weight ("five pounds")."""

    currencies: Currencies
    scale: Decimal = Decimal(1)
    before: bool = False
    weight: bool = False


@dataclass(frozen=True, slots=True)
class PriceWords:
    """
    numbers, scales, units: value by word. marks: by sign, code or word in small letters. Patterns:
    mark: where a currency is named. left: a number, or two, that end at a currency. right: a number that
    begins behind one. tail: the other end of a range. per: what it is for. evidence, firm, bounds,
    between, unit_before: what must end where the price begins. loose: an amount in a source, without a
    currency. hundred: a "cents" that is a number. asks: questions.
    """

    numbers: Mapping[str, int]
    joiners: frozenset[str]
    longest: int
    scales: Mapping[str, Decimal]
    units: Mapping[str, str]
    befores: Mapping[str, str]
    marks: Mapping[str, Mark]
    mark: re.Pattern[str]
    left: re.Pattern[str]
    right: re.Pattern[str]
    tail: re.Pattern[str]
    per: re.Pattern[str]
    evidence: re.Pattern[str]
    firm: re.Pattern[str]
    bounds: re.Pattern[str]
    between: re.Pattern[str]
    unit_before: re.Pattern[str]
    loose: re.Pattern[str]
    asks: re.Pattern[str]
    hundred: re.Pattern[str]
    shape: Shape
    gate: tuple[str, ...]


@cache
def words() -> PriceWords:
    """The words of all languages; read once."""
    raw = [
        json.loads(files("filterproxy.facts").joinpath(f"words/price.{x}.json").read_text("utf-8"))
        for x in LANGUAGES
    ]
    return _words(raw)


def _merged(raw: Iterable[Mapping[str, Any]], key: str) -> dict[str, Any]:
    return {word: value for words in raw for word, value in words[key].items()}


def _listed(raw: Iterable[Mapping[str, Any]], key: str) -> list[str]:
    return sorted({word for words in raw for word in words[key]}, key=lambda w: (-len(w), w))


def _one_of(words: Iterable[str]) -> str:
    """A pattern of *words*, the longest first."""
    return (
        "(?:"
        + "|".join(re.escape(w).replace(r"\ ", BLANK) for w in sorted(words, key=lambda w: (-len(w), w)))
        + ")"
    )


def _is_cjk(word: str) -> bool:
    return re.search(f"[{_CJK}]", word) is not None


def _edged(words: Iterable[str]) -> str:
    """A pattern of words in any case, that are whole words in scripts with blanks."""
    latin = [w for w in words if not _is_cjk(w)]
    others = [w for w in words if _is_cjk(w)]
    found = [rf"(?<![{LETTER}])(?i:{_one_of(latin)})(?![{LETTER}])"] if latin else []
    return "(?:" + "|".join([*found, *([_one_of(others)] if others else [])]) + ")"


def _currencies(name: str) -> Currencies:
    return _AMBIGUOUS.get(name) or frozenset((name,))


def _marks(raw: list[Mapping[str, Any]]) -> dict[str, Mark]:
    found = {w: Mark(_currencies(n), before=w in _BEFORE) for w, n in _merged(raw, "currencies").items()}
    for word, name in _merged(raw, "cents").items():
        found[word] = Mark(_currencies(name), Decimal("0.01"))
    for word, name in _merged(raw, "weights").items():
        found[word] = Mark(_currencies(name), weight=True)
    found |= {sign: Mark(_currencies(name), before=True) for sign, name in _SIGNS.items()}
    for sign in "$＄":
        found |= {
            country.lower() + sign: Mark(frozenset((code,)), before=True)
            for country, code in _DOLLARS.items()
        }
    found |= {short.lower(): Mark(_currencies(name), before=True) for short, name in _SHORT.items()}
    for code in _CODES:
        name = "CNY" if code == "RMB" else code
        found[code.lower()] = Mark(frozenset((name,)), before=code not in _ONLY_BEHIND)
    return found


_SIGNS_CLASS = "".join(_SIGNS)
# Element, paper coin, Lantern Festival, "reign year" and the like are no money.
_NOT_YUAN = "(?![素件旦宵月年化论論首帅帥气氣祖朝代音]|[一二三]次)"
_NOT_YEN = "(?![形盤盘周卓柱滑満心弧環])"
_LUMP = rf"[块塊](?:(?![{_CJK}])|(?=[的左每一多就吧呢啊起]))"


def _mark_pattern(raw: list[Mapping[str, Any]]) -> str:
    named = [*_merged(raw, "currencies"), *_merged(raw, "cents"), *_merged(raw, "weights")]
    latin = [w for w in named if not _is_cjk(w)]
    cjk = [w for w in named if _is_cjk(w) and w not in "元円块塊"]
    # What a first and a second letter can be is asked first: most words are none of these.
    begin = {w[:2] for word in [*latin, *_CODES, *_SHORT, *_DOLLARS] for w in (word.lower(), word.upper())}
    first, second = ("".join(sorted({w[n : n + 1] for w in begin})) for n in (0, 1))
    glance = rf"(?=[{first}][{re.escape(second)}$＄])(?<![{LETTER}])"
    word = rf"(?:{_one_of([*_CODES, *_SHORT])}|(?i:{_one_of(latin)}))(?<!\.)(?![{LETTER}])"
    return (
        rf"[{_SIGNS_CLASS}]|{glance}(?:{_one_of(_DOLLARS)}[$＄]|{word}|Rs\.|kr\.)"
        rf"|(?=[{''.join(sorted({w[0] for w in cjk}))}]){_one_of(cjk)}|元{_NOT_YUAN}|円{_NOT_YEN}|{_LUMP}"
    )


def _words(raw: list[Mapping[str, Any]]) -> PriceWords:
    scales = {w: Decimal(v) for w, v in _merged(raw, "scales").items()}
    scales |= {"k": Decimal(1000), "m": Decimal(10**6), "bn": Decimal(10**9), "b": Decimal(10**9)}
    scale = rf"(?P<scale{{}}>{BLANK}?(?i:{_one_of(scales)})(?:(?<=io|rd|sd)\.)?(?![{LETTER}]))?"
    mark = _mark_pattern(raw)
    to = _edged([*_listed(raw, "to"), *_listed(raw, "both")])
    between = rf"(?:{BLANK}?{DASH}{BLANK}?|{BLANK}?{to}{BLANK}?)"
    per = _per_pattern(raw)
    evidence = _edged(_listed(raw, "price"))
    return PriceWords(
        numbers=_merged(raw, "numbers"),
        joiners=frozenset(_listed(raw, "joiners")),
        longest=max(map(len, _merged(raw, "numbers"))),
        scales=scales,
        units=_merged(raw, "units") | _merged(raw, "alone"),
        befores=_merged(raw, "before"),
        marks=_marks(raw),
        mark=re.compile(mark),
        left=re.compile(
            rf"{_LEFT}(?:(?P<low>{_AMOUNT})(?P<between>{between}))?(?P<high>{_AMOUNT}){scale.format('')}"
            rf"[多余餘来來]?(?:{BLANK}{{0,2}}|-)\Z"
        ),
        right=re.compile(rf"{BLANK}{{0,2}}(?P<low>{_NUMBER}(?:[{NUMERALS}]{{1,2}})?){_NO_MORE}{scale.format('')}"),
        tail=re.compile(
            rf"(?P<between>{between})(?P<sign>(?:{mark}){BLANK}?)?(?P<high>{_AMOUNT}){_NO_MORE}{scale.format('')}"
            rf"(?:{BLANK}{{0,2}}(?P<behind>{mark}))?"
        ),
        per=re.compile(per),
        evidence=re.compile(rf"{evidence}[^\n.!?。！？$`]{{0,32}}\Z"),
        firm=re.compile(rf"{_edged(set(_listed(raw, 'price')) - _VAGUE)}[^\n.!?。！？$`]{{0,32}}\Z"),
        bounds=re.compile(rf"{_edged(_listed(raw, 'bounds'))}{BLANK}?\Z"),
        between=re.compile(rf"{_edged(_listed(raw, 'between'))}{BLANK}\Z"),
        unit_before=re.compile(rf"(?P<unit>{_one_of(_merged(raw, 'before'))})[^\n。，,.0-9]{{0,6}}\Z"),
        loose=re.compile(
            rf"{_LEFT}(?P<number>{_NUMBER}){_NO_MORE}(?!{BLANK}?(?:[%°/]|(?:kg|g|km|m|cm|mm|l|ml|[GMT]B|am|pm|stars?|of|h|hours?"
            rf"|min|minutes|miles|out)(?![{LETTER}])))"
        ),
        asks=re.compile("|".join(a for words in raw for a in words["asks"]), re.I),
        hundred=re.compile(rf"(?i:cents?){BLANK}(?i:{_one_of(_HUNDREDFOLD)})"),
        shape=_shape(raw, scales),
        gate=_gate(raw, scales),
    )  # fmt: skip


def _per_pattern(raw: list[Mapping[str, Any]]) -> str:
    """ "per night", "/Monat", "la nuit", "元/晚", "each"."""
    per, units, alone = _listed(raw, "per"), _merged(raw, "units"), _merged(raw, "alone")
    latin = _one_of(u for u in units if not _is_cjk(u))
    words = _one_of(p for p in per if not _is_cjk(p) and p[-1] not in "/'")
    glued = _one_of(p for p in per if p[-1] in "/'")
    cjk = _one_of(u for u in units if _is_cjk(u))
    return (
        rf"(?:(?:{BLANK}(?i:{words}){BLANK}|{BLANK}?(?i:{glued}){BLANK}?)(?P<unit>(?i:{latin}))(?![{LETTER}])"
        rf"|{BLANK}?[/／每一]{{1,2}}(?P<cjk>{cjk})|{BLANK}(?P<alone>(?i:{_one_of(alone)}))(?![{LETTER}]))"
    )


# -- the shape: wider than the patterns, and short, as it is a part of what every stream is scanned for


def _start(words: Iterable[str], depth: int = 2) -> Shape:
    """Words by their first letters, then any letters."""
    return seq(beginnings([w.split(" ")[0] for w in words if not _is_cjk(w)], depth), run(f"[{LETTER}'.]"))


def _shape(raw: list[Mapping[str, Any]], scales: Iterable[str]) -> Shape:
    blanks = run(BLANK)
    glue = run(f"[ \u00a0\u202f\u2009{_DASHES}]", 1)
    number = seq(Chars(DIGIT), run(f"[0-9０-９.,'’ \u00a0\u202f\u2009{NUMERALS}{_DASHES}多余餘来來]"))
    amount = alt(number, seq(Chars(f"[{NUMERALS}]"), run(f"[{NUMERALS} \u00a0{_DASHES}多余餘来來]")))
    named = [*_merged(raw, "currencies"), *_merged(raw, "cents"), *_merged(raw, "weights"), *_CODES, *_SHORT]
    others = [part for w in named if not _is_cjk(w) for part in w.split(" ")[1:]]
    others += _HUNDREDFOLD
    cjk = "".join(sorted({w[0] for w in named if _is_cjk(w)}))
    sign = Chars(f"[{_SIGNS_CLASS}]")
    signed = seq(optional(_start(_DOLLARS, 1)), sign)
    written = seq(Chars(f"[{cjk}]"), run(f"[{_CJK}]"))
    word = seq(_start(named), Repeat(seq(blanks, _start(others, 1)), 0, 2))
    both = {*_listed(raw, "to"), *_listed(raw, "both")}
    to_cjk = "".join(sorted({c for w in both if _is_cjk(w) for c in w}))
    to = alt(seq(glue, optional(_start(both, 1), blanks)), run(f"[{to_cjk}]", 1))
    spoken = _start([*_merged(raw, "numbers"), *(s for s in scales if len(s) > 2)], 3)
    spelled = Repeat(seq(alt(spoken, beginnings(_listed(raw, "joiners"), 4)), glue), 1, None)
    digits = seq(amount, optional(to, amount), optional(_start(scales)), run("[ \u00a0\u202f\u2009-]"))
    behind = seq(alt(digits, spelled), alt(signed, word, written))
    behind_too = optional(blanks, alt(sign, seq(_start(named), blanks), written))
    before = seq(
        alt(signed, _start([*_BEFORE, *_CODES, *_SHORT]), written),
        blanks,
        number,
        optional(_start(scales)),
        behind_too,
    )
    anything = run(f"[{LETTER}{_CJK}{_SIGNS_CLASS} \u00a0.]")
    tail = seq(to, optional(run(f"[{LETTER}{_CJK}]"), optional(sign), blanks), amount, anything)
    units = [*_merged(raw, "units"), *_merged(raw, "alone")]
    links = Repeat(
        seq(
            _start((part for p in _listed(raw, "per") for part in re.split("[ '/／]", p) if part), 1), blanks
        ),
        0,
        3,
    )
    per = seq(blanks, links, run("[/／每一]"), alt(_start(units), run(f"[{_CJK}]", 1)))
    end = Ahead(seq(Chars("(?s:.)", broad=True), Chars(DIGIT)))
    return seq(alt(behind, before), optional(tail), optional(per), end, Edge())


def _gate(raw: list[Mapping[str, Any]], scales: Collection[str]) -> tuple[str, ...]:
    named = [*_merged(raw, "currencies"), *_merged(raw, "cents"), *_merged(raw, "weights"), *_CODES, *_SHORT]
    latin = [w for w in named if not _is_cjk(w)]
    words = [w for w in latin if w not in _CODES and w not in _SHORT]
    whole = [wide(beginnings([w for w in words if " " not in w], 24)), *map(re.escape, (*_CODES, *_SHORT))]
    whole += [_two_words(*w.split(" ")[:2]) for w in words if " " in w]
    start = wide(beginnings([w.split(" ")[0] for w in latin], 3))
    cjk = "".join(sorted({w[0] for w in named if _is_cjk(w)}))
    scale = wide(beginnings([s.split(" ")[0] for s in scales], 3))
    before = wide(beginnings([*_BEFORE, *_CODES, *_SHORT], 8))
    return (
        rf"[{_SIGNS_CLASS}]{BLANK}*{DIGIT}|[0-9０-９{NUMERALS}多余餘来來]{BLANK}*-?[{_SIGNS_CLASS}{cjk}]",
        rf"{before}{BLANK}*{DIGIT}",
        rf"[0-9０-９{NUMERALS}多余餘来來](?:[.,][-–—]*)?{BLANK}*(?:{scale}[{LETTER}'.]*)?(?:{BLANK}|-)*(?:[A-Za-z]{{0,3}}[{_SIGNS_CLASS}]|[{cjk}]|{start})",
        rf"[{LETTER}](?:{BLANK}|-)+(?:{'|'.join(whole)})(?:$|[^A-Za-z])",
    )


def _two_words(first: str, second: str) -> str:
    """The first word of a currency's name, and what begins like the second ("us" alone is no dollar)."""
    return f"{wide(beginnings([first], 24))}{BLANK}{wide(beginnings([second], 3))}[{LETTER}]*"
