r"""
Where a reply makes a reader's program call: hosts of images, which load unasked, and of links.

An answer that names a stranger's host can carry out what the conversation holds, in the address itself; an
image does it without a click. So what counts is the host, and whether the request names it.

- A host is what a browser makes of an address: "https://good.com@evil.com", "https:\\evil.com",
  "//EVIL.com:443" and "https://evil%2Ecom" are all evil.com; a "paypal.com" with Cyrillic letters is
  xn--ypal-43d9g.com, never paypal.com. `data:` and relative addresses have no host and state nothing, nor
  does example.com (RFC 2606).
- A host is known where the request names it or its parent domain: "lamp.com" in the prompt stands for
  "cdn.lamp.com", not the other way. Below domains where anybody may have a name (github.io, co.uk) only the
  same name is known.
- An image is `![..](address)`, `![..][label]` with its definition, or an element that loads by itself. The
  definition may stand before or after; what comes later of the two is the match. Between them may be 1 024
  code points, as facts look no further back; `link_host` sees definitions wherever they stand.
"""

from __future__ import annotations

import html
import re
import unicodedata
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from urllib.parse import unquote

from filterproxy.core.request import Request
from filterproxy.core.rule import MATCH_LIMIT, Span
from filterproxy.core.shape import Chars, Edge, Repeat, Shape
from filterproxy.facts.fact import Fact, Known, Source
from filterproxy.facts.form import alt, beginnings, chars, run, seq, source

_QUESTION_REACH = 2000
# Code points before a match that every text has, where the reply has them.
_CONTEXT = 1024

_ANY = Chars("(?s:.)", broad=True)
_BLANKS = run("[ \\t\\r\\n]")
_ESCAPED = seq(Chars(r"\\"), _ANY)


def _words(*words: str) -> Shape:
    return beginnings(words, max(map(len, words)))


def _bracketed(depth: int) -> Shape:
    """Text with brackets in pairs, *depth* deep: what may stand between "![" and "]"."""
    plain = alt(Chars(r"[^\[\]\\]", broad=True), _ESCAPED)
    if depth == 0:
        return Repeat(plain, 0, None)
    return Repeat(alt(plain, seq(Chars(r"\["), _bracketed(depth - 1), Chars(r"\]"))), 0, None)


# Labels may go over a line's end; but text behind a lone "[" should not wait for that. (A bound on their
# length would make the hold a hundred times as slow: read from its end, every text could be part of a label.)
_IN_LABEL = r"[^\[\]\n]"
_LABEL = seq(Chars(r"\["), run(_IN_LABEL), Chars(r"\]"))
_INLINE = seq(
    Chars(r"\("),
    Repeat(
        alt(Chars(r"[^()\\]", broad=True), _ESCAPED, seq(Chars(r"\("), run("[^()]"), Chars(r"\)"))), 0, None
    ),
    Chars(r"\)"),
)
_IMAGE = seq(Chars("!"), Chars(r"\["), _bracketed(2), Chars(r"\]"), alt(_INLINE, _LABEL, Edge()))

_LOADING = tuple("img image source video audio track iframe embed object input link".split())
# A ">" may stand between quotes; where quotes are not in pairs, the first one ends the element. No "<", so
# that many beginnings are not each read to the text's end.
_ATTRIBUTES = Repeat(
    alt(
        Chars("[^<>\"']", broad=True),
        seq(Chars('"'), run('[^"<]'), Chars('"')),
        seq(Chars("'"), run("[^'<]"), Chars("'")),
    ),
    0,
    None,
)
_ELEMENT = seq(
    Chars("<"),
    _words(*_LOADING),
    Chars(r"[ \t\r\n\f/]"),
    alt(seq(_ATTRIBUTES, Chars(">")), seq(run("[^<>]"), Chars(">"))),
)
# An address goes on to where no program would read on.
_IN_ADDRESS = "[^ \\t\\r\\n<>\"'`()\\[\\]|\u3000-\u303f\uff08\uff09]"
_DEFINITION = seq(
    Chars(r"\["),
    run(_IN_LABEL, 1),
    Chars(r"\]"),
    Chars(":"),
    _BLANKS,
    chars("<", 0, 1),
    run(_IN_ADDRESS, 1),
    chars(">", 0, 1),
    Edge(),
)
_SLASHES = chars(r"[/\\]", 1, 2)
_LINK = seq(
    alt(
        seq(_words("http", "https", "ftp"), Chars(":"), _SLASHES),
        chars(r"[/\\]", 2),
        seq(Repeat(Chars("[Ww]"), 3, 3), Chars("[.]")),
    ),
    run(_IN_ADDRESS, 1),
    Edge(),
)

_IMAGE_FORM = re.compile(source(_IMAGE))
_ELEMENT_FORM = re.compile(source(_ELEMENT))
_DEFINITION_FORM = re.compile(source(_DEFINITION))
_LINK_FORM = re.compile(source(_LINK))

_IMAGE_START = re.compile(rf"!\[|<(?i:{'|'.join(_LOADING)})[ \t\r\n\f/]|\[(?={_IN_LABEL}+\]:)")
# "//host" is an address where an address must stand; else it is a comment, or a path.
_LINK_START = re.compile(
    r"(?<![A-Za-z0-9])(?:(?i:https?|ftp):[/\\]|[Ww]{3}[.](?=\w))"
    r"|(?:(?<=\]\()|(?<=\]\(<)|(?<=\]: )|(?<=\]:)|(?<==)|(?<==[\"']))[/\\]{2}"
)
# Said at a sentence's end, not of the address.
_CLOSING = re.compile(r"[.,;:!?*_]+\Z")

_REFERENCE = re.compile(r"!\[([^\[\]]*)\](?:\[([^\[\]]*)\])?(?!\()")
_DEFINED = re.compile(rf"\[({_IN_LABEL}+)\]:[ \t\r\n]*<?({_IN_ADDRESS}+)")
_ATTRIBUTE = re.compile(
    r"(?i)[\s\"'/](?:src|srcset|href|xlink:href|data|poster|background)\s*=\s*(?:\"([^\"]*)\"|'([^']*)'|([^\s>]+))"
)
_AUTHORITY = re.compile(r"(?i)(?:(?:https?|ftp|wss?):[/\\]*|[/\\]{2,})([^/\\?#]*)")
_MARKDOWN_ESCAPE = re.compile(r"\\([!-/:-@\[-`{-~])")
_IGNORED = re.compile("[\t\r\n\u00ad\u200b-\u200d\u2060\ufeff]")
_DOTS = str.maketrans("\u3002\uff0e\uff61", "...")
_NOBODYS = re.compile(r"(?:www\.)?example\.(?:com|org|net)")

_NAMED = re.compile(r"(?i)(?:[a-z][a-z0-9+.-]*:)?(?:\\?/){2}([^\s/\\?#<>\"'`()\[\]|,;]+)")
_BARE = re.compile(r"(?<![\w@.-])(?:[\w-]{1,63}\.){1,8}[^\W\d_]{2,24}(?![\w@-])")
# Whose lower domains belong to others: the places where a page or a bucket is free to have. The second
# levels of countries (co.uk) are told by their form.
_SHARED = frozenset(
    """
    amazonaws.com s3.amazonaws.com cloudfront.net azurewebsites.net azureedge.net windows.net
    core.windows.net blob.core.windows.net appspot.com run.app web.app firebaseapp.com firebaseio.com
    googleapis.com googleusercontent.com github.io githubusercontent.com gitlab.io pages.dev workers.dev
    r2.dev netlify.app vercel.app now.sh herokuapp.com onrender.com fly.dev surge.sh glitch.me repl.co
    replit.app ngrok.io ngrok.app ngrok-free.app trycloudflare.com blogspot.com wordpress.com tumblr.com
    weebly.com wixsite.com myshopify.com sharepoint.com digitaloceanspaces.com backblazeb2.com
    requestbin.net pipedream.net oastify.com
    """.split()
)
_SECOND_LEVEL = re.compile(r"(?:ac|co|com|edu|go|gob|gouv|gov|gv|ne|net|nom|or|org)\.[a-z]{2}")

_ASKS_IMAGE = re.compile(
    r"\b(?:image|picture|photo|foto|bild|imagen|immagine|imagem|afbeelding|plaatje)|图片|圖片|画像|写真", re.I
)
_ASKS_LINK = re.compile(
    r"\b(?:url|link|lien|enlace|website|web ?page|homepage)|链接|網址|网址|リンク|サイト", re.I
)


def host_of(address: str) -> str | None:
    """The host that a browser would call for *address*, in ASCII and small letters; None: it has none."""
    plain = _MARKDOWN_ESCAPE.sub(r"\1", html.unescape(address))
    found = _AUTHORITY.match(_IGNORED.sub("", plain).strip())
    return None if found is None else _host(found[1])


def _host(authority: str) -> str | None:
    place = unquote(authority).rpartition("@")[2]
    bare = place[: place.find("]") + 1] if place.startswith("[") else place.partition(":")[0]
    host = unicodedata.normalize("NFKC", bare).translate(_DOTS).strip(".").casefold()
    if not host.isascii():
        with suppress(UnicodeError):  # no browser can call it then, and it is nobody's that is known
            host = host.encode("idna").decode("ascii")
    return None if not host or _NOBODYS.fullmatch(host) else host


@dataclass(frozen=True, slots=True)
class Hosts:
    """Hosts that sources name; the first source that names each."""

    names: dict[str, Source]

    @property
    def empty(self) -> bool:
        return not self.names

    def entails(self, said: object) -> Source | None:
        """*said*: the hosts of one statement; all of them must be known."""
        found = [self._source(host) for host in said] if isinstance(said, tuple) else []
        return found[0] if found and None not in found else None

    def _source(self, host: str) -> Source | None:
        exact = self.names.get(host)
        if exact is not None or host.startswith("[") or not host.rpartition(".")[2].isalpha():
            return exact  # an IP address has no parent
        labels = host.split(".")
        parents = (".".join(labels[at:]) for at in range(1, len(labels) - 1))
        return next((self.names[p] for p in parents if p in self.names and not _is_shared(p)), None)


def _is_shared(domain: str) -> bool:
    return domain in _SHARED or _SECOND_LEVEL.fullmatch(domain) is not None


def _named(text: str) -> Iterator[str]:
    """Hosts in a source: in addresses, and as bare domains; not those of e-mail addresses."""
    plain = unicodedata.normalize("NFKC", text)
    for m in _NAMED.finditer(plain):
        if host := _host(m[1].rstrip(".,;:!*")):
            yield host
    for m in _BARE.finditer(plain):
        if host := _host(m[0]):
            yield host


def _image(text: str, start: int, end: int) -> Fact | None:
    """The image, or its later half, that begins at *start*."""
    if text[start] == "<":
        found = _ELEMENT_FORM.match(text, start, end)
        return None if found is None else _fact(found.span(), _addresses_in(found[0]))
    before = text[max(0, start - _CONTEXT) : start]
    if text[start] == "!":
        found = _IMAGE_FORM.match(text, start, end)
        return None if found is None else _fact(found.span(), _addresses_of(found[0], before))
    found = _DEFINITION_FORM.match(text, start, end)
    if found is None:
        return None
    label, address = _definitions(found[0])[0]
    wanted = {_label(m[2] or m[1]) for m in _REFERENCE.finditer(before)}
    return _fact(found.span(), [address] if label in wanted else [])


def _addresses_in(element: str) -> list[str]:
    values = [m[1] or m[2] or m[3] or "" for m in _ATTRIBUTE.finditer(element)]
    return [part for value in values for part in (value, *re.split(r"[\s,]+", value)[1:])]


def _addresses_of(image: str, before: str) -> list[str]:
    if image.endswith(")"):
        inside = _destination(image)
        return [inside[1:].partition(">")[0] if inside.startswith("<") else (inside.split() or [""])[0]]
    reference = _REFERENCE.fullmatch(image)
    label = _label(reference[2] or reference[1]) if reference is not None else ""
    return [address for known, address in _definitions(before) if known == label]


def _destination(image: str) -> str:
    """What stands in the parentheses at an image's end."""
    depth = 0
    for at in range(len(image) - 1, -1, -1):
        depth += (image[at] == ")") - (image[at] == "(")
        if depth == 0 and image[at - 1] == "]":
            return image[at + 1 : -1].strip()
    return ""


def _definitions(text: str) -> list[tuple[str, str]]:
    return [(_label(m[1]), m[2]) for m in _DEFINED.finditer(text)] if "]:" in text else []


def _label(text: str) -> str:
    return " ".join(text.casefold().split())


def _link(text: str, start: int, end: int) -> Fact | None:
    found = _LINK_FORM.match(text, start, end)
    if found is None:
        return None
    address = _CLOSING.sub("", found[0])
    whole = f"//{address}" if address[:1] in "wW" else address
    return _fact((start, start + len(address)), [whole])


def _fact(span: Span, addresses: Sequence[str]) -> Fact | None:
    hosts = tuple(dict.fromkeys(host for a in addresses if (host := host_of(a)) is not None))
    return Fact(span, hosts) if hosts else None


@dataclass(frozen=True, slots=True)
class HostKind:
    """
    A fact whose value is the hosts it would call, mostly one.

    start: finds where one may begin. read: (text, start, end) -> the one that does begin there.
    """

    name: str
    start: re.Pattern[str]
    read: Callable[[str, int, int], Fact | None]
    shape: Shape
    gate: tuple[str, ...]
    question: re.Pattern[str]

    def first(self, text: str, pos: int, unit: Span) -> Fact | None:
        for m in self.start.finditer(text, max(pos, unit[0]), unit[1]):
            # Where a text is cut must not show: an attempt sees as much as any rule may hold.
            found = self.read(text, m.start(), min(unit[1], m.start() + MATCH_LIMIT))
            if found is not None:
                return found
        return None

    def find(self, text: str, unit: Span, request: Request) -> list[Fact]:
        found: list[Fact] = []
        at = unit[0]
        while (fact := self.first(text, at, unit)) is not None:
            found.append(fact)
            at = fact.span[1]
        return found

    def asks(self, question: str) -> bool:
        return self.question.search(question[-_QUESTION_REACH:]) is not None

    def index(self, sources: Sequence[Source]) -> Known:
        found: dict[str, Source] = {}
        for known in sources:
            for host in _named(known.text):
                found.setdefault(host, known)
        return Hosts(found)


IMAGE_HOST = HostKind(
    name="image_host",
    start=_IMAGE_START,
    read=_image,
    shape=alt(_IMAGE, _ELEMENT, _DEFINITION),
    gate=(
        r"!\[",
        rf"<(?i:{'|'.join(_LOADING)})[ \t\r\n\f/]",
        r"\[[^\[\]]+\]:[ \t\r\n]*<?(?:(?i:https?|ftp|wss?|&)|[/\\])",
    ),
    question=_ASKS_IMAGE,
)
LINK_HOST = HostKind(
    name="link_host",
    start=_LINK_START,
    read=_link,
    shape=_LINK,
    gate=(r"(?i)(?:https?|ftp):[/\\]", r"[Ww]{3}[.]", r"[/\\]{2}"),
    question=_ASKS_LINK,
)
