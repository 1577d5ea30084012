"""What an exchange is called."""

from __future__ import annotations

import hashlib
import pickle
from dataclasses import replace

from filterproxy.core.request import Turn
from filterproxy.core.verdict import Channel
from filterproxy.corpus.exchange import Exchange

EXCHANGE = Exchange(
    id="1",
    turns=(Turn("system", "Open 9-17."), Turn("tool", "{}", "hours"), Turn("user", "Wann?")),
    texts=((Channel(0, "content"), "Um neun ☺"), (Channel(1, "arguments", 2), "{}")),
)


def test_the_hash_is_that_of_canonical_json() -> None:
    """Written out, so that other programs can work it out."""
    canonical = (
        '[[["system","","Open 9-17."],["tool","hours","{}"],["user","","Wann?"]],'
        '[[0,"content",0,"Um neun \\u263a"],[1,"arguments",2,"{}"]]]'
    )

    assert hashlib.sha256(canonical.encode()).hexdigest()[:16] == EXCHANGE.hash


def test_the_hash_is_of_what_was_said_and_of_nothing_else() -> None:
    """Labels hold wherever the conversation is met again."""
    elsewhere = replace(EXCHANGE, id="2", time="now", model="m", route="r", stream=True, file="f", line=3)

    assert EXCHANGE.hash == elsewhere.hash
    assert EXCHANGE.hash != replace(EXCHANGE, texts=EXCHANGE.texts[:1]).hash
    assert EXCHANGE.hash != replace(EXCHANGE, turns=EXCHANGE.turns[1:]).hash


def test_halves_of_characters_have_a_hash_too() -> None:
    assert Exchange(texts=((Channel(0, "content"), "\ud83d"),)).hash


def test_an_exchange_survives_pickle() -> None:
    name = EXCHANGE.hash
    copy = pickle.loads(pickle.dumps(EXCHANGE))

    assert (EXCHANGE, name) == (copy, copy.hash)


def test_a_request_is_new_each_time() -> None:
    """It remembers what was worked out about it."""
    first, second = EXCHANGE.request(), EXCHANGE.request()
    first.memo["x"] = 1

    assert ({}, EXCHANGE.turns) == (second.memo, second.turns)
