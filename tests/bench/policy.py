"""
The rules of the benchmark: 10 patterns, 60 with phrases, 1 000 of which all but the first 60 never fire.

`redacted` says, naively and with no code of the package, what must come out.
"""

from __future__ import annotations

import random
from dataclasses import dataclass
from functools import cache, cached_property
from itertools import product
from pathlib import Path

import regex
import yaml

REDACTED = "[redacted]"


@dataclass(frozen=True)  # no slots: cached_property wants a place
class BenchRule:
    """A pattern, or a phrase when *pattern* is ""; *sample* has a match."""

    id: str
    sample: str
    pattern: str = ""

    @property
    def as_yaml(self) -> dict[str, object]:
        return {
            "id": self.id,
            "match": {"regex": self.pattern} if self.pattern else {"phrases": [self.sample]},
            "action": "redact",
            "mode": "enforce",
            "examples": {"hit": [self.sample], "pass": ["Nothing of the kind."]},
        }

    @cached_property
    def compiled(self) -> regex.Pattern[str]:
        """The rule as this file understands it: phrases are whole words in any case."""
        source = self.pattern or rf"(?i)\b{regex.escape(self.sample)}\b"
        return regex.compile(source, flags=regex.V1)


EMAIL = BenchRule("email", "jo.field@mail.example.org", r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+")
PATTERNS = (
    EMAIL,
    BenchRule("url", "https://shop.example.org/a?b=1", r"https?://[^\s]+"),
    BenchRule("ipv4", "192.168.20.14", r"\b(?:\d{1,3}\.){3}\d{1,3}\b"),
    BenchRule("card", "4111 1111 1111 1111", r"\b(?:\d{4}[ -]?){3}\d{4}\b"),
    BenchRule("phone", "+1 212-555-0142", r"\+\d{1,3}[ -]\d{3}[ -]\d{3}[ -]\d{4}\b"),
    BenchRule("ssn", "078-05-1120", r"\b\d{3}-\d{2}-\d{4}\b"),
    BenchRule("order", "ORD-204518", r"\bORD-\d{6}\b"),
    BenchRule(
        "iban", "GB82 WEST 1234 5698 7654 32", r"\b[A-Z]{2}\d{2}(?: ?[A-Z0-9]{4}){3,7}(?: ?\d{1,2})?\b"
    ),
    BenchRule("key", "sk-a1B2c3D4e5F6g7H8i9J0k1", r"\bsk-[A-Za-z0-9]{20,}"),
    BenchRule("price", "$49.99", r"[$€]\s?\d+(?:\.\d{2})?"),
)
# Any word may begin an e-mail address, so that rule holds each word to its end. A ticket's number has a
# beginning of its own: with it in that place ordinary text is not held at all.
TICKET = BenchRule("ticket", "TKT-2041", r"\bTKT-\d{4}\b")

_OFFERS = (
    "full refund", "free upgrade", "legal advice", "medical advice", "price match",
    "lifetime warranty", "cash discount", "secret offer", "insider rate", "instant approval",
)  # fmt: skip
_CLAIMS = ("today", "guaranteed", "on demand", "for everyone", "without questions")
PHRASES = tuple(
    BenchRule(f"phrase-{i:02}", f"{offer} {claim}")
    for i, (offer, claim) in enumerate(product(_OFFERS, _CLAIMS))
)

_SYLLABLES = ("bru", "vek", "zor", "quil", "dax", "plo", "wug", "nim", "tark", "yel", "fosk", "jum")


def rules(count: int, *, holds_words: bool = True) -> tuple[BenchRule, ...]:
    """The first *count* rules: half of those past the 60th are patterns, none of which fires."""
    first = PATTERNS if holds_words else (TICKET, *PATTERNS[1:])
    return (*first, *PHRASES, *_quiet_rules())[:count]


@cache
def _quiet_rules() -> tuple[BenchRule, ...]:
    # 490 and 450, which makes 500 and 500 with the first 60; in turn, as rule files mix them.
    words = ["".join(parts) for parts in product(_SYLLABLES, repeat=3)]
    random.Random(20).shuffle(words)
    patterns = [
        BenchRule(f"quiet-pattern-{i:03}", f"{word}-2041", rf"\b{word}[ -]\d{{3,5}}\b")
        for i, word in enumerate(words[:490])
    ]
    phrases = [BenchRule(f"quiet-phrase-{i:03}", f"{word} account") for i, word in enumerate(words[490:940])]
    pairs = zip(patterns, phrases, strict=False)
    return (*(rule for pair in pairs for rule in pair), *patterns[450:])


def write_pack(folder: Path, name: str, chosen: tuple[BenchRule, ...]) -> Path:
    """A rule file in the project's language."""
    pack = {
        "version": 1,
        "pack": name,
        "why": "What the benchmark filters.",
        "rules": [rule.as_yaml for rule in chosen],
    }
    path = folder / f"{name}.yaml"
    path.write_text(yaml.safe_dump(pack, sort_keys=False, allow_unicode=True), encoding="utf-8")
    return path


def redacted(text: str, chosen: tuple[BenchRule, ...]) -> str:
    """What must be left of *text*: each rule reads what the one before it left."""
    for rule in chosen:
        text = rule.compiled.sub(REDACTED, text)
    return text
