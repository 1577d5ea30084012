"""How far a rule is rolled out."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from filterproxy.rollout.change import change_of
from filterproxy.rollout.step import Step, next_step, parse_step, step_of
from filterproxy.rulebook.edit import CannotEdit
from filterproxy.rulebook.load import load
from tests.cli.packs import PACK, write

STEPS = [Step("off"), Step("shadow"), Step("canary", 0.1), Step("canary", 0.5), Step("enforce")]


@pytest.mark.parametrize(
    ("text", "step"),
    [
        ("off", Step("off")),
        (" Shadow ", Step("shadow")),
        ("canary", Step("canary", 0.1)),
        ("canary 2.5%", Step("canary", 0.025)),
        ("canary:5%", Step("canary", 0.05)),
        ("10 %", Step("canary", 0.1)),
        ("100%", Step("enforce")),
        ("enforce", Step("enforce")),
    ],
)
def test_steps_are_written_as_people_write_them(text: str, step: Step) -> None:
    assert step == parse_step(text)


@pytest.mark.parametrize("text", ["", "on", "0%", "101%", "10", "canary ten", "-5%"])
def test_other_words_are_told_what_there_is(text: str) -> None:
    with pytest.raises(ValueError, match=r"is none of off, shadow, canary 10%"):
        parse_step(text)


def test_what_is_said_can_be_read() -> None:
    assert STEPS == [parse_step(step.said) for step in STEPS]


def test_steps_have_an_order() -> None:
    assert STEPS == sorted(STEPS, key=lambda step: step.rank)


def test_each_step_has_the_next_one() -> None:
    assert [STEPS[1], STEPS[2], STEPS[4], STEPS[4]] == [next_step(step) for step in STEPS[:4]]
    with pytest.raises(ValueError, match="enforced for everybody already"):
        next_step(STEPS[4])


def form(text: str, folder: Path, rule: str = "hours") -> Any:
    return next(form for form in load([Path(write(folder, text))])["rules"] if form["id"] == rule)


@pytest.mark.parametrize("was", STEPS, ids=lambda step: step.said)
@pytest.mark.parametrize("becomes", STEPS, ids=lambda step: step.said)
def test_the_pack_says_the_step_and_the_hash_is_the_one_that_was_foretold(
    was: Step, becomes: Step, tmp_path: Path
) -> None:
    file = Path(write(tmp_path))
    change_of(load([file]), "hours", was).make()
    assert was == step_of(form(file.read_text(), tmp_path))
    change = change_of(load([file]), "hours", becomes)
    change.make()

    assert (was, becomes) == (change.was, change.becomes)
    assert becomes == step_of(form(file.read_text(), tmp_path))
    assert load([file])["hash"] == change.next_hash


@pytest.mark.parametrize(
    "becomes", [Step("enforce"), Step("shadow"), Step("off")], ids=lambda step: step.said
)
def test_a_share_that_says_nothing_goes_and_comments_stay(becomes: Step, tmp_path: Path) -> None:
    mode = "    # from May\n    mode: enforce\n"
    text = PACK.replace("    action: drop\n", f"    action: drop\n{mode}    rollout: 10%\n")
    file = Path(write(tmp_path, text))
    change_of(load([file]), "hours", becomes).make()

    expected = text.replace("    rollout: 10%\n", "").replace("mode: enforce", f"mode: {becomes.mode}")
    assert expected == file.read_text()


def test_a_comment_beside_a_share_stays(tmp_path: Path) -> None:
    text = PACK.replace(
        "    action: drop\n", "    action: drop\n    mode: enforce\n    rollout: 10%  # since May\n"
    )
    file = Path(write(tmp_path, text))
    change_of(load([file]), "hours", Step("enforce")).make()

    assert text.replace("rollout: 10%  # since", "# since") == file.read_text()


def test_a_file_that_was_changed_meanwhile_is_left_alone(tmp_path: Path) -> None:
    file = Path(write(tmp_path))
    change = change_of(load([file]), "hours", Step("off"))
    file.write_text(PACK + "# more\n")

    with pytest.raises(CannotEdit, match="was changed meanwhile"):
        change.make()
    assert PACK + "# more\n" == file.read_text()
