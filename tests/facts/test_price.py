"""What counts as a price, what it is worth, and what makes it known."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from filterproxy.core.request import Request, Turn
from filterproxy.facts.fact import Source
from filterproxy.facts.price import PriceFact
from filterproxy.facts.price_reader import Price
from filterproxy.grounding import GroundedFact
from tests.facts.laws import check_gate, check_hold, hold_of, texts

PRICE = PriceFact()


def prices(text: str) -> list[tuple[str, Price]]:
    found = []
    for fact in PRICE.find(text, (0, len(text)), Request()):
        assert isinstance(fact.value, Price)
        found.append((text[slice(*fact.span)], fact.value))
    return found


# The match, and its amount or range with the currency ("?" where the sign may stand for several).
SAID = [
    ("It costs $49.99, shipped.", "$49.99", "49.99 ?"),
    ("It costs $1,299 now.", "$1,299", "1299 ?"),
    ("A room is US$ 80.", "US$ 80", "80 USD"),
    ("That is £5 per piece.", "£5 per piece", "5 GBP"),
    ("The lamp is 49.99 USD.", "49.99 USD", "49.99 USD"),
    ("Your balance is EUR 13,201.18.", "EUR 13,201.18", "13201.18 EUR"),
    ("It's twenty-five dollars.", "twenty-five dollars", "25 ?"),
    ("two hundred and fifty euros", "two hundred and fifty euros", "250 EUR"),
    ("a hundred euros", "hundred euros", "100 EUR"),
    ("twelve hundred euros", "twelve hundred euros", "1200 EUR"),
    ("$1.5 million in sales", "$1.5 million", "1500000 ?"),
    ("It is $5k.", "$5k", "5000 ?"),
    ("Only fifty cents!", "fifty cents", "0.5 ?"),
    ("It costs 5 pounds.", "5 pounds", "5 GBP"),
    ("five pounds sterling", "five pounds sterling", "5 GBP"),
    ("It is $50-$100.", "$50-$100", "50-100 ?"),
    ("It is $50 to $100.", "$50 to $100", "50-100 ?"),
    ("between 50 and 100 euros", "50 and 100 euros", "50-100 EUR"),
    ("Buy 2 $10 tickets.", "$10", "10 ?"),
    ("5 € 10 pieces", "5 €", "5 EUR"),
    ("₹1,00,000 in all", "₹1,00,000", "100000 INR"),
    ("It is 100 kr.", "100 kr", "100 ?"),
    ("Cuesta 20 zł.", "20 zł", "20 PLN"),
    ("Delivery is ４９.９９ USD.", "４９.９９ USD", "49.99 USD"),
    # German
    ("Das kostet 1.299,00 €.", "1.299,00 €", "1299 EUR"),
    ("Nur 49,- €!", "49,- €", "49 EUR"),
    ("fünfundzwanzig Euro", "fünfundzwanzig Euro", "25 EUR"),
    ("zweihundertfünfzig Euro", "zweihundertfünfzig Euro", "250 EUR"),
    ("CHF 1'250.00 im Monat", "CHF 1'250.00 im Monat", "1250 CHF"),
    ("50 bis 100 Euro pro Nacht", "50 bis 100 Euro pro Nacht", "50-100 EUR"),
    ("80 Rappen", "80 Rappen", "0.8 CHF"),
    ("2 Mio. Euro", "2 Mio. Euro", "2000000 EUR"),
    # French
    ("Le billet coûte 8,50 € par personne.", "8,50 € par personne", "8.5 EUR"),
    ("1 250 € la nuit", "1 250 € la nuit", "1250 EUR"),
    ("quatre-vingt-dix-neuf euros", "quatre-vingt-dix-neuf euros", "99 EUR"),
    ("soixante et onze euros", "soixante et onze euros", "71 EUR"),
    ("deux cents euros", "deux cents euros", "200 EUR"),
    ("50 francs suisses", "50 francs suisses", "50 CHF"),
    # Spanish
    ("Cuesta 12,50 euros por noche.", "12,50 euros por noche", "12.5 EUR"),
    ("treinta y cinco euros", "treinta y cinco euros", "35 EUR"),
    ("veintidós dólares", "veintidós dólares", "22 ?"),
    ("cien pesos", "cien pesos", "100 ?"),
    ("dos mil euros", "dos mil euros", "2000 EUR"),
    # Italian
    ("Il biglietto costa 15 euro a persona.", "15 euro a persona", "15 EUR"),
    ("trentotto euro", "trentotto euro", "38 EUR"),
    ("duecento euro", "duecento euro", "200 EUR"),
    ("Euro 25,00", "Euro 25,00", "25 EUR"),
    # Portuguese
    ("Custa R$ 1.250,90 por noite.", "R$ 1.250,90 por noite", "1250.9 BRL"),
    ("vinte e cinco reais", "vinte e cinco reais", "25 BRL"),
    ("cem euros", "cem euros", "100 EUR"),
    # Dutch
    ("Het kost € 12,50 per persoon.", "€ 12,50 per persoon", "12.5 EUR"),
    ("vijfentwintig euro", "vijfentwintig euro", "25 EUR"),
    ("50 tot 60 euro per nacht", "50 tot 60 euro per nacht", "50-60 EUR"),
    # Chinese
    ("人均消费88元。", "88元", "88 CNY"),
    ("价格是五十元。", "五十元", "50 CNY"),
    ("两百块钱一晚", "两百块钱一晚", "200 CNY"),
    ("一百二十元", "一百二十元", "120 CNY"),
    ("50-100元", "50-100元", "50-100 CNY"),
    ("200元到300元", "200元到300元", "200-300 CNY"),
    ("3.5万元", "3.5万元", "35000 CNY"),
    ("￥６８", "￥６８", "68 ?"),
    ("二十美元", "二十美元", "20 USD"),
    ("人民币100元", "人民币100元", "100 CNY"),
    ("$50 CAD", "$50 CAD", "50 CAD"),
    # Japanese
    ("大人1,500円です。", "1,500円", "1500 JPY"),
    ("三千五百円", "三千五百円", "3500 JPY"),
    ("3万5千円", "3万5千円", "35000 JPY"),
    ("１２０円／月", "１２０円／月", "120 JPY"),
    ("1000円から2000円", "1000円から2000円", "1000-2000 JPY"),
    ("50ドル", "50ドル", "50 ?"),
]


@pytest.mark.parametrize(("text", "match", "worth"), SAID)
def test_a_price_is_found_with_its_value(text: str, match: str, worth: str) -> None:
    ((found, price),) = prices(text)
    amount, _, currency = worth.partition(" ")
    low, _, high = amount.partition("-")

    assert match == found
    assert (Decimal(low), Decimal(high or low)) == (price.low, price.high)
    assert (currency if currency != "?" else "several") == (
        next(iter(price.currencies)) if len(price.currencies) == 1 else "several"
    )


UNPRICED = [
    "A discount of 20 % is fine.",
    "评分4.5分，电话010-68239595。",
    "The rating is 4.5 of 5.",
    "Room 205 is on floor 2.",
    "It is 12 km, or 25 minutes, away.",
    "We open at 9:30 and close at 17:00.",
    "Call (212) 555-0142.",
    "It was founded in 1998.",
    "100 people came, and twenty dogs.",
    "It weighs 5 pounds.",
    "She lost twenty pounds, and he only five pounds.",
    "3 Frank Sinatra songs, 2 Real Madrid players, two soles",
    "He is 6 Ft tall.",
    "five per cent",
    "The book has deux cents pages.",
    "三块蛋糕，二元一次方程，公元前200年。",
    "5元素",
    "半径3円形",
    "Use $1 and $2, then $name.",
    "Write `$1` here.",
    "The formula is $10^3$, or $x = 5$.",
    "Run awk '{print $10}' on it.",
    "The dollar fell.",
    "euros",
    "PHP 8.2 and RON 95",
    "Your INR is 2.5, and INR 2.5 is fine.",
    "Version 1.2.3 EUR-Lex",
    "cost $foo",
    "in 24 hours, at 50 Hz",
]


@pytest.mark.parametrize("text", UNPRICED)
def test_other_numbers_are_no_prices(text: str) -> None:
    assert [] == prices(text)


def test_two_prices_are_two_facts() -> None:
    found = prices("12 euros a month, or $129 if you pay for a year, 9 € less.")

    assert ["12 euros a month", "$129", "9 €"] == [match for match, _ in found]


@pytest.mark.parametrize(
    ("text", "unit"),
    [
        ("$5 a month", "month"), ("5 €/Nacht", "night"), ("$5 each", "piece"), ("5 € la nuit", "night"),
        ("5 € all'ora", "hour"), ("300元/晚", "night"), ("每晚300元", "night"), ("人均88元", "person"),
        ("1泊5000円", "night"), ("月額980円", "month"), ("$20 for you", ""),
    ],
)  # fmt: skip
def test_what_a_price_is_for_is_read(text: str, unit: str) -> None:
    ((_, price),) = prices(text)

    assert unit == price.per


def known(said: str, *stated: str) -> str | None:
    """The source that grounds the one price in *said*."""
    index = PRICE.index([Source(f"source {n}", text) for n, text in enumerate(stated, 1)])
    (fact,) = PRICE.find(said, (0, len(said)), Request())
    source = index.entails(fact.value)
    return None if source is None else source.name


@pytest.mark.parametrize(
    ("said", "stated"),
    [
        ("$49.99", "Lamp: 49.99 USD."),
        ("$49.99", "Lamp: CA$49.99."),
        ("1.299,00 €", "The desk is 1299 EUR."),
        ("1,299.00 €", "Der Tisch kostet 1.299 Euro."),
        ("twenty euros", "Entry: €20."),
        ("20 €", "Der Eintritt kostet zwanzig Euro."),
        ("50元", "门票五十元。"),
        ("1500円", "入場料：千五百円"),
        ("20 €", "Entry: €20 per person."),
        ("$20 per person", "Entry: $20."),
        ("$30-$90", "Lamps cost $30 to $90."),
        ("$30-$90", "The small lamp is $30. The big lamp is $90."),
        ("It starts at $30", "Lamps cost $30-$90."),
        ("up to $90", "Lamps cost $30-$90."),
        ("€12.50", '{"price": 12.50, "currency": "EUR"}'),
        ("€12.50", '{"items": [{"name": "lamp", "unitPrice": {"amount": "12.50", "currency": "EUR"}}]}'),
        ("$49", '[{"item": "lamp", "price_usd": 49}]'),
        ("$49", '{"total_cents": 4900, "currency": "USD"}'),
        ("$49", "item,price\nlamp,49\nchair,99"),
        ("€99", "| Item | Price (EUR) |\n|---|---|\n| Lamp | 49 |\n| Chair | 99 |"),
        ("$49.99", "Lamp 49.99, chair 99.00, all in dollars."),
        ("$49", "The price of the lamp is 49, of the chair 99."),
        ("４９元", "价格：49元"),
    ],
)
def test_a_price_is_known_where_its_value_is_stated(said: str, stated: str) -> None:
    assert known(said, "Be kind.", stated) == "source 2"


@pytest.mark.parametrize(
    ("said", "stated"),
    [
        ("$49.99", "Lamp: $49.90."),
        ("$49", "Lamp: $490."),
        ("$49.99", "Lamp: 49.99 EUR."),
        ("1,299.00 €", "The desk is 1299 USD."),
        ("¥500", "It costs 500 €."),
        ("$39 per month", "The plan is $39 per year."),
        ("$30-$80", "Lamps cost $30-$90."),
        ("$60", "Lamps cost $30-$90."),
        ("$30", "Lamps cost $30-$90."),
        ("$20", "We have 20 lamps, room 20, rated 4.5."),
        ("€99", "| Item | Price (USD) |\n|---|---|\n| Lamp | 49 |\n| Chair | 99 |"),
        ("€12", '{"stars": 12, "currency": "EUR"}'),
    ],
)
def test_another_amount_currency_or_unit_is_not_known(said: str, stated: str) -> None:
    assert known(said, stated) is None


def test_the_user_may_speak_of_prices_beside_the_operator() -> None:
    request = Request(turns=(Turn("system", "Lamps cost $30."), Turn("user", "I was charged $35. Why?")))
    text = "You were charged $35, a lamp is $30, a chair $99."
    spans = [fact.span for fact in PRICE.find(text, (0, len(text)), request)]

    excuses = [GroundedFact(PRICE)(text, span, (0, len(text)), request) for span in spans]

    assert ["grounded: user turn 1", "grounded: system prompt", None] == excuses


@pytest.mark.parametrize(
    "question",
    [
        "How much is it?", "What's the price?", "Was kostet das?", "Combien ça coûte ?", "¿Cuánto cuesta?",
        "Quanto costa?", "Quanto custa?", "Wat kost het?", "多少钱？", "いくらですか",
    ],
)  # fmt: skip
def test_questions_about_prices_ask_for_them(question: str) -> None:
    assert PRICE.asks(question)
    assert not PRICE.asks("When do you open?")


_TEXTS = texts(
    """
$ € £ ¥ kr CHF USD EUR Rs. US$ R$ 5 12 49.99 1,299 1.299,00 1'250 49,- 0.5 100 3 k million Mio mille
euro euros Euro dollars cents pounds sterling yen pesos reais quid US five twenty fünf und zwanzig
zweihundert quatre vingt dix cents veinti dós trenta otto vijf entwintig cem mil y e et and - – ~ / . , ' ( )
per night a month /Monat la nuit pro Person each por noche al mese 元 円 块 块钱 人民币 美元 欧元 万 五十 两百
到 至 から 每 一 晚 /晚 人均 多 素
costs price only from between to bis à tot K ſ İ ５ ￥ ＄ the lamp it is x _ ` ^ \u200b
""",
    ["", " ", " ", "\u00a0", "-", "\n"],
    12,
)


@given(_TEXTS)
@settings(max_examples=500)
def test_the_gate_is_in_every_price(text: str) -> None:
    check_gate("price", text)


@given(_TEXTS, st.data())
@settings(max_examples=500)
def test_no_price_begins_in_text_that_need_not_wait(text: str, data: st.DataObject) -> None:
    """Law of the hold: what a cut might change begins where the text waits, or later."""
    check_hold("price", text, data.draw(st.integers(0, len(text))))


@given(_TEXTS)
@example("5to5$")
def test_any_text_is_read_without_fault(text: str) -> None:
    """By the reader, by the index, and cut out of its text."""
    assert PRICE.index([Source("s", text)]) is not None
    for fact in PRICE.find(text, (0, len(text)), Request()):
        assert [fact] == PRICE.find(text, fact.span, Request())


@pytest.mark.parametrize(
    ("text", "waits"),
    [
        ("It costs $49.9", 9),
        ("It costs twenty eu", 9),
        ("It costs nothing at all ", 24),
        ("The lamp is nice, ", 18),
    ],
)
def test_what_waits_is_what_could_begin_a_price(text: str, waits: int) -> None:
    assert waits == hold_of("price").start(text, 0)


def test_a_long_text_costs_in_proportion() -> None:
    """Not timed: each currency looks back and ahead a bounded way, so this ends at once."""
    text = "five " * 2000 + "$5.00 and 12 € " * 2000

    assert len(prices(text)) == 4000
