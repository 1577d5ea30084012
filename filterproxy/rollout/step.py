"""How far a rule is rolled out: off, shadow, canary, enforce, each a step further than the one before."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

OFF, SHADOW, CANARY, ENFORCE = "off", "shadow", "canary", "enforce"
_ORDER = (OFF, SHADOW, CANARY, ENFORCE)
# Of conversations: where a canary begins when nobody says otherwise. Few enough to be sorry for, and of ten
# thousand replies a day a thousand, which is what `--min-shadow` wants of the next step.
FIRST_SHARE = 0.10

_CANARY = re.compile(r"(?:canary)?\s*:?\s*(\d{1,3}(?:\.\d{1,4})?)\s*%")


@dataclass(frozen=True, slots=True)
class Step:
    """mode: of the four above. share: of conversations, above 0 and below 1 for a canary."""

    mode: str
    share: float = 1.0

    @property
    def said(self) -> str:
        """As people write it."""
        return f"canary {_percent(self.share)}" if self.mode == CANARY else self.mode

    @property
    def rank(self) -> tuple[int, float]:
        """More is further."""
        return _ORDER.index(self.mode), self.share

    @property
    def acts(self) -> bool:
        """Whether some clients read something else because of it."""
        return self.mode in (CANARY, ENFORCE)

    def keys(self) -> dict[str, str | None]:
        """What stands in the rule's YAML; None for what does not: only of a canary `rollout` says a thing."""
        if self.mode == CANARY:
            return {"mode": ENFORCE, "rollout": _percent(self.share)}
        return {"mode": self.mode, "rollout": None}


def _percent(share: float) -> str:
    return f"{round(share * 100, 4):g}%"


def step_of(form: Mapping[str, Any]) -> Step:
    """Where a rule stands; form: as of rulebook.document."""
    if form["mode"] == ENFORCE and form["rollout"] < 1:
        return Step(CANARY, form["rollout"])
    return Step(form["mode"])


def parse_step(text: str) -> Step:
    """What `shadow`, `canary`, `canary 10%`, `10%` or `enforce` says. Raises ValueError with a sentence."""
    word = text.strip().lower()
    if word == CANARY:
        return Step(CANARY, FIRST_SHARE)
    if word in _ORDER:
        return Step(word)
    match = _CANARY.fullmatch(word)
    if match is None or not 0 < float(match[1]) <= 100:
        raise ValueError(f'"{text}" is none of off, shadow, canary 10% (or another share), enforce')
    share = float(match[1]) / 100
    return Step(ENFORCE) if share == 1 else Step(CANARY, share)


def next_step(step: Step) -> Step:
    """One further. Raises ValueError where there is none."""
    if step.mode == ENFORCE:
        raise ValueError("it is enforced for everybody already")
    return {OFF: Step(SHADOW), SHADOW: Step(CANARY, FIRST_SHARE), CANARY: Step(ENFORCE)}[step.mode]
