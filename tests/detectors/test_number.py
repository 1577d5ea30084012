"""Number: real formats are found, look-alikes pass, and nothing is let go too early."""

from __future__ import annotations

import pytest
import re2
from hypothesis import given
from hypothesis import strategies as st

from filterproxy.core.request import Request
from filterproxy.core.shape import prefixes, wide
from filterproxy.detectors.number import Number
from tests.detectors.finding import found

REQUEST = Request()


# Test cards of the networks, examples of the standards (ISO 13616, BIP 173, Ofcom's numbers for drama), and
# numbers made up with right check digits.
ALONE = {
    "ahv": ["756.9857.2296.97"],
    "bitcoin": ["1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNa", "bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t4"],
    "card": [
        "4111111111111111",
        "4111 1111 1111 1111",
        "4111-1111-1111-1111",
        "4222222222222",
        "5555 5555 5555 4444",
        "2223 0031 2200 3222",
        "378282246310005",
        "3782 822463 10005",
        "3056 930902 5904",
        "6011111111111117",
        "3530111333300000",
    ],
    "cnpj": ["17.672.678/0699-03"],
    "codicefiscale": ["RSSMRA85T10A562S"],
    "cpf": ["017.179.333-19"],
    "dni": ["21440815P", "21440815-P"],
    "hetu": ["131052-308T"],
    "iban": [
        "DE89370400440532013000",
        "DE89 3704 0044 0532 0130 00",
        "GB29 NWBK 6016 1331 9268 19",
        "FR14 2004 1010 0505 0001 3M02 606",
        "NL91ABNA0417164300",
        "NO93 8601 1117 947",
    ],
    "ip": ["84.23.117.9", "2a01:4f8:c0c:9a3::17", "2003:cb:4f00:1a2b:3c4d:5e6f:7a8b:9c0d"],
    "itin": ["912-90-4105"],
    "nie": ["X4698579R", "X-4698579-R"],
    "nir": ["1 85 05 78 006 084 91"],
    "personnummer": ["811228-4834"],
    "phone": [
        "(650) 253-0000",
        "+1 650 253 0000",
        "650.253.0000",
        "202-555-0143",
        "+44 20 7946 0018",
        "+442079460018",
        "+44 7700 900123",
        "+33 6 12 34 56 78",
        "+81 3-3224-9999",
        "+1 (555) 123-4567",
        "(555) 123-4567",
        "138 1234 5678",
    ],
    "ssn": ["536-40-5303", "536 40 5303"],
    "vat": ["DE949024828", "DE 949024828"],
}
NAMED = {
    "aadhaar": ["Aadhaar: 4148 8594 5266", "आधार 414885945266"],
    "bic": ["BIC: DEUTDEFF", "The SWIFT code is DEUTDEFF500"],
    "bsn": ["BSN 447460547"],
    "cpf": ["CPF: 01717933319"],
    "cpr": ["CPR-nummer 211062-8568"],
    "ein": ["EIN 21-5817358"],
    "imei": ["IMEI 96-895583-029255-8", "imei: 968955830292558"],
    "nhs": ["NHS number 598 055 9760"],
    "pesel": ["PESEL: 44051412629"],
    "ip": ["IP address: 5.9.14.2", "Login from 5.9.14.2"],
    "phone": [
        "Call 6502530000",
        "tel. 6502530000",
        "My phone number is 16502530000",
        "Ring 02079460958",
        "Ruf an: 030901820",
        "Appelez le 0142685300",
        "Llámenos al 912345678",
        "Chiamate il 0669821234",
        "Ligue para 912345678",
        "Bel 0201234567",
        "请拨打13812345678",
        "電話番号は0332249999",
    ],
    "sin": ["SIN: 521 801 761"],
    "ssn": ["Social Security number: 536405303"],
    "steuerid": ["Steuer-ID: 45 695 025 187"],
    "tfn": ["TFN 440 584 136"],
}
LOOK_ALIKES = [
    "It is 2024-05-12, or 12/05/2024, or 05.12.2024 14:00, or 12.05.2024 - 14.05.2024.",
    "Open 9-17, Sat 10-14; 09:00-17:00; 09.00-17.30; 08:00 12:00 13:00 17:00.",
    "It costs $1,299.00, 1 299 000 EUR, 1.250.000, $6502530000.",
    "Version 10.20.30.400 at 192.168.100.200 or 202.155.012.3, since 2023-2024.",
    "Order 123-4567890-1234567, order no. 2025550123, item #6502530000, 10001-2345.",
    "ISBN 978-3-16-148410-0, ISBN 0-306-40615-2, at 1700000000 s or 1700000000000 ms.",
    "192.168.1.1, 10.0.0.5, 127.0.0.1, 203.0.113.7, 8.8.8.8, 84.023.117.009, 256.1.2.3",
    "84.23.112.0/20, 2001:db8::1",
    "Version 12.4.33.104, v84.23.117.9, Chrome/120.0.6099.109, std::ace::bad, 2.5.0.1, 12:30:45.",
    "Bestellnummer 030 901820, Pedido 912 345 678, 订单号：13812345678, SKU 212-555-0187, +5 000 000 users.",
    "01 02 03 04 05 06 and 20 21 22 23 24 25 26, AA1 0123 4567 84",
    "1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20",
    "BUSINESS NOTEBOOK DELIVERY 447460547, 598 055 9760, 44051412629, 521 801 761",
]
ALL = sorted({*ALONE, *NAMED})
DETECTORS = {kind: Number(kind) for kind in ALL}


@pytest.mark.parametrize(("kind", "number"), [(k, n) for k, numbers in ALONE.items() for n in numbers])
@pytest.mark.parametrize("frame", ["{}", "It is {}.", "（{}）, I think", "Number:{}\n", "x 7 {} 12 y"])
def test_a_number_is_found_whole_wherever_it_stands(kind: str, number: str, frame: str) -> None:
    """Its span is the number without what stands around it."""
    text = frame.format(number)

    assert [number] == [text[start:end] for start, end in found(DETECTORS[kind], text)]


@pytest.mark.parametrize(("kind", "text"), [(k, t) for k, texts in NAMED.items() for t in texts])
def test_a_form_that_many_numbers_have_needs_its_name(kind: str, text: str) -> None:
    """Before it, in the same sentence, and near."""
    number = text[found(DETECTORS[kind], text)[0][0] :]

    assert text.endswith(number)
    assert found(DETECTORS[kind], f"No {number}") == []
    assert found(DETECTORS[kind], f"{text[: -len(number)]}unknown. It is {number}") == []


@pytest.mark.parametrize("kind", ALL)
@pytest.mark.parametrize("text", LOOK_ALIKES)
def test_look_alikes_pass(kind: str, text: str) -> None:
    """Dates, prices, order numbers, opening hours, versions."""
    assert [text[start:end] for start, end in found(DETECTORS[kind], text)] == []


@pytest.mark.parametrize(("kind", "number"), [(k, n) for k, numbers in ALONE.items() for n in numbers])
def test_a_number_inside_a_longer_one_passes(kind: str, number: str) -> None:
    """Neither digits, nor letters, nor a separator and a digit may touch it."""
    detector = DETECTORS[kind]
    for text in (f"{number}7", f"a{number}", f"{number}x", f"{number}-7", f"12-{number}", f"{number}.5"):
        assert [s for s in found(detector, text) if text[slice(*s)] == number] == [], text


@pytest.mark.parametrize("text", ["4111 1111 1111 1112", "DE88 3704 0044 0532 0130 00", "RSSMRA85T10A562T"])
@pytest.mark.parametrize("kind", ["card", "iban", "codicefiscale"])
def test_a_wrong_check_digit_passes(kind: str, text: str) -> None:
    """It is no number of that kind."""
    assert found(DETECTORS[kind], text) == []


@pytest.mark.parametrize(
    ("region", "number"),
    [("DE", "030 23125000"), ("FR", "01 42 68 53 00"), ("GB", "020 7946 0018"), ("IN", "+91 22 2778 1111")],
)
def test_a_region_has_its_own_phone_numbers(region: str, number: str) -> None:
    """Written without the country code."""
    text = f"Ruf an: {number}, bitte"

    assert [number] == [text[start:end] for start, end in found(Number("phone", region), text)]


@pytest.mark.parametrize("number", ["020 7946 0958", "01 42 68 53 00", "090-1234-5678", "(020) 7946 0958"])
def test_another_country_s_grouping_speaks_for_itself(number: str) -> None:
    """Not in a row of other digits, and not behind a word that says what it is."""
    assert found(DETECTORS["phone"], f"The shop: {number}.") == [(10, 10 + len(number))]
    assert found(DETECTORS["phone"], f"Order {number}") == []


def test_a_match_lies_inside_its_unit() -> None:
    """Digits before it are looked at, those after it are not."""
    text = "74111 1111 1111 1111 1"

    assert found(DETECTORS["card"], text, (1, 20)) == []
    assert found(DETECTORS["card"], text[1:] + "1", (0, 19)) == [(0, 19)]
    assert found(DETECTORS["bsn"], "BSN 447460547", (4, 13)) == [(4, 13)]


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"kind": "crad"}, "'crad' is no kind of number; there are aadhaar"),
        ({"kind": "phone", "region": "us"}, "'us' is no region with telephone numbers"),
    ],
)
def test_options_that_cannot_work_are_refused(options: dict[str, str], message: str) -> None:
    """At construction, with a sentence."""
    with pytest.raises(ValueError, match=message):
        Number(**options)


EXAMPLES = [
    (kind, number) for table in (ALONE, NAMED) for kind, numbers in table.items() for number in numbers
]
NOISE = st.text("0123456789 -.+()/AX:", max_size=12)


@given(st.sampled_from(EXAMPLES), NOISE, NOISE, st.data())
def test_the_shape_covers_every_match_and_all_that_is_undecided(
    example: tuple[str, str], before: str, after: str, data: st.DataObject
) -> None:
    """The gate names the rule; what comes before the hold is as it would be in the longer text."""
    kind, number = example
    detector = DETECTORS[kind]
    assert detector.shape is not None
    text = before + number + after
    cut = data.draw(st.integers(0, len(text)))
    spans = found(detector, text)
    held = re2.search(f"(?:{prefixes(detector.shape)})\\z", text[:cut]).start()

    assert not spans or re2.search(wide(detector.shape), text)
    assert all(start >= held for start, end in spans if start < cut <= end)
    assert [s for s in spans if s[0] < held] == [s for s in found(detector, text[:cut]) if s[0] < held]


def test_ordinary_text_hardly_waits() -> None:
    """A word does not begin a card."""
    for kind in ("card", "phone", "ssn", "cpf"):
        detector = DETECTORS[kind]
        assert detector.shape is not None
        text = "We are open from nine"

        assert re2.search(f"(?:{prefixes(detector.shape)})\\z", text).start() == len(text)
