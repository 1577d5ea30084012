"""An address is a street with a number, known by both."""

from __future__ import annotations

import pytest

from filterproxy.core.request import Request
from filterproxy.core.scan import PatternSet, encode
from filterproxy.facts.address import AddressFact
from filterproxy.facts.fact import Source

ADDRESS = AddressFact()


def addresses(text: str) -> list[str]:
    return [text[slice(*fact.span)] for fact in ADDRESS.find(text, (0, len(text)), Request())]


@pytest.mark.parametrize(
    ("text", "address"),
    [
        ("We are at 12 Baker Street, London NW1.", "12 Baker Street"),
        ("Visit 450 West 33rd St, New York.", "450 West 33rd St"),
        ("It is 1600 Pennsylvania Avenue.", "1600 Pennsylvania Avenue"),
        ("Find us at 7a Market Sq.", "7a Market Sq"),
        ("Hauptstr. 5, 10115 Berlin", "Hauptstr. 5"),
        ("Lange Straße 12a in Köln", "Lange Straße 12a"),
        ("5 rue de la Paix, 75002 Paris", "5 rue de la Paix"),
        ("12 bis, avenue Victor Hugo", "12 bis, avenue Victor Hugo"),
        ("Estamos en la Calle Mayor 3.", "Calle Mayor 3"),
        ("Siamo in Via Roma 12.", "Via Roma 12"),
        ("Fica na Rua Augusta, 100.", "Rua Augusta, 100"),
        ("Wij zitten op Kerkstraat 12.", "Kerkstraat 12"),
        ("我们在北京市朝阳区建国路88号。", "北京市朝阳区建国路88号"),
        ("当店は東京都渋谷区1-2-3です。", "東京都渋谷区1-2-3"),
    ],
)
def test_an_address_is_found_and_named_by_the_gate(text: str, address: str) -> None:
    assert addresses(text) == [address]
    assert PatternSet(ADDRESS.gate).matches(encode(text))


@pytest.mark.parametrize(
    "text",
    [
        "It is on Main Street.", "We have 12 lamps on the street.", "Call us at 5 pm.", "Das kostet 5 Euro.",
        "Prenez la deuxième rue.", "I walked 5 km.", "这条路很长。", "3時に来ます。",
    ],
)  # fmt: skip
def test_what_is_no_address_passes(text: str) -> None:
    assert addresses(text) == []


@pytest.mark.parametrize(
    ("source", "said", "expected"),
    [
        ("12 Baker St., London", "12 Baker Street", True),
        ("Hauptstraße 5, Berlin", "Hauptstr. 5", True),
        ("北京市朝阳区建国路88号", "建国路88号", True),
        ("12 Baker Street", "14 Baker Street", False),
        ("12 Baker Street", "12 Bond Street", False),
    ],
)
def test_an_address_is_known_by_number_and_street(source: str, said: str, expected: bool) -> None:
    [fact] = ADDRESS.find(said, (0, len(said)), Request())

    assert (ADDRESS.index([Source("s", source)]).entails(fact.value) is not None) is expected
