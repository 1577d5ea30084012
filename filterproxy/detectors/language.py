"""The language of a reply, and whether it is the one in which the question was asked."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache
from types import MappingProxyType
from typing import Final

from filterproxy.core.request import Request
from filterproxy.core.rule import MATCH_LIMIT, Span
from filterproxy.core.shape import Shape
from filterproxy.detectors.tongues import NAMES, perhaps, plainly, told

# Stands for the languages of the question.
ASKED: Final = "asked"

# Parts of a question that are looked at one by one. A text pasted into a question is mostly one of these.
_PARTS = 40
# Code points of a turn that are searched for the name of a language, from either end.
_REACH = 8_000

# Stems of what the languages are called, in the nine languages of the project and in their own.
_CALLED: Final = MappingProxyType(
    {
        "en": "english ingl[eé]s anglais englisch ingles ingl[eê]s engels 英语 英語 英文",
        "es": "spanish español espanhol espagnol spanisch castellano spagnol spaans 西班牙 スペイン",
        "fr": "french franc[eé]s franç francese französisch frans\\b franse\\b 法语 法語 法文 フランス",
        "de": "german alem[aáã] allemand deutsch tedesc duits 德语 德語 德文 ドイツ",
        "it": "itali 意大利 イタリア",
        "pt": "portug 葡萄牙 ポルトガル",
        "nl": "dutch flemish neerl néerl niederl nederlands vlaams hol[l]?[aä]nd oland[ei]s 荷兰 オランダ",
        "zh": "chin[aeio] cines mandarin canton 中文 汉语 漢語 中国 普通话 粤语 简体 繁體 繁体",
        "ja": "japan japon japans giappon 日语 日文 日本",
        "ar": "arab 阿拉伯 アラビア عرب",
        "ca": "catal katalan",
        "cs": "czech che[cq] tsch?ech tch[eè]que cec[ao]\\b tsjech češ 捷克 チェコ",
        "da": "danish dan[eé]s danois dänisch danese dinamarqu deens dansk 丹麦 デンマーク",
        "el": "greek grieg grec griech grec grego grieks 希腊 ギリシャ ελλην",
        "fa": "persian farsi persa persisch perzisch 波斯 ペルシャ فارسی",
        "fi": "finnish finland[eé]s finnois finnisch fins\\b suom 芬兰 フィンランド",
        "he": "hebrew hebre hébreu hebr ebraic hebreeuws 希伯来 ヘブライ עברית",
        "hi": "hindi 印地 ヒンディー हिन्दी हिंदी",
        "hr": "croat kroat serbian bosnian kroatisch hrvatsk srpsk",
        "hu": "hungar h[uú]ngar hongr ungar ungher hongaars magyar 匈牙利 ハンガリー",
        "id": "indones malay bahasa 印尼 インドネシア",
        "ko": "korea corea coré coreano 韩语 韓国 韩国 한국",
        "no": "norweg noruego norvég norvegese noors norsk 挪威 ノルウェー",
        "pl": "polish polac polon polnisch pools\\b polsk 波兰 ポーランド",
        "ro": "romanian rumano roumain rumänisch rumeno romeno roemeens român 罗马尼亚 ルーマニア",
        "ru": "russ rus[oa]\\b 俄语 俄文 ロシア русск",
        "sk": "slova[kc] eslova slowak",
        "sv": "swed suec suéd schwed svedes zweeds svensk 瑞典 スウェーデン",
        "th": "thai tailand 泰语 タイ語 ไทย",
        "tr": "turk turc türk turk 土耳其 トルコ",
        "uk": "ukrain ucran ucraino oekra 乌克兰 ウクライナ укра",
        "vi": "vietnam viêt tiếng 越南 ベトナム",
    }
)
# Whoever asks for another language than theirs, without its name or beside it.
_TRANSLATION: Final = (
    r"translat|traduc|tradui|traduz|übersetz|vertaal|vertal|翻译|翻譯|译成|訳し|訳す|翻訳|"
    r"\bhow (?:do|would|can) (?:you|i|we|one) (?:say|write|spell)|c[óo]mo se (?:dice|escribe)|"
    r"comment (?:dit|dire|écrit)|"
    r"wie (?:sagt|heißt|heisst|schreibt|sage)|come si (?:dice|scrive)|como se (?:diz|escreve)|"
    r"hoe (?:zeg|schrijf)|"
    r"怎么说|怎麼說|なんて言|何と言|どう言|language|idioma|lengua|langue|sprach|lingua|língua|\btaal\b|语言|語言|言語|外语"
)


@dataclass(frozen=True, slots=True)
class Language:
    """
    Find a text by the language it is in; exactly one of the two options.

    Options:
        is: a language, or a list: the text is in one of them.
        not: a language, or a list: the text is in another one. `asked` stands for the language of the last
            question.

    The match is the whole text (of a long reply, its first 4 096 characters). Languages are told by script
    and by function words: `en`, `es`, `fr`, `de`, `it`, `pt`, `nl`, `zh`, `ja`, and `ar`, `ca`, `cs`, `da`,
    `el`, `fa`, `fi`, `he`, `hi`, `hr`, `hu`, `id`, `ko`, `no`, `pl`, `ro`, `ru`, `sk`, `sv`, `th`, `tr`,
    `uk`, `vi`. What cannot be told never matches, whichever option: "OK.", "9 am", names, numbers, code,
    addresses, quotations, and texts that mix languages.

    `not: asked` matches nothing either when the language of the question cannot be told; when the question
    asks for a translation or names a language; when a part of it, or a text that it brings along, is in the
    language of the reply; and when an earlier turn or the system prompt names that language.

    Hit:   `language: {is: de}`  on  "Wir haben heute leider geschlossen."
    Hit:   `language: {not: [en, fr]}`  on  "Wir haben heute leider geschlossen."
    Pass:  `language: {not: [en, fr]}`  on  "OK, 9 am."
    Hit:   `language: {not: asked}`  on  "Wir haben heute zu."  after  user "Are you open today?"
    Pass:  `language: {not: asked}`  on  "Wir haben heute zu."  after  user "How do I say that in German?"
    """

    languages: tuple[str, ...]
    other: bool = False
    shape: Shape | None = field(default=None, init=False, repr=False, compare=False)
    gate: tuple[str, ...] | None = field(default=None, init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        if not self.languages:
            raise ValueError("language wants at least one language")
        for code in self.languages:
            if code not in NAMES and not (code == ASKED and self.other):
                raise ValueError(f"{code!r} is no language that can be told")

    def find(self, text: str, pos: int, unit: Span, request: Request) -> Span | None:
        start, end = unit
        return (
            (start, min(end, start + MATCH_LIMIT))
            if pos <= start and self._fits(text, unit, request)
            else None
        )

    def _fits(self, text: str, unit: Span, request: Request) -> bool:
        named = [code for code in self.languages if code != ASKED]
        asked = _question_in(request) if ASKED in self.languages else ""
        if ASKED in self.languages and not asked:
            return False
        text = text[unit[0] : unit[1]]
        # Nearly every reply is done with here: what the question asks for is looked at only when it matters.
        if self.other and any(plainly(text, code) for code in (asked, *named) if code):
            return False
        if asked and not asked_in(request):
            return False
        code = told(text)
        if not self.other:
            return code in named
        if not code or code == asked or code in named:
            return False
        return not asked or not _expected(code, request)


def asked_in(request: Request) -> str:
    """
    The language that a reply to *request* should be in: that of its last user turn.

    "" when that cannot be told, or when the turn asks for another language. Worked out once per request.
    """
    found = request.memo.get(asked_in)
    if not isinstance(found, str):
        found = _question_in(request)
        if found and _named(tuple(_CALLED)).search(_ends(request.question)):
            found = ""
        request.memo[asked_in] = found
    return found


def _question_in(request: Request) -> str:
    """The language of the last user turn, "" when that cannot be told. Worked out once per request."""
    found = request.memo.get(_question_in)
    if not isinstance(found, str):
        found = request.memo[_question_in] = told(request.question)
    return found


def _expected(code: str, request: Request) -> bool:
    """Whether something in the request makes a reply in language *code* the right one."""
    if any(code in perhaps(part) for part in _parts(request.question)):
        return True
    turns = (turn.text for turn in request.turns if turn.role in ("system", "user"))
    return any(_named((code,)).search(_ends(text)) for text in turns)


def _parts(question: str) -> Iterator[str]:
    parts = re.split(r"[\n.!?:;\"“”„«»。！？：]", question, maxsplit=_PARTS)
    return (part for part in parts if len(part) > 3)


def _ends(text: str) -> str:
    return text if len(text) <= 2 * _REACH else f"{text[:_REACH]} {text[-_REACH:]}"


@cache
def _named(codes: tuple[str, ...]) -> re.Pattern[str]:
    """What names one of the languages, or, for all of them, asks for a translation."""
    stems = [stem for code in codes for stem in _CALLED[code].split()]
    latin = "|".join(stem for stem in stems if stem[0].isascii())
    other = "|".join(stem for stem in stems if not stem[0].isascii())
    either = rf"(?<![^\W_])(?:{latin})" + (f"|{other}" if other else "")
    return re.compile(f"{either}|{_TRANSLATION}" if len(codes) == len(_CALLED) else either, re.IGNORECASE)
