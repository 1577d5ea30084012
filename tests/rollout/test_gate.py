"""What must hold before a rule acts."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import orjson
import pytest

from filterproxy.labels.precision import Precision, wilson
from filterproxy.replay.gates import limit_of
from filterproxy.rollout.change import Change, change_of
from filterproxy.rollout.gate import (
    Check,
    journal_check,
    labels_missing,
    precision_check,
    result_check,
    shadow_check,
)
from filterproxy.rollout.ledger import record
from filterproxy.rollout.step import Step
from filterproxy.rollout.traffic import Seen, Traffic
from filterproxy.rulebook.document import version_of
from filterproxy.rulebook.load import load
from tests.cli.packs import PACK, write


def change(folder: Path, rule: str = "hours", mode: str = "shadow") -> Change:
    text = PACK.replace("    streamed: cut\n", f"    streamed: cut\n    mode: {mode}\n")
    return change_of(load([Path(write(folder, text))]), rule, Step("canary", 0.1))


@dataclass(frozen=True)
class Side:
    hash: str


@dataclass(frozen=True)
class Verdict:
    state: str = "open"
    reason: str = ""
    when: str = ""


@dataclass(frozen=True)
class Entry:
    number: int
    candidate: Side
    verdict: Verdict = field(default_factory=Verdict)


def test_a_kept_experiment_of_these_rules_is_a_clean_replay(tmp_path: Path) -> None:
    here = change(tmp_path)
    for hash in (here.hash, here.next_hash):
        entries = [
            Entry(1, Side("other"), Verdict("kept")),
            Entry(2, Side(hash), Verdict("kept", "as hoped")),
        ]

        assert Check("replay", True, "experiment 2 was kept: as hoped") == journal_check(here, entries)


def test_the_last_verdict_holds_and_what_is_open_does_not_undo_it(tmp_path: Path) -> None:
    """A look at other recordings is an experiment, too; whoever judges an older one again means it."""
    here = change(tmp_path)
    monday, tuesday = "2026-03-02T10:00:00Z", "2026-03-03T10:00:00Z"

    def check(*verdicts: Verdict) -> Check:
        numbered = enumerate(verdicts, 1)
        return journal_check(here, [Entry(n, Side(here.hash), verdict) for n, verdict in numbered])

    kept = check(
        Verdict("open"), Verdict("kept", "as hoped", monday), Verdict(), Verdict("unclear", "?", tuesday)
    )
    again = check(Verdict("kept", "after all", tuesday), Verdict("rejected", "too many", monday))
    no_more = check(Verdict("kept", "as hoped", monday), Verdict("rejected", "too many", tuesday), Verdict())

    assert (True, "experiment 2 was kept: as hoped; of these rules, too, and not judged since: 3, 4") == (
        kept.ok,
        kept.said,
    )
    assert (True, "experiment 1 was kept: after all") == (again.ok, again.said)
    assert not no_more.ok and "its verdict is rejected: too many" in no_more.said


@pytest.mark.parametrize(
    ("entries", "said", "fix"),
    [
        ([], "no experiment is of the rulebook", "filterproxy replay RECORDINGS"),
        (
            [Entry(1, Side("other"), Verdict("kept"))],
            "no experiment is of the rulebook",
            "filterproxy replay",
        ),
        (
            [Entry(3, Side("HASH"))],
            "and its verdict is open",
            "filterproxy experiments verdict 3 kept REASON",
        ),
        (
            [
                Entry(3, Side("HASH"), Verdict("kept")),
                Entry(4, Side("HASH"), Verdict("rejected", "too many")),
            ],
            "its verdict is rejected: too many",
            "filterproxy experiments show 4",
        ),
    ],
)
def test_anything_else_says_what_is_missing(
    entries: list[Entry], said: str, fix: str, tmp_path: Path
) -> None:
    here = change(tmp_path)
    given = [Entry(e.number, Side(e.candidate.hash.replace("HASH", here.hash)), e.verdict) for e in entries]
    check = journal_check(here, given)

    assert not check.ok
    assert said in check.said and fix in check.fix


def result(hash: str, drops: int, fired: int = 0, of: int = 1000) -> dict[str, Any]:
    return {
        "candidate": {"hash": hash},
        "corpus": {"exchanges": of},
        "replies": {"new_drops": drops},
        "rules": {"hours": {"fired": [0, fired]}},
    }


@pytest.mark.parametrize(
    ("drops", "fired", "promoted", "ok"),
    [(5, 900, True, True), (6, 0, True, False), (1, 4, False, True), (1, 5, False, False)],
)
def test_a_replay_may_drop_so_many_and_no_more(
    drops: int, fired: int, promoted: bool, ok: bool, tmp_path: Path
) -> None:
    """Of a replay in shadow, the replies in which the rule fires are those that it will drop."""
    here = change(tmp_path)
    found = result(here.next_hash if promoted else here.hash, drops, fired)

    assert ok is result_check(here, found, limit_of("0.5%")).ok


def test_a_rule_that_drops_nothing_is_not_counted_as_if(tmp_path: Path) -> None:
    here = change(tmp_path, "loud")
    found = result(here.hash, 0, 900)

    assert result_check(here, found, limit_of("0")).ok


def test_a_replay_of_other_rules_or_of_nothing_says_nothing(tmp_path: Path) -> None:
    here = change(tmp_path)

    assert "is of the rulebook other" in result_check(here, result("other", 0), limit_of("1")).said
    assert not result_check(here, result(here.hash, 0, of=0), limit_of("1")).ok


def looked_on(replies: int, here: Change, mode: str = "shadow") -> Seen:
    return Seen(stood=Counter({(mode, version_of(here.rule)): replies}), mode=mode)


def test_shadow_is_told_by_who_has_seen_most_of_it(tmp_path: Path) -> None:
    here = change(tmp_path)
    few, many = (
        Traffic(source, {"hours": looked_on(seen, here)})
        for source, seen in (("decisions", 40), ("metrics", 2000))
    )

    check = shadow_check(here, [few, many], 1000)
    assert check.ok and "2 000 replies, by metrics" in check.said
    assert "at least 40 replies, by decisions" in shadow_check(here, [few], 1000).said


def test_how_often_it_fired_is_said_of_those_replies_alone(tmp_path: Path) -> None:
    """Of another time there may be more hits than replies; where nobody counted them apart, none are told."""
    here = change(tmp_path)
    seen = looked_on(1100, here)
    seen.fired["shadow"] = 5000
    told = Traffic("metrics", {"hours": seen})
    before = shadow_check(here, [told], 1000).said
    seen.found[("shadow", version_of(here.rule))] = 12

    assert before.endswith("1 000 are wanted")
    assert "1 000 are wanted; it fired in 12 of them (1.09%)" in shadow_check(here, [told], 1000).said


@pytest.mark.parametrize(
    ("traffic", "mode", "fix"),
    [
        ([], "shadow", "--metrics URL"),
        ([Traffic("metrics")], "off", "filterproxy promote hours --to shadow"),
        ([Traffic("decisions")], "shadow", "its log only has replies that some rule touched"),
        (
            [Traffic("decisions", unknown=9)],
            "shadow",
            "9 of its replies are of rulebooks that neither",
        ),
        ([Traffic("metrics")], "shadow", "does not have this rule"),
        ([Traffic("metrics", {"hours": Seen(mode="off")})], "shadow", "runs it in mode off: reload"),
        ([Traffic("metrics", {"hours": Seen(mode="canary")})], "shadow", "runs it in mode canary: reload"),
        (
            [Traffic("metrics", {"hours": Seen(mode="shadow", stood=Counter({("shadow", "other"): 5000}))})],
            "shadow",
            "as it was before an edit: reload",
        ),
        (
            [Traffic("metrics", {"hours": Seen(mode="shadow", stood=Counter({("", ""): 3}))})],
            "shadow",
            "--prometheus URL remembers",
        ),
    ],
)
def test_too_little_shadow_says_what_to_do(
    traffic: list[Traffic], mode: str, fix: str, tmp_path: Path
) -> None:
    check = shadow_check(change(tmp_path, mode=mode), traffic, 1000)

    assert not check.ok
    assert fix in check.fix


def test_a_canary_is_judged_by_what_it_saw_as_a_canary(tmp_path: Path) -> None:
    """Two sources: one has seen a shadow of it, long ago; one the canary."""
    shadow = change(tmp_path, mode="shadow")
    canary = change(tmp_path, mode="enforce\n    rollout: 10%")
    seen = looked_on(4000, shadow)
    seen.stood += looked_on(300, canary, "canary").stood
    seen.mode = "canary"
    traffic = [Traffic("prometheus", {"hours": seen})]

    assert "a canary for about 300 replies, by prometheus" in shadow_check(canary, traffic, 1000).said
    assert shadow_check(canary, traffic, 300).ok
    assert shadow_check(shadow, traffic, 4000).ok


def test_how_far_a_rule_is_rolled_out_is_no_part_of_its_version(tmp_path: Path) -> None:
    forms = [change(tmp_path, mode=mode).rule for mode in ("shadow", "enforce\n    rollout: 10%", "off")]
    other = load([Path(write(tmp_path, PACK.replace("streamed: cut", "streamed: drop")))])["rules"]

    assert 1 == len({version_of(form) for form in forms})
    assert version_of(forms[0]) != version_of(next(form for form in other if form["id"] == "hours"))


def found(right: int, wrong: int) -> Precision:
    return Precision(right, wrong, 0, *wilson(right, right + wrong))


@pytest.mark.parametrize(
    ("right", "wrong", "ok", "fix"),
    [
        (35, 0, True, ""),
        (34, 0, False, "1 more labels would do if all are right"),
        (0, 0, False, "filterproxy review RECORDINGS --rule hours --strata fired"),
        (8, 2, False, "narrow the rule"),
        (99, 1, True, ""),
    ],
)
def test_few_labels_are_not_enough_however_right(
    right: int, wrong: int, ok: bool, fix: str, tmp_path: Path
) -> None:
    check = precision_check(change(tmp_path), found(right, wrong), 0.9)

    assert ok is check.ok
    assert check.fix.startswith(fix)


def test_labels_that_do_not_count_are_named_with_what_makes_them(tmp_path: Path) -> None:
    """After an edit there are labels, and none of the rule as it is."""
    here = change(tmp_path)
    none = precision_check(here, Precision(0, 0, 0, 0.0, 1.0, other=12), 0.9)
    some = precision_check(here, Precision(40, 0, 0, *wilson(40, 40), other=12, picked=3), 0.9)

    assert none.said.endswith("labels that do not count: 12 of other versions") and not none.ok
    assert "--recordings runs it over replies that have labels" in none.fix
    assert some.said.endswith("labels that do not count: 12 of other versions, 3 picked") and some.ok


def test_how_many_labels_are_missing_is_counted() -> None:
    assert [35, 0, None] == [labels_missing(found(*share), 0.9) for share in ((0, 0), (40, 0), (0, 5000))]


def test_who_went_on_and_why_is_written_down(tmp_path: Path) -> None:
    here = change(tmp_path)
    checks = [Check("shadow", False, "seen 3", "wait")]
    file = record(tmp_path, here, "ana", checks, "an incident", "2026-01-31T08:00:00Z")

    assert {
        "v": 1,
        "rule": "hours",
        "from": "shadow",
        "to": "canary 10%",
        "who": "ana",
        "when": "2026-01-31T08:00:00Z",
        "rulebook": here.hash,
        "becomes": here.next_hash,
        "checks": [{"gate": "shadow", "ok": False, "said": "seen 3", "fix": "wait"}],
        "forced": True,
        "reason": "an incident",
    } == orjson.loads(file.read_bytes())
