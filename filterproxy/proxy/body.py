"""A reply's body without its content encoding, in pieces of bounded size."""

from __future__ import annotations

import zlib
from typing import Protocol

from filterproxy.engine.headers import Headers
from filterproxy.proxy.errors import UpstreamError

# Bytes that one step may decode to: a few KB of gzip can stand for gigabytes.
_PIECE = 1 << 20


class Readable(Protocol):
    """See connection.Response.read."""

    async def read(self) -> bytes: ...


def encoding(headers: Headers) -> str:
    """The content encoding that a head names, in lower case; "" for none."""
    named = [value for name, value in headers if name == b"content-encoding"]
    if not named:
        return ""
    text = b",".join(named).decode("latin-1").strip().lower()
    return "" if text == "identity" else text


def can_decode(name: str) -> bool:
    return name in ("", "gzip", "x-gzip", "deflate")


class Decoded:
    """
    A body of gzip or deflate (RFC 9110 §8.4.1), decoded as it comes.

    Raises what *source* does, and UpstreamError ("protocol") for a body that is not what it claims.
    """

    def __init__(self, source: Readable) -> None:
        self._source = source
        self._decoder = zlib.decompressobj(wbits=zlib.MAX_WBITS | 32)  # gzip or zlib, as its head says
        self._raw = b""
        self._opening = b""  # the first two bytes: by then it is known whether they are a header

    async def read(self) -> bytes:
        """The next decoded bytes, at most 1 MiB; b"" at the end."""
        while True:
            if not self._raw:
                self._raw = await self._source.read()
                if not self._raw:
                    return self._at_end()
            data = self._step()
            if data:
                return data

    def _step(self) -> bytes:
        raw, self._raw = self._raw, b""
        if self._decoder.eof:
            # A gzip file may be several, one after the other (RFC 1952 §2.2).
            self._decoder = zlib.decompressobj(wbits=zlib.MAX_WBITS | 32)
        before = self._opening
        self._opening = (before + raw[:2])[:2]
        try:
            data = self._decoder.decompress(raw, _PIECE)
        except zlib.error:
            if len(before) == 2:
                raise _broken() from None
            data = self._bare(before + raw)
        self._raw = self._decoder.unconsumed_tail or self._decoder.unused_data
        return data

    def _bare(self, raw: bytes) -> bytes:
        """Some servers send deflate without the zlib header that the name means."""
        self._decoder = zlib.decompressobj(wbits=-zlib.MAX_WBITS)
        try:
            return self._decoder.decompress(raw, _PIECE)
        except zlib.error:
            raise _broken() from None

    def _at_end(self) -> bytes:
        if self._opening and not self._decoder.eof:
            data = self._decoder.flush(_PIECE)
            if not self._decoder.eof:
                raise UpstreamError("protocol", "upstream's compressed body ends before its end")
            return data
        return b""


def _broken() -> UpstreamError:
    return UpstreamError("protocol", "upstream's body is not compressed as its head says")
