"""
E-mail addresses and links, by value: letter case, a leading "www." and the scheme make no other address.

Addresses of example.com and its like (RFC 2606) belong to nobody, and are no statements.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from urllib.parse import unquote

from filterproxy.core.request import Request
from filterproxy.core.rule import Span
from filterproxy.core.shape import Ahead, Chars, Edge, Repeat, Shape, literal
from filterproxy.facts.fact import Fact, Known, Source
from filterproxy.facts.form import alt, chars, optional, run, seq

_QUESTION_REACH = 2000

# Not a part of something longer; not "git@github.com:shop", nor an image at twice its size (logo@2x.png).
_EMAIL = re.compile(
    r"(?<![A-Za-z0-9._%+@-])[A-Za-z0-9_%+][A-Za-z0-9._%+-]{0,63}@(?!example\.|\d{1,2}x\.)"
    r"(?:[A-Za-z0-9-]{1,63}\.){1,6}[A-Za-z]{2,24}(?![A-Za-z0-9@_]|:[A-Za-z0-9~/])"
)
_NAME = "[A-Za-z0-9._%+-]"
_AFTER_EMAIL = Ahead(seq(Chars("(?s:.)", broad=True), Chars("[A-Za-z0-9~/]")))
_EMAIL_SHAPE = seq(
    chars(_NAME, 1, 64), Chars("@"), run("[A-Za-z0-9.-]", 1), _AFTER_EMAIL
)  # fmt: skip

_URL = re.compile(
    r"(?<![A-Za-z0-9@])(?:[Hh][Tt][Tt][Pp][Ss]?://|[Ww][Ww][Ww]\.)(?!(?:[Ww]{3}\.)?example\.)[A-Za-z0-9]"
    r"[A-Za-z0-9._~:/?#@!$&*+,;=%-]{1,400}(?<![.,;:!?*])"
)
_SCHEME = seq(*literal("http", ignore_case=True).parts, optional(*literal("s", ignore_case=True).parts))
_URL_SHAPE = seq(
    alt(seq(_SCHEME, Chars(":"), Chars("/"), Chars("/")), seq(Repeat(Chars("[Ww]"), 3, 3), Chars("[.]"))),
    Chars("[A-Za-z0-9]"),
    run("[A-Za-z0-9._~:/?#@!$&*+,;=%-]", 1),
    Edge(),
)
# In sources an address may stand without its scheme: "lamp.com/help".
_LINK = re.compile(
    r"(?<![A-Za-z0-9@.-])(?:https?://)?(?P<rest>(?:[a-z0-9-]{1,63}\.){1,6}[a-z]{2,24}(?::[0-9]{2,5})?(?![a-z0-9-])"
    r"(?:[/?#][A-Za-z0-9._~:/?#@!$&*+,;=%-]{0,400})?)",
    re.I,
)

_ASKS_EMAIL = re.compile(
    r"\be-?mail|\bmail\b|\bcorreo|\bcourriel|\bposta elettronica|\bcontact|\bkontakt"
    r"|邮箱|邮件|電子郵件|メール",
    re.I,
)
_ASKS_URL = re.compile(
    r"\b(?:url|link|website|web ?site|web ?page|homepage|web ?seite|sitio|site|sito)\b"
    r"|网址|網址|网站|サイト|リンク",
    re.I,
)


@dataclass(frozen=True, slots=True)
class Stated:
    """What sources state, by value; the first source that states it."""

    values: dict[object, Source]

    @property
    def empty(self) -> bool:
        return not self.values

    def entails(self, said: object) -> Source | None:
        return self.values.get(said)


def _email_value(text: str) -> str:
    return text.casefold()


def _emails(text: str) -> Iterator[str]:
    return (_email_value(m[0]) for m in _EMAIL.finditer(text))


def _url_value(text: str) -> str:
    """Host without "www.", and path; the scheme, a last slash, and capitals in the host are nothing."""
    rest = text.split("://", 1)[-1].rstrip(".,;:!?*")
    host, mark, path = re.fullmatch(r"([^/?#]*)([/?#]?)(.*)", rest, re.S).groups()  # type: ignore[union-attr]
    host = host.casefold().removeprefix("www.").removesuffix(":443").removesuffix(":80")
    return (host + mark + unquote(path)).rstrip("/")


def _urls(text: str) -> Iterator[str]:
    for m in _LINK.finditer(text):
        yield _url_value(m["rest"])
    yield from (_url_value(m[0]) for m in _URL.finditer(text))


@dataclass(frozen=True, slots=True)
class Address:
    """A fact whose value is its text, written in one way. known: values in a source's text."""

    name: str
    pattern: re.Pattern[str]
    shape: Shape
    gate: tuple[str, ...]
    question: re.Pattern[str]
    value: Callable[[str], str]
    known: Callable[[str], Iterator[str]]

    def first(self, text: str, pos: int, unit: Span) -> Fact | None:
        m = self.pattern.search(text, max(pos, unit[0]), unit[1])
        return Fact(m.span(), self.value(m[0])) if m else None

    def find(self, text: str, unit: Span, request: Request) -> list[Fact]:
        return [Fact(m.span(), self.value(m[0])) for m in self.pattern.finditer(text, *unit)]

    def asks(self, question: str) -> bool:
        return self.question.search(question[-_QUESTION_REACH:]) is not None

    def index(self, sources: Sequence[Source]) -> Known:
        found: dict[object, Source] = {}
        for source in sources:
            for value in self.known(unicodedata.normalize("NFKC", source.text)):
                found.setdefault(value, source)
        return Stated(found)


EMAIL = Address(
    name="email",
    pattern=_EMAIL,
    shape=_EMAIL_SHAPE,
    gate=(rf"{_NAME}@[A-Za-z0-9-]+\.[A-Za-z0-9-]",),
    question=_ASKS_EMAIL,
    value=_email_value,
    known=_emails,
)
URL = Address(
    name="url",
    pattern=_URL,
    shape=_URL_SHAPE,
    gate=(r"(?i)(?:https?://|www\.)[a-z0-9][a-z0-9._~:/?#@!$&*+,;=%-]",),
    question=_ASKS_URL,
    value=_url_value,
    known=_urls,
)
