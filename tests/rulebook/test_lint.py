"""Warnings about rules: each code on a pack that earns it, and silence on packs that do not."""

from __future__ import annotations

import datetime
from collections.abc import Collection
from pathlib import Path

import pytest

from filterproxy.core.bound import Keeps
from filterproxy.rulebook.compile import compile
from filterproxy.rulebook.lint.finding import CODES, Finding, Report
from filterproxy.rulebook.lint.lint import lint
from filterproxy.rulebook.lint.rules import Bounds
from filterproxy.rulebook.load import load, shipped_rules
from filterproxy.trial import fired_on

TODAY = datetime.date(2026, 5, 1)
PROOF = "why: w, examples: {hit: [%s], pass: [nothing]}"


def report_of(folder: Path, wait: Keeps = Keeps.SENTENCE) -> Report:
    document = load([folder])
    return lint(document, compile(document), Bounds(TODAY, wait=wait), fired_on)


def pack(folder: Path, *rules: str, head: str = "") -> Path:
    """A folder with a pack of rules in brackets; `PROOF` in one of them stands for why and examples."""
    lines = "".join(f"  - {rule}\n" for rule in rules)
    (folder / "p.yaml").write_text(f"version: 1\npack: p\n{head}rules:\n{lines}", "utf-8")
    return folder


def codes(folder: Path, wait: Keeps = Keeps.SENTENCE) -> list[tuple[str, int]]:
    """What is warned of, and in which line."""
    return [(one.code, one.problem.place.line) for one in report_of(folder, wait).findings]


def regex_rule(name: str, pattern: str, hit: str, rest: str = "action: flag") -> str:
    return f"{{id: {name}, match: {{regex: '{pattern}'}}, {rest}, {PROOF % hit}}}"


def phrase_rule(name: str, phrases: str, hit: str, rest: str = "action: flag") -> str:
    return f"{{id: {name}, match: {{phrases: {phrases}}}, {rest}, {PROOF % hit}}}"


@pytest.mark.parametrize(
    ("rule", "code"),
    [
        (regex_rule("a", "(x|x)*y", "xy"), "FW001"),
        (regex_rule("a", r"a\bb", "ab"), "FW002"),
        (regex_rule("a", r"fee|x^y", "fee"), "FW002"),
        (regex_rule("a", r"\b", "fee"), "FW002"),  # an empty match is none, whatever the engine says
        (regex_rule("a", r"\bcat|dog\b", "a cat"), "FW004"),
        (regex_rule("a", "(?<=x)b*", "xb"), "FW003"),
        (regex_rule("a", "cat|dog", "a cat"), "FW004"),
        (phrase_rule("a", "[refund]", "a refund", "action: drop"), "FW006"),
        ("{id: a, match: {phrases: [refund]}, action: flag, why: w}", "FW007"),
        ("{id: a, match: {phrases: [refund]}, action: flag, examples: {hit: [refund]}}", "FW008"),
        (phrase_rule("a", "[refund]", "refund", "action: flag, expires: 2026-04-30"), "FW009"),
        (phrase_rule("a", "[refund]", "refund", "action: flag, expires: 2026-05-31"), "FW010"),
        (phrase_rule("a", "[refund, money, Refund]", "refund"), "FW012"),
    ],
)
def test_each_of_these_earns_one_warning(tmp_path: Path, rule: str, code: str) -> None:
    found = codes(pack(tmp_path, rule))

    # What can never match has no example that holds, and is told of once.
    assert [code] == list(dict.fromkeys(found_code for found_code, _ in found))
    assert {4} == {line for _, line in found}


CALM = [
    regex_rule("a", r"\b(?:cat|dog)s?\b", "a cat"),
    regex_rule("a", r"\bv\d+(\.\d+)+", "v1.2"),
    phrase_rule("a", "[refund]", "a refund", "action: drop, streamed: cut"),
    phrase_rule("a", "[refund]", "a refund", "action: drop, mode: shadow"),
    phrase_rule("a", "[refund, Scheiße, Scheisse]", "refund", "action: flag, expires: 2026-06-01"),
    "{id: a, match: {phrases: [ass], words: false}, action: flag, " + PROOF % "grass" + "}",
]


@pytest.mark.parametrize("rule", CALM)
def test_what_is_as_it_should_be_earns_none(tmp_path: Path, rule: str) -> None:
    assert [] == codes(pack(tmp_path, rule))


def test_the_shipped_packs_earn_none() -> None:
    report = report_of(shipped_rules())

    assert [] == [str(finding) for finding in report.findings]
    assert (0, ()) == (report.allowed, report.unanalysed)


def test_a_rule_behind_one_that_takes_all_it_looks_for_is_told(tmp_path: Path) -> None:
    """By equal matches, by lists that hold the other's, and through `any`."""
    ends = "action: drop, streamed: cut"
    folder = pack(
        tmp_path,
        phrase_rule("all", "[refund, chargeback]", "a refund", ends),
        phrase_rule("one", "[full refund]", "a full refund", "action: {remove: sentence}"),
        "{id: two, match: {any: [{phrases: [chargeback]}, {phrases: [refund]}]}, action: flag, "
        + PROOF % "refund"
        + "}",
        phrase_rule("other", "[refunds]", "refunds", "action: {remove: sentence}"),
        phrase_rule("shadow", "[refund]", "a refund", "action: drop, mode: shadow"),
    )

    assert [("FW005", 5), ("FW005", 6)] == codes(folder)


def test_a_rule_that_fires_on_none_of_its_own_examples_is_told(tmp_path: Path) -> None:
    """Whatever the earlier one looks for: the engine itself says so; one example that is left is enough."""
    ends = "action: drop, streamed: cut"
    folder = pack(
        tmp_path,
        regex_rule("early", r"\brefund\w*", "a refund", ends),
        regex_rule("late", r"\brefunds are due\b", "refunds are due"),
        "{id: partly, match: {regex: '(?i)due'}, action: flag, why: w, examples: {hit: [refund due, dues]}}",
    )
    report = report_of(folder)

    assert [("FW005", "late")] == [(f.code, f.rule) for f in report.findings if f.code == "FW005"]


@pytest.mark.parametrize(
    "rest", ["mode: shadow", "mode: 'off'", "rollout: 10%", "when: {model: big}", "unless: {grounded: true}"]
)
def test_one_that_does_not_act_on_every_reply_takes_nothing_for_certain(tmp_path: Path, rest: str) -> None:
    folder = pack(
        tmp_path,
        phrase_rule(
            "early", "[refund]", "{system: x, reply: refund}", f"action: drop, streamed: cut, {rest}"
        ),
        phrase_rule("late", "[refund]", "{system: refund, reply: refund}", "action: {remove: sentence}"),
    )

    assert [] == codes(folder)


def test_two_rules_that_find_and_do_the_same_are_told(tmp_path: Path) -> None:
    folder = pack(tmp_path, phrase_rule("a", "[refund]", "refund"), phrase_rule("b", "[refund]", "refund"))

    assert [("FW013", 5)] == codes(folder)


def test_lists_that_nobody_names_and_lines_that_repeat_are_told(tmp_path: Path) -> None:
    """In the list's own file; comments in it are none of its entries."""
    (tmp_path / "used.txt").write_text("# words\nrefund\n\nRefund\n# words\n", "utf-8")
    (tmp_path / "unused.txt").write_text("money\n", "utf-8")
    report = report_of(pack(tmp_path, phrase_rule("a", "{file: used.txt}", "refund")))
    places = [(f.code, Path(f.problem.place.file).name, f.problem.place.line) for f in report.findings]

    assert [("FW011", "unused.txt", 0), ("FW012", "used.txt", 4)] == places


def test_what_the_tree_cannot_decide_is_listed_and_not_guessed(tmp_path: Path) -> None:
    report = report_of(pack(tmp_path, regex_rule("a", r"(x)\1", "xx")))

    assert () == report.findings
    assert [("a", "it uses a back-reference")] == [(one.rule, one.why) for one in report.unanalysed]


def test_the_bound_on_what_a_stream_waits_for_is_the_callers(tmp_path: Path) -> None:
    folder = pack(tmp_path, phrase_rule("a", "[refund]", "a refund", "action: {remove: sentence}"))

    assert [] == codes(folder)
    assert [("FW006", 4)] == codes(folder, Keeps.MATCH)


@pytest.mark.parametrize("comment", ["# allow FW004", "# stems: allow FW001, FW004"])
def test_a_comment_allows_what_is_meant_and_is_counted(tmp_path: Path, comment: str) -> None:
    report = report_of(pack(tmp_path, regex_rule("a", "cat", "a cat") + f"  {comment}"))

    assert ((), 1) == (report.findings, report.allowed)


def test_the_reason_of_a_pack_is_that_of_its_rules(tmp_path: Path) -> None:
    rule = "{id: a, match: {phrases: [refund]}, action: flag, examples: {hit: [refund]}}"

    assert [] == codes(pack(tmp_path, rule, head="why: all of it\n"))


def test_every_code_is_earned_by_a_pack_of_these_tests() -> None:
    """A code that no test proves is one that nobody can look up."""
    source = Path(__file__).read_text("utf-8")

    assert [] == [code for code in CODES if f'"{code}"' not in source]
    assert [f"FW{n:03}" for n in range(1, len(CODES) + 1)] == list(CODES)


def test_a_warning_reads_as_a_problem_does_and_is_plain_data(tmp_path: Path) -> None:
    (finding,) = report_of(pack(tmp_path, regex_rule("a", "cat", "a cat"))).findings

    assert str(finding).startswith(
        'warning[FW004]: this pattern matches inside words: "cat" in "concatenate"\n'
    )
    assert isinstance(finding, Finding)
    data: Collection[str] = finding.as_json()
    assert {"severity", "rule", "code", "file", "line", "column", "what", "why", "fix"} <= set(data)
