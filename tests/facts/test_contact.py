"""E-mail addresses, links and telephone numbers: what is found, and what is the same one."""

from __future__ import annotations

import subprocess
import sys

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from filterproxy.core.request import Request
from filterproxy.facts import FACTS
from filterproxy.facts.fact import Source
from tests.facts.laws import check_gate, check_hold, texts


def stated(kind: str, text: str) -> list[str]:
    return [text[slice(*fact.span)] for fact in FACTS[kind].find(text, (0, len(text)), Request())]


@pytest.mark.parametrize(
    ("kind", "text", "expected"),
    [
        ("email", "Mail anna.b+shop@mail.lamp.co.uk, or HELP@Lamp.com.",
         ["anna.b+shop@mail.lamp.co.uk", "HELP@Lamp.com"]),
        ("email", "[Write](mailto:info@lampen.de)", ["info@lampen.de"]),
        ("email", "name@example.com, @lamp, git@github.com:lamp/shop.git, logo@2x.png, @ noon", []),
        ("url", "See https://lamp.com/returns. Or www.lamp.com!",
         ["https://lamp.com/returns", "www.lamp.com"]),
        ("url", "[our site](HTTPS://Lamp.shop/a?b=c#d)", ["HTTPS://Lamp.shop/a?b=c#d"]),
        ("url", "https://example.com/api, https:// and a@www.lamp.com", []),
        ("phone", "Call (212) 555-0187 or +49 30 901820.", ["(212) 555-0187", "+49 30 901820"]),
        ("phone", "Tel. 2125550142, order 2125550142", ["2125550142"]),
        ("phone", "On 2024-05-12, 09.00-17.30, for $1,234,567.89, 192.168.0.1", []),
    ],
)  # fmt: skip
def test_contact_details_are_found(kind: str, text: str, expected: list[str]) -> None:
    assert expected == stated(kind, text)


@pytest.mark.parametrize(
    ("kind", "said", "source"),
    [
        ("email", "help@lamp.com", "Mail to HELP@Lamp.com."),
        ("email", "help@lamp.com", '{"mail": "help@lamp.com"}'),
        ("url", "https://www.lamp.com/help/", "Help: lamp.com/help"),
        ("url", "https://lamp.com/help", "See http://WWW.Lamp.com/help."),
        ("url", "www.lamp.com", "<https://lamp.com/>"),
        ("url", "https://lamp.com/a%20b", "https://lamp.com/a%20b"),
        ("phone", "(212) 555-0142", "Phone: +1 212 555 0142"),
        ("phone", "+1 212-555-0142", '{"phone": "2125550142"}'),
        ("phone", "(212) 555-0142", "tel:+12125550142"),
        ("phone", "+49 (0)30 901820", "Telefon 030 901820"),
        ("phone", "+49 30 901820", "Tel.: ＋４９ ３０ ９０１８２０"),
        ("phone", "0421 / 55 66 77", "Tel.: 0421/556677"),
    ],
)
def test_the_same_in_another_writing_is_known(kind: str, said: str, source: str) -> None:
    (fact,) = FACTS[kind].find(said, (0, len(said)), Request())

    assert FACTS[kind].index([Source("s", source)]).entails(fact.value) == Source("s", source)


@pytest.mark.parametrize(
    ("kind", "said", "source"),
    [
        ("email", "sales@lamp.com", "Mail to help@lamp.com."),
        ("email", "help@lamp.com", "Mail to help@lamp.com.au, or xhelp@lamp.com."),
        ("url", "https://lamp.com/refunds", "See https://lamp.com/help."),
        ("url", "https://lamp.com", "See https://lamp.com/help."),
        ("url", "https://lamp.com/help", "See https://lamp.com.evil.com/help."),
        ("url", "https://lamp.com/Help", "See https://lamp.com/help."),
        ("phone", "(212) 555-0142", "Phone: (212) 555-0143"),
        ("phone", "(212) 555-0142", "Phone: (415) 555-0142"),
        ("phone", "+1 212 555 0142", "Ext. 0142"),
    ],
)
def test_another_is_not_known(kind: str, said: str, source: str) -> None:
    (fact,) = FACTS[kind].find(said, (0, len(said)), Request())

    assert FACTS[kind].index([Source("s", source)]).entails(fact.value) is None
    assert FACTS[kind].index([]).empty


@pytest.mark.parametrize(
    ("kind", "question"),
    [
        ("email", "What's your e-mail address?"),
        ("email", "邮箱是什么？"),
        ("url", "Do you have a website?"),
        ("phone", "What is your phone number?"),
        ("phone", "电话是多少？"),
    ],
)
def test_questions_about_them_ask_for_them(kind: str, question: str) -> None:
    assert FACTS[kind].asks(question)
    assert not FACTS[kind].asks("When do you open?")


KINDS = ["email", "phone", "url"]
_TEXTS = texts(
    """
a b.c @ lamp.com x@lamp.de example. www. http:// https:// HTTPS://lamp.com
/a ?b=c . , : / - ( ) + +1 212 555 0142
(212) 555-0142 call tel
2125550142 +49 30 901820 2024-05-12 logo@2x.png $ 12 é 中 ＠ ſ ! *
""",
    ["", "", " ", "\n"],
    9,
)


@pytest.mark.parametrize("kind", KINDS)
@given(_TEXTS)
@settings(max_examples=300)
def test_the_gate_is_in_every_match(kind: str, text: str) -> None:
    check_gate(kind, text)


@pytest.mark.parametrize("kind", KINDS)
@given(_TEXTS, st.data())
@settings(max_examples=300)
def test_none_begins_in_text_that_need_not_wait(kind: str, text: str, data: st.DataObject) -> None:
    """Law of the hold: what a cut might change begins where the text waits, or later."""
    check_hold(kind, text, data.draw(st.integers(0, len(text))))


def test_the_numbering_plans_are_loaded_only_where_a_rule_looks_for_numbers() -> None:
    code = (
        "import sys;"
        "from filterproxy.detectors.fact import FactDetector; FactDetector('email');"
        "assert 'phonenumbers' not in sys.modules; FactDetector('phone').shape;"
        "assert 'phonenumbers' in sys.modules"
    )
    subprocess.run([sys.executable, "-c", code], check=True)
