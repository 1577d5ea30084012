"""`filterproxy rules`."""

from __future__ import annotations

import io
import json
import re
import subprocess
from pathlib import Path
from typing import Any

import pytest
from rich.console import Console
from typer.testing import CliRunner

from filterproxy.cli import main
from filterproxy.history.home import make_home
from filterproxy.history.stored import keep
from filterproxy.labels.label import RIGHT, WRONG, Label
from filterproxy.labels.store import append
from filterproxy.rollout import overview
from filterproxy.rulebook.document import versions_of
from filterproxy.rulebook.edit import PackText, read
from filterproxy.rulebook.load import load
from tests.cli.packs import PACK, write

runner = CliRunner()

METRICS = """# TYPE filterproxy_replies counter
filterproxy_replies_total{outcome="pass"} 1000.0
# TYPE filterproxy_rule_evaluated counter
filterproxy_rule_evaluated_total{rule="hours"} 1000.0
filterproxy_rule_evaluated_total{rule="mail"} 1000.0
filterproxy_rule_evaluated_total{rule="loud"} 1000.0
# TYPE filterproxy_rule_fired counter
filterproxy_rule_fired_total{rule="hours",mode="enforce"} 25.0
filterproxy_rule_fired_total{rule="mail",mode="enforce"} 1000.0
# TYPE filterproxy_rule_runs counter
filterproxy_rule_runs_total{rule="hours"} 30.0
# TYPE filterproxy_rule_seconds counter
filterproxy_rule_seconds_total{rule="hours"} 0.0125
"""


@pytest.fixture(autouse=True)
def _elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    write(tmp_path)


def rules(*arguments: str) -> str:
    result = runner.invoke(main, ["rules", "shop.yaml", *arguments])

    assert 0 == result.exit_code, result.output
    return result.output


def as_json(*arguments: str) -> dict[str, dict[str, Any]]:
    return {row["id"]: row for row in json.loads(rules("--json", *arguments))["rules"]}


def labelled(right: int, wrong: int, rulebook: str | None = None) -> None:
    """Labels of the rule as it is now; with the hash of a rulebook, lines that say that and no version."""
    words = [RIGHT] * right + [WRONG] * wrong
    version = versions_of(load([Path("shop.yaml")]))["hours"] if rulebook is None else ""
    given = [
        Label(f"{n}", "hours", word, rulebook=rulebook or "", version=version) for n, word in enumerate(words)
    ]
    append(Path(".filterproxy/labels.jsonl"), given)


def test_what_nobody_knows_is_left_out() -> None:
    output = rules()

    assert ["rule   mode", "hours  enforce", "mail   enforce", "loud   shadow", ""] == [
        line.rstrip() for line in output.splitlines()[:5]
    ]
    assert "3 rules, rulebook " in output


def test_metrics_say_rate_cost_and_what_never_and_always_fires() -> None:
    Path("metrics.txt").write_text(METRICS)
    hours, mail, loud = (line.split("  ") for line in rules("--metrics", "metrics.txt").splitlines()[1:4])

    assert {"25", "2.50%", "12.5 µs"} <= {cell.strip() for cell in hours}
    assert "always fired" in [cell.strip() for cell in mail]
    assert "never fired" in [cell.strip() for cell in loud]


def test_precision_comes_with_its_interval() -> None:
    labelled(9, 1)

    assert "90% (60%-98%, 9/10)" in rules()
    assert 9 == as_json()["hours"]["precision"]["right"]


@pytest.mark.parametrize(
    ("edit", "counts"), [("owner: ana", True), ("mode: shadow", True), ("on_error: drop", False)]
)
def test_precision_is_of_the_rule_as_it_is(edit: str, counts: bool) -> None:
    """An edit of what it does begins anew; whose it is, and how far it is rolled out, makes no other rule."""
    labelled(9, 1)
    Path("shop.yaml").write_text(PACK.replace("  - id: hours\n", f"  - id: hours\n    {edit}\n"))

    assert ("90% (60%-98%, 9/10)" if counts else "10 of other versions") in rules()


def test_lines_that_say_no_version_have_the_one_that_their_rulebook_had() -> None:
    """Known from the packs as they are, or from the journal; what nobody has counts for no version."""
    hash = load([Path("shop.yaml")])["hash"]
    labelled(9, 1, hash)
    now = rules()
    keep(make_home(), load([Path("shop.yaml")]))
    Path("shop.yaml").write_text(PACK.replace("[hurray]", "[hooray]"))
    after_another_edit = rules()
    labelled(9, 1, "0" * 16)

    assert "90% (60%-98%, 9/10)" in now and "90% (60%-98%, 9/10)" in after_another_edit
    assert "10 of other versions" in rules()


def test_recordings_are_run_through_the_rules_and_measure_them_as_they_are_now() -> None:
    lines = [
        {"messages": [{"role": "user", "content": "When do you open?"}], "reply": f"At {n % 9 + 1} am, {n}."}
        for n in range(20)
    ]
    Path("replies.jsonl").write_text("".join(json.dumps(line) + "\n" for line in lines))
    cases = json.loads(
        runner.invoke(main, ["review", "replies.jsonl", "-r", "shop.yaml", "--json", "--count", "4"]).stdout
    )["cases"]
    given = [
        Label(case["hash"], "hours", word) for case, word in zip(cases, [RIGHT] * 3 + [WRONG], strict=True)
    ]
    append(Path(".filterproxy/labels.jsonl"), [*given, Label("elsewhere", "hours", WRONG)])
    found = as_json("--recordings", "replies.jsonl")

    assert (20, {"recordings": 20}, 1.0, ["always fired"]) == tuple(
        found["hours"][key] for key in ("replies", "fired", "rate", "notes")
    )
    assert (3, 1) == (found["hours"]["precision"]["right"], found["hours"]["precision"]["wrong"])
    assert found["hours"]["seconds"] > 0
    assert ["never fired"] == found["mail"]["notes"]


def test_a_decision_log_says_how_often_and_not_what_share() -> None:
    Path("log").mkdir()
    hit = {"rule": "hours", "mode": "enforce", "excuse": ""}
    line = json.dumps({"v": 1, "log": "decisions", "rulebook": "abc", "hits": [hit]}) + "\n"
    Path("log/decisions-0-20260131T080000123456Z.jsonl").write_text(line * 30)
    found = as_json("--decisions", "log")

    assert (None, {"enforce": 30}, []) == tuple(found["hours"][key] for key in ("rate", "fired", "notes"))
    assert ["never fired"] == found["mail"]["notes"]
    assert "A log leaves out replies that no rule touched." in rules("--decisions", "log")


def test_what_has_expired_is_said_and_whose_it_is() -> None:
    text = PACK.replace(
        "  - id: mail\n", "  - id: mail\n    owner: ana\n    expires: 2020-01-31\n    created: 2019-01-31\n"
    )
    write(Path.cwd(), text)
    found = as_json()["mail"]

    assert ("ana", "2020-01-31", "2019-01-31", ["expired"]) == tuple(
        found[key] for key in ("owner", "expires", "created", "notes")
    )


def git(*arguments: str, when: str = "2026-01-01T00:00:00Z") -> None:
    who = ["-c", "user.name=Ana", "-c", "user.email=ana@example.org"]
    environment = {
        "PATH": "/usr/bin:/bin",
        "GIT_AUTHOR_DATE": when,
        "GIT_COMMITTER_DATE": when,
        "HOME": "/nowhere",
    }
    subprocess.run(["git", *who, *arguments], check=True, capture_output=True, env=environment)


def test_git_tells_age_and_last_edit_of_each_rule_alone() -> None:
    git("init", "-q")
    git("add", "shop.yaml")
    git("commit", "-q", "-m", "all")
    write(Path.cwd(), PACK.replace("[hurray]", "[hurray, hooray]"))
    git("commit", "-q", "-a", "-m", "more", when="2026-02-01T00:00:00Z")
    write(Path.cwd(), PACK.replace("[hurray]", "[hurray, hooray]").replace("[mail]", "[e-mail]"))
    found = as_json()

    assert {"2026-01-01"} == {row["created"] for row in found.values()}
    assert ["2026-01-01T00:00:00+00:00", "2026-02-01T00:00:00+00:00"] == [
        found[rule]["edited"]["when"] for rule in ("hours", "loud")
    ]
    assert ("Ana", "") == (found["loud"]["edited"]["who"], found["mail"]["edited"]["commit"])
    assert "not committed" in rules()


def narrow(width: int, *arguments: str, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What a terminal of so many columns shows."""
    screen = Console(file=io.StringIO(), force_terminal=True, width=width, no_color=True, highlight=False)
    monkeypatch.setattr("filterproxy.cli.show.console", lambda **_: screen)
    rules(*arguments)
    assert isinstance(screen.file, io.StringIO)
    return re.sub(r"\x1b\[\d*m", "", screen.file.getvalue()).splitlines()


def test_what_a_terminal_has_no_room_for_is_left_out_and_named(monkeypatch: pytest.MonkeyPatch) -> None:
    """Never the ids: a table of ellipses says nothing."""
    Path("metrics.txt").write_text(METRICS)
    labelled(9, 1)
    given = ["--metrics", "metrics.txt"]
    wide = narrow(200, *given, monkeypatch=monkeypatch)
    lines = narrow(60, *given, monkeypatch=monkeypatch)

    assert "fired" in wide[0] and "cost" in wide[0] and not any("No room for" in line for line in wide)
    assert "rule   mode     " == lines[0][:16] and "cost" not in lines[0]
    assert any(line.startswith("No room for: fired, cost.") for line in lines), lines
    for width in (24, 40, 60, 80, 120):
        shown = narrow(width, *given, monkeypatch=monkeypatch)
        assert not any("…" in line or len(line) > width for line in shown[:4])


def listed(*arguments: str) -> list[str]:
    return [row["id"] for row in json.loads(rules("--json", *arguments))["rules"]]


def test_rules_are_sorted_by_any_column_and_those_without_come_last() -> None:
    Path("metrics.txt").write_text(METRICS)
    labelled(9, 1)
    write(
        Path.cwd(), PACK.replace("  - id: mail\n", "  - id: mail\n    owner: ana\n    expires: 2020-01-31\n")
    )
    given = ["--metrics", "metrics.txt", "--sort"]

    assert ["hours", "loud", "mail"] == listed(*given, "rule")
    assert ["mail", "hours", "loud"] == listed(*given, "rate") == listed(*given, "fired")
    assert ["mail", "hours", "loud"] == listed(*given, "owner") == listed(*given, "expires")
    assert ["hours", "mail", "loud"] == listed(*given, "cost") == listed(*given, "precision")
    assert 2 == runner.invoke(main, ["rules", "shop.yaml", "--sort", "colour"]).exit_code


def test_rules_are_chosen_by_what_is_said_of_them() -> None:
    Path("metrics.txt").write_text(METRICS)
    given = ["--metrics", "metrics.txt", "--only"]

    assert ["loud"] == listed(*given, "shadow") == listed(*given, "never fired")
    assert ["mail"] == listed(*given, "always fired") == listed(*given, "m*", "--only", "enforce")
    assert ["hours", "mail", "loud"] == listed(*given, "shop")
    assert "\n1 of 3 rules, rulebook " in rules(*given, "loud")
    assert "\n0 of 3 rules, rulebook " in rules(*given, "nobody")


def test_a_rule_that_is_killed_somewhere_is_said_to_be() -> None:
    Path("one.txt").write_text(METRICS)
    Path("two.txt").write_text(METRICS + 'filterproxy_rule_killed{rule="mail"} 1700.5\n')
    found = as_json("--metrics", "one.txt", "--metrics", "two.txt")

    assert ["killed", "always fired"] == found["mail"]["notes"]


def test_each_file_is_read_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """A thousand rules in ten files took half a minute."""
    git("init", "-q")
    git("add", "shop.yaml")
    git("commit", "-q", "-m", "all")
    reads: list[Path] = []

    def noted(path: Path) -> PackText:
        reads.append(path)
        return read(path)

    monkeypatch.setattr(overview, "read", noted)

    assert 3 == len(as_json())
    assert [Path("shop.yaml")] == reads


def test_what_prometheus_says_is_asked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[tuple[str, str]] = []

    def query(address: str, text: str, token: str) -> list[tuple[dict[str, str], float]]:
        asked.append((address, token))
        series = {"rule_evaluated_total": 1000.0, "rule_fired_total": 30.0}
        value = next((value for name, value in series.items() if name in text), None)
        return [] if value is None else [({"rule": "hours", "mode": "shadow"}, value)]

    monkeypatch.setattr("filterproxy.rollout.fetch.query", query)
    monkeypatch.setenv("FILTERPROXY_PROMETHEUS_TOKEN", "secret")
    found = as_json("--prometheus", "prom:9090")["hours"]

    assert ("prometheus", 0.03) == (found["source"], found["rate"])
    assert {("prom:9090", "secret")} == set(asked)
    assert 2 == runner.invoke(main, ["rules", "shop.yaml", "--where", 'job="a"']).exit_code


def test_metrics_that_do_not_answer_are_said_not_to() -> None:
    result = runner.invoke(main, ["rules", "shop.yaml", "--metrics", "127.0.0.1:9"])

    assert 1 == result.exit_code
    assert "the metrics cannot be used: http://127.0.0.1:9/metrics does not answer" in result.stderr


def test_what_is_no_metrics_is_said_to_be_none() -> None:
    Path("metrics.txt").write_text('{"this": is no metric}\n')
    result = runner.invoke(main, ["rules", "shop.yaml", "--metrics", "metrics.txt"])

    assert 1 == result.exit_code
    assert "the metrics cannot be used" in result.stderr


@pytest.mark.parametrize(
    "command",
    [["check"], ["demote", "loud", "--dry-run"], ["promote", "loud", "--dry-run"], ["rules"], ["try", "Hi."]],
    ids=lambda command: str(command[0]),
)
def test_without_a_path_the_folder_rules_is_meant_and_not_what_ships(
    command: list[str], tmp_path: Path
) -> None:
    """Else `promote` finds no such rule, and `check` praises packs that nobody asked about."""
    (tmp_path / "rules").mkdir()
    write(tmp_path / "rules")
    result = runner.invoke(main, [*command, "--json"])

    assert '"loud"' in result.output
    assert "card-number" not in result.output
