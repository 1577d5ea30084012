"""The rulebook in the parent: what the admin side shows, explains and gives to Prometheus."""

from __future__ import annotations

import functools
import threading
from dataclasses import replace

from filterproxy.config import Config, RouteConfig
from filterproxy.core.plan import Plans
from filterproxy.core.request import Background
from filterproxy.core.rule import OnError
from filterproxy.engine.engines import everywhere, known_on, only
from filterproxy.rulebook.book import Rulebook
from filterproxy.rulebook.compile import compile
from filterproxy.rulebook.document import Document


class Book:
    """
    A document, compiled when it is first asked for, which starting need not wait for.

    previous: what ran before; rules that have not changed are taken from there.
    """

    def __init__(self, document: Document, config: Config, previous: Book | None = None) -> None:
        self.document = document
        self._config = config
        self._lock = threading.Lock()
        self._plans: dict[str, Plans] = {}
        # Not the book itself: it would keep all that were there before.
        self._previous = None if previous is None else previous.rulebook

    @property
    def rulebook(self) -> Rulebook:
        with self._lock:
            return self._rulebook

    @property
    def everywhere(self) -> frozenset[str]:
        """Ids of the rules that every reply meets, whatever its route."""
        return everywhere(self.rulebook, self._config)

    def on(self, route: RouteConfig) -> tuple[Rulebook, Plans]:
        """The rules of a route, and its plans."""
        rulebook = self.rulebook
        texts = known_on(route, self._config, rulebook.background.texts)
        if route.chain is not None or texts.keys() != rulebook.background.texts.keys():
            rulebook = replace(only(rulebook, route.chain), background=Background(texts))
        with self._lock:
            if route.name not in self._plans:
                self._plans[route.name] = Plans(rulebook.rules, self._config.canary_header)
            return rulebook, self._plans[route.name]

    @functools.cached_property
    def _rulebook(self) -> Rulebook:
        default = self._config.on_error
        made = compile(self.document, None if default is None else OnError(default), self._previous)
        self._previous = None
        return made
