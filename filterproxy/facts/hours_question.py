"""What the conversation asked for: whether a question is about opening hours, and of which days."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from filterproxy.core.request import Request, Turn
from filterproxy.facts.hours import Reader, named_days
from filterproxy.facts.hours_context import KIN, lexicon
from filterproxy.facts.hours_gate import LANGUAGES
from filterproxy.facts.lexicon import Lexicon
from filterproxy.facts.mood import states
from filterproxy.facts.parts import Named
from filterproxy.facts.unit import Setting, Unit
from filterproxy.language import language_of, request_language

# Code points of a question that only names other days than the one before it.
_FURTHER_REACH = 40
# Code points of a question that are looked at, from either end: a pasted document is no question.
QUESTION_REACH = 2000
_SENTENCE_END = re.compile(r"(?<=[?!\n。？！])\s*|(?<=\.)\s+(?=[A-ZÀ-Þ\"'(¿¡])")


def _sentences(question: str) -> list[str]:
    if len(question) > 2 * QUESTION_REACH:
        question = question[:QUESTION_REACH] + "\n" + question[-QUESTION_REACH:]
    return [s for s in _SENTENCE_END.split(question) if s.strip()]


def _lexicons(question: str) -> list[Lexicon]:
    """In which languages a question is read: its own and its kin; all when that cannot be told."""
    return _lexicons_of(language_of(question))


def _lexicons_of(code: str) -> list[Lexicon]:
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
        question, further = _question(request.turns)
        last, lexicons = request.question[-QUESTION_REACH:], _lexicons_of(request_language(request))
        found = replace(_setting(question, further), diary=_about_diary(last, lexicons))
        if not found.asked:
            found = replace(found, elsewhere=_about_others(last, lexicons))
        request.memo[key] = found
    return found


def asked_for(request: Request) -> tuple[str, str]:
    """The sentences that ask for hours, else all questions of the last user turn; and their language."""
    question, _ = _question(request.turns)
    words = _asked_in(question) if question else None
    if words is not None:
        code = next(c for c in LANGUAGES if lexicon(c) is words)
        asking = [s for s in _sentences(question) if _asks(s, words)]
        return " ".join([s for s in asking if not states(s)] or _questions(question) or asking), code
    last = request.question[-QUESTION_REACH:]
    return " ".join(_questions(last)), language_of(last) or "en"


def _questions(text: str) -> list[str]:
    return [s for s in _sentences(text) if s.rstrip().endswith(("?", "？"))]


def _about_diary(question: str, lexicons: Sequence[Lexicon]) -> bool:
    return any(p.search(question) for words in lexicons for p in words.patterns["asks_diary"])


def _question(turns: Sequence[Turn]) -> tuple[str, str]:
    """
    The user turn that asked for hours, and the one after it that goes on asking for other days ("And on
    Sundays?"); "" for what is not there.

    The last one, or one of the two before it when all that came between were questions back; before one that
    goes on, answers too.
    """
    seen, further = 0, ""
    for turn in reversed(turns):
        answered = turn.role == "assistant" and turn.text and not turn.text.rstrip().endswith(("?", "？"))
        if answered and not further:
            return "", ""
        if turn.role != "user":
            continue
        if asks_hours(turn.text):
            return turn.text, further
        seen += 1
        if not further and seen == 1 and _goes_on(turn.text):
            further = turn.text
        elif seen == 3 or "?" in turn.text or "？" in turn.text:
            return "", ""
    return "", ""


def _goes_on(question: str) -> bool:
    """ "And on Sundays?", "und sonntags", "周日呢？": days, and nothing else that says anything."""
    if len(question) > _FURTHER_REACH:
        return False
    for code in LANGUAGES:
        reader = Reader(question, (0, len(question)), lexicon(code), Setting())
        if reader.unit.parts and all(isinstance(part, Named) for part in reader.unit.parts):
            return not (reader.unit.governors or reader.unit.loose > 1 or _asks_otherwise(reader.unit))
    return False


def _asks_otherwise(unit: Unit) -> bool:
    """ "Is my visit on Sunday?", not "What about Sunday?"."""
    asks = unit.is_a(0, "questions") and unit.kind(1) != "at"
    return asks or any(t.kind in ("neutral", "avail", "foreign_subject") for t in unit.tokens)


def _setting(question: str, further: str) -> Setting:
    words = _asked_in(question) if question else None
    if words is None:
        return Setting()
    sentences = _sentences(question)
    asking = [s for s in sentences if _asks(s, words)]
    asked = " ".join(asking)

    def matches(name: str) -> bool:
        return any(p.search(asked) for p in words.patterns[name])

    role = "closes" if matches("asks_close") and not matches("asks_open") else "opens"
    wants = ("closed" if matches("asks_closed") else "open") if matches("asks_days") else ""
    if further:
        days = named_days(further, words)
        wants = wants or "open"
        return Setting(asked=True, role=role, days=days, wants_days=wants, goes_on=True, yes_no=True)
    return Setting(
        asked=True,
        role=role,
        days=named_days(asked, words),
        mixed=len(asking) < len(sentences) or _speaks_of_others(asked, words, but_of_opening=True),
        wants_days=wants,
        yes_no=not matches("asks_when"),
    )


def _about_others(question: str, lexicons: Sequence[Lexicon]) -> bool:
    return len(lexicons) < len(LANGUAGES) and any(
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
