"""Replies that are plain text, whole and streamed."""

from __future__ import annotations

from filterproxy.dialects.dialect import Dialect, Temperature
from filterproxy.dialects.generic.error import error_body
from filterproxy.dialects.generic.request import Asked
from filterproxy.dialects.text.reply import TEXT_BODY, TextForm, TextPieces

TEXT = "text"
_TYPE = b"text/plain"


def text(asked: Asked) -> Dialect:
    """The dialect of an API that answers with text; asked: its requests."""
    return Dialect(
        name=TEXT,
        read_request=asked.read,
        form=lambda request: TextForm(),
        events={_TYPE: lambda request: TextPieces()},
        error_body=error_body,
        with_note=asked.with_note,
        temperature=Temperature(()),
        whole_types=(_TYPE,),
        codec=TEXT_BODY,
    )
