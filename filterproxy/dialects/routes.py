"""Which dialect a request speaks, told by its method and the end of its path."""

from __future__ import annotations

import functools
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from urllib.parse import unquote

from filterproxy.dialects.anthropic import ANTHROPIC_MESSAGES
from filterproxy.dialects.dialect import Dialect
from filterproxy.dialects.ollama import OLLAMA_CHAT, OLLAMA_GENERATE
from filterproxy.dialects.openai_chat import OPENAI_CHAT, OPENAI_CHAT_LIST
from filterproxy.dialects.openai_completions import OPENAI_COMPLETIONS
from filterproxy.dialects.openai_responses import OPENAI_RESPONSES

# Stands for any one part of a path.
ANY = "*"

_SLASHES = re.compile(r"[/\\]+")
# Paths that are remembered: a deployment has few, but for the ids of stored replies.
_KEPT_PATHS = 1024


@dataclass(frozen=True, slots=True)
class Route:
    """
    Where a dialect is spoken.

    parts: the last parts of the path, as loose_parts gives them; `*` is any. stored: the reply was made
    before, so that the request says nothing of what was asked.
    """

    method: str
    parts: tuple[str, ...]
    dialect: Dialect
    stored: bool = False

    def fits(self, method: str, parts: Sequence[str]) -> bool:
        return method == self.method and _ends(parts, self.parts)


@dataclass(frozen=True, slots=True)
class Override:
    """
    Where the operator says that a dialect is spoken.

    path: all of a path, of the parts that loose_parts gives.
    """

    method: str
    path: re.Pattern[str]
    dialect: Dialect
    stored: bool = False

    def fits(self, method: str, parts: Sequence[str]) -> bool:
        return method == self.method and self.path.fullmatch("/" + "/".join(parts)) is not None


ROUTES = (
    Route("POST", ("chat", "completions"), OPENAI_CHAT),
    Route("GET", ("chat", "completions"), OPENAI_CHAT_LIST, stored=True),
    Route("GET", ("chat", "completions", ANY), OPENAI_CHAT, stored=True),
    Route("POST", ("chat", "completions", ANY), OPENAI_CHAT, stored=True),
    Route("POST", ("completions",), OPENAI_COMPLETIONS),
    Route("POST", ("responses",), OPENAI_RESPONSES),
    Route("GET", ("responses", ANY), OPENAI_RESPONSES, stored=True),
    Route("POST", ("responses", ANY, "cancel"), OPENAI_RESPONSES, stored=True),
    # Not a thread's messages, which are OpenAI's.
    Route("POST", ("v1", "messages"), ANTHROPIC_MESSAGES),
    Route("POST", ("api", "chat"), OLLAMA_CHAT),
    Route("POST", ("api", "generate"), OLLAMA_GENERATE),
)


@dataclass(frozen=True, slots=True)
class Unread:
    """
    Where replies are kept in a form that no dialect reads; asked for by GET.

    parts: the last parts of the path; `*` is any. cause: a label of metrics. refused: whether nothing of it
    passes unless the operator lets it through. like: a path at which the dialect is spoken, by POST, whose
    clients ask here.
    """

    parts: tuple[str, ...]
    cause: str
    refused: bool = True
    like: str = ""


# Of files of results each line holds a reply, to a request of another file.
UNREAD = (
    Unread(("files", ANY, "content"), "file_content"),
    Unread(("messages", "batches", ANY, "results"), "batch_results", like="/v1/messages"),
    Unread(("batches", ANY, "results"), "batch_results"),
    # A conversation that the server keeps holds what the user said, too.
    Unread(("conversations", ANY, "items"), "stored_items", refused=False),
    Unread(("conversations", ANY, "items", ANY), "stored_items", refused=False),
    Unread(("threads", ANY, "messages"), "stored_items", refused=False),
    Unread(("threads", ANY, "messages", ANY), "stored_items", refused=False),
)


class Routes:
    """A table of routes; the first that fits counts."""

    def __init__(self, routes: Sequence[Route | Override] = ROUTES) -> None:
        self._routes = tuple(routes)
        self.of = functools.lru_cache(maxsize=_KEPT_PATHS)(self._of)

    def unread(self, method: str, path: str) -> Unread | None:
        """What is kept at a decoded *path* in a form that no dialect reads; None for any other request."""
        if method != "GET":
            return None
        parts = loose_parts(path)
        return next((unread for unread in UNREAD if _ends(parts, unread.parts)), None)

    def _of(self, method: str, path: str) -> Route | Override | None:
        """The route of a request with a decoded *path*; None where no dialect is spoken there."""
        parts = loose_parts(path)
        return next((route for route in self._routes if route.fits(method, parts)), None)


def _ends(parts: Sequence[str], wanted: Sequence[str]) -> bool:
    end = parts[-len(wanted) :]
    return len(end) == len(wanted) and all(own in (ANY, part) for own, part in zip(wanted, end, strict=True))


def plain_parts(path: str) -> list[str]:
    """The parts of a path, however many slashes and dots it is written with."""
    return _without_dots(_SLASHES.split(unquote(path)))


def plain_path(path: str) -> str:
    """A path of its plain parts alone."""
    return "/" + "/".join(plain_parts(path))


def loose_parts(path: str) -> list[str]:
    """
    The parts of a path as the least strict of servers takes them.

    Some leave off a part's parameters (RFC 3986, 3.3), white space around it or all behind a NUL, or do not
    tell capitals from small letters: what one of them would answer must not pass because it is written oddly.
    """
    parts = _SLASHES.split(unquote(path))
    return _without_dots(part.partition(";")[0].partition("\0")[0].strip().lower() for part in parts)


def _without_dots(parts: Iterable[str]) -> list[str]:
    plain: list[str] = []
    for part in parts:
        if part == "..":
            del plain[-1:]
        elif part not in (".", ""):
            plain.append(part)
    return plain
