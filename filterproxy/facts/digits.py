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
_IN_ROW = re.compile(r"[0-9][ ,]\Z")
_ENDS = re.compile(r"(?<=[0-9A-Za-z])" + _RIGHT)

Verifier = Callable[[str], bool]


@dataclass(frozen=True, slots=True)
class Form:
    """
    strong: forms that speak for themselves. weak: forms that count only behind one of the keywords
    (`re` source, any case), as their check digit lets one plain number in ten or so pass. near: the same, for
    scripts without spaces. left: `re` source of what must stand at a number's left. other: words that, next
    before a number, say that it is something else (an order's).
    """

    strong: Shape | None = None
    weak: Shape | None = None
    keywords: str = ""
    left: str = LEFT
    near: str = ""
    other: str = ""


class Finder:
    """
    Finds numbers of a form that *verify* lets pass; where a keyword stands before one, those that
    *verify_named* does; where no other digits do ("20 21 22 23"), those that *verify_alone* does.
    """

    def __init__(
        self,
        form: Form,
        verify: Verifier,
        verify_named: Verifier | None = None,
        verify_alone: Verifier | None = None,
    ) -> None:
        core = Alt(tuple(shape for shape in (form.strong, form.weak) if shape is not None))
        self.shape: Shape = Seq((core, _END))
        self._verify = verify
        self._verify_named = verify_named
        self._verify_alone = verify_alone
        self._search = re.compile(f"{form.left}(?:{source(core)}){_RIGHT}")
        self._strong = None if form.strong is None else re.compile(source(form.strong))
        self._weak = None if form.weak is None else re.compile(source(form.weak))
        self._keyword = _behind(form.keywords, form.near) if form.keywords else None
        self._other = (
            re.compile(rf"(?<!\w)(?:{form.other})[^\w\n]{{0,4}}\Z", re.IGNORECASE) if form.other else None
        )

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
        number = text[start:stop]
        weak = self._weak is not None and self._weak.fullmatch(number) is not None
        if not weak and (self._strong is None or self._strong.fullmatch(number) is None):
            return False
        if not number.startswith("+") and self._is_other(text, start):
            return False
        if not weak and (self._verify(number) or self._stands_alone(text, start, number)):
            return True
        named = (weak or self._verify_named is not None) and self._is_named(text, start)
        return named and (self._verify_named or self._verify)(number)

    def _stands_alone(self, text: str, start: int, number: str) -> bool:
        if self._verify_alone is None or _IN_ROW.search(text, max(0, start - 2), start):
            return False
        return self._verify_alone(number)

    def _is_other(self, text: str, start: int) -> bool:
        begin = max(0, start - _KEYWORD_REACH)
        return self._other is not None and self._other.search(text, begin, start) is not None

    def _is_named(self, text: str, start: int) -> bool:
        # Room for the longest keyword before its reach.
        begin = max(0, start - 2 * _KEYWORD_REACH)
        return self._keyword is not None and self._keyword.search(text, begin, start) is not None


def _behind(keywords: str, near: str) -> re.Pattern[str]:
    words = rf"(?<!\w)(?:{keywords})\.?(?!\w)"
    return re.compile(
        rf"(?:{words}{f'|{near}' if near else ''})[^\n.!?。！？0-9]{{0,{_KEYWORD_REACH}}}\Z", re.IGNORECASE
    )
