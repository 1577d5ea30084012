"""What the admin side asks about rules."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

from filterproxy.engine.rulebook_metrics import Loads
from filterproxy.proxy.reload.book import Book
from filterproxy.proxy.reload.reload import Reloaded
from filterproxy.proxy.reload.sources import Source


class Reloads(Protocol):
    """The rules that run, and how they came to: see reload.Reloader."""

    source: Source
    book: Book
    loads: Loads
    last: Reloaded | None
    followers: list[Callable[[], None]]

    async def reload(self, why: str) -> Reloaded: ...
