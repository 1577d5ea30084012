"""
What a person said about one reply and one rule, as a line of JSON.

    {"v":1,"hash":"3f0c…","rule":"business-hours","label":"wrong","who":"ana","when":"2026-01-31T08:00:00Z",
     "rulebook":"9d1e…","note":"these are the hours of the museum"}

`right` means that the rule did right about the reply: it fired and should have, or kept quiet and should
have.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import orjson

VERSION = 1

RIGHT, WRONG, UNSURE = "right", "wrong", "unsure"
LABELS = (RIGHT, WRONG, UNSURE)

# Why a reply was shown. Precision is about fired ones alone; lines that do not say are taken for such.
FIRED, NEAR, EXCUSED = "fired", "near", "excused"
STRATA = (FIRED, NEAR, EXCUSED)


@dataclass(frozen=True, slots=True)
class Label:
    """
    hash: of the exchange (corpus.exchange). stratum: what the rule did about it when the label was given: one
    of STRATA. when: RFC 3339. rulebook: hash of the rules that did so. note: the person's own words.
    """

    hash: str
    rule: str
    label: str
    who: str = ""
    when: str = ""
    rulebook: str = ""
    note: str = ""
    stratum: str = FIRED

    @property
    def key(self) -> tuple[str, str]:
        """Of what the newest label wins."""
        return self.hash, self.rule

    @property
    def should_fire(self) -> bool | None:
        """Whether the rule should fire for the reply, whatever it did then; None where nobody is sure."""
        if self.label == UNSURE:
            return None
        return (self.stratum == FIRED) == (self.label == RIGHT)

    def line(self) -> bytes:
        """The line in a file, with its end."""
        value: dict[str, Any] = {
            "v": VERSION,
            "hash": self.hash,
            "rule": self.rule,
            "label": self.label,
            "stratum": self.stratum,
            "who": self.who,
            "when": self.when,
            "rulebook": self.rulebook,
        }
        if self.note:
            value["note"] = self.note
        return orjson.dumps(value, option=orjson.OPT_APPEND_NEWLINE)


def parsed(line: bytes) -> Label | str:
    """The label of a line, or why there is none."""
    if not line.endswith(b"\n"):
        return "torn: no line break ends it"
    try:
        value = orjson.loads(line)
    except orjson.JSONDecodeError as error:
        return f"no JSON: {error.msg} at column {error.colno}"
    if not isinstance(value, dict):
        return "no JSON object"
    version = value.get("v", VERSION)
    if type(version) is not int or not 1 <= version <= VERSION:
        return f"of a version other than 1 to {VERSION}"
    return _label(value)


def _label(value: dict[str, Any]) -> Label | str:
    for key in ("hash", "rule", "label"):
        if not isinstance(value.get(key), str) or not value[key]:
            return f'"{key}" is missing, or no text'
    if value["label"] not in LABELS:
        return f'"label" is none of {", ".join(LABELS)}'
    stratum = value.get("stratum", FIRED)
    if stratum not in STRATA:
        return f'"stratum" is none of {", ".join(STRATA)}'
    optional = {key: str(value.get(key) or "") for key in ("who", "when", "rulebook", "note")}
    return Label(value["hash"], value["rule"], value["label"], stratum=stratum, **optional)


def now() -> str:
    """The time of now, as labels have it."""
    return datetime.now(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
