"""The kinds of fact that rules can name."""

from __future__ import annotations

from filterproxy.facts.fact import FactKind
from filterproxy.facts.opening_hours import OpeningHours

FACTS: dict[str, FactKind] = {"opening_hours": OpeningHours()}
