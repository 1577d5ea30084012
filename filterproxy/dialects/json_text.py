"""
Text that is JSON: its string values as texts of their own, and put back in place.

Strings are replaced where they stand. So numbers of any size, repeated keys, white space and order stay as
they were sent, and what was not changed keeps its bytes.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

import orjson

# In valid JSON a quotation mark outside a string begins one, so that this finds every string and no more.
_STRING = re.compile(r'"[^"\\]*(?:\\.[^"\\]*)*"(?P<key>[ \t\r\n]*:)?')


class JsonStrings:
    """The string values, not the keys, of a JSON object or array, in the order of the text."""

    def split(self, text: str) -> list[str] | None:
        """
        The values; None when *text* is not JSON, or is no object or array.

        What nests deeper than orjson reads (1 024 levels) is not JSON here, nor are escapes that stand for
        half a character.
        """
        if not text.lstrip(" \t\r\n").startswith(("{", "[")):
            return None
        try:
            orjson.loads(text)
        except orjson.JSONDecodeError:
            return None
        return [orjson.loads(found.group()) for found in _values(text)]

    def join(self, text: str, values: Sequence[str]) -> str:
        """*text*, which `split` took apart, with *values* in the places of its own."""
        parts: list[str] = []
        at = 0
        for found, value in zip(_values(text), values, strict=True):
            if orjson.loads(found.group()) != value:
                parts += (text[at : found.start()], orjson.dumps(value).decode())
                at = found.end()
        return "".join((*parts, text[at:]))


def _values(text: str) -> Iterator[re.Match[str]]:
    return (found for found in _STRING.finditer(text) if found["key"] is None)
