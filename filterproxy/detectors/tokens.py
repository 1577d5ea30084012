"""
Token patterns, as spaCy's rule-based Matcher reads them: https://spacy.io/api/matcher

The pipeline is blank: a tokenizer and the lexical attributes, no model. spaCy is imported when a rule is
made, never before, so that rulebooks without this verb cost neither its start nor its memory.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from filterproxy.core.request import Request
from filterproxy.core.rule import MATCH_LIMIT, Span
from filterproxy.core.shape import Alt, Seq, Shape, Underivable, literal, wide
from filterproxy.detectors.phrases import case_class

_ATTRIBUTES: Final = """
    ORTH TEXT LOWER NORM LENGTH SHAPE PREFIX SUFFIX SPACY OP
    IS_ALPHA IS_ASCII IS_DIGIT IS_LOWER IS_UPPER IS_TITLE IS_PUNCT IS_SPACE IS_STOP IS_BRACKET IS_QUOTE
    IS_LEFT_PUNCT IS_RIGHT_PUNCT IS_CURRENCY LIKE_NUM LIKE_URL LIKE_EMAIL
"""
_TRAINED: Final = """
    POS TAG MORPH DEP LEMMA ENT_TYPE ENT_IOB ENT_ID ENT_KB_ID IS_SENT_START SENT_START
"""
# Attributes whose value is the token's text.
_LITERAL: Final = ("ORTH", "TEXT", "LOWER")
# A count in braces that lets the token be absent.
_MAY_BE_ABSENT = re.compile(r"\{(?:0*,|0+(?:,|\}))")


@dataclass(frozen=True, slots=True)
class Tokens:
    """
    Find sequences of tokens (words, numbers, signs) by what each of them is.

    Options:
        tokens: a list of tokens in a row, or a list of such lists, one of which must be found. A token is
            a mapping, as spaCy's Matcher reads it: `LOWER: refund` (in small letters), `TEXT: Refund`,
            `LIKE_NUM: true`, `IS_CURRENCY: true`, `LENGTH: {">=": 4}`, `SHAPE: dd:dd`,
            `LOWER: {IN: [refund, credit]}`, `TEXT: {REGEX: "^v[0-9]"}`; `OP` says how often: `?`, `*`,
            `+`, `!`, `{2,4}`.
        language: whose rules cut the text into tokens, as spaCy names it (default `en`).

    Needs spaCy: `pip install 'filterproxy[nlp]'`. Part of speech, lemma and entity need a trained model,
    and there is none. Where several matches begin at one place, the longest is taken. A pattern in
    which no word is certain to occur (all by REGEX, LIKE_NUM ...) runs on every reply.

    Hit:   `tokens: [{IS_CURRENCY: true}, {LIKE_NUM: true}], language: en`  on  "It costs $5 now"
    Pass:  `tokens: [[{LOWER: refund}, {LOWER: today}], [{LOWER: credit}]]`  on  "today's refund"
    """

    patterns: tuple[tuple[Mapping[str, object], ...], ...] = field(hash=False)
    language: str = "en"
    shape: Shape | None = field(default=None, init=False, repr=False, compare=False)
    gate: tuple[str, ...] | None = field(init=False, repr=False, compare=False)
    _tokenizer: Any = field(init=False, repr=False, compare=False)
    _matcher: Any = field(init=False, repr=False, compare=False)
    # The last (text, unit) and what was found there: the calls for one text follow each other.
    _last: list[tuple[str, Span, list[Span]]] = field(
        default_factory=list, init=False, repr=False, compare=False
    )

    def __post_init__(self) -> None:
        if not self.patterns:
            raise ValueError("the list of patterns is empty: nothing would be found")
        for number, pattern in enumerate(self.patterns, 1):
            _check(number, pattern)
        tokenizer, matcher = _compile(self.patterns, self.language)
        object.__setattr__(self, "_tokenizer", tokenizer)
        object.__setattr__(self, "_matcher", matcher)
        object.__setattr__(self, "gate", _gate(self.patterns))

    def find(self, text: str, pos: int, unit: Span, request: Request) -> Span | None:
        spans = self._spans(text, unit)
        at = bisect_left(spans, (pos, 0))
        return spans[at] if at < len(spans) else None

    def _spans(self, text: str, unit: Span) -> list[Span]:
        """All matches in the unit by their place, at each place the longest; they may overlap."""
        for seen, place, spans in self._last:
            if place == unit and seen == text:
                return spans
        doc = self._tokenizer(text[unit[0] : unit[1]])
        longest: dict[int, int] = {}
        for _, first, last in self._matcher(doc):
            start, end = doc[first].idx, doc[last - 1].idx + len(doc[last - 1])
            if end - start <= MATCH_LIMIT:
                longest[start] = max(end, longest.get(start, 0))
        spans = sorted((start + unit[0], end + unit[0]) for start, end in longest.items())
        self._last[:] = [(text, unit, spans)]
        return spans


def _compile(patterns: Iterable[Iterable[Mapping[str, object]]], language: str) -> tuple[Any, Any]:
    try:
        import spacy
        from spacy.matcher import Matcher
    except ImportError:
        raise ValueError("the verb `tokens` needs spaCy: pip install 'filterproxy[nlp]'") from None
    try:
        pipeline = spacy.blank(language)
    except ImportError as error:
        raise ValueError(f"spaCy cannot read the language {language!r} here: {_one_line(error)}") from None
    matcher = Matcher(pipeline.vocab, validate=True)
    for number, pattern in enumerate(patterns, 1):
        try:
            matcher.add(str(number), [[dict(token) for token in pattern]])
        except re.error as error:
            raise ValueError(f"pattern {number}: its REGEX cannot be read: {error}") from None
        except ValueError as error:
            raise ValueError(f"pattern {number}: {_complaint(error)}") from None
    return pipeline.tokenizer, matcher


def _complaint(error: ValueError) -> str:
    """spaCy's list of complaints as one sentence; its places count tokens from 0."""
    places = re.findall(r"^- \[pattern -> (\d+) -> (.+?)\] (.+)$", str(error), re.MULTILINE)
    said = [f"token {int(token) + 1}, {where}: {what}" for token, where, what in places]
    return "; ".join(said) or _one_line(error)


def _one_line(error: Exception) -> str:
    return " ".join(str(error).split())


def _check(number: int, pattern: tuple[Mapping[str, object], ...]) -> None:
    if not pattern:
        raise ValueError(f"pattern {number} has no tokens")
    for place, token in enumerate(pattern, 1):
        if not isinstance(token, Mapping):
            raise ValueError(f"pattern {number}, token {place}: {token!r} is no mapping of attributes")
        for name, value in token.items():
            if problem := _problem(str(name).upper(), value):
                raise ValueError(f"pattern {number}, token {place}: {problem}")


def _problem(name: str, value: object) -> str | None:
    if name in _TRAINED.split():
        return f"{name} needs a trained model, and this pipeline has none"
    if name not in _ATTRIBUTES.split():
        return f"{name} is no attribute; there are {', '.join(_ATTRIBUTES.split())}"
    if name == "LOWER" and (large := [v for v in _values(value) if v != v.lower()]):
        return f"LOWER: {large[0]!r} has capital letters and so is never found; write it in small letters"
    return None


def _gate(patterns: Iterable[Iterable[Mapping[str, object]]]) -> tuple[str, ...] | None:
    """For each pattern what must be in the text; None when one of them demands no certain word."""
    sources: list[str] = []
    for pattern in patterns:
        required = max((_required(token) for token in pattern), key=_least, default=())
        if not required:
            return None
        try:
            sources.append(wide(Alt(required)))
        except Underivable:
            return None
    return tuple(sources)


def _least(choices: tuple[Seq, ...]) -> int:
    return min((len(choice.parts) for choice in choices), default=0)


def _required(token: Mapping[str, object]) -> tuple[Seq, ...]:
    """Texts one of which is in every text where *token* matched; () when that cannot be said."""
    attributes = {str(name).upper(): value for name, value in token.items()}
    op = attributes.get("OP", "1")
    if not isinstance(op, str) or op in ("?", "*", "!") or _MAY_BE_ABSENT.match(op):
        return ()
    return max(_choices(attributes), key=_least, default=())


def _choices(attributes: Mapping[str, object]) -> Iterator[tuple[Seq, ...]]:
    for name in _LITERAL:
        values = _values(attributes.get(name))
        # Only "İ" becomes two characters in small letters: the text has one where the value has two.
        if values and all(value and "i\u0307" not in value for value in values):
            yield tuple(_any_case(value) if name == "LOWER" else literal(value) for value in values)


def _any_case(value: str) -> Seq:
    return Seq(tuple(case_class(c) for c in value))


def _values(value: object) -> tuple[str, ...]:
    """The texts that an attribute may equal: one, or those of an IN; () for other demands."""
    if isinstance(value, str):
        return (value,)
    if isinstance(value, Mapping):
        listed = value.get("IN")
        if isinstance(listed, (list, tuple)) and all(isinstance(v, str) for v in listed):
            return tuple(listed)
    return ()
