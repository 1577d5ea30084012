"""Document → rules: what each word of a pack becomes, and what workers import for it."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from filterproxy.core.request import Request, Turn
from filterproxy.core.rule import Mode, OnError, Rule, Scope, Verb
from filterproxy.detectors.regex import Regex
from filterproxy.rulebook.book import Rulebook
from filterproxy.rulebook.compile import compile
from filterproxy.rulebook.load import load

ASKED = Request()


def rulebook(folder: Path, rules: str, head: str = "", default: OnError | None = None) -> Rulebook:
    file = folder / "pack.yaml"
    file.write_text(f"version: 1\npack: shop\n{head}rules:\n{rules}", "utf-8")
    # Through JSON, as it goes to workers.
    return compile(json.loads(json.dumps(load([file]))), default)


def rule_of(folder: Path, *lines: str, default: OnError | None = None) -> Rule:
    """One rule: refunds are flagged, and what the lines say."""
    keys = {"match": "{phrases: [refund]}", "action": "flag"}
    keys |= dict(line.split(": ", 1) for line in lines)
    written = "".join(f"    {key}: {value}\n" for key, value in keys.items())
    return rulebook(folder, "  - id: refund\n" + written, default=default).rules[0]


def filled(rule: Rule, text: str) -> str:
    """What a template makes of the first match."""
    span = rule.match.find(text, 0, (0, len(text)), ASKED)
    assert span is not None
    assert rule.action.template is not None
    parts = rule.action.template(text, span)
    return "".join(part if isinstance(part, str) else text[slice(*part)] for part in parts)


def excuse(rule: Rule, text: str, request: Request = ASKED) -> str | None:
    """Why the first match is excused."""
    unit = (0, len(text))
    span = rule.match.find(text, 0, unit, request)
    assert span is not None
    return next((why for judge in rule.unless if (why := judge(text, span, unit, request))), None)


def test_a_rule_is_what_its_author_wrote(tmp_path: Path) -> None:
    """Every key arrives."""
    rule = rule_of(
        tmp_path,
        "match: {regex: 'v\\d', ignore_case: true}",
        "action: {cut: match, after_cut: close}",
        "streamed: {retry: 2, note: Again., then: {remove: line}}",
        "say: {de: Nein., default: 'No.'}",
        "scope: line",
        "in: [content, reasoning]",
        "mode: shadow",
        "rollout: 25%",
        "on_error: pass",
        "exact: true",
    )

    assert rule.match == Regex("v\\d", ignore_case=True)
    assert (rule.scope, rule.mode, rule.on_error) == (Scope.LINE, Mode.SHADOW, OnError.PASS)
    assert (rule.rollout, rule.exact, rule.needs_unit) == (0.25, True, False)
    assert rule.channels == {"content", "reasoning"}
    assert (rule.action.verb, rule.action.unit, rule.action.after_cut_close) == (Verb.CUT, Scope.MATCH, True)
    assert rule.action.say is not None
    assert [rule.action.say.for_language(x) for x in ("de", "fr")] == ["Nein.", "No."]
    retry = rule.action_for(stream=True)
    assert (retry.verb, retry.times, retry.note) == (Verb.RETRY, 2, "Again.")
    assert retry.then is not None
    assert (retry.then.verb, retry.then.unit, retry.then.say) == (Verb.REMOVE, Scope.LINE, rule.action.say)


def test_rules_that_are_off_are_compiled_and_marked(tmp_path: Path) -> None:
    """Their examples are still run."""
    book = rulebook(
        tmp_path,
        "  - {id: a, match: {phrases: [x]}, action: flag, mode: off}\n"
        "  - {id: b, match: {phrases: [x]}, action: flag}\n",
    )

    assert [(rule.id, rule.mode) for rule in book.rules] == [("a", Mode.OFF), ("b", Mode.ENFORCE)]
    assert [info.id for info in book.infos] == ["a", "b"]


@pytest.mark.parametrize(
    ("lines", "default", "policy"),
    [
        (["action: drop"], None, OnError.DROP),
        (["action: redact"], None, OnError.DROP),
        (["action: flag"], None, OnError.PASS),
        (["action: flag", "streamed: cut"], None, OnError.DROP),
        (["action: {append: Bye.}"], None, OnError.PASS),
        (["action: drop"], OnError.PASS, OnError.PASS),
        (["action: drop", "on_error: drop"], OnError.PASS, OnError.DROP),
    ],
)
def test_a_fault_is_decided_by_the_nearest_who_says_how(
    tmp_path: Path, lines: list[str], default: OnError | None, policy: OnError
) -> None:
    """The rule, else its pack, else the configuration, else what the action is."""
    assert rule_of(tmp_path, *lines, default=default).on_error == policy


@pytest.mark.parametrize(
    ("match", "template", "text", "result"),
    [
        ("{regex: '(?<n>\\d+) (euro)'}", "{n} {2}s, {match}{{}}", "it is 5 euro", "5 euros, 5 euro{}"),
        ("{regex: '(a)|(b)'}", "<{1}{2}>", "b", "<b>"),
        ("{phrases: [refund]}", "({match})", "A Refund", "(Refund)"),
        ("{all: [{regex: '(x)y'}, {phrases: [z]}]}", "{1}", "xy z", "x"),
        ("{phrases: [refund]}", "none", "refund", "none"),
    ],
)
def test_a_template_is_filled_from_the_match(
    tmp_path: Path, match: str, template: str, text: str, result: str
) -> None:
    """By name and by number, and of `all` from its first member."""
    rule = rule_of(tmp_path, f"match: {match}", f"action: {{replace: {json.dumps(template)}}}")

    assert filled(rule, text) == result


def test_redact_puts_its_text_in_place(tmp_path: Path) -> None:
    """A brace in it is a brace."""
    assert filled(rule_of(tmp_path, "action: redact"), "refund") == "[redacted]"
    assert filled(rule_of(tmp_path, "action: redact", "with: '{x}'"), "refund") == "{x}"


def test_what_must_see_its_unit_to_the_end_says_so(tmp_path: Path) -> None:
    """Combinations with `all`, and an excuse that may stand after the match."""
    plain = "{phrases: [a]}"

    assert rule_of(tmp_path, f"match: {{all: [{plain}]}}").needs_unit
    assert rule_of(tmp_path, f"match: {{any: [{{all: [{plain}]}}]}}").needs_unit
    assert rule_of(tmp_path, f"unless: {{match: {plain}}}").needs_unit
    assert not rule_of(tmp_path, f"match: {{any: [{plain}]}}").needs_unit


def test_a_match_is_excused_by_another_in_its_unit(tmp_path: Path) -> None:
    """Before it or after it."""
    rule = rule_of(tmp_path, "unless: {match: {phrases: [policy]}}")

    assert excuse(rule, "A refund, by our policy") == "match"
    assert excuse(rule, "A refund") is None


def test_a_match_is_excused_by_what_is_allowed_or_known(tmp_path: Path) -> None:
    """`allow` is the author's, `grounded` is what the request states."""
    rule = rule_of(tmp_path, "match: {regex: '\\d+ euro'}", "unless: {allow: [3 EURO], grounded: true}")
    request = Request(turns=(Turn("system", "Shipping is 5 euro."),))

    assert excuse(rule, "It is 3 euro") == "allow"
    assert excuse(rule, "It is 5 euro", request) == "grounded: system prompt"
    assert excuse(rule, "It is 4 euro", request) is None


def test_a_stated_fact_excuses_by_value(tmp_path: Path) -> None:
    """However it is written."""
    rule = rule_of(tmp_path, "match: {fact: opening_hours}", "unless: {grounded: true}")
    request = Request(turns=(Turn("system", "Open Mon-Fri 09:00-17:00."),))

    assert excuse(rule, "We open at nine on Monday.", request) == "grounded: system prompt"
    assert excuse(rule, "We open at ten on Monday.", request) is None


def test_examples_become_requests(tmp_path: Path) -> None:
    """Whatever came before the reply, in the order in which a model reads it."""
    info = rulebook(
        tmp_path,
        """\
  - id: refund
    match: {phrases: [refund]}
    action: flag
    examples:
      hit:
        - "A refund"
      pass:
        - reply: x
          system: Be brief.
          documents: [d1, d2]
          messages: [{role: user, content: hi}, {role: assistant, content: ho}]
          ask: why?
          tools: t
          in: reasoning
          want: y
""",
    ).infos[0]
    hit, clean = info.examples

    assert (hit.hit, hit.reply, hit.line, hit.want) == (True, "A refund", 9, None)
    assert (clean.hit, clean.reply, clean.channel, clean.want) == (False, "x", "reasoning", "y")
    assert clean.request(stream=True).stream
    assert clean.request().turns == (
        Turn("system", "Be brief."),
        Turn("tool", "d1"),
        Turn("tool", "d2"),
        Turn("user", "hi"),
        Turn("assistant", "ho"),
        Turn("user", "why?"),
        Turn("tool", "t"),
    )


def test_one_document_always_compiles_to_one_rulebook(tmp_path: Path) -> None:
    """Rules are values: two of the same are equal."""
    rules = "  - {id: a, match: {any: [{phrases: [x]}, {number: card}]}, action: {replace: '{match}'}}\n"

    assert rulebook(tmp_path, rules).rules == rulebook(tmp_path, rules).rules
    assert rulebook(tmp_path, rules).hash == rulebook(tmp_path, rules).hash


_IN_A_WORKER = """
import json, sys
from filterproxy.rulebook.compile import compile
book = compile(json.load(sys.stdin))
print(len(book.rules), *sorted({"yaml", "pydantic", "spacy", "phonenumbers"} & set(sys.modules)))
"""


def test_a_worker_compiles_without_yaml_or_pydantic(tmp_path: Path) -> None:
    """What no rule needs is not imported either."""
    file = tmp_path / "pack.yaml"
    file.write_text(
        """\
version: 1
pack: shop
rules:
  - id: a
    match: {all: [{regex: a+}, {not: {phrases: [b]}}]}
    action: {replace: "{match}"}
    when: {model: gpt*, language: en, asked: {about: opening_hours}}
    unless: {grounded: true, allow: [x], match: {length: {over: 3}}}
  - {id: b, match: {fact: opening_hours}, action: drop}
  - {id: c, match: {any: [{repetition: {times: 4}}, {number: card}]}, action: drop}
""",
        "utf-8",
    )
    ran = subprocess.run(
        [sys.executable, "-c", _IN_A_WORKER],
        input=json.dumps(load([file])),
        capture_output=True,
        text=True,
        check=False,
        cwd=Path(__file__).resolve().parents[2],
    )

    assert (ran.stdout.strip(), ran.stderr) == ("3", "")
