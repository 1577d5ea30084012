"""Compressed bodies, however they are cut."""

from __future__ import annotations

import asyncio
import gzip
import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from filterproxy.engine.encoding import can_decode, encoding
from filterproxy.proxy.body import Decoded
from filterproxy.proxy.upstream.errors import UpstreamError


class FakeBody:
    def __init__(self, data: bytes, size: int) -> None:
        self._pieces = [data[at : at + size] for at in range(0, len(data), size)]

    async def read(self) -> bytes:
        return self._pieces.pop(0) if self._pieces else b""


def decoded(data: bytes, size: int) -> list[bytes]:
    async def read() -> list[bytes]:
        body, pieces = Decoded(FakeBody(data, size)), []
        while piece := await body.read():
            pieces.append(piece)
        return pieces

    return asyncio.run(read())


@given(st.binary(max_size=200), st.binary(max_size=50), st.integers(1, 60))
def test_every_cut_decodes_to_the_same_bytes(data: bytes, more: bytes, size: int) -> None:
    assert b"".join(decoded(gzip.compress(data), size)) == data
    assert b"".join(decoded(zlib.compress(data), size)) == data
    assert b"".join(decoded(zlib.compress(data, wbits=-15), size)) == data
    assert b"".join(decoded(gzip.compress(data) + gzip.compress(more), size)) == data + more


def test_no_piece_is_larger_than_a_mebibyte() -> None:
    pieces = decoded(gzip.compress(b"\0" * (3 << 20)), 100_000)

    assert sum(map(len, pieces)) == 3 << 20
    assert max(map(len, pieces)) <= 1 << 20


@given(st.binary(min_size=1, max_size=100), st.data())
def test_a_body_that_was_cut_short_is_an_error(data: bytes, draw: st.DataObject) -> None:
    whole = gzip.compress(data)
    kept = draw.draw(st.integers(1, len(whole) - 1))

    with pytest.raises(UpstreamError):
        decoded(whole[:kept], 16)


def test_encodings_are_named_as_the_head_has_them() -> None:
    assert encoding([(b"content-type", b"x")]) == ""
    assert encoding([(b"content-encoding", b"Identity")]) == ""
    assert encoding([(b"content-encoding", b"GZip")]) == "gzip"
    assert not can_decode(encoding([(b"content-encoding", b"gzip"), (b"content-encoding", b"br")]))
