"""
The kinds of fact that rules can name.

Places rather than kinds: lexicons and readers are imported when a rule needs them, not before.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from importlib import import_module
from typing import Final

from filterproxy.facts.fact import FactKind

_PLACES: Final[Mapping[str, str]] = {
    "opening_hours": "opening_hours:HOURS",
    "price": "price:PRICE",
    "email": "contact:EMAIL",
    "phone": "phone:PHONE",
    "url": "contact:URL",
    "image_host": "hosts:IMAGE_HOST",
    "link_host": "hosts:LINK_HOST",
    "clock_time": "clock_time:CLOCK_TIME",
    "date": "date:DATE",
    "percentage": "percentage:PERCENTAGE",
    "address": "address:ADDRESS",
    "done": "done:DONE",
    "promise": "promise:PROMISE",
}


class _Facts(Mapping[str, FactKind]):
    """Kinds by name. Modules are imported, and kinds the same, once asked for."""

    def __getitem__(self, name: str) -> FactKind:
        module, _, constant = _PLACES[name].partition(":")
        found: FactKind = getattr(import_module(f"{__name__}.{module}"), constant)
        return found

    def __contains__(self, name: object) -> bool:
        return name in _PLACES

    def __iter__(self) -> Iterator[str]:
        return iter(_PLACES)

    def __len__(self) -> int:
        return len(_PLACES)


FACTS: Final[Mapping[str, FactKind]] = _Facts()
