"""What people write, made fit for file names, YAML and terminals."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence

_LETTERS = 40


def slug_of(note: str, rules: Sequence[str]) -> str:
    """A few words for a file's name: of the note, or else of the rules that were changed."""
    for text in (note, " ".join(rules)):
        plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode().lower()
        words = re.sub(r"[^a-z0-9]+", "-", plain).strip("-")
        if words:
            short = words[: _LETTERS + 1]
            return words if len(words) <= _LETTERS else (short.rpartition("-")[0] or short[:-1])
    return "same-rules"


def clean(text: str) -> str:
    """*text* without what a terminal or YAML would choke on."""
    lines = text.replace("\r\n", "\n").replace("\r", "\n").replace("\t", " ").split("\n")
    kept = ["".join(c for c in line if c.isprintable()).rstrip() for line in lines]
    return "\n".join(kept).strip("\n")
