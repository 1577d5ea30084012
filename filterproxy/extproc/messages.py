"""
What Envoy and an external processor say to each other, in FULL_DUPLEX_STREAMED mode.

https://www.envoyproxy.io/docs/envoy/latest/api-v3/service/ext_proc/v3/external_processor.proto
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from envoy.config.core.v3 import base_pb2 as base
from envoy.service.ext_proc.v3 import external_processor_pb2 as proto

from filterproxy.engine.course import Head
from filterproxy.engine.headers import HOP_BY_HOP, Headers

# A ProcessingRequest, and a ProcessingResponse: their classes are made when they are imported.
Asked = Any
Said = Any

# Bytes of one message; gRPC takes 4 MiB unless told otherwise.
_PIECE = 256 * 1024
_LENGTH = b"content-length"


def pairs(found: proto.HttpHeaders) -> list[tuple[bytes, bytes]]:
    """Headers as Envoy tells them: names in lower case, pseudo-headers first."""
    return [(one.key.encode(), one.raw_value or one.value.encode()) for one in found.headers.headers]


def ask_on(without: Iterable[bytes], headers: Headers = ()) -> Said:
    """The request may go on to upstream, with other headers."""
    return proto.ProcessingResponse(request_headers=proto.HeadersResponse(response=_common(without, headers)))


def answer_on(upstream: Headers, head: Head, own: Headers) -> Said:
    """
    The answer may go on to the client, as *head* says. upstream: its headers. own: those that are ours.

    Its length is Envoy's to say: what follows may be more or less than upstream sent.
    """
    kept = [header for header in head.headers if header[0] != _LENGTH]
    names = {name for name, _ in upstream if not name.startswith(b":")} - HOP_BY_HOP
    without = names - {name for name, _ in kept}
    known = set(upstream)
    changed = [header for header in kept if header not in known]
    if (b":status", b"%d" % head.status) not in known:
        changed.append((b":status", b"%d" % head.status))
    return proto.ProcessingResponse(
        response_headers=proto.HeadersResponse(response=_common(without, [*changed, *own]))
    )


def answer_instead(head: Head, own: Headers, body: bytes) -> Said:
    """An answer in place of the one that upstream gave, or would have."""
    kept = [header for header in head.headers if header[0] != _LENGTH]
    answer = proto.ImmediateResponse(headers=_mutation((), [*kept, *own]), body=body)
    answer.status.code = head.status
    return proto.ProcessingResponse(immediate_response=answer)


def request_bytes(data: bytes, last: bool) -> Iterator[Said]:
    """Some of the request's body."""
    for response in _pieces(data, last):
        yield proto.ProcessingResponse(request_body=proto.BodyResponse(response=response))


def answer_bytes(data: bytes, last: bool) -> Iterator[Said]:
    """Some of the answer's body."""
    for response in _pieces(data, last):
        yield proto.ProcessingResponse(response_body=proto.BodyResponse(response=response))


def request_trailers() -> Said:
    return proto.ProcessingResponse(request_trailers=proto.TrailersResponse())


def answer_trailers() -> Said:
    return proto.ProcessingResponse(response_trailers=proto.TrailersResponse())


def _pieces(data: bytes, last: bool) -> Iterator[proto.CommonResponse]:
    starts: Sequence[int] = range(0, len(data), _PIECE) or ((0,) if last else ())
    for start in starts:
        streamed = proto.StreamedBodyResponse(
            body=data[start : start + _PIECE], end_of_stream=last and start + _PIECE >= len(data)
        )
        yield proto.CommonResponse(body_mutation=proto.BodyMutation(streamed_response=streamed))


def _common(without: Iterable[bytes], headers: Headers) -> proto.CommonResponse:
    return proto.CommonResponse(header_mutation=_mutation(without, headers))


def _mutation(without: Iterable[bytes], headers: Headers) -> proto.HeaderMutation:
    options = [
        base.HeaderValueOption(
            header=base.HeaderValue(key=name.decode("latin-1"), raw_value=value),
            append_action=base.HeaderValueOption.OVERWRITE_IF_EXISTS_OR_ADD,
        )
        for name, value in headers
    ]
    removed = sorted(name.decode("latin-1") for name in without)
    return proto.HeaderMutation(set_headers=options, remove_headers=removed)
