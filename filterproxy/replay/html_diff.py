"""What two texts share, and what only one of them says: by words, for people to read."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from difflib import SequenceMatcher
from xml.etree.ElementTree import Element

from filterproxy.replay.html_tree import Inside, e

# A word, white space, or one sign; letters of scripts that do not part words are words of their own.
_WORDS = re.compile(
    r"[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u2e80-\ua4cf\uac00-\ud7af]|\w+|\s+|.", re.DOTALL
)
# What long texts are compared by: sentences and lines, roughly.
_SENTENCES = re.compile(r"[^.!?\n。！？]*[.!?\n。！？]+\s*|[^.!?\n。！？]+")
# Words of one text times words of the other, beyond what they begin and end with alike: a comparison of more
# takes too long where words repeat.
_MOST = 60_000

# Code points that two texts share by chance, between what differs.
_CHANCE = 3

# Text, and whether the other text lacks it.
Piece = tuple[str, bool]


def differing(before: str, after: str) -> tuple[list[Piece], list[Piece]]:
    """Both texts in pieces; by words, or, where those are too many, by sentences, or else as wholes."""
    for unit in (_WORDS, _SENTENCES):
        old, new = unit.findall(before), unit.findall(after)
        head = _alike(old, new)
        tail = _alike(old[head:][::-1], new[head:][::-1])
        ends = len(old) - tail, len(new) - tail
        if (ends[0] - head) * (ends[1] - head) <= _MOST:
            break
    sides: list[tuple[list[Piece], list[str]]] = [([], old), ([], new)]
    for pieces, words in sides:
        _add(pieces, words[:head], False)
    for *places, same in _blocks(old[head : ends[0]], new[head : ends[1]]):
        for (pieces, words), (start, end) in zip(sides, places, strict=True):
            _add(pieces, words[head + start : head + end], not same)
    for (pieces, words), end in zip(sides, ends, strict=True):
        _add(pieces, words[end:], False)
    return sides[0][0], sides[1][0]


def _alike(old: Sequence[str], new: Sequence[str]) -> int:
    """With how many equal words both begin."""
    for at, (one, other) in enumerate(zip(old, new, strict=False)):
        if one != other:
            return at
    return min(len(old), len(new))


def _blocks(
    old: Sequence[str], new: Sequence[str]
) -> Iterator[tuple[tuple[int, int], tuple[int, int], bool]]:
    if len(old) * len(new) > _MOST:
        yield (0, len(old)), (0, len(new)), False
        return
    for tag, a, b, c, d in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        # A blank or a short word that two sentences happen to share only breaks up what changed.
        yield (a, b), (c, d), tag == "equal" and len("".join(old[a:b]).strip()) > _CHANCE


def _add(pieces: list[Piece], words: Sequence[str], changed: bool) -> None:
    if not words:
        return
    text = "".join(words)
    if pieces and pieces[-1][1] == changed:
        text = pieces.pop()[0] + text
    pieces.append((text, changed))


def as_html(pieces: Sequence[Piece], tag: str) -> list[Inside]:
    """Pieces with what changed in *tag*: `del` or `ins`."""
    return [e(tag, text) if changed else text for text, changed in pieces]


def marked(text: str, spans: Sequence[Sequence[int]]) -> Iterator[Element | str]:
    """*text* with its spans in `mark`; spans that meet are one, and what lies beyond the text is left out."""
    at = 0
    for start, end in _joined(spans, len(text)):
        yield text[at:start]
        yield e("mark", text[start:end])
        at = end
    yield text[at:]


def _joined(spans: Sequence[Sequence[int]], length: int) -> list[tuple[int, int]]:
    found: list[tuple[int, int]] = []
    for start, end in sorted((max(0, span[0]), min(length, span[1])) for span in spans):
        if start >= end:
            continue
        if found and start <= found[-1][1]:
            found[-1] = found[-1][0], max(found[-1][1], end)
        else:
            found.append((start, end))
    return found
