"""For how many replies each rule has been there in its mode."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from filterproxy.core.rule import Mode
from filterproxy.proxy.admin.standing import Standing
from filterproxy.rulebook.book import Rulebook
from tests.labels.cases import book


def seen(
    standing: Standing, rulebook: Rulebook, evaluated: float, *, reloaded: bool = False
) -> dict[str, tuple[str, float]]:
    counts = {rule.id: evaluated for rule in rulebook.rules}
    family = standing.family(rulebook, counts, reloaded=reloaded)
    return {sample.labels["rule"]: (sample.labels["mode"], sample.value) for sample in family.samples}


def moded(rulebook: Rulebook, mode: Mode, rollout: float = 1.0) -> Rulebook:
    """The rulebook with its first rule in another mode."""
    first, *rest = rulebook.rules
    return replace(rulebook, rules=(replace(first, mode=mode, rollout=rollout), *rest))


def test_rules_that_were_there_from_the_start_have_seen_all(tmp_path: Path) -> None:
    rulebook = book(tmp_path)

    assert {"hours": ("enforce", 100), "refund": ("shadow", 100)} == seen(Standing(), rulebook, 100)


def test_a_change_of_mode_begins_anew_for_that_rule_alone(tmp_path: Path) -> None:
    rulebook, standing = book(tmp_path), Standing()
    seen(standing, rulebook, 100)
    shadow = moded(rulebook, Mode.SHADOW)

    assert {"hours": ("shadow", 0), "refund": ("shadow", 150)} == seen(standing, shadow, 150, reloaded=True)
    assert ("shadow", 30) == seen(standing, shadow, 180, reloaded=True)["hours"]
    canary = moded(rulebook, Mode.ENFORCE, 0.1)
    assert ("canary", 0) == seen(standing, canary, 200, reloaded=True)["hours"]
    larger = moded(rulebook, Mode.ENFORCE, 0.5)
    assert ("canary", 10) == seen(standing, larger, 210, reloaded=True)["hours"]


def test_a_rule_that_was_off_meanwhile_begins_anew(tmp_path: Path) -> None:
    rulebook, standing = book(tmp_path), Standing()
    seen(standing, rulebook, 100)

    assert "hours" not in seen(standing, moded(rulebook, Mode.OFF), 150)
    assert ("enforce", 0) == seen(standing, rulebook, 170)["hours"]


def test_when_rules_were_swapped_before_the_first_look_nothing_is_sure(tmp_path: Path) -> None:
    assert ("enforce", 0) == seen(Standing(), book(tmp_path), 100, reloaded=True)["hours"]
