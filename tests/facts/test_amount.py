"""Amounts in digits, in words and in Chinese numerals."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from filterproxy.facts.amount import NUMERALS, of_digits, of_numerals, of_words, parts_of_word

NUMBERS = {
    "five": 5,
    "twenty": 20,
    "hundred": 100,
    "thousand": 1000,
    "quatre": 4,
    "vingt": 20,
    "fünf": 5,
    "zwanzig": 20,
}


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("1,299.00", "1299.00"), ("1.299,00", "1299.00"), ("1'250", "1250"), ("1 250,5", "1250.5"),
        ("49,-", "49"),
        ("20.–", "20"), ("４９", "49"), ("1,299", "1299"), ("1.299", "1299"), ("0.125", "0.125"),
        ("12,5", "12.5"),
        ("1,00,000", "100000"), ("1.234.567", "1234567"), ("x", None), ("1.2.3", None), ("", None),
    ],
)  # fmt: skip
def test_digits_are_read_with_any_separators(text: str, value: str | None) -> None:
    assert of_digits(text) == (None if value is None else Decimal(value))


@pytest.mark.parametrize(
    ("text", "value"),
    [("五十", 50), ("百", 100), ("两百五十", 250), ("一百零五", 105), ("3万5千", 35000), ("1.2万", 12000), 
     ("二〇", 20),
     ("一亿二千万", 120_000_000), ("十五", 15)],
)  # fmt: skip
def test_numerals_are_read(text: str, value: int) -> None:
    assert of_numerals(text) == value


def test_other_texts_are_no_numerals() -> None:
    assert of_numerals("五a") is None


@pytest.mark.parametrize(
    ("parts", "value"),
    [(["five"], 5), (["twenty", "five"], 25), (["fünf", "und", "zwanzig"], 25), (["five", "hundred"], 500),
     (["hundred"], 100), (["five", "thousand", "twenty"], 5020), (["quatre", "vingt"], 80), (["and"], None)],
)  # fmt: skip
def test_words_are_added_and_multiplied(parts: list[str], value: int | None) -> None:
    assert of_words(parts, NUMBERS) == value


def test_a_word_is_parted_into_number_words() -> None:
    words = NUMBERS.keys() | {"und"}

    assert parts_of_word("fünfundzwanzig", words, 8) == ["fünf", "und", "zwanzig"]
    assert parts_of_word("fünfer", words, 8) is None


@given(st.text(alphabet="0123456789.,' -–" + NUMERALS, max_size=16))
def test_any_text_is_read_or_refused(text: str) -> None:
    for value in (of_digits(text), of_numerals(text)):
        assert value is None or value >= 0
