"""
What happens in one exchange: a pure function of the run's seed and the request's number.

The upstream's process and the clients' work it out each for themselves, so that nothing but the number
travels.
"""

from __future__ import annotations

import random
from dataclasses import dataclass

DIALECTS = ("chat", "completions", "anthropic", "ollama_chat", "ollama_generate", "responses")
# What a model of each name is for: those whose replies may be dropped are held to their end.
_MODELS = ("any",) * 8 + ("held", "refused")
_WORDS = (
    "lamp shade parcel order screw bright delivery answer warehouse button Zoë größer naïve 日本語 "
    "ランプ 🪔🔆 — return receipt battery evening courier window please remember careful"
).split()
_LAST = "today please again later carefully".split()


@dataclass(frozen=True, slots=True)
class Said:
    """What the model says in one choice. arguments: the text in those of its function call, if it has one."""

    content: str
    reasoning: str = ""
    arguments: str | None = None


@dataclass(frozen=True, slots=True)
class Script:
    """
    One exchange.

    fault: what upstream does: "" (answers), status (an error of its own), mute (closes without an answer),
    cut (breaks off), stall (goes silent in the middle). at: where it breaks off, as a share of the reply.
    leaves: what the client does: "" (reads to the end), early (leaves before the head), amid (after some
    bytes), half (closes its sending side). secrets: texts that must never arrive whole.
    """

    number: int
    dialect: str
    model: str
    stream: bool
    choices: tuple[Said, ...]
    gzip: bool
    copies: bool
    fault: str
    at: float
    leaves: str
    slow: bool
    again: bool
    seed: int

    @property
    def secrets(self) -> list[str]:
        texts = [t for c in self.choices for t in (c.content, c.reasoning, c.arguments or "")]
        return [word for text in texts for word in text.split() if word.startswith(("SK", "S\u200b"))]


def script(seed: int, number: int) -> Script:
    """The exchange with this number."""
    chance = random.Random(seed * 1_000_003 + number)
    dialect = chance.choice(DIALECTS)
    model = chance.choice(_MODELS)
    slow = chance.random() < 0.003
    several = not slow and dialect in ("chat", "completions") and chance.random() < 0.4
    count = chance.randint(2, 3) if several else 1
    choices = tuple(_said(chance, number, i, dialect, model, slow) for i in range(count))
    return Script(
        number=number,
        dialect=dialect,
        model=model,
        stream=chance.random() < 0.7,
        choices=choices,
        gzip=chance.random() < 0.15,
        copies=chance.random() < 0.2,
        fault=_one(chance, status=0.01, mute=0.005, cut=0.03, stall=0.002),
        at=chance.random(),
        leaves=_one(chance, early=0.02, amid=0.04, half=0.01),
        slow=slow,
        again=chance.random() < 0.7,
        seed=chance.getrandbits(32),
    )


def marker(number: int, choice: int, at: int) -> str:
    """What no other reply says."""
    return f"q{number}x{choice}x{at}q"


def _one(chance: random.Random, **shares: float) -> str:
    """One of the names, by its share; "" for the rest."""
    at = chance.random()
    for name, share in shares.items():
        if at < share:
            return name
        at -= share
    return ""


def _said(chance: random.Random, number: int, choice: int, dialect: str, model: str, slow: bool) -> Said:
    tools = dialect not in ("completions", "ollama_generate") and chance.random() < 0.2
    thinks = dialect != "completions" and chance.random() < 0.25
    # A slow client feels it only when there is more to read than the sockets' buffers take.
    sentences = 1500 if slow else 200 if chance.random() < 0.01 else chance.randint(1, 14)
    # What a cut or a drop makes of a function call is the rules' own matter (tests/dialects).
    kinds = ("plain", "plain", "code", "phrase") if tools else _KINDS[model]
    text = _text(chance, number, choice, sentences, kinds)
    return Said(
        text,
        _text(chance, number, choice, 2, ("plain", "code")) if thinks else "",
        _text(chance, number, choice, 2, ("plain", "code", "phrase")) if tools else None,
    )


_MANY = ("plain",) * 5 + ("code",) * 3 + ("phrase", "internal", "internal")
_KINDS = {"any": (*_MANY, "halt"), "held": (*_MANY, "drop"), "refused": (*_MANY, "drop")}


def _text(chance: random.Random, number: int, choice: int, count: int, kinds: tuple[str, ...]) -> str:
    said = [_sentence(chance, marker(number, choice, 0), "code")]
    said += [_sentence(chance, marker(number, choice, i + 1), chance.choice(kinds)) for i in range(count)]
    return "".join(said)


def _sentence(chance: random.Random, mark: str, kind: str) -> str:
    words = [chance.choice(_WORDS) for _ in range(chance.randint(1, 8))]
    odd = {
        "code": _code(chance),
        "phrase": chance.choice(("hidden orchid", "Hidden Orchid")),
        "internal": "INTERNAL",
        "halt": "HALT",
        "drop": "DROPPED",
    }.get(kind)
    if odd is not None:
        words.insert(chance.randrange(len(words) + 1), odd)
    return f"Now {mark} {' '.join(words)} {chance.choice(_LAST)}.{chance.choice((' ', ' ', ' ', chr(10)))}"


def _code(chance: random.Random) -> str:
    gap = "\u200b" if chance.random() < 0.005 else ""
    letters = "".join(chance.choice("ABCDEFGHJKLMNP") for _ in range(4))
    return f"S{gap}K-{chance.randrange(10000):04}-{letters}"
