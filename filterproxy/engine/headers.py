"""What the headers of a request and of a reply say, and which of them go on. Names are in lower case."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

Headers = Sequence[tuple[bytes, bytes]]

JSON = (b"content-type", b"application/json")

# Between two neighbours (RFC 9110 §7.6.1), so not to be passed on.
HOP_BY_HOP = frozenset(
    b"connection keep-alive proxy-connection proxy-authenticate te trailer transfer-encoding upgrade".split()
)
# Ours alone: whoever else sets one of these pretends.
OWN_PREFIX = b"x-filterproxy-"
# What says something about the exact bytes of a body, and is wrong once they have changed.
_OF_THE_BYTES = frozenset(b"content-length content-md5 content-digest digest repr-digest etag".split())
_LENGTH = frozenset({b"content-length"})
_ENCODING = frozenset({b"content-encoding"})
# By what the keywords of `returned` are.
_LEFT_OUT = {
    (same_bytes, decoded, length): HOP_BY_HOP.union(
        () if same_bytes else _OF_THE_BYTES, _ENCODING if decoded else (), () if length else _LENGTH
    )
    for same_bytes in (False, True)
    for decoded in (False, True)
    for length in (False, True)
}


class HeaderView(Mapping[str, str]):
    """Headers as rules ask for them, by lower-case name; decoded only when somebody asks."""

    __slots__ = ("_raw",)

    def __init__(self, raw: Headers) -> None:
        self._raw = raw

    def __getitem__(self, name: str) -> str:
        wanted = name.encode("latin-1", "replace")
        values = [value for key, value in self._raw if key == wanted]
        if not values:
            raise KeyError(name)
        return b", ".join(values).decode("latin-1")

    def __iter__(self) -> Iterator[str]:
        return iter(dict.fromkeys(key.decode("latin-1") for key, _ in self._raw))

    def __len__(self) -> int:
        return len({key for key, _ in self._raw})


def first(headers: Headers, name: bytes) -> bytes:
    """The first value of a header; b"" when there is none."""
    for key, value in headers:
        if key == name:
            return value
    return b""


def content_type(headers: Headers) -> bytes:
    """The media type in lower case; JSON where none is named, for servers that leave it out."""
    for name, value in headers:
        if name == b"content-type":
            return value.partition(b";")[0].strip().lower()
    return b"application/json"


def forwarded(headers: Headers, without: bytes = b"") -> list[tuple[bytes, bytes]]:
    """
    Request headers for upstream, which itself leaves out those between neighbours.

    without: one more that does not go on.
    """
    return [header for header in headers if header[0] != without and not header[0].startswith(OWN_PREFIX)]


def returned(
    headers: Headers, *, same_bytes: bool, decoded: bool = False, length: bool = True
) -> list[tuple[bytes, bytes]]:
    """
    Reply headers for the client.

    same_bytes: False when the body is not the one they speak of. decoded: its content encoding was undone.
    length: whether what they say about its length holds.
    """
    left_out = _LEFT_OUT[same_bytes, decoded, length]
    for name, value in headers:
        if name == b"connection":
            left_out |= {token.strip() for token in value.lower().split(b",")}
    return [
        header for header in headers if header[0] not in left_out and not header[0].startswith(OWN_PREFIX)
    ]


def passed_on(status: int, headers: Headers, *, decoded: bool = False) -> list[tuple[bytes, bytes]]:
    """Reply headers for the client, of a body that goes on as it is, or without its content encoding."""
    # A 304 may say how long a body would be that it does not have; a 204 must not (RFC 9110 §8.6).
    length = status not in (204, 304)
    return returned(headers, same_bytes=not decoded, decoded=decoded, length=length)
