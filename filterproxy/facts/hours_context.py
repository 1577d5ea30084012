"""What stands around a unit and says what its times are for: the question, and the text before it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace

from filterproxy.core.request import Request, Turn
from filterproxy.core.rule import Scope, Span
from filterproxy.core.sentence import units
from filterproxy.facts.hours import Reader, named_days
from filterproxy.facts.hours_gate import LANGUAGES
from filterproxy.facts.lexer import plain
from filterproxy.facts.lexicon import Lexicon, load
from filterproxy.facts.mood import states
from filterproxy.facts.parts import Stated
from filterproxy.facts.season import months_at
from filterproxy.facts.subject import NOBODY, Subject, everything, is_title
from filterproxy.facts.unit import Setting
from filterproxy.language import language_of

# Code points. What a heading can stand above; Detector promises as many before a unit.
_LOOK_BACK = 1024
# Code points of a question that are looked at, from either end: a pasted document is no question.
QUESTION_REACH = 2000
_SENTENCE_END = re.compile(r"(?<=[?!\n。？！])\s*|(?<=\.)\s+(?=[A-ZÀ-Þ\"'(¿¡])")
_RULE_LINE = re.compile(r"[\s|:+*_=#>-]*\Z")
_ORDINAL = re.compile(r"(?<![0-9])[0-9]{1,2}\.\s\Z")
_FIRST_WORD = re.compile(r"[^\W\d_]+")

# Their sentences share so many words that a short one is easily taken for one of another.
KIN = ("es", "pt", "it", "fr")


def lexicon(code: str) -> Lexicon:
    """The words of one of LANGUAGES."""
    return load(f"opening_hours.{code}")


def has_names(words: Lexicon) -> bool:
    """Whether names of places can be told by their capital letters."""
    return not words.unspaced and "nouns_capital" not in words.traits


# -- the question


def _sentences(question: str) -> list[str]:
    if len(question) > 2 * QUESTION_REACH:
        question = question[:QUESTION_REACH] + "\n" + question[-QUESTION_REACH:]
    return [s for s in _SENTENCE_END.split(question) if s.strip()]


def _lexicons(question: str) -> list[Lexicon]:
    """In which languages a question is read: its own and its kin; all when that cannot be told."""
    code = language_of(question)
    # Han characters alone are either of two.
    codes = (code, *KIN) if code in KIN else ("zh", "ja") if code == "zh" else (code,) if code else LANGUAGES
    return [lexicon(c) for c in dict.fromkeys(codes)]


def asks_hours(question: str) -> bool:
    return _asked_in(question) is not None


def _asked_in(question: str) -> Lexicon | None:
    """The words in which *question* asks for hours; None when it does not."""
    sentences, lexicons = _sentences(question), _lexicons(question)
    # What one of two kindred languages knows for another question, the other need not know.
    kindred = lexicons if len(lexicons) < len(LANGUAGES) else []
    for words in lexicons:
        for sentence in sentences:
            if _asks(sentence, words) and not any(_asks_other(sentence, other) for other in kindred):
                return words
    return None


def _asks(sentence: str, words: Lexicon) -> bool:
    return any(p.search(sentence) for p in words.patterns["asks"]) and not _asks_other(sentence, words)


def _asks_other(sentence: str, words: Lexicon) -> bool:
    return any(p.search(sentence) for p in words.patterns["asks_not"])


def setting_of(request: Request) -> Setting:
    """What the conversation asked for, worked out once per request."""
    key = ("opening_hours", "asked")
    found = request.memo.get(key)
    if not isinstance(found, Setting):
        found = replace(_setting(_question(request.turns)), diary=_about_diary(request.question))
        if not found.asked:
            found = replace(found, elsewhere=_about_others(request.question[-QUESTION_REACH:]))
        request.memo[key] = found
    return found


def asked_for(request: Request) -> tuple[str, str]:
    """The sentences that ask for hours, else all questions of the last user turn; and their language."""
    question = _question(request.turns)
    words = _asked_in(question) if question else None
    if words is not None:
        code = next(c for c in LANGUAGES if lexicon(c) is words)
        asking = [s for s in _sentences(question) if _asks(s, words)]
        return " ".join([s for s in asking if not states(s)] or _questions(question) or asking), code
    last = request.question[-QUESTION_REACH:]
    return " ".join(_questions(last)), language_of(last) or "en"


def _questions(text: str) -> list[str]:
    return [s for s in _sentences(text) if s.rstrip().endswith(("?", "？"))]


def _about_diary(question: str) -> bool:
    question = question[-QUESTION_REACH:]
    return any(p.search(question) for words in _lexicons(question) for p in words.patterns["asks_diary"])


def _question(turns: Sequence[Turn]) -> str:
    """
    The user turn that asked for hours; "" when none did.

    The last one, or one of the two before it when all that came between were questions back.
    """
    seen = 0
    for turn in reversed(turns):
        if turn.role == "assistant" and turn.text and not turn.text.rstrip().endswith(("?", "？")):
            return ""
        if turn.role != "user":
            continue
        if asks_hours(turn.text):
            return turn.text
        seen += 1
        if seen == 3 or "?" in turn.text or "？" in turn.text:
            return ""
    return ""


def _setting(question: str) -> Setting:
    words = _asked_in(question) if question else None
    if words is None:
        return Setting()
    sentences = _sentences(question)
    asking = [s for s in sentences if _asks(s, words)]
    asked = " ".join(asking)
    closes = any(p.search(asked) for p in words.patterns["asks_close"])
    opens = any(p.search(asked) for p in words.patterns["asks_open"])
    role = "closes" if closes and not opens else "opens"
    wants = ""
    if any(p.search(asked) for p in words.patterns["asks_days"]):
        wants = "closed" if any(p.search(asked) for p in words.patterns["asks_closed"]) else "open"
    mixed = len(asking) < len(sentences) or _speaks_of_others(asked, words, but_of_opening=True)
    return Setting(asked=True, role=role, days=named_days(asked, words), mixed=mixed, wants_days=wants)


def _about_others(question: str) -> bool:
    lexicons = _lexicons(question) if question else ()
    return len(lexicons) == 1 and any(
        _speaks_of_others(question, words) or any(p.search(question) for p in words.patterns["asks_when"])
        for words in lexicons
    )


def _speaks_of_others(question: str, words: Lexicon, *, but_of_opening: bool = False) -> bool:
    """
    Whether it is about bookings or trains as well: "book a table, and tell me when they close".

    but_of_opening: known to ask for hours, so that "you open" is not said of a diary.
    """
    if not words.rules["places"]:
        return False
    unit = Reader(question, (0, len(question)), words, Setting()).unit
    opening = ("open", "close") if but_of_opening else ()
    return any(kind == "foreign" and unit.kind(at) not in opening for at, kind in unit.governors)


# -- the text before the unit


def read_in_context(text: str, unit: Span, words: Lexicon, setting: Setting) -> list[Stated]:
    start = _start_of_date(text, unit, words)
    stated = _read(text, (start, unit[1]), words, setting)
    return stated if start == unit[0] else [s for s in stated if s.span[0] >= unit[0]]


def _read(text: str, unit: Span, words: Lexicon, setting: Setting) -> list[Stated]:
    reader = Reader(text, unit, words, setting)
    stated = reader.read()
    if stated or not reader.unit.parts or reader.foreign:
        if (
            stated
            and setting.asked
            and not (reader.ours or reader.placed)
            and _turned_away(text, unit[0], words)
        ):
            return []
        return stated
    if not _under_heading(text, unit[0], words):
        return []
    return Reader(text, unit, words, _with_heading(setting)).read()


def _start_of_date(text: str, unit: Span, words: Lexicon) -> int:
    """Where a sentence begins that was parted inside a date: "Der Aufruf endet am 30. | Juni um 12 Uhr"."""
    if not _ORDINAL.search(text, max(0, unit[0] - 5), unit[0]):
        return unit[0]
    first = _FIRST_WORD.match(text, *unit)
    if first is None or plain(first[0]) not in words.kinds.get("calendar", ()):
        return unit[0]
    lead = max(0, unit[0] - _LOOK_BACK)
    return lead + units(text[lead : unit[0]], Scope.SENTENCE)[-1][0]


def _with_heading(setting: Setting) -> Setting:
    return replace(setting, heading=True)


def _turned_away(text: str, start: int, words: Lexicon) -> bool:
    """Whether a bare time belongs to another thing that the sentence before named ("It is booked. 7 pm.")."""
    before = last_pieces(text, start)
    piece = next(before, "")
    if not piece:
        return False
    reader = Reader(piece, (0, len(piece)), words, Setting())
    reader.read()
    return reader.foreign and not reader.ours


def last_pieces(text: str, start: int) -> Iterator[str]:
    """Sentences before *start*, the nearest first."""
    head = text[max(0, start - _LOOK_BACK) : start]
    for a, b in reversed(units(head, Scope.SENTENCE)):
        if not _RULE_LINE.match(head[a:b]):
            yield head[a:b]


def title_above(text: str, start: int, words: Lexicon, code: str) -> Subject:
    """What the nearest line above that is a title names; NOBODY where there is none."""
    for piece in last_pieces(text, start):
        named = is_title(piece, (0, len(piece)), words, code)
        if named is not None:
            return named
        reader = Reader(piece, (0, len(piece)), words, Setting(heading=True))
        if not reader.looks_scheduled:
            return NOBODY
    return NOBODY


def months_above(text: str, start: int, words: Lexicon, code: str) -> frozenset[int]:
    """The season of the heading above ("Winter hours:"), past other lines of its timetable."""
    for piece in last_pieces(text, start):
        whole = (0, len(piece))
        reader = Reader(piece, whole, words, Setting(heading=True))
        reader.read()
        if reader.looks_scheduled and not reader.announces:
            continue
        is_heading = piece.rstrip().endswith((":", "：", "*")) or piece.lstrip().startswith("#")
        return months_at(piece, whole, whole, words, code) if is_heading else frozenset()
    return frozenset()


def spoken_of_before(text: str, start: int, words: Lexicon, code: str) -> Subject:
    """What the sentence before *start* speaks of, all of it: which word "it" stands for is not told."""
    return everything(next(last_pieces(text, start), ""), words, code)


def _under_heading(text: str, start: int, words: Lexicon) -> bool:
    """Whether the lines above, past other lines of the same timetable, announce hours."""
    for piece in last_pieces(text, start):
        reader = Reader(piece, (0, len(piece)), words, Setting(heading=True))
        reader.read()
        if reader.announces:
            return not reader.question
        if not reader.looks_scheduled:
            return False
    return False
