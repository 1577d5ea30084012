"""
HTML as a tree: whatever text goes in is escaped, and what a reader would not see is shown.

Texts of users and models end up in the report, and some are written to deceive: a letter that turns the
direction of what follows, letters without width, halves of letters that no file can hold. Each of them is
shown as a small mark with its number and name. ElementTree does the escaping, so none is left to remember.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator
from typing import TypeAlias
from xml.etree.ElementTree import Element, tostring

# Letters of a mark: its element and the name of what it shows.
_MARK = 75

Inside: TypeAlias = "Element | str | Iterable[Inside] | None"
Attribute = str | int | float | bool | None

# Controls and formats (Cc, Cf), line and paragraph separators, halves of surrogate pairs, and letters and
# marks that have no shape of their own. \n and \t are what they look like.
_ODD = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\xad\u0600-\u0605\u061c\u06dd\u070f\u0890\u0891\u08e2\u034f\u115f\u1160"
    "\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u2028-\u202e\u2060-\u206f\u3164\ud800-\udfff\ufeff\uffa0"
    "\ufff0-\ufffb\U000110bd\U000110cd\U00013430-\U0001343f\U0001bca0-\U0001bca3\U0001d173-\U0001d17a"
    "\U000e0000-\U000e0fff]"
)
# Persian and the languages of India are written with them, and so are families of emoji.
_JOINERS = "\u200c\u200d"


def e(tag: str, *inside: Inside, **attributes: Attribute) -> Element:
    """
    An element. Text in *inside* and *attributes* is shown as it is, whatever it holds.

    attributes: `class_` stands for `class`, `data_n` for `data-n`; True for one without a value; None and
    False for none.
    """
    element = Element(tag)
    for name, value in attributes.items():
        if value is not None and value is not False:
            element.set(name.rstrip("_").replace("_", "-"), "" if value is True else plain(str(value)))
    _fill(element, inside)
    return element


def table(caption: str, head: Inside, rows: Inside, kind: str | None = None) -> Element:
    """
    A table that moves sideways where the screen is narrow.

    head: cells; rows: `tr`s; kind: its class.
    """
    inside = e("caption", caption), e("thead", e("tr", head)), e("tbody", rows)
    return e(
        "div", e("table", inside, class_=kind), class_="wide", tabindex=0, role="region", aria_label=caption
    )


def raw(tag: str, content: str) -> Element:
    """A script or a style of our own, letter for letter. Raises ValueError where it would end itself."""
    if "</" in content:
        raise ValueError(f'a <{tag}> cannot hold "</"')
    element = Element(tag)
    element.text = content
    return element


def document(root: Element) -> str:
    """The page that *root* (`html`) is."""
    return "<!doctype html>\n" + tostring(root, encoding="unicode", method="html") + "\n"


def plain(text: str) -> str:
    """*text* where no element can stand: what is not seen is written out, as in (U+202E)."""
    return "".join(f"({_number(part)})" if odd else part for part, odd in _parts(text))


def weight(text: str) -> int:
    """About how many letters *text* takes in a page; a letter that is not seen takes many."""
    return len(text) + 4 * sum(map(text.count, "&<>")) + _MARK * len(_ODD.findall(text))


def _fill(element: Element, inside: Inside) -> None:
    if inside is None:
        return
    if isinstance(inside, Element):
        element.append(inside)
    elif isinstance(inside, str):
        _write(element, inside)
    else:
        for member in inside:
            _fill(element, member)


def _write(element: Element, text: str) -> None:
    for part, odd in _parts(text):
        if odd:
            mark = Element("span", {"class": "odd", "title": unicodedata.name(part, "a control character")})
            mark.text = _number(part)
            element.append(mark)
        elif len(element):
            element[-1].tail = (element[-1].tail or "") + part
        else:
            element.text = (element.text or "") + part


def _parts(text: str) -> Iterator[tuple[str, bool]]:
    """*text* in pieces, each with whether it is one letter that a reader would not see."""
    start = 0
    for match in _ODD.finditer(text):
        at = match.start()
        if _joins(text, at):
            continue
        if at > start:
            yield text[start:at], False
        yield text[at], True
        start = at + 1
    if start < len(text):
        yield text[start:], False


def _joins(text: str, at: int) -> bool:
    """Whether the letter there joins, or parts, its neighbours, as it is meant to."""
    if text[at] not in _JOINERS or not 0 < at < len(text) - 1:
        return False
    return not any(near.isascii() or _ODD.match(near) for near in (text[at - 1], text[at + 1]))


def _number(letter: str) -> str:
    return f"U+{ord(letter):04X}"
