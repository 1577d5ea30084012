"""`filterproxy promote` and `filterproxy demote`."""

from __future__ import annotations

import io
import json
from pathlib import Path
from typing import Any

import pytest
from rich.console import Console
from typer.testing import CliRunner, Result

from filterproxy.cli import main
from filterproxy.cli.promoted import _print_check
from filterproxy.cli.show import grouped
from filterproxy.corpus.exchange import Exchange
from filterproxy.corpus.read import read as read_corpus
from filterproxy.labels.label import RIGHT, WRONG, Label
from filterproxy.labels.store import append
from filterproxy.rollout.gate import Check
from filterproxy.rulebook.document import version_of
from filterproxy.rulebook.load import load
from tests.cli.packs import PACK, write

runner = CliRunner()


@pytest.fixture(autouse=True)
def _elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    write(tmp_path)


def run(*arguments: str) -> Result:
    return runner.invoke(main, [*arguments, "--who", "ana"])


def pack() -> str:
    return Path("shop.yaml").read_text()


def ledger() -> list[dict[str, Any]]:
    file = Path(".filterproxy/rollouts.jsonl")
    return [json.loads(line) for line in file.read_text().splitlines()] if file.exists() else []


def version(rule: str = "loud") -> str:
    return version_of(next(form for form in load([Path("shop.yaml")])["rules"] if form["id"] == rule))


def evidence() -> list[str]:
    """Files that say that all is well with the rule `loud`, and the options that name them."""
    append(
        Path(".filterproxy/labels.jsonl"),
        [Label(f"{n}", "loud", RIGHT, version=version()) for n in range(40)],
    )
    Path("metrics.txt").write_text(
        '# TYPE filterproxy_rule_evaluated counter\nfilterproxy_rule_evaluated_total{rule="loud"} 5000.0\n'
        '# TYPE filterproxy_rule_info gauge\nfilterproxy_rule_info{rule="loud",mode="shadow"} 1.0\n'
        "# TYPE filterproxy_rule_mode_replies gauge\n"
        f'filterproxy_rule_mode_replies{{rule="loud",mode="shadow",version="{version()}"}} 5000.0\n'
    )
    result = {
        "version": 1,
        "candidate": {"hash": load([Path("shop.yaml")])["hash"]},
        "corpus": {"exchanges": 1000},
        "replies": {"new_drops": 0},
        "rules": {},
    }
    Path("result.json").write_text(json.dumps(result))
    return ["--metrics", "metrics.txt", "--replay", "result.json"]


def test_a_rule_goes_one_step_further_when_all_checks_hold() -> None:
    result = run("promote", "loud", "shop.yaml", *evidence())

    assert 0 == result.exit_code, result.output
    assert "loud: shadow -> canary 10%" in result.output
    assert "-    mode: shadow\n+    mode: enforce\n+    rollout: 10%\n" in result.output
    assert 3 == result.output.count("  holds  ")
    assert PACK.replace("    mode: shadow\n", "    mode: enforce\n    rollout: 10%\n") == pack()
    assert [("loud", "shadow", "canary 10%", "ana", "")] == [
        tuple(line[key] for key in ("rule", "from", "to", "who", "reason")) for line in ledger()
    ]


def test_what_is_missing_is_said_with_how_to_get_it_and_nothing_is_written() -> None:
    result = run("promote", "loud", "shop.yaml")

    assert 1 == result.exit_code
    assert 3 == result.output.count("  fails  ")
    for fix in (
        "filterproxy replay RECORDINGS",
        "--metrics URL",
        "filterproxy review RECORDINGS --rule loud",
    ):
        assert fix in result.output
    assert "3 checks of 3 failed: nothing was written. --force REASON" in result.output
    assert (PACK, []) == (pack(), ledger())


def test_on_a_terminal_what_a_check_says_stays_in_its_column() -> None:
    out = Console(file=io.StringIO(), width=60, force_terminal=True, color_system=None, markup=False)
    _print_check(
        out, Check("shadow", False, "seen in far too few replies to say anything of it", "wait " * 12)
    )

    lines = out.file.getvalue().splitlines()  # type: ignore[attr-defined]
    assert 4 <= len(lines)
    assert {True} == {line.startswith(" " * 20) and len(line) <= 60 for line in lines[1:]}


def test_forcing_needs_a_reason_and_writes_it_down() -> None:
    result = run("promote", "loud", "shop.yaml", "--to", "enforce", "--force", " an incident ")

    assert 0 == result.exit_code
    assert "Forced: an incident" in result.output
    assert ("an incident", [False] * 3) == (
        ledger()[0]["reason"],
        [check["ok"] for check in ledger()[0]["checks"]],
    )
    assert 2 == run("promote", "hours", "shop.yaml", "--force", " ").exit_code


def test_a_dry_run_shows_and_writes_nothing() -> None:
    options = evidence()
    result = run("promote", "loud", "shop.yaml", "--dry-run", *options)

    assert 0 == result.exit_code
    assert "+    mode: enforce" in result.output and "Nothing was written (--dry-run)." in result.output
    assert (PACK, []) == (pack(), ledger())


@pytest.mark.parametrize(("seen", "code"), [(1200.7, 0), (900.0, 1)])
def test_what_a_restart_forgot_prometheus_remembers(
    seen: float, code: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    def query(address: str, text: str, token: str) -> list[tuple[dict[str, str], float]]:
        assert 'job="shop"' in text
        series = {"rule": "loud", "mode": "shadow", "version": version()}
        return [(series, seen)] if "mode_replies" in text else []

    monkeypatch.setattr("filterproxy.rollout.fetch.query", query)
    given = ["--prometheus", "prom:9090", "--where", 'job="shop"', "--gate", "shadow", "--dry-run"]
    result = run("promote", "loud", "shop.yaml", *given)

    assert code == result.exit_code, result.output
    assert f"in shadow for about {grouped(int(seen))} replies, by prometheus" in result.output


def test_evidence_of_the_rule_before_an_edit_is_none() -> None:
    options = evidence()
    Path("shop.yaml").write_text(PACK.replace("[hurray]", "[hurray, hooray]"))
    result = run("promote", "loud", "shop.yaml", *options, "--gate", "shadow")

    assert 1 == result.exit_code
    assert "as it was before an edit: reload its rules" in result.output


def test_an_instance_that_is_named_twice_counts_once() -> None:
    options = evidence()[:2] * 2
    result = run("promote", "loud", "shop.yaml", *options, "--gate", "shadow", "--dry-run")

    assert "in shadow for 5 000 replies" in result.output


def test_what_is_checked_can_be_chosen() -> None:
    result = run("promote", "loud", "shop.yaml", "--gate", "precision", "--min-precision", "0.5", *evidence())

    assert 0 == result.exit_code
    assert 1 == result.output.count("  holds  ")


def test_shadow_needs_no_check_and_a_rule_goes_all_the_way() -> None:
    steps = [json.loads(run("demote", "loud", "shop.yaml", "--json").stdout)["to"]]
    for force in ([], ["--force", "a test"], ["--force", "a test"]):
        steps.append(json.loads(run("promote", "loud", "shop.yaml", "--json", *force).stdout)["to"])

    assert ["off", "shadow", "canary 10%", "enforce"] == steps
    assert PACK.replace("    mode: shadow\n", "    mode: enforce\n") == pack()
    assert 1 == run("promote", "loud", "shop.yaml").exit_code


def test_an_experiment_that_was_kept_is_a_clean_replay() -> None:
    from filterproxy.experiments.journal import give_verdict, record

    pair = {key: [0, 0] for key in ("evaluated", "fired", "excused", "marginal", "errors", "seconds")}
    hash = load([Path("shop.yaml")])["hash"]
    result = {
        "version": 1,
        "corpus": {"hash": "c", "exchanges": 10, "skipped": 0, "files": []},
        "baseline": {"hash": "0" * 16, "source": "live"},
        "candidate": {"hash": hash, "source": "shop.yaml"},
        "seconds": 1.0,
        "replies": {"same": 10, "changed": 0, "new_drops": 0},
        "rules": {"loud": {"pack": "shop", "mode": ["shadow", "shadow"], "new": 0, "gone": 0, **pair}},
        "examples": [],
    }
    record(result, note="as it is")
    asked = ["promote", "loud", "shop.yaml", "--gate", "replay", "--dry-run"]
    before = run(*asked)
    give_verdict(1, "kept", "no reply is dropped anew")
    after = run(*asked)

    assert (1, 0) == (before.exit_code, after.exit_code)
    assert "its verdict is open" in before.output
    assert "experiment 1 was kept: no reply is dropped anew" in after.output


def test_with_recordings_the_labels_measure_the_rule_as_it_is_now() -> None:
    """Wrong hits that the rule no longer has do not hold it back, once it is run over them again."""
    lines = [{"messages": [], "reply": f"Hurray, number {n}!"} for n in range(40)]
    lines += [{"messages": [], "reply": f"Hooray, number {n}!"} for n in range(10)]
    Path("replies.jsonl").write_text("".join(json.dumps(line) + "\n" for line in lines))
    hashes = {exchange.texts[0][1]: exchange.hash for exchange in corpus(Path("replies.jsonl"))}
    words = {text: RIGHT if "Hurray" in text else WRONG for text in hashes}
    append(
        Path(".filterproxy/labels.jsonl"),
        [Label(hashes[t], "loud", word, version=version()) for t, word in words.items()],
    )
    asked = ["promote", "loud", "shop.yaml", "--gate", "precision", "--dry-run"]
    by_labels, by_replies = run(*asked), run(*asked, "--recordings", "replies.jsonl")

    assert (1, 0) == (by_labels.exit_code, by_replies.exit_code)
    assert "80%, 40 of 50 right" in by_labels.output
    assert "100%, 40 of 40 right" in by_replies.output


def corpus(file: Path) -> list[Exchange]:
    return [one for one in read_corpus([file]) if isinstance(one, Exchange)]


def test_a_canary_can_be_made_smaller() -> None:
    run("promote", "loud", "shop.yaml", "--to", "50%", "--force", "a test")
    result = json.loads(run("demote", "loud", "shop.yaml", "--to", "5%", "--json").stdout)

    assert ("canary 50%", "canary 5%") == (result["from"], result["to"])
    assert "    mode: enforce\n    rollout: 5%\n" in pack()


def test_demote_asks_nobody_and_writes_down_why() -> None:
    result = run("demote", "hours", "shop.yaml", "--reason", "it dropped the museum")

    assert 0 == result.exit_code
    assert PACK.replace("    examples:\n", "    mode: shadow\n    examples:\n", 1) == pack()
    assert [("hours", "enforce", "shadow", "it dropped the museum")] == [
        tuple(line[key] for key in ("rule", "from", "to", "reason")) for line in ledger()
    ]


@pytest.mark.parametrize(
    ("arguments", "said", "code"),
    [
        (["promote", "hours", "shop.yaml"], 'rule "hours": it is enforced for everybody already', 1),
        (["promote", "loud", "shop.yaml", "--to", "off"], "is a step back: use `filterproxy demote`", 1),
        (["demote", "loud", "shop.yaml", "--to", "5%"], "is a step further: use `filterproxy promote`", 1),
        (["promote", "loud", "shop.yaml", "--to", "shadow"], 'rule "loud" is shadow already', 1),
        (["promote", "lout", "shop.yaml"], 'there is no rule "lout" in shop.yaml; did you mean "loud"?', 2),
        (["promote", "loud", "shop.yaml", "--to", "half"], '"half" is none of off, shadow', 2),
        (
            ["promote", "loud", "shop.yaml", "--gate", "luck"],
            '"luck" is none of replay, shadow, precision',
            2,
        ),
        (["promote", "loud", "shop.yaml", "--min-precision", "x"], 'a share as in 90%, not "x"', 2),
        (["promote", "loud", "shop.yaml", "--max-new-drops", "x"], '"x" is neither a number of replies', 2),
        (["promote", "loud", "gone.yaml"], '"gone.yaml" is not there', 1),
        (
            ["promote", "loud", "shop.yaml", "--replay", "shop.yaml"],
            "cannot be read as the result of a replay",
            1,
        ),
    ],
)
def test_slips_are_said_in_words(arguments: list[str], said: str, code: int) -> None:
    result = run(*arguments)

    assert said in " ".join(result.stderr.replace("│", " ").split())
    assert (code, PACK) == (result.exit_code, pack())


def test_a_change_that_cannot_be_written_down_is_not_said_not_to_be_made() -> None:
    Path(".filterproxy/rollouts.jsonl").mkdir(parents=True)
    result = run("demote", "loud", "shop.yaml")

    assert 1 == result.exit_code
    assert "shop.yaml was changed, but that is written down nowhere" in result.stderr
    assert PACK != pack()


def test_a_pack_that_cannot_be_written_is_left_as_it_is(monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object, **__: object) -> None:
        raise OSError(28, "No space left on device", "shop.yaml")

    monkeypatch.setattr("filterproxy.rollout.change.write_text", full)
    result = run("demote", "loud", "shop.yaml")

    assert 1 == result.exit_code
    assert "shop.yaml cannot be written: No space left on device" in result.stderr
    assert (PACK, []) == (pack(), ledger())
