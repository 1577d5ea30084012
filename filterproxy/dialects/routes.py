"""Which dialect a request speaks, told by its method and the end of its path."""

from __future__ import annotations

import functools
import re
from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import unquote

from filterproxy.dialects.dialect import Dialect
from filterproxy.dialects.openai_chat import OPENAI_CHAT

# Stands for any one part of a path.
ANY = "*"

_SLASHES = re.compile("/+")
# Paths that are remembered: a deployment has few, but for the ids of stored replies.
_KEPT_PATHS = 1024


@dataclass(frozen=True, slots=True)
class Route:
    """
    Where a dialect is spoken.

    parts: the last parts of the path; `*` is any. stored: the reply was made before, so that the request says
    nothing of what was asked.
    """

    method: str
    parts: tuple[str, ...]
    dialect: Dialect
    stored: bool = False

    def fits(self, method: str, parts: Sequence[str]) -> bool:
        end = parts[-len(self.parts) :]
        return (
            method == self.method
            and len(end) == len(self.parts)
            and all(own in (ANY, part) for own, part in zip(self.parts, end, strict=True))
        )


ROUTES = (Route("POST", ("chat", "completions"), OPENAI_CHAT),)


class Routes:
    """A table of routes; the first that fits counts."""

    def __init__(self, routes: Sequence[Route] = ROUTES) -> None:
        self._routes = tuple(routes)
        self.of = functools.lru_cache(maxsize=_KEPT_PATHS)(self._of)

    def _of(self, method: str, path: str) -> Route | None:
        """The route of a request with a decoded *path*; None where no dialect is spoken there."""
        parts = plain_parts(path)
        return next((route for route in self._routes if route.fits(method, parts)), None)


def plain_parts(path: str) -> list[str]:
    """The parts of a path, however many slashes and dots it is written with."""
    plain: list[str] = []
    for part in _SLASHES.split(unquote(path)):
        if part == "..":
            del plain[-1:]
        elif part not in (".", ""):
            plain.append(part)
    return plain
