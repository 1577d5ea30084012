"""The kinds of fact that rules can name."""

from __future__ import annotations

from filterproxy.facts.contact import EMAIL, URL
from filterproxy.facts.fact import FactKind
from filterproxy.facts.opening_hours import OpeningHours
from filterproxy.facts.phone import PhoneFact
from filterproxy.facts.price import PriceFact

FACTS: dict[str, FactKind] = {
    kind.name: kind for kind in (OpeningHours(), PriceFact(), EMAIL, PhoneFact(), URL)
}
