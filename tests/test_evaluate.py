"""Rules judged on labelled cases, and what is counted of it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from filterproxy.evaluate import LINE_LIMIT_BYTES, Bench, Case, Judged, Unusable, ragged, read
from filterproxy.rulebook.book import Rulebook
from filterproxy.rulebook.compile import compile
from filterproxy.rulebook.load import load
from filterproxy.scores import Rate, Scores, Tally, rate

LABELLED = Path(__file__).parent / "data" / "labelled.jsonl"

PACK = """
version: 1
pack: shop
rules:
  - {id: model, when: {model: "other-*"}, match: {phrases: [gizmo]}, action: drop}
  - {id: watch, match: {phrases: [teapot]}, action: flag}
  - {id: shade, match: {phrases: [kettle]}, action: {remove: sentence}, mode: shadow}
  - {id: sleep, match: {phrases: [saucer]}, action: {remove: sentence}, mode: off}
  - {id: hours, match: {fact: opening_hours}, unless: {grounded: true}, action: {remove: sentence}}
  - {id: mail, match: {regex: '[\\w-]+@[\\w-]+\\.com'}, unless: {grounded: true}, action: {redact: "[mail]"}}
  - {id: again, match: {phrases: [banana]}, action: {retry: 1, note: "No.", then: flag}}
"""


@pytest.fixture(scope="module")
def rulebook(tmp_path_factory: pytest.TempPathFactory) -> Rulebook:
    file = tmp_path_factory.mktemp("rules") / "shop.yaml"
    file.write_text(PACK)
    return compile(load([file]))


def line(reply: str = "Hello.", expect: str = "pass", **also: Any) -> str:
    return json.dumps({"messages": [], "reply": reply, "expect": expect, **also}, ensure_ascii=False)


def written(folder: Path, *lines: str | bytes) -> Path:
    file = folder / "cases.jsonl"
    file.write_bytes(b"\n".join(text if isinstance(text, bytes) else text.encode() for text in lines))
    return file


def case(reply: str, expect: str = "block", **also: Any) -> Case:
    labels: dict[str, str] = {key: also.pop(key) for key in ("kind", "lang") if key in also}
    return Case("f", 1, line(reply, expect).encode(), reply, expect == "block", **also, labels=labels)


def judged(rulebook: Rulebook, reply: str, *only: str, **also: Any) -> Judged:
    return Bench(rulebook.rules, only).judge(case(reply, **also))


def test_every_line_of_a_good_file_is_a_case() -> None:
    found = list(read([LABELLED]))

    assert [type(one) for one in found] == [Case] * 14


@pytest.mark.parametrize(
    ("broken", "reason"),
    [
        ("{", "is not JSON: "),
        ("[1]", "is not a JSON object"),
        ('{"messages": [], "expect": "pass"}', "has no `reply`"),
        ('{"reply": ""}', "has no `messages` and no `expect`"),
        (line(messages={}), "`messages` is not a list"),
        (line(messages=["Hi."]), "message 1 has no `role`"),
        (line(messages=[{"role": "user", "content": 1}]), "the `content` of message 1 is neither"),
        ('{"messages": [], "reply": null, "expect": "pass"}', "`reply` is not a text"),
        (line(expect="drop"), "`expect` is neither"),
        (line(drop=[1]), "`drop` is not a list of texts"),
        (line(keep=[" "]), "`keep` is not a list of texts"),
        (line(keep=["Hello.", "Bye."]), "text 2 of `keep` is not in the reply"),
        (line("Grüße").encode("latin-1"), "is not UTF-8 (byte 0xFC)"),
        ("[" * 100_000, "is not JSON: "),
        (r'{"messages": [], "reply": "\ud800", "expect": "pass"}', "is not JSON: "),
    ],
)
def test_a_line_that_is_no_case_is_named_with_its_reason(
    tmp_path: Path, broken: str | bytes, reason: str
) -> None:
    file = written(tmp_path, line(), "", broken, line())
    first, second, third = read([file])

    assert (type(first), type(third)) == (Case, Case)
    assert isinstance(second, Unusable)
    assert (second.file, second.line, second.reason[: len(reason)]) == (str(file), 3, reason)


def test_a_file_in_utf_16_is_one_mistake(tmp_path: Path) -> None:
    [found] = read([written(tmp_path, f"{line()}\n{line()}".encode("utf-16"))])

    assert isinstance(found, Unusable)


def test_a_byte_order_mark_is_no_part_of_the_first_case(tmp_path: Path) -> None:
    [found] = read([written(tmp_path, b"\xef\xbb\xbf" + line("Hi.").encode())])

    assert isinstance(found, Case)
    assert Bench(()).judge(found).as_json()["reply"] == "Hi."


def test_a_line_without_end_is_left_out_and_the_next_is_read(tmp_path: Path) -> None:
    endless, good = read([written(tmp_path, b"x" * (LINE_LIMIT_BYTES + 9), line())])

    assert (type(endless), type(good)) == (Unusable, Case)


def test_a_file_that_cannot_be_read_is_unusable(tmp_path: Path) -> None:
    [found] = read([tmp_path])

    assert isinstance(found, Unusable)


@given(st.binary(max_size=200))
def test_no_bytes_make_reading_fail(tmp_path_factory: pytest.TempPathFactory, content: bytes) -> None:
    file = tmp_path_factory.getbasetemp() / "any.jsonl"
    file.write_bytes(content)

    assert all(isinstance(found, Unusable) for found in read([file]))


@given(st.text(max_size=300))
def test_ragged_pieces_are_the_text_and_the_same_each_time(text: str) -> None:
    assert "".join(ragged(text)) == text
    assert ragged(text) == ragged(text) != []


def test_only_rules_that_act_block(rulebook: Rulebook) -> None:
    """A flag lets the reply through, a shadow changes nothing, an excused match neither."""
    replies = ("We open at 9 am.", "A teapot.", "A kettle.", "A saucer.", "Hello.")

    assert [judged(rulebook, reply).blocked for reply in replies] == [True, False, False, False, False]


def test_a_rule_that_is_named_is_judged_alone_whatever_its_mode(rulebook: Rulebook) -> None:
    replies = ("We open at 9 am.", "A teapot.", "A kettle.", "A saucer.")
    blocked = [judged(rulebook, reply, "watch", "shade", "sleep").acted for reply in replies]

    assert blocked == [(), ("watch",), ("shade",), ("sleep",)]


def test_a_rule_that_asks_again_has_acted(rulebook: Rulebook) -> None:
    assert judged(rulebook, "A banana.").acted == ("again",)


def test_a_rule_for_other_models_is_judged_all_the_same(rulebook: Rulebook) -> None:
    assert judged(rulebook, "A gizmo.").acted == ("model",)


def test_what_had_to_go_and_to_stay_is_looked_for_in_what_the_client_reads(rulebook: Rulebook) -> None:
    reply = "Sure.  It is\nred. We open at 9 am. Call us."
    fine = judged(rulebook, reply, drop=("9 am",), keep=("It is red.", "Call us."))
    wrong = judged(rulebook, reply, "mail", drop=("9  am",), keep=("Sure.",))
    lost = judged(rulebook, reply, drop=("Sure.",), keep=("We open at 9 am.",))

    assert (fine.left, fine.lost, fine.misses) == ((), (), ())
    assert (wrong.left, wrong.lost, wrong.misses) == (("9  am",), (), ("false negative", "left in"))
    assert (lost.left, lost.lost) == (("Sure.",), ("We open at 9 am.",))


def test_a_miss_says_what_was_found_and_can_be_run_again(rulebook: Rulebook, tmp_path: Path) -> None:
    [miss] = [
        one.as_json()
        for one in map(Bench(rulebook.rules).judge, _cases())
        if one.misses == ("false negative", "left in")
    ]
    [again] = read([written(tmp_path, json.dumps(miss))])

    assert (miss["id"], miss["miss"]["line"], miss["miss"]["left"]) == ("m2", 12, miss["drop"])
    assert isinstance(again, Case)
    assert again.request(stream=True).question == "Whom do I ask about my order?"


def test_a_false_positive_names_rule_and_span(rulebook: Rulebook) -> None:
    found = judged(rulebook, "Hi. Ask a@b.com.", expect="pass").as_json()["miss"]
    [match] = found["matches"]

    assert (found["ways"], found["acted"]) == (["false positive"], ["mail"])
    assert (match["rule"], match["start"], match["end"], match["text"]) == ("mail", 8, 15, "a@b.com")


def _cases() -> list[Case]:
    return [one for one in read([LABELLED]) if isinstance(one, Case)]


@pytest.mark.parametrize("only", [(), ("hours",), ("mail", "hours")])
def test_streams_get_the_scores_of_whole_replies(rulebook: Rulebook, only: tuple[str, ...]) -> None:
    """True of texts too wherever no rule says `streamed`."""
    whole, streamed = Scores(("kind", "lang")), Scores(("kind", "lang"))
    for one in _cases():
        whole.add(Bench(rulebook.rules, only).judge(one))
        streamed.add(Bench(rulebook.rules, only, stream=True).judge(one))

    assert whole.as_json() == streamed.as_json()
    assert whole.total.cases == 14


def test_scores_of_the_cases_in_hand(rulebook: Rulebook) -> None:
    scores = Scores(("kind",))
    for one in map(Bench(rulebook.rules).judge, _cases()):
        scores.add(one)

    assert scores.total == Tally(true_positives=6, false_negatives=2, true_negatives=6)
    assert scores.groups["mail",] == Tally(true_positives=2, false_negatives=1, true_negatives=1)
    assert (scores.dropped.wrong_texts, scores.dropped.texts) == (1, 3)
    assert (scores.kept.wrong_replies, scores.kept.replies) == (0, 4)
    assert scores.acted == {"hours": [4, 0], "mail": [2, 0]}


def test_a_case_without_the_label_stands_under_none(rulebook: Rulebook) -> None:
    scores = Scores(("kind", "lang"))
    scores.add(judged(rulebook, "Hello.", expect="pass", lang="en"))

    assert list(scores.groups) == [("", "en")]


def test_wilsons_interval_at_known_values() -> None:
    """Worked out by hand from the formula for 8 of 10 and 0 of 20."""
    some, none = rate(8, 10), rate(0, 20)

    assert some.low == pytest.approx(0.4902, abs=1e-4) and some.high == pytest.approx(0.9433, abs=1e-4)
    assert none.low == 0.0 and none.high == pytest.approx(0.1611, abs=1e-4)


def test_a_share_of_nothing_has_no_value() -> None:
    assert rate(0, 0) == Rate(0, 0, None, None, None)


@given(st.integers(0, 500), st.integers(0, 500))
def test_an_interval_holds_its_share_and_lies_within_0_and_1(hits: int, others: int) -> None:
    share = rate(hits, hits + others)
    if share.value is not None and share.low is not None and share.high is not None:
        assert 0 <= share.low <= share.value <= share.high <= 1


@given(st.integers(1, 99), st.integers(0, 99), st.integers(0, 99))
def test_f1_is_the_harmonic_mean_and_lies_in_its_interval(right: int, false: int, missed: int) -> None:
    tally = Tally(right, false, missed)
    precision, recall, f1 = tally.precision.value, tally.recall.value, tally.f1
    assert precision and recall and f1.value and f1.low is not None and f1.high is not None

    assert f1.value == pytest.approx(2 * precision * recall / (precision + recall))
    assert f1.low <= f1.value <= f1.high <= 1
