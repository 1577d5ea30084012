"""
Who promoted and demoted which rule, when, and on what grounds: a line of JSON each, beside the journal.

    {"v":1,"rule":"hours","from":"shadow","to":"canary 10%","who":"ana","when":"2026-01-31T08:00:00Z",
     "rulebook":"9d1e…","becomes":"77aa…","checks":[{"gate":"replay","ok":true,"said":"…","fix":""}],
     "forced":false,"reason":""}

forced: whether somebody went on though a check failed. reason: in that person's words; of a step back, too,
where one was given.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import orjson

from filterproxy.labels.label import now
from filterproxy.labels.store import append_lines
from filterproxy.rollout.change import Change
from filterproxy.rollout.gate import Check

NAME = "rollouts.jsonl"


def record(
    home: Path,
    change: Change,
    who: str,
    checks: Sequence[Check] = (),
    reason: str = "",
    when: str | None = None,
) -> Path:
    """Add a line to the ledger in *home*. Raises OSError."""
    line = {
        "v": 1,
        "rule": change.rule["id"],
        "from": change.was.said,
        "to": change.becomes.said,
        "who": who,
        "when": now() if when is None else when,
        "rulebook": change.hash,
        "becomes": change.next_hash,
        "checks": [check.as_json() for check in checks],
        "forced": not all(check.ok for check in checks),
        "reason": reason,
    }
    append_lines(home / NAME, orjson.dumps(line, option=orjson.OPT_APPEND_NEWLINE))
    return home / NAME
