"""What goes through as it is: requests of other paths, and replies that are not judged."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence

from filterproxy.proxy.body import Readable
from filterproxy.proxy.client import Client
from filterproxy.proxy.connection import Response
from filterproxy.proxy.errors import UpstreamError
from filterproxy.proxy.headers import content_type, returned

# A request body up to this size goes upstream in one piece, with its length: not every server reads chunks.
_SMALL_BODY = 256 * 1024


async def request_body(client: Client, limit: int) -> bytes | AsyncIterator[bytes]:
    """A request's body, for an upstream that is asked as the client asked. Raises as Client.body does."""
    return await client.small_body(min(_SMALL_BODY, limit))


def carries_reply(method: str, response: Response) -> bool:
    """Whether a reply of a path that we do not know may hold a model's text."""
    if method != "POST" or not 200 <= response.status < 300:
        return False
    kind = content_type(response.headers)
    return kind.startswith(b"text/") or kind.endswith(b"json") or kind == b"application/x-ndjson"


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
    decoded = source is not response
    length = response.status not in (204, 304)
    headers = returned(response.headers, same_bytes=not decoded, decoded=decoded, length=length)
    await client.start(response.status, headers)
    for data in read:
        await client.send(data)
    while data := await source.read():
        await client.send(data)
    await client.send(b"", more=False)


def other_form() -> UpstreamError:
    """Heartbeats of the first try have left, so that the answer is a stream; the next try is none."""
    return UpstreamError("protocol", "the model server answered the second try in another form")
