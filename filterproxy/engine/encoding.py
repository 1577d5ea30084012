"""Content encodings of replies, undone as the bytes come, in pieces of bounded size."""

from __future__ import annotations

import zlib
from collections.abc import Iterator

from filterproxy.engine.headers import Headers

# Bytes that one step may decode to: a few KB of gzip can stand for gigabytes.
_PIECE = 1 << 20


class EncodingError(Exception):
    """A body is not encoded as its head says; args[0] is a sentence about it."""


def encoding(headers: Headers) -> str:
    """The content encoding that a head names, in lower case; "" for none."""
    named = [value for name, value in headers if name == b"content-encoding"]
    if not named:
        return ""
    text = b",".join(named).decode("latin-1").strip().lower()
    return "" if text == "identity" else text


def can_decode(name: str) -> bool:
    return name in ("", "gzip", "x-gzip", "deflate")


class Decoder:
    """A body of gzip or deflate (RFC 9110 §8.4.1). Its methods raise EncodingError."""

    def __init__(self) -> None:
        self._decoder = zlib.decompressobj(wbits=zlib.MAX_WBITS | 32)  # gzip or zlib, as its head says
        self._opening = b""  # the first two bytes: by then it is known whether they are a header

    def feed(self, raw: bytes) -> Iterator[bytes]:
        """What some more of the body says, at most 1 MiB at a time; to be read to its end."""
        while raw:
            data, raw = self._step(raw)
            if data:
                yield data

    def end(self) -> bytes:
        """The body is complete: the last that it says."""
        if not self._opening or self._decoder.eof:
            return b""
        data = self._decoder.flush(_PIECE)
        if not self._decoder.eof:
            raise EncodingError("upstream's compressed body ends before its end")
        return data

    def _step(self, raw: bytes) -> tuple[bytes, bytes]:
        """A piece of what *raw* says, and what of it has yet to be read."""
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
        return data, self._decoder.unconsumed_tail or self._decoder.unused_data

    def _bare(self, raw: bytes) -> bytes:
        """Some servers send deflate without the zlib header that the name means."""
        self._decoder = zlib.decompressobj(wbits=-zlib.MAX_WBITS)
        try:
            return self._decoder.decompress(raw, _PIECE)
        except zlib.error:
            raise _broken() from None


def _broken() -> EncodingError:
    return EncodingError("upstream's body is not compressed as its head says")
