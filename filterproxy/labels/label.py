"""
What a person said about one reply and one rule, as a line of JSON.

    {"v":1,"hash":"3f0c…","rule":"business-hours","label":"wrong","who":"ana","when":"2026-01-31T08:00:00Z",
     "rulebook":"9d1e…","version":"4b1d…","note":"these are the hours of the museum"}

`right` means that the rule did right about the reply: it fired and should have, or kept quiet and should
have.

It speaks for the version of the rule that the person saw (rulebook.document.version_of): of a rule that was
edited since, it is counted beside. What the rule should do about that reply, it says for good.

`"picked":true` stands in the line of a case that was not drawn by lot, but asked for: by its hash, or because
the rule newly fires there. Such labels say what the rule should do, and nothing of how often it is right.
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
    of STRATA. when: RFC 3339. rulebook: hash of the rules that did so.
    version: of the rule; "" where the line does not say, as older ones. picked: not
    drawn by lot. note: the person's own words.
    """

    hash: str
    rule: str
    label: str
    who: str = ""
    when: str = ""
    rulebook: str = ""
    note: str = ""
    stratum: str = FIRED
    version: str = ""
    picked: bool = False

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
            "version": self.version,
        }
        if self.picked:
            value["picked"] = True
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
    optional = {key: str(value.get(key) or "") for key in ("who", "when", "rulebook", "version", "note")}
    picked = value.get("picked") is True
    return Label(value["hash"], value["rule"], value["label"], stratum=stratum, picked=picked, **optional)


def now() -> str:
    """The time of now, as labels have it."""
    return datetime.now(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
