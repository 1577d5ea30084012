"""Rules that tests of dialects share, and a secret that one of them takes away."""

from __future__ import annotations

import json

from hypothesis import strategies as st

from filterproxy.core.verdict import Verdict
from tests.core.rules import Spec

REDACT: Spec = {"id": "r", "regex": "abb", "verb": "redact", "unit": "match", "with": "[X]", "scope": "reply"}
DROP: Spec = {"id": "d", "regex": "abb", "verb": "drop", "unit": "match", "say": "No.", "scope": "reply"}
CUT: Spec = {"id": "c", "regex": "abb", "verb": "cut", "unit": "sentence", "say": "Cut.", "scope": "reply"}
APPEND: Spec = {"id": "p", "regex": "abb", "verb": "append", "unit": "match", "say": " +", "scope": "reply"}

# A character that no rule and no operator's text has.
_SECRET = "\u2603"


def secrets(least: int = 0) -> st.SearchStrategy[str]:
    """Texts, most of them with secrets."""
    return st.text(alphabet=f"a .{_SECRET}{_SECRET}", min_size=least, max_size=20)


def _removes(verb: str, unit: str) -> Spec:
    return {
        "id": "r",
        "regex": f"{_SECRET}+",
        "verb": verb,
        "unit": unit if verb in ("remove", "cut") else "match",
        "with": "",
        "say": "No.",
        "scope": "reply",
    }


# Each takes every secret out of a reply.
REMOVING: st.SearchStrategy[Spec] = st.builds(
    _removes, st.sampled_from(["redact", "remove", "cut", "drop"]), st.sampled_from(["match", "sentence"])
)


def tells(value: object) -> bool:
    """Whether JSON holds a secret, if only as the number of a character."""
    shown = json.dumps(value, ensure_ascii=False)
    return _SECRET in shown or str(ord(_SECRET)) in shown


def acted(verdict: Verdict) -> bool:
    """Whether a rule may have changed the reply."""
    return any(not hit.excuse and hit.mode == "enforce" and hit.action != "flag" for hit in verdict.hits)
