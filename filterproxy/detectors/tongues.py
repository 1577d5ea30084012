"""
Which language a text is in, told only where there is enough to go by.

Theory of operation. First what is nobody's words is blanked out: code, addresses, quotations, names with a
particle ("Casa de la Vila"). Then scripts tell the languages that have one of their own. For the rest
function words vote, a word that few languages share with more weight, and letters that only some languages
have. A language is told when at least two different words speak for it and no other has more than two thirds
of its votes. So "OK.", "9 am" and "Museo del Prado" are of no language.

Measured on 1 590 short texts in nine languages (two thirds below 60 characters), on which the lists were
tuned: 95 % told, none wrongly. Statistical models were looked at: lingua told 93 % with confidence, at 4 ms a
text and 900 MB; pycld2 takes names for a language (wrong on 3 % of texts below 25 characters). What counts
here is not to be wrong.
"""

from __future__ import annotations

import re
from collections import Counter
from functools import cache
from types import MappingProxyType
from typing import Final

from filterproxy.detectors.function_words import WORDS

NAMES: Final = MappingProxyType(
    {
        "en": "english", "es": "spanish", "fr": "french", "de": "german", "it": "italian", "pt": "portuguese",
        "nl": "dutch", "zh": "chinese", "ja": "japanese", "ar": "arabic", "ca": "catalan", "cs": "czech",
        "da": "danish", "el": "greek", "fa": "persian", "fi": "finnish", "he": "hebrew", "hi": "hindi",
        "hr": "croatian", "hu": "hungarian", "id": "indonesian", "ko": "korean", "no": "norwegian",
        "pl": "polish", "ro": "romanian", "ru": "russian", "sk": "slovak", "sv": "swedish", "th": "thai",
        "tr": "turkish", "uk": "ukrainian", "vi": "vietnamese",
    }
)  # fmt: skip

# Code points that are looked at: some fifteen sentences.
_REACH = 1000
# A word of one language only.
_ONE = 24
# The votes of two words that a few languages share.
_ENOUGH = 24

# Each alternative begins at a mark, or at the beginning of a word, and is bounded: linear on any text.
_BLANKED = re.compile(
    r"""
    ```.*?(?:```|\Z) | `[^`\n]{0,300}`                                 # code
    | <[A-Za-z/!][^<>\n]{0,200}>                                       # tags
    | (?<![!-~])[^\s/\\_=@\#\u0080-\U0010ffff]{0,60}[/\\_=@\#][!-~]*+   # addresses, paths
    | (?<![\w.])[A-Za-z]\w{0,30}(?:\.[A-Za-z]\w*+)+
    | (?<![0-9A-Za-z_])[A-Za-z_]{0,30}[0-9][0-9A-Za-z_]*+
    | "[^"\n]{1,300}" | “[^“”\n]{1,300}” | «[^«»\n]{1,300}» | „[^„“”\n]{1,300}[“”] | 「[^「」\n]{1,300}」
    | 『[^『』\n]{1,300}』 | 《[^《》\n]{1,300}》 | (?<!\w)['‘][^'‘’\n]{1,200}['’](?!\w)
    """,
    re.VERBOSE | re.DOTALL,
)
_CAPITAL = r"[A-ZÀ-ÖØ-ÞŁŚŻČŠŽ][\w’'-]{1,30}"
# Joined by particles that stand between the parts of a name. Not "der", "des", "das": in German every noun
# has a capital, and these stand between any two.
_NAME = re.compile(
    rf"(?<!\w){_CAPITAL}(?:[ ](?:(?:de|del|della|di|da|do|dos|du|la|las|los|el|le|les|von|van|van der|"
    rf"von der|of|the|and|y|e|et|&)[ ]){{1,3}}{_CAPITAL})+"
)
_WORD = re.compile(r"[^\W\d_]+")
_LATIN = re.compile(r"[A-Za-zÀ-ɏḀ-ỿ]+")

# Scripts that one language has, or few; a character counts as that share of a word.
_SCRIPTS: tuple[tuple[str, re.Pattern[str], float], ...] = tuple(
    (name, re.compile(f"[{body}]"), share)
    for name, body, share in (
        ("han", "\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff", 0.6),
        ("kana", "\u3041-\u3096\u30a1-\u30fa\uff66-\uff9d", 0.5),
        ("ko", "\uac00-\ud7a3", 0.4),
        ("cyrillic", "\u0400-\u04ff", 0.2),
        ("arabic", "\u0620-\u06d3", 0.2),
        ("he", "\u05d0-\u05ea", 0.2),
        ("el", "\u0370-\u03ff\u1f00-\u1fff", 0.2),
        ("th", "\u0e01-\u0e4e", 0.2),
        ("hi", "\u0900-\u097f", 0.2),
    )
)
# What Chinese writes and Japanese does not: pronouns, particles, and simplified forms of common characters.
_CHINESE = re.compile(
    "[的了吗们您你我是这那么没吧呢很还从对开关门时间营业们请电话为问发线价钱么给让让际务员产书车东两个间馆饭总评费错号级楼双冬处无优惠]"
)
_UKRAINIAN = re.compile("[іїєґІЇЄҐ]")
# Letters that Bulgarian and Serbian do not write, or not there; and words that they do not have.
_RUSSIAN = re.compile(r"[ыэёЫЭЁ]|ь(?!о)|\b(?:уже|будет|что|для|есть|нет|можно|завтра|если)\b")
_PERSIAN = re.compile("[پچژگکی]")

# Letters that few languages write. A word with one votes for them.
_LETTERS: tuple[tuple[re.Pattern[str], tuple[str, ...]], ...] = tuple(
    (re.compile(letters), codes)
    for letters, codes in (
        ("ß", ("de",)),
        ("[ñ¿¡]", ("es", "es", "ca")),
        ("[ãõ]", ("pt",)),
        ("[œ]|^[cdjlmnst]['’]", ("fr",)),
        ("[ąęłśźż]", ("pl",)),
        ("[řůě]", ("cs",)),
        ("[ľĺŕ]", ("sk",)),
        ("[őű]", ("hu",)),
        ("[ığş]", ("tr",)),
        ("[ășțş]", ("ro",)),
        ("[đơưạảấầẩẫậắằẳẵặẹẻẽếềểễệỉịọỏốồổỗộớờởỡợụủứừửữựỳỵỷỹ]", ("vi",)),
        ("[øæ]", ("da", "no")),
        ("ij|[aeou]{2}[kt]$|^zijn", ("nl", "nl", "da", "fi", "en")),
    )
)


@cache
def _votes() -> dict[str, tuple[tuple[str, int], ...]]:
    """What each function word says for each language that has it."""
    of: dict[str, list[str]] = {}
    for code, words in WORDS.items():
        for word in words:
            of.setdefault(word, []).append(code)
    return {word: tuple((code, _ONE // len(codes)) for code in codes) for word, codes in of.items()}


@cache
def _own(code: str) -> frozenset[str]:
    """Words of a language that no other has, as far as known."""
    votes = _votes()
    return frozenset(word for word in WORDS.get(code, ()) if len(votes[word]) == 1 and len(word) > 1)


def plainly(text: str, code: str) -> bool:
    """Whether a glance says that *text* is in language *code*: many of its words are that language's own."""
    if code in ("zh", "ja"):
        begin = text[:200]
        kana = len(_SCRIPTS[1][1].findall(begin))
        return kana * 4 >= len(begin) > 9 if code == "ja" else not kana and len(_CHINESE.findall(begin)) >= 8
    words = text[:320].lower().split()
    own = sum(map(_own(code).__contains__, words))
    return own >= 4 and own * 8 >= len(words)


def told(text: str) -> str:
    """The code of *text*'s language, one of NAMES; "" when that cannot be told."""
    text = _BLANKED.sub(" , ", text[:_REACH])
    if not text.isascii():
        found = _by_script(text)
        if found is not None:
            return found
    votes, words = _count(_NAME.sub(_without_name, text))
    return _winner(votes, words)


def _without_name(found: re.Match[str]) -> str:
    """What is left of a name: its first word when that is an ordinary one ("Is the Museum ...")."""
    first, _, rest = found[0].partition(" ")
    return f"{first} {_NAME.sub(_without_name, rest)}" if first.lower() in _votes() else " , "


def perhaps(text: str) -> frozenset[str]:
    """Every language that *text* may be in, on the evidence of one word."""
    text = text[:_REACH]
    if not text.isascii():
        found = _by_script(text)
        if found:
            return frozenset((found,))
    votes, _ = _count(text)
    best = max(votes.values(), default=0)
    return frozenset(code for code, count in votes.items() if count >= 12 and count * 2 >= best)


def _by_script(text: str) -> str | None:
    """The language of a script of its own, "" where that cannot be told; None: Latin letters prevail."""
    counts = {name: len(pattern.findall(text)) for name, pattern, _ in _SCRIPTS}
    if not any(counts.values()):
        return None
    shares = {name: counts[name] * share for name, _, share in _SCRIPTS}
    shares["han"] += shares.pop("kana")
    script = max(shares, key=lambda name: shares[name])
    latin = len(_LATIN.findall(text))
    if shares[script] <= latin * 0.7:
        return None
    if shares[script] < 1.0 or shares[script] < latin:
        return ""
    if script == "han":
        return _chinese_or_japanese(text, counts)
    if script == "cyrillic":
        return "uk" if _UKRAINIAN.search(text) else "ru" if _RUSSIAN.search(text) else ""
    if script == "arabic":
        return "fa" if _PERSIAN.search(text) else "ar"
    return script


def _chinese_or_japanese(text: str, counts: dict[str, int]) -> str:
    han, kana = counts["han"], counts["kana"]
    if kana >= 2 and kana * 5 >= han:
        return "ja" if kana + han >= 4 else ""
    # Names of places and signs read alike in both.
    return "zh" if han >= 4 and kana * 10 < han and _CHINESE.search(text) else ""


def _count(text: str) -> tuple[Counter[str], dict[str, set[str]]]:
    """The votes for each language, and the words that cast them."""
    known = _votes()
    votes: Counter[str] = Counter()
    words: dict[str, set[str]] = {}
    for word in _WORD.findall(text.lower()):
        for code, weight in known.get(word, ()):
            votes[code] += weight
            words.setdefault(code, set()).add(word)
    if not text.isascii():
        _count_letters(text, votes, words)
    return votes, words


def _count_letters(text: str, votes: Counter[str], words: dict[str, set[str]]) -> None:
    # A capital may begin a name, which keeps the letters of where it comes from.
    for word in re.findall(r"(?<!\w)[^\W\d_A-Z][^\W\d_]*|[¿¡]", text):
        if word.isascii():
            continue
        for letters, codes in _LETTERS:
            if letters.search(word):
                for code in codes:
                    votes[code] += _ONE // 2 // len(codes)
                    words.setdefault(code, set()).add(word)


def _winner(votes: Counter[str], words: dict[str, set[str]]) -> str:
    best = votes.most_common(2)
    if not best:
        return ""
    (code, most), second = best[0], best[1][1] if len(best) > 1 else 0
    sure = most >= _ENOUGH and len(words[code]) >= 2 and second * 3 <= most * 2
    return code if sure else ""
