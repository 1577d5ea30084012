"""Sayings: how templates are read, whatever they say."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from importlib.resources import files
from typing import Any

import pytest

from filterproxy.facts.sayings import LANGUAGES, load

FILES = [f"{fact}.{code}" for fact in ("done", "promise") for code in LANGUAGES]
_ESCAPE = re.compile(r"\\.")


def texts_in(raw: Any) -> Iterator[str]:
    if isinstance(raw, str):
        yield raw
    elif isinstance(raw, dict):
        for member in raw.values():
            yield from texts_in(member)
    elif isinstance(raw, list):
        for member in raw:
            yield from texts_in(member)


@pytest.mark.parametrize("name", FILES)
def test_words_are_in_small_letters_as_sentences_are_read_in_them(name: str) -> None:
    raw = json.loads(files("filterproxy.facts").joinpath(f"words/{name}.json").read_text("utf-8"))
    plain = [_ESCAPE.sub("", text) for text in texts_in(raw)]
    assert [text for text in plain if text != text.lower()] == []


def test_a_sentence_says_the_same_in_capitals() -> None:
    sayings = load("done.en")
    said = sayings.said("We have cancelled your order.", "claims")
    assert said
    assert sayings.said("WE HAVE CANCELLED YOUR ORDER.", "claims") == said


def test_spans_are_those_of_the_text_though_a_letter_of_it_grows_when_made_small() -> None:
    sentence = "İİİ: we have cancelled your order."
    (said,) = load("done.en").said(sentence, "claims")
    assert sentence[slice(*said.span)].startswith("we have cancelled")


def test_one_template_of_several_at_one_place_finds_what_one_pattern_of_all_would() -> None:
    group = load("done.en").groups["claims"]
    low = "great news: your table is booked and we have booked your room, and i've booked it."
    together = re.compile("|".join(group.sources["booked"].values()))
    assert [m.span() for m in group.matches("booked", None, low)] == [
        m.span() for m in together.finditer(low)
    ]
    assert len(together.findall(low)) > 1
