"""
Names of places in a text: enough to see that two statements speak of different ones.

A name is a run of capitalised words. Words that every place of a kind shares ("Museum") tell nothing
and are left out, so a name may come out empty, which means: not known.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator

_NAME = re.compile(r"[A-ZÀ-ÖØ-Þ][\w'’-]*(?:[ \t]+(?:&[ \t]+)?[A-ZÀ-ÖØ-Þ0-9][\w'’-]*)*")
_POSSESSIVE = re.compile(r"['’]s?$")
_PARTS = re.compile(r"[^\W_]+")
# "9", and "9a" of "Sa 9a-6p".
_NUMBER = re.compile(r"[0-9]+(?:[ap]m?|h)?$")


def words_of_names(text: str, ordinary: Collection[str]) -> frozenset[str]:
    """Telling words of the names in *text*, in small letters; *ordinary* words are left out."""
    found: set[str] = set()
    for run, opens_sentence in _runs(text):
        words = [w for part in run.split() for w in _PARTS.findall(_POSSESSIVE.sub("", part.lower()))]
        telling = [w for w in words if w not in ordinary and len(w) > 1 and not _NUMBER.match(w)]
        # One capital at the start of a sentence says nothing: every sentence has it.
        if not opens_sentence or len(words) > 1:
            found.update(telling)
    return frozenset(found)


def names_by(text: str, patterns: Iterable[re.Pattern[str]], lead: Collection[str]) -> Iterator[str]:
    """
    Words of the names that *patterns* find, in small letters, for languages where capitals tell none.

    The group `name` is the name without the word for its kind. *lead*: characters that are not part
    of one where it begins with them ("这家").
    """
    chars = "".join(lead)
    for found in patterns:
        for m in found.finditer(text):
            yield from (w for w in _PARTS.findall(m["name"].lower().lstrip(chars)) if len(w) > 1)


def _runs(text: str) -> Iterator[tuple[str, bool]]:
    for m in _NAME.finditer(text):
        before = text[: m.start()].rstrip(" \t\"'“‘*#->•|(")
        yield m.group(), not before or before[-1] in ".!?:\n"
