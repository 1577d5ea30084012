"""Text as tokens whose kinds are known: words of the lexicon joined to phrases, the longest first."""

from __future__ import annotations

import re
from collections.abc import Sequence

from filterproxy.facts.lexer import STRONG, WEAK, Token, bare, pattern, plain, raw_token
from filterproxy.facts.lexicon import Lexicon

__all__ = ["STRONG", "WEAK", "Token", "tokens"]

_LATE = re.compile("(?P<hour>2[5-9])(?::(?P<minute>[0-5][0-9]))?")
_KATAKANA = re.compile("[ァ-ヺー]+")


def tokens(text: str, start: int, end: int, words: Lexicon) -> list[Token]:
    """The tokens of text[start:end], in order, phrases joined; spans are in *text*."""
    low = plain(text[start:end])
    if words.unspaced:
        return _unspaced(low, start, words)
    raw = [raw_token(m, start) for m in pattern(words.script).finditer(low)]
    if not low.isascii():
        raw = [t._replace(word=t.word if t.word in words.accented else bare(t.word)) for t in raw]
    return _joined(raw, words, text)


def _joined(raw: list[Token], words: Lexicon, text: str) -> list[Token]:
    keys = [t.word for t in raw]
    heads, short_days = words.heads, words.short_days
    out: list[Token] = []
    i, total = 0, len(raw)
    while i < total:
        key = keys[i]
        token = raw[i]
        i += 1
        if key in short_days and (
            _is_short_day(raw, i - 1, words, text) or _is_of_days(out, raw, keys, i, words, text)
        ):
            token = token._replace(kind="short")
        elif (found := heads.get(key)) is not None:
            kind, n = _longest(found, keys, i)
            if kind:
                out.append(
                    Token(kind, token.start, raw[i + n - 1].end, " ".join(keys[i - 1 : i + n]))
                    if n
                    else Token(kind, token.start, token.end, key)
                )
                i += n
                continue
        out.append(token)
    return out


def _longest(found: Sequence[tuple[tuple[str, ...], str]], keys: list[str], i: int) -> tuple[str, int]:
    """Kind of the longest phrase whose other words stand from *i* on, and their number; "" when none does."""
    for rest, kind in found:
        n = len(rest)
        if not n or (keys[i : i + 1] == [rest[0]] and tuple(keys[i : i + n]) == rest):
            return kind, n
    return "", 0


def _is_short_day(raw: Sequence[Token], i: int, words: Lexicon, text: str) -> bool:
    """Whether a word like "we" stands among times and days as only a day does: "Mo-We", "We 9:00"."""
    if text[raw[i].start].islower() and raw[i].word not in words.rules["short_small"]:
        return False
    letter = raw[i].word in words.rules["single_letters"]

    def is_day(k: int) -> bool:
        return 0 <= k < len(raw) and (raw[k].word in words.short_days or raw[k].word in words.days)

    after = raw[i + 1].kind if i + 1 < len(raw) else ""
    before = raw[i - 1].kind if i else ""
    if letter:  # "M-F", never "size M: 9"
        if (after == "-" and is_day(i + 2)) or (before == "-" and is_day(i - 2)):
            return True
        # "L-V 9-14, S 10-14": beside a range of letters one alone is a day as well.
        if after == ":" and not before and _is_clock(raw, i + 2) and raw[i + 2].grade > WEAK:
            return True  # "S: 10 h - 14 h", a line of a timetable
        ranged = any(t.kind == "-" and k and is_day(k - 1) and is_day(k + 1) for k, t in enumerate(raw))
        return ranged and after == "clock" and before in ("", ",", ";", "|", "\n", "/")
    if after == "clock":
        return True
    return (after in ("-", ",", "/", "&", ":") and (is_day(i + 2) or _is_clock(raw, i + 2))) or (
        before in ("-", ",", "/", "&") and is_day(i - 2)
    )


def _is_of_days(
    out: Sequence[Token], raw: Sequence[Token], keys: list[str], i: int, words: Lexicon, text: str
) -> bool:
    """ "Ma t/m vr", "..., So geschlossen": before *i*, beside a word that joins days or says closed."""
    if text[raw[i - 1].start].islower() and raw[i - 1].word not in words.rules["short_small"]:
        return False
    if len(out) > 1 and out[-1].kind in ("to", "and") and out[-2].kind == "short":
        return True
    found = words.heads.get(keys[i]) if i < len(keys) else None
    kind, n = _longest(found, keys, i + 1) if found is not None else ("", 0)
    if kind == "closed":
        return bool(out) and out[-1].kind in (",", ";", "|", "\n", "and")
    if keys[i : i + 1] == [":"] and i + 1 < len(keys) and not out:  # "D: cerrado", a line of a timetable
        return _longest(words.heads.get(keys[i + 1], ()), keys, i + 2)[0] == "closed"
    after = i + 1 + n
    if kind in ("from", "to") and _is_clock(raw, after):  # "Mo-Fr ab 8, Sa ab 9"
        return not out or out[-1].kind in (",", ";", "|", "\n")
    is_day = after < len(keys) and (keys[after] in words.short_days or keys[after] in words.days)
    return is_day and kind in ("to", "and")


def _is_clock(raw: Sequence[Token], i: int) -> bool:
    return i < len(raw) and raw[i].kind == "clock"


# -- without blanks


def _unspaced(low: str, shift: int, words: Lexicon) -> list[Token]:
    out: list[Token] = []
    raw, heads = pattern("unspaced"), words.heads
    i, total = 0, len(low)
    while i < total:
        found = heads.get(low[i])
        kind, n = _longest_in(found, low, i) if found is not None else ("", 0)
        if kind:
            out.append(Token(kind, shift + i, shift + i + n, low[i : i + n]))
            i += n
            continue
        if run := _KATAKANA.match(low, i):
            _add_word(out, low, shift, i, run.end())
            i = run.end()
            continue
        m = raw.match(low, i)
        if m is None:
            i += 1
            continue
        if m.lastgroup == "word":
            _add_word(out, low, shift, i, m.end())
        else:
            out.append(_of_late_night(raw_token(m, shift), low[m.end() : m.end() + 1]))
        i = m.end()
    return _with_short_days(_with_listed_days(out, words), words)


def _of_late_night(token: Token, following: str) -> Token:
    """ "25時" is one at night, by a clock that goes on counting."""
    m = _LATE.fullmatch(token.word) if token.kind == "number" else None
    if m is None or not (m["minute"] or following == "時"):
        return token
    hour, minute = int(m["hour"]) - 24, int(m["minute"] or -1)
    return Token("clock", token.start, token.end, token.word, hour, minute, "h", STRONG)


def _longest_in(found: Sequence[tuple[tuple[str, ...], str]], low: str, i: int) -> tuple[str, int]:
    for rest, kind in found:
        end = i + 1 + len(rest)
        if low.startswith("".join(rest), i + 1) and not _cuts_a_word(low, end):
            return kind, end - i
    return "", 0


def _cuts_a_word(low: str, end: int) -> bool:
    """Whether a word in katakana or Latin letters, or a number, goes on there."""
    if end >= len(low):
        return False
    last, following = low[end - 1], low[end]
    if last.isascii() and last.isalnum():
        return following.isascii() and (following.isdigit() if last.isdigit() else following.isalpha())
    return last not in "ー" and bool(_KATAKANA.match(last) and _KATAKANA.match(following))


def _add_word(out: list[Token], low: str, shift: int, start: int, end: int) -> None:
    """Characters of no known word, side by side, are one."""
    if out and out[-1].kind == "word" and out[-1].end == shift + start:
        before = out.pop()
        start = before.start - shift
    out.append(Token("word", shift + start, shift + end, low[start:end]))


def _with_listed_days(out: list[Token], words: Lexicon) -> list[Token]:
    """ "周二、三", "周一至五": what is said once is meant of each."""
    head = next(iter(words.rules["day_head"]), "")
    if not head:
        return out
    for i in range(2, len(out)):
        before, joint, token = out[i - 2 : i + 1]
        after = out[i + 1].kind if i + 1 < len(out) else ""
        listed = before.kind == "day" and joint.kind in ("and", "to", "-", ",", "/")
        alone = token.kind in ("number", "word", "calendar") and after not in ("oclock", "number", "duration")
        if listed and alone and head + token.word in words.days:
            out[i] = token._replace(kind="day", word=head + token.word)
    return out


def _with_short_days(out: list[Token], words: Lexicon) -> list[Token]:
    """Single characters are days among days and times only: "月-金", "(日)"."""
    if not words.short_days:
        return out
    found = []
    for i, token in enumerate(out):
        run = token.word
        if (
            token.kind in ("word", "calendar", "light")
            and _all_short(run, words)
            and _stands_as_day(out, i, words)
        ):
            found += [Token("short", token.start + n, token.start + n + 1, c) for n, c in enumerate(run)]
        else:
            found.append(token)
    return found


def _all_short(run: str, words: Lexicon) -> bool:
    return len(run) < 7 and all(c in words.short_days for c in run)


def _stands_as_day(out: Sequence[Token], i: int, words: Lexicon) -> bool:
    def kind(k: int) -> str:
        return out[k].kind if 0 <= k < len(out) else ""

    def is_day(k: int) -> bool:
        return kind(k) == "day" or (0 <= k < len(out) and _all_short(out[k].word, words))

    joints = ("-", ",", "/", "to", "from_after", "and")
    if kind(i - 1) in ("clock", "number"):
        return False
    return (
        (kind(i + 1) in joints and is_day(i + 2))
        or (kind(i - 1) in joints and is_day(i - 2))
        or (kind(i - 1) == "(" and kind(i + 1) == ")")
        or kind(i + 1) in ("clock", ":")
        or (kind(i + 1) == "on" and len(out[i].word) > 1)  # "金土は"
        or (kind(i + 1) == "closed" and kind(i - 1) in ("", ",", ";", "/", "|", "\n"))
    )
