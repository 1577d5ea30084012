"""Whatever stands in a file, each line is an exchange or is listed."""

from __future__ import annotations

import json
import tempfile
from pathlib import Path
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from filterproxy.corpus.exchange import Exchange
from filterproxy.corpus.read import read
from filterproxy.corpus.shapes import exchange_of
from tests.replay.books import line_of, said

_KEYS = (
    "v", "log", "request", "reply", "texts", "messages", "conversations", "turns", "role", "content", "from",
    "value", "text", "choice", "kind", "part", "attempt", "choices", "message", "tool_calls", "function",
    "arguments", "left_out", "hash", "system", "stream", "json", "complete", "model", "response_format",
    "type",
)  # fmt: skip
_WORDS = (
    "user",
    "assistant",
    "system",
    "tool",
    "content",
    "human",
    "gpt",
    "function_call",
    "decisions",
    "",
    "x",
)
_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-1, 2) | st.sampled_from(_WORDS),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(_KEYS), inner, max_size=4),
    max_leaves=12,
)
_OBJECTS = st.dictionaries(st.sampled_from(_KEYS), _VALUES, max_size=5)
_LINES = st.binary(max_size=40).map(lambda line: line.replace(b"\n", b" ")) | _OBJECTS.map(
    lambda value: json.dumps(value).encode()
)


@given(_OBJECTS)
def test_any_object_is_an_exchange_or_is_refused_in_words(value: dict[str, Any]) -> None:
    try:
        exchange = exchange_of(value)
    except ValueError as error:
        assert str(error)
    else:
        assert exchange.texts and exchange.hash


@given(st.lists(_LINES, max_size=8))
def test_every_line_is_accounted_for(lines: list[bytes]) -> None:
    # The first one says which kind of file it is.
    first = json.dumps(line_of(said("Hi."))).encode()
    whole = [first, *lines]
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "x.jsonl"
        path.write_bytes(b"".join(line + b"\n" for line in whole))
        found = list(read([path]))

    expected = [number for number, line in enumerate(whole, 1) if line.strip()]
    exchanges = [item.line for item in found if isinstance(item, Exchange)]
    assert expected == sorted({item.line for item in found})
    assert len(exchanges) == len(set(exchanges))
