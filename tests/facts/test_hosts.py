"""Hosts of images and links: what a browser would call, and which of them the request names."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from filterproxy.core.request import Request
from filterproxy.core.rule import MATCH_LIMIT
from filterproxy.facts import FACTS
from filterproxy.facts.fact import Source, is_formal
from filterproxy.facts.hosts import host_of
from tests.facts.laws import check_gate, check_hold, hold_of, texts


def stated(kind: str, text: str) -> list[tuple[str, object]]:
    return [(text[slice(*f.span)], f.value) for f in FACTS[kind].find(text, (0, len(text)), Request())]


@pytest.mark.parametrize(
    ("address", "host"),
    [
        ("https://lamp.com/a?b#c", "lamp.com"),
        ("HTTPS://Lamp.COM:443", "lamp.com"),
        ("//lamp.com/a", "lamp.com"),
        (r"https:\\lamp.com\a", "lamp.com"),
        ("https:/lamp.com", "lamp.com"),
        ("https://good.com@lamp.com/", "lamp.com"),
        ("https://good.com%40lamp.com/", "lamp.com"),
        ("https://good.com:443@lamp.com", "lamp.com"),
        ("https://lamp%2Ecom/", "lamp.com"),
        ("https://lamp&#46;com/", "lamp.com"),
        (r"https://lamp\.com/", "lamp.com"),
        ("&#104;ttps://lamp.com/", "lamp.com"),
        ("ht\ntps://la\u200bmp.com", "lamp.com"),
        ("https://lamp。com./", "lamp.com"),
        ("https://ｌａｍｐ.com", "lamp.com"),
        ("https://раypal.com/", "xn--ypal-43d9g.com"),
        ("https://bücher.de", "xn--bcher-kva.de"),
        ("https://XN--BCHER-KVA.de", "xn--bcher-kva.de"),
        ("http://192.168.0.1:8080/x", "192.168.0.1"),
        ("http://[2001:db8::1]:80/x", "[2001:db8::1]"),
        ("data:image/png;base64,AAAA", None),
        ("/logo.png", None),
        ("logo.png", None),
        ("mailto:help@lamp.com", None),
        ("https://example.com/logo.png", None),
        ("https:///", None),
    ],
)
def test_a_host_is_what_a_browser_would_call(address: str, host: str | None) -> None:
    assert host == host_of(address)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("See ![a](https://e.com/x?q=1).", [("![a](https://e.com/x?q=1)", ("e.com",))]),
        ("![a [b] c](<https://e.com/x> 'so')", [("![a [b] c](<https://e.com/x> 'so')", ("e.com",))]),
        ("[![a](//e.com/x)](https://l.com)", [("![a](//e.com/x)", ("e.com",))]),
        ("![](https://e.com/(x).png)", [("![](https://e.com/(x).png)", ("e.com",))]),
        ("![a][1]\n\n[1]: https://e.com/a", [("[1]: https://e.com/a", ("e.com",))]),
        ("[The Map]: <https://e.com>\n![the  map]", [("![the  map]", ("e.com",))]),
        ("[1]: https://e.com/a\n![x][1]", [("![x][1]", ("e.com",))]),
        ('<img alt=">" src="https://e.com/x">', [('<img alt=">" src="https://e.com/x">', ("e.com",))]),
        ("<IMG src=//e.com/x alt=it's>", [("<IMG src=//e.com/x alt=it's>", ("e.com",))]),
        ("<img srcset='https://e.com/1 1x, https://f.com/2 2x'/>",
         [("<img srcset='https://e.com/1 1x, https://f.com/2 2x'/>", ("e.com", "f.com"))]),
        ("<iframe src=https://e.com></iframe>", [("<iframe src=https://e.com>", ("e.com",))]),
        ("![a](data:image/png;base64,AA) ![b](/b.png) ![c](https://example.com/c.png)", []),
        ("[a](https://e.com) and https://e.com/x.png", []),
        ("Wow![1] [1]: 2 ![open](https://e.com", []),
        ("`<image>` is a tag, <imgs src=https://e.com> is none", []),
    ],
)  # fmt: skip
def test_images_are_found(text: str, expected: list[tuple[str, object]]) -> None:
    assert expected == stated("image_host", text)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("See https://e.com/a. Or www.f.com!",
         [("https://e.com/a", ("e.com",)), ("www.f.com", ("www.f.com",))]),
        ("[x](//e.com/a) <a href='//f.com'>", [("//e.com/a", ("e.com",)), ("//f.com", ("f.com",))]),
        ("[1]: //e.com\n**HTTP://F.com**", [("//e.com", ("e.com",)), ("HTTP://F.com", ("f.com",))]),
        ("ftp://e.com/a と https://f.com。", [("ftp://e.com/a", ("e.com",)), ("https://f.com", ("f.com",))]),
        ("x = 1  // comment, a//b, https:// and https://example.com/a", []),
        ("Write to help@e.com, and see lib/a.com", []),
    ],
)  # fmt: skip
def test_links_are_found(text: str, expected: list[tuple[str, object]]) -> None:
    assert expected == stated("link_host", text)


def entailed(said: str, known: str) -> bool:
    (fact,) = FACTS["image_host"].find(said, (0, len(said)), Request())
    return FACTS["image_host"].index([Source("s", known)]).entails(fact.value) == Source("s", known)


@pytest.mark.parametrize(
    ("host", "known"),
    [
        ("lamp.com", "Our site is lamp.com."),
        ("lamp.com", "See https://LAMP.com/help?x=1"),
        ("lamp.com", r'{"url": "https:\/\/lamp.com\/a"}'),
        ("cdn.lamp.com", "Our site is lamp.com."),
        ("www.shop.lamp.org", "shop.lamp.org"),
        ("bücher.de", "https://xn--bcher-kva.de/"),
        ("lamp.github.io", "https://lamp.github.io/docs"),
        ("10.0.0.1", "http://10.0.0.1:80/"),
    ],
)
def test_a_host_is_known_by_its_name_or_its_parents(host: str, known: str) -> None:
    assert entailed(f"![a](https://{host}/a.png)", known)


@pytest.mark.parametrize(
    ("host", "known"),
    [
        ("lamp.com", "Our site is www.lamp.com."),
        ("shop.lamp.org", "www.shop.lamp.org"),
        ("lamp.com.evil.com", "lamp.com"),
        ("evillamp.com", "lamp.com"),
        ("lamp.com@evil.com", "lamp.com"),
        ("lаmp.com", "lamp.com"),
        ("evil.github.io", "https://github.io"),
        ("evil.s3.amazonaws.com", "https://lamp.s3.amazonaws.com and amazonaws.com"),
        ("evil.co.uk", "co.uk"),
        ("9.10.0.0.1", "10.0.0.1"),
        ("lamp.com", "Write to help@lamp.com."),
        ("lamp.com", ""),
    ],
)
def test_others_are_not(host: str, known: str) -> None:
    assert not entailed(f"![a](https://{host}/a.png)", known)


def test_all_hosts_of_a_statement_must_be_known() -> None:
    text = "<img srcset='https://e.com/1 1x, https://f.com/2 2x'>"

    assert not entailed(text, "https://e.com")
    assert entailed(text, "e.com and f.com")


@pytest.mark.parametrize("kind", ["image_host", "link_host"])
def test_questions_about_them_ask_for_them(kind: str) -> None:
    assert FACTS[kind].asks({"image_host": "Show me a picture.", "link_host": "Is there a link?"}[kind])
    assert not FACTS[kind].asks("When do you open?")


def test_an_attempt_sees_no_more_than_a_rule_may_hold() -> None:
    """So a longer image is none, whole and streamed."""
    image = f"![{'a' * MATCH_LIMIT}](https://e.com)"

    assert stated("image_host", image) == []
    assert len(stated("image_host", image.replace("aaaaaa", "a"))) == 1


KINDS = ["image_host", "link_host"]
_TEXTS = texts(
    r"""
![ [ ] ( ) ](  ![a](  [1]: ![x][1] [1] a <img <iframe src= src=" " ' > < / // \ \] https:// HTTP:\\ www. e.com
e.com/x?q=1 : ! . , data:, ｗ ſ 中 。 é &#104;ttps://
""",
    ["", "", " ", "\n"],
    10,
)


@pytest.mark.parametrize("kind", KINDS)
@given(_TEXTS)
@settings(max_examples=400)
def test_the_gate_is_in_every_match(kind: str, text: str) -> None:
    check_gate(kind, text)


@pytest.mark.parametrize("kind", KINDS)
@given(_TEXTS, st.data())
@settings(max_examples=400)
def test_none_begins_in_text_that_need_not_wait(kind: str, text: str, data: st.DataObject) -> None:
    """Law of the hold: what a cut might change begins where the text waits, or later."""
    check_hold(kind, text, data.draw(st.integers(0, len(text))))


@pytest.mark.parametrize("kind", KINDS)
def test_ordinary_text_waits_for_nothing(kind: str) -> None:
    text = "Yes! [1] We ship (mostly) to A/B <b>today</b>: see page 3."

    assert is_formal(FACTS[kind])
    assert hold_of(kind).start(text, 0) == len(text)
