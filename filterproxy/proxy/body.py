"""A reply's body without its content encoding, in pieces of bounded size."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Protocol

from filterproxy.engine.encoding import Decoder, EncodingError
from filterproxy.proxy.upstream.errors import UpstreamError


class Readable(Protocol):
    """See upstream.response.Response.read."""

    async def read(self) -> bytes: ...


class Decoded:
    """
    A body of gzip or deflate, decoded as it comes (see engine.encoding).

    Raises what *source* does, and UpstreamError ("protocol") for a body that is not what it claims.
    """

    def __init__(self, source: Readable) -> None:
        self._source = source
        self._decoder = Decoder()
        self._pieces: Iterator[bytes] = iter(())

    async def read(self) -> bytes:
        """The next decoded bytes, at most 1 MiB; b"" at the end."""
        try:
            while not (data := next(self._pieces, b"")):
                raw = await self._source.read()
                if not raw:
                    return self._decoder.end()
                self._pieces = self._decoder.feed(raw)
            return data
        except EncodingError as error:
            raise UpstreamError("protocol", str(error)) from None
