"""One person's walk through cases."""

from __future__ import annotations

import pytest

from filterproxy.labels.case import Case
from filterproxy.labels.label import EXCUSED, FIRED, NEAR, RIGHT, UNSURE, WRONG, Label
from filterproxy.labels.review import Review
from filterproxy.labels.store import Labels
from filterproxy.rulebook.edit import CannotEdit
from tests.labels.cases import exchange

CASES = [
    Case(exchange("9 am", "When?"), "hours", FIRED),
    Case(exchange("At 7 pm."), "hours", NEAR),
    Case(exchange("At nine."), "hours", EXCUSED),
]


class Walk:
    """A review whose labels and examples are kept in lists."""

    def __init__(self, labels: Labels | None = None, fault: Exception | None = None) -> None:
        self.kept: list[Label] = []
        self.made: list[tuple[str, bool]] = []
        self.fault = fault
        self.review = Review(
            CASES,
            labels or Labels(),
            self.kept.append,
            self._make,
            "ana",
            "abc",
            lambda: "2026-01-31T08:00:00Z",
        )

    def _make(self, case: Case, right: bool) -> str:
        if self.fault is not None:
            raise self.fault
        self.made.append((case.exchange.texts[0][1], right))
        return "written"

    def press(self, keys: str) -> list[str]:
        return [said for key in keys if (said := self.review.press(key))]

    def words(self) -> list[str]:
        return [label.label for label in self.kept]


def test_each_key_is_written_down_at_once() -> None:
    walk = Walk()
    walk.press("r")

    assert [
        Label(CASES[0].exchange.hash, "hours", RIGHT, "ana", "2026-01-31T08:00:00Z", "abc", "", FIRED)
    ] == walk.kept
    walk.press("wu")
    assert [RIGHT, WRONG, UNSURE] == walk.words()
    assert [FIRED, NEAR, EXCUSED] == [label.stratum for label in walk.kept]
    assert walk.review.case is None


def test_back_corrects_and_skip_says_nothing() -> None:
    walk = Walk()
    walk.press("rbwsr")

    assert [RIGHT, WRONG, RIGHT] == walk.words()
    assert walk.kept[0].key == walk.kept[1].key
    assert CASES[2].key == walk.kept[2].key
    assert ["this is the first one"] == Walk().press("b")


def test_quitting_ends_it_and_keys_after_that_do_nothing() -> None:
    walk = Walk()
    walk.press("rqww")

    assert [RIGHT] == walk.words()
    assert walk.review.case is None


def test_an_example_takes_the_next_label_or_the_one_that_is_there() -> None:
    walk = Walk()

    assert ["an example: now r or w", "written"] == walk.press("er")
    assert ["written"] == walk.press("be"), "it has a label by now"
    assert [("9 am", True), ("9 am", True)] == walk.made


def test_what_nobody_is_sure_about_makes_no_example() -> None:
    assert "no example: nobody knows" in Walk().press("eu")[1]
    assert ["an example: now r or w", "no example"] == Walk().press("ee")


def test_whether_it_was_right_is_handed_on_whatever_the_stratum() -> None:
    walk = Walk()
    walk.press("ewerew")

    assert [("9 am", False), ("At 7 pm.", True), ("At nine.", False)] == walk.made


def test_an_example_that_cannot_be_written_says_why_and_the_label_stays() -> None:
    walk = Walk(fault=CannotEdit("shop.yaml has no rule"))

    assert ["an example: now r or w", "no example: shop.yaml has no rule"] == walk.press("er")
    assert [RIGHT] == walk.words()


def test_a_pack_that_nobody_may_write_is_said_to_be_one() -> None:
    walk = Walk(fault=PermissionError(13, "Permission denied", "shop.yaml"))

    assert "no example: shop.yaml cannot be written: Permission denied" == walk.press("er")[1]


def test_a_note_goes_with_the_label() -> None:
    walk = Walk()
    walk.press("n")
    walk.review.annotate("  of the\nmuseum ")
    walk.press("wr")

    assert ["of the museum", ""] == [label.note for label in walk.kept]


def test_a_note_on_what_is_labelled_is_written_down_at_once() -> None:
    label = Label(CASES[0].exchange.hash, "hours", WRONG)
    walk = Walk(Labels({label.key: label}))

    assert "noted" == walk.review.annotate("of the museum")
    assert [(WRONG, "of the museum")] == [(kept.label, kept.note) for kept in walk.kept]


def test_other_keys_are_told_what_there_is() -> None:
    assert [
        "one of r (right), w (wrong), u (unsure), s (skip), e (example), n (note), b (back), q (quit)"
    ] == (Walk().press("x"))


def test_a_full_disk_is_not_taken_for_a_label() -> None:
    walk = Walk()

    def full(_: Label) -> None:
        raise OSError(28, "No space left on device")

    walk.review.keep = full
    with pytest.raises(OSError, match="No space left"):
        walk.press("r")

    assert walk.review.case is CASES[0] and not walk.review.given
