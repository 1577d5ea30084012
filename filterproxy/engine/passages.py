"""Passages for requests, whichever shell they come through: who judges the reply, and on what terms."""

from __future__ import annotations

from filterproxy.config import DEFAULT, Config
from filterproxy.core.request import Request
from filterproxy.dialects.configured import routes_of
from filterproxy.dialects.routes import Override, Route, Routes, Unread
from filterproxy.engine.elsewhere import Elsewhere
from filterproxy.engine.engines import Engines
from filterproxy.engine.headers import Headers, HeaderView
from filterproxy.engine.passage import Passage, Terms
from filterproxy.engine.routing import Routing


class Passages:
    """
    Where replies begin their way. Setting `engines` changes the rules for those that begin after it.

    routes: where which dialect is spoken.
    """

    def __init__(self, engines: Engines, config: Config) -> None:
        self.engines = engines
        self.routes: Routes = routes_of(config.dialects)
        self._routing = Routing(config.routes)
        self._terms = {name: Terms.of(config.on(name)) for name in config.all_routes}

    def of(self, spoken: Route | Override, path: str, headers: Headers, body: bytes) -> Passage:
        """
        For the reply to a request at a *path* where a dialect is *spoken*.

        path: decoded. headers: names in lower case.
        """
        engines = self.engines
        view = HeaderView(headers)
        began = engines.of(DEFAULT).clock()
        if spoken.stored:  # of a reply that was made before nobody knows what was asked
            request, model = Request(headers=view, complete=False), None
        else:
            request = spoken.dialect.read_request(body, view)
            model = request.model
        name = request.route = self._routing.of(path, view, model)
        engine = engines.of(name)
        passage = Passage(engine, spoken.dialect, request, self._terms[name], name)
        passage.times.filtering = engine.clock() - began
        return passage

    def elsewhere(
        self, method: str, path: str, headers: Headers, unread: Unread | None, *, lets: bool
    ) -> Elsewhere:
        """
        For the reply to a request at a path where no dialect is spoken.

        unread: what is kept there, if it is known. lets: whether the operator lets it through unjudged.
        """
        name = self._routing.of(path, HeaderView(headers))
        return Elsewhere(
            method,
            drops=self._terms[name].drops,
            cause="unknown_path" if unread is None else unread.cause,
            known=unread is not None,
            lets=lets,
            route=name,
        )
