"""What goes through as it is: requests of other paths, and replies that are not judged."""

from __future__ import annotations

import fnmatch
import re
from collections.abc import AsyncIterator, Sequence

from filterproxy.dialects.routes import Unread, plain_parts, plain_path
from filterproxy.engine.headers import passed_on
from filterproxy.proxy.body import Readable
from filterproxy.proxy.client import Client, ClientError
from filterproxy.proxy.upstream.errors import UpstreamError
from filterproxy.proxy.upstream.response import Response

# A request body up to this size goes upstream in one piece, with its length: not every server reads chunks.
_SMALL_BODY = 256 * 1024


async def request_body(client: Client, limit: int) -> bytes | AsyncIterator[bytes]:
    """A request's body, for an upstream that is asked as the client asked. Raises as Client.body does."""
    return await client.small_body(min(_SMALL_BODY, limit))


class Passed:
    """The paths that an operator lets through unjudged. globs: with * and ?, over the whole path."""

    def __init__(self, globs: Sequence[str]) -> None:
        self._pattern = re.compile("|".join(map(fnmatch.translate, globs))) if globs else None

    def lets(self, path: str) -> bool:
        """Whether a decoded *path* is one of them, however many slashes and dots it is written with."""
        return self._pattern is not None and self._pattern.match(plain_path(path)) is not None


def refusal(unread: Unread, path: str) -> ClientError:
    """The error in place of replies that cannot be judged."""
    plain = plain_parts(path)
    shown = "/".join(("", *plain[: len(plain) - len(unread.parts)], *unread.parts))
    return ClientError(
        403,
        "what is kept here cannot be checked, and is withheld; who runs this proxy can let it through by "
        f"listing its path in the configuration: `passthrough: [{shown}]`",
    )


async def relay(client: Client, response: Response, source: Readable, read: Sequence[bytes] = ()) -> None:
    """
    Pass on a reply.

    source: its body; another than *response* when that decodes it. read: what was read of it already.
    Raises UpstreamError, and as the source does.
    """
    if client.started:
        raise other_form()
    if not 200 <= response.status <= 599:
        raise UpstreamError("protocol", f"upstream answered with status {response.status}")
    headers = passed_on(response.status, response.headers, decoded=source is not response)
    await client.start(response.status, headers)
    for data in read:
        await client.send(data)
    while data := await source.read():
        await client.send(data)
    await client.send(b"", more=False)


def other_form() -> UpstreamError:
    """Heartbeats of the first try have left, so that the answer is a stream; the next try is none."""
    return UpstreamError("protocol", "the model server answered the second try in another form")
