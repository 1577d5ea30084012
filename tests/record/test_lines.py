"""What lines say, and that SCHEMA.md says it."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

import filterproxy.record.lines
from filterproxy.config import LogConfig
from filterproxy.core.request import Turn
from filterproxy.core.verdict import Channel, Fault
from filterproxy.record.lines import MOST_HITS
from filterproxy.record.texts import text_hash
from tests.record.exchanges import (
    CONTENT,
    Tally,
    everything,
    exchange,
    hit,
    lines,
    logging_to,
    redacting,
    told,
)

SCHEMA = Path(filterproxy.record.lines.__file__).with_name("SCHEMA.md")
SAID = {CONTENT: ["Your key is sk-", "abc."]}
TURNS = (Turn("system", "The key is sk-xyz."), Turn("user", "Which key?"), Turn("tool", "42", "answer"))


def written(folder: Path, *decisions: Any, text: str = "off", **given: Any) -> list[dict[str, Any]]:
    config = LogConfig(str(folder), text, 1.0, key=given.pop("key", ""))
    with logging_to(config, rules=[redacting()], **given) as logs:
        told(logs, *decisions)
    return lines(folder)


def test_a_decision_says_what_was_decided_and_no_text(tmp_path: Path) -> None:
    decision = exchange("id1", SAID, hits=[hit(12, 18, excuse="allow")], turns=TURNS)
    line = written(tmp_path, decision)[0]

    assert (line["v"], line["id"], line["log"], line["time"]) == (
        1,
        "id1",
        "decisions",
        "2026-01-09T23:06:40.250Z",
    )
    assert line["seconds"] == {"filtering": 1e-5, "held": 0.5, "first_byte": 0.25, "total": 2.0}
    assert line["hits"] == [
        {
            "rule": "keys",
            "mode": "enforce",
            "action": "redact",
            "attempt": 0,
            "channel": {"choice": 0, "kind": "content", "part": 0},
            "start": 12,
            "end": 18,
            "excuse": "allow",
        }
    ]
    assert not {"texts", "request"} & line.keys()
    assert b"key is" not in everything(tmp_path)


def test_replies_that_no_rule_touched_have_no_line(tmp_path: Path) -> None:
    assert [] == written(tmp_path, exchange("quiet", SAID))


@pytest.mark.parametrize("outcome", ["client_gone", "client_error"])
def test_what_a_client_did_has_no_line_of_its_own(tmp_path: Path, outcome: str) -> None:
    """Anybody can send such requests, and push the other lines out."""
    decision = exchange("quiet", SAID)
    object.__setattr__(decision, "outcome", outcome)

    assert [] == written(tmp_path, decision)


@pytest.mark.parametrize("outcome", ["error", "unscanned", "upstream_error"])
def test_a_reply_that_went_wrong_has_a_line(tmp_path: Path, outcome: str) -> None:
    decision = exchange("id1")
    object.__setattr__(decision, "outcome", outcome)

    assert [outcome] == [line["outcome"] for line in written(tmp_path, decision)]


def test_faults_and_what_was_not_scanned_are_said(tmp_path: Path) -> None:
    decision = exchange("id1")
    decision.attempts[0].verdict.faults.append(Fault("slow", CONTENT, "timeout", "drop"))
    decision.attempts[0].verdict.not_scanned("too_large")
    line = written(tmp_path, decision)[0]

    assert [("slow", "timeout", "drop")] == [(f["rule"], f["cause"], f["policy"]) for f in line["faults"]]
    assert line["unscanned"] == {"too_large": 1}


def test_a_line_is_bounded_however_often_rules_hit(tmp_path: Path) -> None:
    line = written(tmp_path, exchange("id1", hits=[hit(n, n + 1) for n in range(MOST_HITS + 5)]))[0]

    assert (len(line["hits"]), line["hits_left_out"]) == (MOST_HITS, 5)


def test_hashes_stand_for_texts_as_upstream_sent_them(tmp_path: Path) -> None:
    """Equal texts can be found, however they were cut, and none can be guessed without the key."""
    line = written(tmp_path, exchange("id1", SAID, hits=[hit()]), text="hash", key="k")[0]

    assert [text_hash("Your key is sk-abc.", "k")] == [text["hash"] for text in line["texts"]]
    assert text_hash("9 am", "k").split(":")[:2] != text_hash("9 am", "other").split(":")[:2]
    assert b"key is" not in everything(tmp_path)


def test_a_sampled_decision_has_its_texts_redacted(tmp_path: Path) -> None:
    line = written(tmp_path, exchange("id1", SAID, hits=[hit(12, 18)], turns=TURNS), text="sample")[0]

    assert ["Your key is [key]."] == [text["text"] for text in line["texts"]]
    assert line["texts"][0]["redactions"] == [[12, 18, 5]]
    assert line["request"]["turns"] == [
        {"role": "system", "tool": "", "text": "The key is [key].", "redactions": [[11, 17, 5]]},
        {"role": "user", "tool": "", "text": "Which key?"},
        {"role": "tool", "tool": "answer", "text": "42"},
    ]


def test_a_recording_is_made_of_any_sampled_exchange(tmp_path: Path) -> None:
    recording = LogConfig(str(tmp_path), sample=1.0)
    channels = {CONTENT: ["Hel", "lo."], Channel(0, "arguments", 1): ['{"to": "sk-abc"}']}
    tally = Tally()
    with logging_to(None, recording, [redacting()], tally) as logs:
        told(logs, exchange("id1", channels, turns=TURNS), exchange("id2", None))
    line = lines(tmp_path)[0]

    assert [(t["choice"], t["kind"], t["part"], t["text"]) for t in line["reply"]] == [
        (0, "content", 0, "Hello."),
        (0, "arguments", 1, '{"to": "[key]"}'),
    ]
    assert (line["log"], line["request"]["complete"], line["outcome"]) == ("recordings", True, "pass")
    assert (dict(tally.lines), dict(tally.dropped)) == ({"recordings": 1}, {("recordings", "not_kept"): 1})


def test_halves_of_characters_do_not_cost_a_line(tmp_path: Path) -> None:
    line = written(
        tmp_path, exchange("id1", {CONTENT: ["a\ud83d b"]}, hits=[hit(rule="other")]), text="sample"
    )[0]

    assert "a\ufffd b" == line["texts"][0]["text"]


def test_the_schema_describes_every_key_and_no_other(tmp_path: Path) -> None:
    """Its tables name keys as `a.b`; a list's members as `a[].b`."""
    described = set(re.findall(r"^\| `([^`]+)` \|", SCHEMA.read_text("utf-8"), re.MULTILINE))
    recording = LogConfig(str(tmp_path), sample=1.0, key="k")
    decisions = LogConfig(str(tmp_path), "sample", 1.0, key="k")
    decision = exchange("id1", SAID, hits=[hit()], turns=TURNS)
    decision.attempts[0].verdict.faults.append(Fault("slow", CONTENT, "timeout", "drop"))
    unjudged = exchange("id2", SAID, hits=[hit()], turns=TURNS, rulebook="unknown")
    with logging_to(decisions, recording, [redacting()]) as logs:
        told(logs, decision, unjudged)
    found = {key for line in lines(tmp_path) for key in _keys(line, "")}

    assert described == found


def _keys(value: Any, prefix: str) -> set[str]:
    if isinstance(value, dict) and not prefix.endswith("unscanned."):
        return {prefix + key for key in value} | {
            inner for key, member in value.items() for inner in _keys(member, f"{prefix}{key}.")
        }
    if isinstance(value, list):
        return {inner for member in value for inner in _keys(member, f"{prefix[:-1]}[].")}
    return set()
