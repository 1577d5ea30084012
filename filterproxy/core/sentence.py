"""
Where sentences and lines end: online, for every language, with bounded look-ahead.

A sentence ends after . ! ? … with closing quotes and brackets when white space or the end follows, after
。！？ in any case, at a line break, and after 600 code points. The white space that follows belongs to
it, so that removing it leaves no gap. A full stop does not end one after an abbreviation, an initial, or
the number of a list item. After "a.m.", "etc." and the like it does unless a small letter or a digit
follows. So an end is certain as soon as the next character that is no white space is there.
"""

from __future__ import annotations

import re

from filterproxy.core.rule import MATCH_LIMIT, Scope, Span

# Code points. LLM replies in plain prose stay below 300; tables without full stops do not.
SENTENCE_LIMIT = 600

_CLOSERS = "\"'”’»)\\]」』）】*_`"
_CANDIDATE = re.compile(
    rf"\n\s*|[.!?…]{{1,16}}[{_CLOSERS}]{{0,8}}(?:\s+|\Z)|[。！？][.!?…。！？]{{0,15}}[{_CLOSERS}]{{0,8}}\s*"
)
# What every candidate begins with. Looked for up to the limit alone, so that a text without an end costs each
# sentence no more than its own length.
_MARK = re.compile(r"[\n.!?…。！？]")
_LAST_WORD = re.compile(r"(?:[^\W\d_]|(?<=[^\W\d_])\.(?=[^\W\d_]))+\Z")
_LAST_WORD_REACH = 16

# Never the end of a sentence.
_OPEN_ABBREVIATIONS = frozenset(
    """
    mr mrs ms mx dr prof messrs rev hon sgt lt capt sr sra srta dra e.g i.e cf vs viz resp
    z.b d.h u.a bzw vgl hr hrn mme mlle p.ex p.es sig.ra dott avv bijv dhr mevr
    """.split()
)
# Not the end where a number follows.
_NUMBERED = frozenset(
    "no nos nr art fig vol pp abs tel ext approx ca ed l.o mo di mi do fr sa so ma wo vr za zo".split()
)
# The end, unless what follows goes on in small letters or digits.
_SOFT_ABBREVIATIONS = frozenset(
    """
    a.m p.m am pm etc inc ltd co corp jr u.s u.k u.s.a usw o.ä ecc enz
    mon tue tues wed weds thu thur thurs fri sat sun
    lun mer jeu ven sam dim mié jue vie sáb sab dom gio seg sex
    jan feb mar apr jun jul aug sep sept oct nov dec
    """.split()
)


def unit_end(text: str, start: int, final: bool, scope: Scope) -> int:
    """
    The end of the sentence or line that begins at *start*; -1 while it is not certain.

    final: no more text comes.
    """
    return _line_end(text, start, final) if scope is Scope.LINE else _sentence_end(text, start, final)


def units(text: str, scope: Scope, start: int = 0, final: bool = True) -> list[Span]:
    """The units from *start* on, of a text to which more comes (not *final*) those whose end is certain."""
    if scope is Scope.REPLY:
        return [(start, len(text))]
    found: list[Span] = []
    while start < len(text) and (end := unit_end(text, start, final, scope)) >= 0:
        found.append((start, end))
        start = end
    return found


def _line_end(text: str, start: int, final: bool) -> int:
    limit = start + MATCH_LIMIT
    at = text.find("\n", start, limit)
    if at >= 0:
        return at + 1
    if len(text) >= limit:
        return limit
    return len(text) if final else -1


def _sentence_end(text: str, start: int, final: bool) -> int:
    limit = start + SENTENCE_LIMIT
    for mark in _MARK.finditer(text, start, limit):
        found = _CANDIDATE.match(text, mark.start())
        if found is None:
            continue
        end = found.end()
        if end == len(text) and not final:
            break
        if _ends(text, start, found):
            return min(end, limit)
    if len(text) >= limit:
        return limit
    return len(text) if final else -1


def _ends(text: str, start: int, found: re.Match[str]) -> bool:
    at, end = found.span()
    mark = text[at]
    if mark == "\n" or end == len(text):
        return True
    if mark in "。！？":
        return not (at > start and text[at - 1].isdigit() and text[end].isdigit())
    if mark != "." or text[at + 1] == ".":
        return True
    before = text[start:at].strip()
    if len(before) <= 3 and before.isdigit():
        return False  # "1. First ..."
    word = _LAST_WORD.search(text, max(start, at - _LAST_WORD_REACH), at)
    if word is None:
        return True
    name = word[0].lower()
    if name in _OPEN_ABBREVIATIONS or (len(name) == 1 and word[0].isupper()):
        return False
    following = text[end]
    if name in _NUMBERED:
        return not following.isdigit()
    return not (name in _SOFT_ABBREVIATIONS and (following.islower() or following.isdigit()))
