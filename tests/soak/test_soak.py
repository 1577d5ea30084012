"""The soak's own parts, and a minute of it."""

from __future__ import annotations

import os
import random
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any, cast

import pytest

from tests import oracle
from tests.soak import books, wire
from tests.soak.client import Got
from tests.soak.heard import hear_stream, hear_whole
from tests.soak.laws import Around, rule_on
from tests.soak.processes import Proxy
from tests.soak.report import memory_laws
from tests.soak.script import DIALECTS, Said, Script, script
from tests.soak.soak import Soak

ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize("letter", books.LETTERS)
def test_what_the_soak_expects_is_what_the_oracle_says_also_of_texts_that_break_off(letter: str) -> None:
    for number in range(10):
        asked = script(3, number)
        text = asked.choices[0].content[:700]
        for end in {len(text), *range(0, len(text), 31)}:
            said = oracle.apply(books.specs(letter, asked.model), text[:end])
            left = books.content(text[:end], letter, asked.model)

            assert (left.outcome == "drop") is (said.dropped is not None)
            if left.outcome != "drop":
                assert left.text == said.text


def test_a_reply_reads_alike_whole_and_streamed() -> None:
    seen = set()
    for number in range(300):
        asked = script(5, number)
        if asked.slow:
            continue
        seen.add(asked.dialect)
        whole = hear_whole(asked.dialect, wire.whole(asked))
        stream = hear_stream(asked.dialect, b"".join(e.data for e in wire.events(asked)))

        assert (whole.texts, whole.finishes, whole.usage) == (stream.texts, stream.finishes, stream.usage)
        assert whole.wrong == stream.wrong == []
        assert stream.ended
    assert seen == set(DIALECTS)


def test_a_reply_as_it_should_be_breaks_no_law() -> None:
    for number in range(60):
        asked = _quiet(number)
        for letter in books.LETTERS:
            ruling = rule_on(asked, _got(asked, letter), Around(books.LETTERS))

            assert ruling.broken == []


@pytest.mark.parametrize(
    ("change", "broken"),
    [
        (lambda body: body.replace(b"[A]", b"[B]", 1), "its text is not the one under A/B"),
        (lambda body: body.replace(b"[A]", b"SK-1234-ABCD", 1), "its text is not the one under A/B"),
        (lambda body: body.replace(b'"q7x"', b'"q8x"', 1), "it holds text of the replies ['8']"),
        (lambda body: body.replace(b"data: [DONE]\n\n", b""), "it has no terminator"),
        (lambda body: body + b'data: {"error":{"message":"x","type":"y"}}\n\n', "an event after the end"),
        (lambda body: body.replace(b'"completion_tokens":5', b'"completion_tokens":6'), "its usage is"),
        (lambda body: body.replace(b'"finish_reason":"stop"', b'"finish_reason":null'), "it finished {}"),
        (lambda body: body[: len(body) // 2], "its text is not the one under A/B"),
        (lambda body: body.replace(b"data: {", b"data: {{", 1), "the reply is not of its dialect"),
    ],
)
def test_a_reply_that_breaks_a_law_is_found(change: Callable[[bytes], bytes], broken: str) -> None:
    code = "Now q7x0x0q lamp SK-9999-ABCD today. Now q7x0x1q lamp SK-9998-ABCD today. "
    asked = replace(_quiet(7), dialect="chat", stream=True, choices=(Said(code),), copies=False, model="any")
    got = _got(asked, "A")
    got.body = bytearray(change(bytes(got.body)))

    assert any(said.startswith(broken) for said in rule_on(asked, got, Around(books.LETTERS)).broken)


def test_a_secret_a_broken_connection_and_an_open_reply_are_found() -> None:
    asked = replace(_quiet(7), dialect="chat", stream=True, choices=(Said("Now SK-9999-ABCD today."),))
    leaks = _got(asked, "A")
    leaks.body += b": SK-9999-ABCD\n\n"
    late, broken = Got(how="late"), Got(how="broken")

    assert rule_on(asked, leaks, Around()).broken == ["it holds a secret"]
    assert rule_on(asked, late, Around()).broken == ["it was left open"]
    assert rule_on(asked, broken, Around()).broken == ["its connection broke"]
    assert rule_on(asked, broken, Around(worker_died=True)).broken == []


def _quiet(number: int) -> Script:
    """An exchange in which nothing goes wrong."""
    return replace(script(5, number), fault="", leaves="", slow=False, model="any")


def _got(asked: Script, letter: str) -> Got:
    """What a client gets of it."""
    left = tuple(
        Said(
            books.content(said.content, letter, asked.model).text,
            books.redacted(said.reasoning, letter),
            None if said.arguments is None else books.redacted(said.arguments, letter),
        )
        for said in asked.choices
    )
    said = replace(asked, choices=left)
    body = b"".join(event.data for event in wire.events(said)) if asked.stream else wire.whole(said)
    return Got("end", 200, {"content-type": wire.content_type(asked)}, bytearray(body))


@pytest.mark.parametrize(("mb_a_minute", "is_found"), [(0.0, False), (0.3, False), (1.0, True)])
def test_memory_that_is_not_given_back_is_told_from_what_replies_take_for_a_while(
    mb_a_minute: float, is_found: bool
) -> None:
    chance = random.Random(1)
    times = [5.0 * i for i in range(121)]
    samples = [(at, 7, 50 + mb_a_minute * at / 60 + abs(chance.gauss(0, 4))) for at in times]
    proxy = Proxy(cast(Any, None), "", "", Path())
    soak = Soak(1, 600.0, 64, Path(), (), proxy, samples=samples)

    assert bool(list(memory_laws(soak))) is is_found


@pytest.mark.slow
def test_a_minute_of_everything_at_once_breaks_no_law() -> None:
    """`python -m tests.soak --minutes 1`; a seed of one's own: FILTERPROXY_SOAK_SEED."""
    command = [sys.executable, "-m", "tests.soak", "--minutes", "1"]
    if seed := os.environ.get("FILTERPROXY_SOAK_SEED"):
        command += ["--seed", seed]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT) as soak:
        try:
            said, _ = soak.communicate(timeout=240)
        except subprocess.TimeoutExpired:
            soak.terminate()
            said, _ = soak.communicate(timeout=60)

    assert soak.returncode == 0, said.decode()[-8000:]
