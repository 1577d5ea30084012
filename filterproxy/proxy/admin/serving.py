"""How the admin side is served: to whom, and by what server."""

from __future__ import annotations

import contextlib
import hmac
from collections.abc import Awaitable, Callable, Iterator, MutableMapping
from typing import Any

import uvicorn

from filterproxy.config import Config
from filterproxy.proxy.admin.errors import error_answer
from filterproxy.proxy.server import Protocol as Connection
from filterproxy.proxy.tls import admin_tls

Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
App = Callable[[Message, Receive, Send], Awaitable[None]]

_OPEN = frozenset({"/healthz", "/readyz"})
_CHALLENGE = {"www-authenticate": "Bearer"}


class Guarded:
    """Lets through who bears the token; health and readiness are for everybody."""

    def __init__(self, app: App, token: str) -> None:
        self._app = app
        self._wanted = b"Bearer " + token.encode()

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and scope["path"] not in _OPEN and not self._bears(scope):
            answer = error_answer(
                401, "unauthorized", "a bearer token is wanted", {"www-authenticate": "Bearer"}
            )
            await answer(scope, receive, send)
            return
        await self._app(scope, receive, send)

    def _bears(self, scope: Message) -> bool:
        given = [value for name, value in scope["headers"] if name == b"authorization"]
        return len(given) == 1 and hmac.compare_digest(given[0], self._wanted)


class AdminServer(uvicorn.Server):
    """Serves the admin side; the signals stay with the program."""

    def __init__(self, app: App, config: Config) -> None:
        # The default logging would reconfigure the program's own.
        super().__init__(
            uvicorn.Config(
                app,
                # It ends connections on which a request does not go on, which uvicorn's own do not.
                http=Connection,
                lifespan="off",
                log_config=None,
                access_log=False,
                server_header=False,
                ws="none",
                timeout_graceful_shutdown=1,
                **admin_tls(config),
            )
        )

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield
