"""What is made of a text: a pattern that finds the like of it, and what it leaves alone."""

from __future__ import annotations

import pytest
import regex
from hypothesis import example, given
from hypothesis import strategies as st

from filterproxy.authoring.forms import forms, gaps

# A part; the kind of form; texts that are of it; texts that are not.
LIKE = [
    (
        "[Manager's Name]",
        "gap",
        ["[Date: today]", "Hi [Ann]"],
        ["[sic]", "[Here](/a)", "x[Any]", "[A]", "[B][C]"],
    ),
    ("[insert date]", "gap", ["[your name]", "[Name]"], ["[1]", "[x]", "[here](/a)"]),
    ("{{customer_name}}", "gap", ["{{ user.id }}"], ["{{}}", "{customer}", "{{{}}}"]),
    ("{name}", "gap", ["Dear {first name},"], ["{{name}}", "{1}", '{"a": 1}', r"\frac{name}"]),
    ("${API_KEY}", "gap", ["${HOST}"], ["$5", "${host}"]),
    ("<your name here>", "gap", ["<insert-date>"], ["<br>", "<a href='x'>", "</your name>"]),
    ("【您的姓名】", "gap", ["【公司名称】"], ["【1】"]),
    ("Dear [Name], hello", "gap", ["[Company]"], ["Dear Name, hello"]),
    ("<thinking>", "tag", ["</thinking>", "<thinking id=1>"], ["<thinkings>", "<b>"]),
    ("Order AB-17", "digits", ["Order\nAB-1834"], ["Order CD-17", "Reorder AB-17"]),
    ("ORD-7F3K-22XA", "digits", ["ORD-9Q2W-ZZZ1"], ["ORD-7F3K", "SKU-7F3K-22XA"]),
    ("3f2a9c1e-1b2c", "digits", ["00000000-abcd"], ["3f2a9c1e-1b2", "3f2a9c1g-1b2c"]),
    ("for $1,299.00", "digits", ["for $5", "for $1.299,00"], ["for free"]),
    ("on 12.03.2024", "digits", ["on 1.4.25"], ["on 12.5", "on 3"]),
    ("the 3rd of May", "digits", ["the 21st of May"], ["the 3 of May", "the 3rds of May"]),
    ("[1]", "digits", ["[23]"], ["[a]"]),
    ("AB-1234", "id", ["XY-9999"], ["AB-123", "ABC-1234"]),
    ("Hi Sarah,", "name", ["Hi Ann-Marie O'Neill,"], ["Hi there,", "Hello Ann,"]),
    ("Dear Mr. Smith", "name", ["Dear Mr. Van Dyke"], ["Dear Mr. x"]),
    ("BUY IT NOW", "capitals", ["CALL US, PLEASE, TODAY"], ["NASA IT", "Buy It Now"]),
]


@pytest.mark.parametrize(("part", "kind", "like", "unlike"), LIKE, ids=[one[0] for one in LIKE])
def test_a_form_finds_the_like_and_no_more(part: str, kind: str, like: list[str], unlike: list[str]) -> None:
    (pattern,) = [one.pattern for one in forms(part) if one.kind == kind]
    found = [text for text in (part, *like, *unlike) if regex.search(pattern, text, regex.V1)]

    assert [part, *like] == found


@pytest.mark.parametrize(
    "part", ["Hurray", "buy now", "a.b", "Hello", "List[Any]", "[Here](/there)", "OK", "É"]
)
def test_what_finds_no_more_than_the_words_is_no_form(part: str) -> None:
    assert [] == list(forms(part))


PARTS = st.text(st.sampled_from("aZé7-_. ,[]{}<>$Ann\n姓'"), min_size=1, max_size=25) | st.text(max_size=20)


@given(PARTS)
@example("<A->")
@example("of Ann Van Den Berg Smith")
@example("a1b-٣c٤")
def test_a_form_finds_what_it_was_made_of(part: str) -> None:
    for form in forms(part, words=False):
        assert regex.search(form.pattern, part, regex.V1)


def test_a_gap_is_found_in_a_reply_of_which_nobody_named_a_part() -> None:
    assert ["gap"] == [one.kind for one in gaps("All is well.\n\nDear [Name],\nsee [this](/a) and [1].")]
    assert [] == list(gaps("All is well: see [this](/a), [1], x[I] and <b>{}</b>."))
