r"""
Numbers that are told by their form and by a check: of the candidates of a form the longest that passes.

The form is written once, as a shape, and the pattern that searches is made from it: what is held in a stream
and what is found cannot differ. At one place the longest candidate that verifies is taken
("4111 1111 1111 1111 12" is a card and something else), so every end in reach is tried.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from filterproxy.core.rule import Span
from filterproxy.core.shape import Ahead, Alt, Chars, Edge, Seq, Shape
from filterproxy.facts.form import source

# What a number may not touch: it would be a part of something longer. After a separator only a digit
# counts ("1111." ends a sentence, "1111.5" does not).
LEFT: Final = r"(?<![0-9A-Za-z_])(?<![0-9][-./])"
_RIGHT = r"(?![0-9A-Za-z_]|[-./][0-9])"
_END: Final = Seq((Edge(), Ahead(Seq((Chars("[-./]"), Chars("[0-9]"))))))

# Code points between a keyword and its number: "IBAN", "account number is:", "(work)".
_KEYWORD_REACH = 32
# The longest form is a Bitcoin address of 74 characters; a phone number has at most 72.
_REACH = 74
_ENDS = re.compile(r"(?<=[0-9A-Za-z])" + _RIGHT)

Verifier = Callable[[str], bool]


@dataclass(frozen=True, slots=True)
class Form:
    """
    strong: forms that speak for themselves. weak: forms that count only behind one of the keywords
    (`re` source, any case), as their check digit lets one plain number in ten or so pass. left: `re` source
    of what must stand at a number's left.
    """

    strong: Shape | None = None
    weak: Shape | None = None
    keywords: str = ""
    left: str = LEFT


class Finder:
    """Finds numbers of a form that *verify* lets pass."""

    def __init__(self, form: Form, verify: Verifier) -> None:
        core = Alt(tuple(shape for shape in (form.strong, form.weak) if shape is not None))
        self.shape: Shape = Seq((core, _END))
        self._verify = verify
        self._search = re.compile(f"{form.left}(?:{source(core)}){_RIGHT}")
        self._strong = None if form.strong is None else re.compile(source(form.strong))
        self._weak = None if form.weak is None else re.compile(source(form.weak))
        self._keyword = _behind(form.keywords) if form.keywords else None

    def find(self, text: str, pos: int, end: int) -> Span | None:
        """The first number in text[pos:end]; what stands before is looked back at."""
        begin = pos
        while candidate := self._search.search(text, begin, end):
            start = candidate.start()
            if stop := self._longest(text, start, end):
                return start, stop
            begin = start + 1
        return None

    def _longest(self, text: str, start: int, end: int) -> int | None:
        for stop in range(min(start + _REACH, end), start, -1):
            if _ENDS.match(text, stop, end) and self._is_number(text, start, stop):
                return stop
        return None

    def _is_number(self, text: str, start: int, stop: int) -> bool:
        named = self._weak is not None and self._weak.fullmatch(text, start, stop) is not None
        if named and not self._is_named(text, start):
            return False
        if not named and (self._strong is None or self._strong.fullmatch(text, start, stop) is None):
            return False
        return self._verify(text[start:stop])

    def _is_named(self, text: str, start: int) -> bool:
        # Room for the longest keyword before its reach.
        begin = max(0, start - 2 * _KEYWORD_REACH)
        return self._keyword is not None and self._keyword.search(text, begin, start) is not None


def _behind(keywords: str) -> re.Pattern[str]:
    return re.compile(rf"(?<!\w)(?:{keywords})\.?(?!\w)[^\n.!?0-9]{{0,{_KEYWORD_REACH}}}\Z", re.IGNORECASE)
