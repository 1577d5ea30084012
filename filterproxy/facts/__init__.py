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
    "opening_hours": "opening_hours:OpeningHours",
    "price": "price:PriceFact",
    "email": "contact:EMAIL",
    "phone": "phone:PhoneFact",
    "url": "contact:URL",
    "image_host": "hosts:IMAGE_HOST",
    "link_host": "hosts:LINK_HOST",
    "clock_time": "clock_time:ClockTimeFact",
    "date": "date:DateFact",
    "percentage": "percentage:PercentageFact",
    "address": "address:AddressFact",
    "done": "done:Done",
    "promise": "promise:PromiseFact",
}


_made: Final[dict[str, FactKind]] = {}


class _Facts(Mapping[str, FactKind]):
    """Kinds by name; each is one value, made when it is first asked for."""

    def __getitem__(self, name: str) -> FactKind:
        if name not in _made:
            module, _, place = _PLACES[name].partition(":")
            found = getattr(import_module(f"{__name__}.{module}"), place)
            _made[name] = found() if isinstance(found, type) else found
        return _made[name]

    def __contains__(self, name: object) -> bool:
        return name in _PLACES

    def __iter__(self) -> Iterator[str]:
        return iter(_PLACES)

    def __len__(self) -> int:
        return len(_PLACES)


FACTS: Final[Mapping[str, FactKind]] = _Facts()


def prepare() -> None:
    """Work out what the kinds that were asked for would work out on first use."""
    for kind in list(_made.values()):
        if (work_out := getattr(kind, "prepare", None)) is not None:
            work_out()
